/* Tiles of a picture as a grid of buttons: arrow keys move among them. cells: [{at (tile of the picture), caption, title, dim, on, pick}].
   A cell may show several tiles side by side (at: [tile, …], from pictures im: [image, …]) or held-out images (index). */
import { lx } from './store.js';

export const makeCells = (host) => {
  let shown = [];
  const crop = (canvas, im, [h, w], at) => {
    const columns = Math.max(1, Math.round(im.width / w));
    canvas.width = w;
    canvas.height = h;
    canvas.getContext('2d', { willReadFrequently: true }).drawImage(im, (at % columns) * w, Math.floor(at / columns) * h, w, h, 0, 0, w, h);
  };
  const make = (c, ims, tile) => {
    const e = document.createElement(c.pick ? 'button' : 'div');
    e.className = 'lx-mic-cell';
    if (c.pick) {
      e.type = 'button';
      e.onclick = () => {
        focus(e);
        c.pick();
      };
    }
    for (const im of ims) {
      const canvas = document.createElement('canvas');
      if (c.index !== undefined && !im) {
        [canvas.height, canvas.width] = lx.state.info.dataset?.tile || tile;
        lx.tile(canvas, c.index)
          .then((ok) => {
            if (ok) e.dataset.drawn = c.index;
          })
          .catch(() => {});
      } else crop(canvas, im, tile, c.at);
      e.append(canvas);
    }
    if (c.meter !== undefined) {
      const m = document.createElement('u'),
        i = document.createElement('b');
      m.append(i);
      e.append(m);
    }
    if (c.caption !== undefined) {
      const i = document.createElement('i');
      i.textContent = c.caption;
      e.append(i);
    }
    if (c.title) {
      e.title = c.title;
      e.setAttribute('aria-label', c.title);
    }
    for (const name of ['dim', 'on', 'dead']) e.classList.toggle('is-' + name, !!c[name]);
    for (const [k, v] of Object.entries(c.data || {})) e.dataset[k] = v;
    return e;
  };
  const focus = (e) => {
    for (const x of host.children) if (x.tagName === 'BUTTON') x.tabIndex = x === e ? 0 : -1;
  };
  const show = (cells, ims, tile, columns) => {
    shown = cells;
    host.style.setProperty('--columns', columns);
    host.replaceChildren(...cells.map((c) => make(c, [ims].flat(), tile)));
    focus([...host.children].find((e) => e.classList.contains('is-on')) || host.firstElementChild);
  };
  host.addEventListener('keydown', (e) => {
    const columns = getComputedStyle(host).gridTemplateColumns.split(' ').length,
      step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[e.key],
      k = [...host.children].indexOf(document.activeElement),
      to = step && k >= 0 && host.children[k + step];
    if (to && to.tagName === 'BUTTON') {
      e.preventDefault();
      focus(to);
      to.focus();
    }
  });
  /** Another cell in the place of cell k, with its focus, mark and meter. */
  const put = (k, c, im, tile) => {
    const was = host.children[k],
      e = make(c, [im], tile),
      meter = was.querySelector('u'),
      focused = was === document.activeElement;
    shown[k] = c;
    e.tabIndex = was.tabIndex;
    e.classList.toggle('is-on', was.classList.contains('is-on'));
    if (meter) e.querySelector('u')?.replaceWith(meter);
    was.replaceWith(e);
    if (focused) e.focus();
  };
  return {
    show,
    put,
    clear: () => {
      shown = [];
      host.replaceChildren();
    },
    each: (fn) => [...host.children].forEach((e, k) => shown[k] && fn(e, shown[k], k)),
    host,
    get n() {
      return shown.length;
    },
  };
};
/* One request in flight, the latest wish last. What stands in `hosts()` is of another wish meanwhile and dimmed; where the last one fails,
   `wipe()` takes it away. */
export const makeLatest = (work, failed, hosts = () => [], wipe = () => {}) => {
  let busy = false,
    next = null;
  const run = async () => {
    busy = true;
    lx.stale(hosts(), true);
    while (next) {
      const wish = next;
      next = null;
      try {
        await work(...wish);
      } catch (e) {
        if (!next) {
          wipe();
          failed(e);
        }
      }
      lx.stale(hosts(), !!next, true);
    }
    busy = false;
  };
  return (...wish) => {
    next = wish;
    if (!busy) run();
  };
};
/* Chips as radio buttons: arrows move and choose. */
export const makeChoice = (host, key, chosen) => {
  const all = () => [...host.querySelectorAll(`[data-${key}]`)].filter((b) => !b.hidden);
  host.addEventListener('click', (e) => {
    const b = e.target.closest(`[data-${key}]`);
    if (b) chosen(b.dataset[key]);
  });
  host.addEventListener('keydown', (e) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key],
      list = all(),
      k = list.indexOf(document.activeElement);
    if (!step || k < 0) return;
    e.preventDefault();
    const to = list[(k + step + list.length) % list.length];
    chosen(to.dataset[key]);
    to.focus();
  });
  return (value) => {
    for (const b of host.querySelectorAll(`[data-${key}]`)) {
      const is = b.dataset[key] === String(value);
      b.classList.toggle('on', is);
      b.setAttribute('aria-checked', is);
      b.tabIndex = is ? 0 : -1;
    }
  };
};
