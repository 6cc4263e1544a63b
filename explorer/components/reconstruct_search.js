/* Generators of the same data set without an encoder: a code is searched for when a person asks, shown as it gets nearer, and then joins
 * the ranking with a film of how it got there. A new input gives all searches up. `view`: join(rows), changed(). data-found counts codes
 * found. */
import { short } from './reconstruct_error.js';
import { lx } from './store.js';

const EVERY = 350;

export class Search {
  #view;
  #host;
  #list;
  #rows = new Map();
  #image = null;
  #ticket = 0;
  #wish = [];

  constructor(host, view) {
    this.#host = host;
    this.#view = view;
    this.#list = host.querySelector('.lx-generators');
  }

  #fitting() {
    const me = lx.runOf(lx.state.run);
    return me
      ? (lx.state.runs || []).filter((r) => !r.encodes && r.dataset === me.dataset && String(r.shape) === String(me.shape)).slice(0, 8)
      : [];
  }

  async #load(url) {
    const im = new Image();
    im.src = url;
    await im.decode();
    return im;
  }

  #canvasOf(im, x, w) {
    const c = document.createElement('canvas');
    c.width = w;
    c.height = im.height;
    c.getContext('2d', { willReadFrequently: true }).drawImage(im, x, 0, w, im.height, 0, 0, w, im.height);
    return c;
  }

  #row(r) {
    const e = document.createElement('div'),
      title = document.createElement('b'),
      button = document.createElement('button'),
      said = document.createElement('span'),
      bar = document.createElement('s'),
      film = document.createElement('div');
    e.className = 'lx-generator';
    e.dataset.run = r.name;
    title.textContent = r.title || r.family_title;
    button.type = 'button';
    button.className = 'lx-btn lx-small';
    button.onclick = () => {
      this.#start(r, e);
      this.#view.changed();
    };
    bar.append(document.createElement('s'));
    bar.hidden = true;
    film.className = 'lx-reel';
    film.append(document.createElement('canvas'));
    film.hidden = true;
    e.append(title, button, said, bar, film);
    return e;
  }

  #write(e) {
    const [button, said] = [e.querySelector('button'), e.querySelector('span')],
      s = e.state;
    button.textContent = lx.t(s?.ready ? 'rec.search.again' : s ? 'rec.search.stop' : 'rec.search');
    button.hidden = !!s?.ready;
    said.textContent = !s
      ? ''
      : s.problem ||
        lx.t(s.ready ? 'rec.search.done' : s.error === undefined ? 'rec.search.waits' : 'rec.search.at', {
          step: s.step,
          of: s.of,
          e: s.error === undefined ? '' : short(s.error),
        });
  }

  #reset() {
    this.#ticket++;
    for (const [name, e] of this.#rows)
      if (e.state && !e.state.ready && !e.state.problem) lx.api('search', { run: name, ...e.asked, cancel: true }).catch(() => {});
    this.#view.join([]);
    this.#rows.clear();
    this.#build();
  }

  #build() {
    const before = new Map(this.#rows);
    this.#rows.clear();
    this.#list.replaceChildren(
      ...this.#fitting().map((r) => {
        const e = before.get(r.name) || this.#row(r);
        this.#rows.set(r.name, e);
        this.#write(e);
        return e;
      }),
    );
    this.#host.hidden = !this.#rows.size || !this.#image;
  }

  async #start(r, e) {
    if (e.state && !e.state.ready) {
      lx.api('search', { run: r.name, ...e.asked, cancel: true }).catch(() => {});
      e.state = null;
      e.querySelector('s').hidden = true;
      this.#write(e);
      this.#view.changed();
      return;
    }
    const mine = this.#ticket,
      asked = (e.asked = this.#image),
      wanted = () => mine === this.#ticket && e.asked === asked && e.state && e.isConnected;
    e.state = { step: 0, of: 1 };
    this.#write(e);
    const bar = e.querySelector('s'),
      reel = e.querySelector('.lx-reel'),
      canvas = reel.firstChild;
    bar.hidden = false;
    try {
      while (wanted() && lx.state.view === 'reconstruct') {
        const d = await lx.api('search', { run: r.name, ...asked });
        if (!wanted()) return;
        e.state = d;
        bar.firstChild.style.width = (100 * d.step) / d.of + '%';
        this.#write(e);
        if (d.picture && !d.ready) {
          const im = await this.#load(d.picture);
          canvas.width = im.width;
          canvas.height = im.height;
          canvas.getContext('2d').drawImage(im, 0, 0);
          reel.hidden = false;
          reel.classList.add('one');
        }
        if (d.ready) {
          const im = await this.#load(d.film),
            n = d.steps.length,
            w = im.width / n;
          if (!wanted()) return;
          canvas.width = im.width;
          canvas.height = im.height;
          canvas.getContext('2d').drawImage(im, 0, 0);
          reel.hidden = false;
          reel.classList.remove('one');
          bar.hidden = true;
          canvas.setAttribute('role', 'img');
          canvas.setAttribute('aria-label', lx.t('rec.search.film', { steps: d.steps.join(', ') }));
          canvas.title = canvas.getAttribute('aria-label');
          const tile = this.#canvasOf(im, (n - 1) * w, w);
          e.row = {
            run: r.name,
            w: lx.f32(d.w),
            class: d.class,
            error: d.error,
            searched: true,
            tile,
            pixels: tile.getContext('2d').getImageData(0, 0, w, im.height).data,
          };
          this.#host.dataset.found = (+this.#host.dataset.found || 0) + 1;
          this.#view.join([...this.#rows.values()].map((x) => x.row).filter(Boolean));
          return;
        }
        await new Promise((ok) => setTimeout(ok, EVERY));
      }
      if (wanted()) {
        e.state = null;
        bar.hidden = true;
        this.#write(e);
      }
    } catch (x) {
      if (wanted()) {
        e.state = { ready: true, problem: x.message };
        bar.hidden = true;
        this.#write(e);
      }
    }
  }

  /** Another input, or another run: what was found no longer holds. */
  take(found) {
    this.#image = found && { image: found.image?.index === undefined ? found.pixels : found.image };
    this.#reset();
    const names = this.#wish;
    if (found) this.#wish = [];
    if (found) for (const [name, e] of this.#rows) if (names.includes(name)) this.#start(lx.runOf(name), e);
  }

  /** The list of runs has changed: generators that came are added, those that went go; what is found or under way stays. */
  runs() {
    const now = this.#fitting().map((r) => r.name);
    if (String(now) !== String([...this.#rows.keys()])) this.#build();
  }

  restore(names) {
    this.#wish = names;
  }

  get asked() {
    return this.#wish.length ? this.#wish : [...this.#rows].filter(([, e]) => e.state).map(([name]) => name);
  }

  tell() {
    for (const e of this.#rows.values()) this.#write(e);
  }
}
