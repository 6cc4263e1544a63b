/* Generators of the same data set without an encoder: a code is searched for when a person asks, shown as it gets nearer, and then joins the
 * ranking with a film of how it got there. A new input gives all searches up. `view`: join(rows), changed(). data-found counts codes found. */
import { short } from './reconstruct_error.js';
import { lx } from './store.js';

export const makeSearch = (host, view) => {
  const EVERY = 350,
    list = host.querySelector('.lx-generators'),
    rows = new Map();
  let image = null,
    ticket = 0,
    wish = [];
  const fitting = () => {
    const me = lx.runOf(lx.state.run);
    return me
      ? (lx.state.runs || []).filter((r) => !r.encodes && r.dataset === me.dataset && String(r.shape) === String(me.shape)).slice(0, 8)
      : [];
  };
  const load = async (url) => {
    const im = new Image();
    im.src = url;
    await im.decode();
    return im;
  };
  const canvasOf = (im, x, w) => {
    const c = document.createElement('canvas');
    c.width = w;
    c.height = im.height;
    c.getContext('2d', { willReadFrequently: true }).drawImage(im, x, 0, w, im.height, 0, 0, w, im.height);
    return c;
  };
  const row = (r) => {
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
      start(r, e);
      view.changed();
    };
    bar.append(document.createElement('s'));
    bar.hidden = true;
    film.className = 'lx-reel';
    film.append(document.createElement('canvas'));
    film.hidden = true;
    e.append(title, button, said, bar, film);
    return e;
  };
  const write = (e) => {
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
  };
  const reset = () => {
    ticket++;
    for (const [name, e] of rows)
      if (e.state && !e.state.ready && !e.state.problem) lx.api('search', { run: name, ...e.asked, cancel: true }).catch(() => {});
    view.join([]);
    rows.clear();
    build();
  };
  const build = () => {
    const before = new Map(rows);
    rows.clear();
    list.replaceChildren(
      ...fitting().map((r) => {
        const e = before.get(r.name) || row(r);
        rows.set(r.name, e);
        write(e);
        return e;
      }),
    );
    host.hidden = !rows.size || !image;
  };
  const start = async (r, e) => {
    if (e.state && !e.state.ready) {
      lx.api('search', { run: r.name, ...e.asked, cancel: true }).catch(() => {});
      e.state = null;
      e.querySelector('s').hidden = true;
      write(e);
      view.changed();
      return;
    }
    const mine = ticket,
      asked = (e.asked = image),
      wanted = () => mine === ticket && e.asked === asked && e.state && e.isConnected;
    e.state = { step: 0, of: 1 };
    write(e);
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
        write(e);
        if (d.picture && !d.ready) {
          const im = await load(d.picture);
          canvas.width = im.width;
          canvas.height = im.height;
          canvas.getContext('2d').drawImage(im, 0, 0);
          reel.hidden = false;
          reel.classList.add('one');
        }
        if (d.ready) {
          const im = await load(d.film),
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
          const tile = canvasOf(im, (n - 1) * w, w);
          e.row = {
            run: r.name,
            w: lx.f32(d.w),
            class: d.class,
            error: d.error,
            searched: true,
            tile,
            pixels: tile.getContext('2d').getImageData(0, 0, w, im.height).data,
          };
          host.dataset.found = (+host.dataset.found || 0) + 1;
          view.join([...rows.values()].map((x) => x.row).filter(Boolean));
          return;
        }
        await new Promise((ok) => setTimeout(ok, EVERY));
      }
      if (wanted()) {
        e.state = null;
        bar.hidden = true;
        write(e);
      }
    } catch (x) {
      if (wanted()) {
        e.state = { ready: true, problem: x.message };
        bar.hidden = true;
        write(e);
      }
    }
  };
  /** Another input, or another run: what was found no longer holds. */
  const take = (found) => {
    image = found && { image: found.image?.index === undefined ? found.pixels : found.image };
    reset();
    const names = wish;
    if (found) wish = [];
    if (found) for (const [name, e] of rows) if (names.includes(name)) start(lx.runOf(name), e);
  };
  /** The list of runs has changed: generators that came are added, those that went go; what is found or under way stays. */
  const runs = () => {
    const now = fitting().map((r) => r.name);
    if (String(now) !== String([...rows.keys()])) build();
  };
  return {
    take,
    runs,
    restore: (names) => {
      wish = names;
    },
    get asked() {
      return wish.length ? wish : [...rows].filter(([, e]) => e.state).map(([name]) => name);
    },
    tell: () => {
      for (const e of rows.values()) write(e);
    },
  };
};
