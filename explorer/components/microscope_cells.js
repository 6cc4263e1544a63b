/* Tiles of a picture as a grid of buttons: arrow keys move among them. cells: [{at (tile of the picture), caption, title, dim, on, pick}].
   A cell may show several tiles side by side (at: [tile, …], from pictures im: [image, …]) or held-out images (index). */
import { lx } from './store.js';

export class Cells {
  host;
  #shown = [];

  constructor(host) {
    this.host = host;
    host.addEventListener('keydown', (e) => {
      const columns = getComputedStyle(host).gridTemplateColumns.split(' ').length,
        step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[e.key],
        k = [...host.children].indexOf(document.activeElement),
        to = step && k >= 0 && host.children[k + step];
      if (to && to.tagName === 'BUTTON') {
        e.preventDefault();
        this.#focus(to);
        to.focus();
      }
    });
  }

  #crop(canvas, im, [h, w], at) {
    const columns = Math.max(1, Math.round(im.width / w));
    canvas.width = w;
    canvas.height = h;
    canvas.getContext('2d', { willReadFrequently: true }).drawImage(im, (at % columns) * w, Math.floor(at / columns) * h, w, h, 0, 0, w, h);
  }

  #make(c, ims, tile) {
    const e = document.createElement(c.pick ? 'button' : 'div');
    e.className = 'lx-mic-cell';
    if (c.pick) {
      e.type = 'button';
      e.onclick = () => {
        this.#focus(e);
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
      } else this.#crop(canvas, im, tile, c.at);
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
  }

  #focus(e) {
    for (const x of this.host.children) if (x.tagName === 'BUTTON') x.tabIndex = x === e ? 0 : -1;
  }

  show(cells, ims, tile, columns) {
    this.#shown = cells;
    this.host.style.setProperty('--columns', columns);
    this.host.replaceChildren(...cells.map((c) => this.#make(c, [ims].flat(), tile)));
    this.#focus([...this.host.children].find((e) => e.classList.contains('is-on')) || this.host.firstElementChild);
  }

  /** Another cell in the place of cell k, with its focus, mark and meter. */
  put(k, c, im, tile) {
    const was = this.host.children[k],
      e = this.#make(c, [im], tile),
      meter = was.querySelector('u'),
      focused = was === document.activeElement;
    this.#shown[k] = c;
    e.tabIndex = was.tabIndex;
    e.classList.toggle('is-on', was.classList.contains('is-on'));
    if (meter) e.querySelector('u')?.replaceWith(meter);
    was.replaceWith(e);
    if (focused) e.focus();
  }

  clear() {
    this.#shown = [];
    this.host.replaceChildren();
  }

  each(fn) {
    return [...this.host.children].forEach((e, k) => this.#shown[k] && fn(e, this.#shown[k], k));
  }

  get n() {
    return this.#shown.length;
  }
}
