/* Generators of the same data set without an encoder: a code is searched for when a person asks, shown as it gets nearer, and then joins
 * the ranking with a film of how it got there. A new input gives all searches up. `view`: join(rows), changed(). data-found counts codes
 * found. */
import { button, count, entitle, make, wait } from '../../shell/dom.js';
import { decoded, onto, pixelsOf, slice } from '../../shell/pictures.js';
import { short } from './reconstruct_error.js';
import { lx } from '../../shell/store.js';

const EVERY = 350;

const generators = () => {
  const me = lx.runOf(lx.state.run);
  return me
    ? (lx.state.runs || []).filter((r) => !r.encodes && r.dataset === me.dataset && String(r.shape) === String(me.shape)).slice(0, 8)
    : [];
};

const progressText = ({ problem, ready, error, step, of }) => {
  if (problem) return problem;
  if (!ready && error === undefined) return lx.t('rec.search.waits', { step, of });
  return lx.t(ready ? 'rec.search.done' : 'rec.search.at', { step, of, e: error === undefined ? '' : short(error) });
};

const cancel = (run, e) => {
  lx.api('search', { run, ...e.asked, cancel: true }).catch(() => {});
};

/* the pictures of a search: the latest one, or all of them */
const showReel = (e, image, one) => {
  const reel = e.querySelector('.lx-reel');
  onto(reel.firstChild, image);
  reel.hidden = false;
  reel.classList.toggle('one', one);
  return reel.firstChild;
};

const write = (e) => {
  const [ask, said] = [e.querySelector('button'), e.querySelector('span')];
  const under = e.state?.ready ? 'rec.search.again' : 'rec.search.stop';
  ask.textContent = lx.t(e.state ? under : 'rec.search');
  ask.hidden = !!e.state?.ready;
  said.textContent = e.state ? progressText(e.state) : '';
};

const end = (e, state) => {
  e.state = state;
  e.querySelector('s').hidden = true;
  write(e);
};

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

  #row(r) {
    const film = make('div', { className: 'lx-reel', hidden: true }, make('canvas')),
      ask = button({ className: 'lx-btn lx-small' }),
      e = make(
        'div',
        { className: 'lx-generator', data: { run: r.name } },
        make('b', { textContent: r.title || r.family_title }),
        ask,
        make('span'),
        make('s', { hidden: true }, make('s')),
        film,
      );
    ask.onclick = () => {
      this.#start(r, e);
      this.#view.changed();
    };
    return e;
  }

  #reset() {
    this.#ticket++;
    for (const [name, e] of this.#rows) if (e.state && !e.state.ready && !e.state.problem) cancel(name, e);
    this.#view.join([]);
    this.#rows.clear();
    this.#build();
  }

  #build() {
    const before = new Map(this.#rows);
    this.#rows.clear();
    this.#list.replaceChildren(
      ...generators().map((r) => {
        const e = before.get(r.name) || this.#row(r);
        this.#rows.set(r.name, e);
        write(e);
        return e;
      }),
    );
    this.#host.hidden = !this.#rows.size || !this.#image;
  }

  async #start(r, e) {
    if (e.state && !e.state.ready) {
      cancel(r.name, e);
      end(e, null);
      this.#view.changed();
      return;
    }
    const mine = this.#ticket,
      asked = (e.asked = this.#image),
      wanted = () => mine === this.#ticket && e.asked === asked && e.state && e.isConnected;
    e.state = { step: 0, of: 1 };
    write(e);
    e.querySelector('s').hidden = false;
    try {
      await this.#follow(r, e, wanted);
    } catch (x) {
      if (wanted()) end(e, { ready: true, problem: x.message });
    }
  }

  /* asked again and again until it is found, nobody wants it any more, or another view is open */
  async #follow(r, e, wanted) {
    const bar = e.querySelector('s');
    while (wanted() && lx.state.view === 'reconstruct') {
      const d = await lx.api('search', { run: r.name, ...e.asked });
      if (!wanted()) return;
      if ('cancelled' in d) break;
      e.state = d;
      bar.firstChild.style.width = (100 * d.step) / d.of + '%';
      write(e);
      if (d.ready) {
        const film = await decoded(d.film);
        if (wanted()) this.#found(r, e, d, film);
        return;
      }
      if ('picture' in d) showReel(e, await decoded(d.picture), true);
      await wait(EVERY);
    }
    if (wanted()) end(e, null);
  }

  #found(r, e, d, film) {
    const canvas = showReel(e, film, false),
      w = film.width / d.steps.length,
      tile = slice(film, film.width - w, w);
    e.querySelector('s').hidden = true;
    canvas.setAttribute('role', 'img');
    entitle(canvas, lx.t('rec.search.film', { steps: d.steps.join(', ') }));
    e.row = { run: r.name, w: lx.f32(d.w), class: d.class, error: d.error, searched: true, tile, pixels: pixelsOf(tile) };
    count(this.#host, 'found');
    this.#view.join([...this.#rows.values()].map((x) => x.row).filter(Boolean));
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
    const now = generators().map((r) => r.name);
    if (String(now) !== String([...this.#rows.keys()])) this.#build();
  }

  restore(names) {
    this.#wish = names;
  }

  get asked() {
    return this.#wish.length ? this.#wish : [...this.#rows].filter(([, e]) => e.state).map(([name]) => name);
  }

  tell() {
    for (const e of this.#rows.values()) write(e);
  }
}
