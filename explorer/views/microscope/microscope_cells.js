/* Tiles of a picture as a grid of buttons: arrow keys move among them. cells: [{at (tile of the picture), caption, title, dim, on, pick}].
   A cell may show several tiles side by side (at: [tile, …], from pictures im: [image, …]) or held-out images (index). */
import { button, entitle, make } from '../../shell/dom.js';
import { blank, crop } from '../../shell/pictures.js';
import { lx } from '../../shell/store.js';

const cut = (im, tile, at) => {
  const canvas = make('canvas');
  crop(canvas, im, tile, at);
  return canvas;
};

/* a held-out image: it comes when its sheet is there */
const held = (e, tile, index) => {
  const [h, w] = lx.state.info.dataset?.tile || tile,
    canvas = blank(w, h);
  lx.tile(canvas, index)
    .then((ok) => {
      if (ok) e.dataset.drawn = index;
    })
    .catch(() => {});
  return canvas;
};

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

  #make(c, ims, tile) {
    const e = c.pick ? button() : make('div');
    e.className = 'lx-mic-cell';
    if (c.pick)
      e.onclick = () => {
        this.#focus(e);
        c.pick();
      };
    for (const im of ims) e.append(im || c.index === undefined ? cut(im, tile, c.at) : held(e, tile, c.index));
    if (c.meter !== undefined) e.append(make('u', {}, make('b')));
    if (c.caption !== undefined) e.append(make('i', { textContent: c.caption }));
    if (c.title) entitle(e, c.title);
    for (const state of ['dim', 'on', 'dead']) e.classList.toggle('is-' + state, !!c[state]);
    Object.assign(e.dataset, c.data);
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
    [...this.host.children].forEach((e, k) => this.#shown[k] && fn(e, this.#shown[k], k));
  }

  get n() {
    return this.#shown.length;
  }
}
