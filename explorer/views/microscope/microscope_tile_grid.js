/* Tiles of a picture as a grid of buttons: arrow keys move among them. cells: [{at (tile of the picture), caption, title, dim, on, pick}].
   A cell may show several tiles side by side (at: [tile, …], from pictures im: [image, …]) or held-out images (index). */
import { button, entitle, make } from '../../shell/dom.js';
import { blank, crop } from '../../shell/pictures.js';
import { lx } from '../../shell/store.js';

/** @import { Picture } from '../../shell/pictures.js' */
/**
 * @typedef {object} Cell
 * @property {number} [at] tile of the picture
 * @property {number} [index] a held-out image, where there is no picture
 * @property {string | number} [caption]
 * @property {string} [title]
 * @property {boolean} [dim]
 * @property {boolean} [on]
 * @property {boolean} [dead]
 * @property {unknown} [meter] whether it has one
 * @property {Record<string, unknown>} [data]
 * @property {() => void} [pick]
 */

/** @param {Picture} im @param {number[]} tile @param {number} at */
const cut = (im, tile, at) => {
  const canvas = make('canvas');
  crop(canvas, im, tile, at);
  return canvas;
};

/* a held-out image: it comes when its sheet is there */
/** @param {HTMLElement} e @param {number[]} tile @param {number} index */
const held = (e, tile, index) => {
  const [h, w] = lx.state.info?.dataset?.tile || tile,
    canvas = blank(w, h);
  lx.tile(canvas, index)
    .then((ok) => {
      if (ok) e.dataset.drawn = String(index);
    })
    .catch(() => {});
  return canvas;
};

export class Cells {
  host;
  /** @type {Cell[]} */
  #shown = [];

  /** @param {HTMLElement} host */
  constructor(host) {
    this.host = host;
    host.addEventListener('keydown', (e) => {
      const columns = getComputedStyle(host).gridTemplateColumns.split(' ').length,
        steps = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }),
        step = steps[e.key],
        k = [...host.children].indexOf(/** @type {Element} */ (document.activeElement)),
        to = step && k >= 0 && host.children[k + step];
      if (to instanceof HTMLButtonElement) {
        e.preventDefault();
        this.#focus(to);
        to.focus();
      }
    });
  }

  /** @param {Cell} c @param {(Picture | null)[]} ims null: no picture of it yet @param {number[]} tile */
  #make(c, ims, tile) {
    const { pick } = c,
      e = pick ? button() : make('div');
    e.className = 'lx-mic-cell';
    if (pick)
      e.onclick = () => {
        this.#focus(e);
        pick();
      };
    for (const im of ims) {
      if (im) e.append(cut(im, tile, c.at ?? 0));
      else if (c.index !== undefined) e.append(held(e, tile, c.index));
    }
    if (c.meter !== undefined) e.append(make('u', {}, make('b')));
    if (c.caption !== undefined) e.append(make('i', { textContent: String(c.caption) }));
    if (c.title) entitle(e, c.title);
    for (const state of /** @type {const} */ (['dim', 'on', 'dead'])) e.classList.toggle('is-' + state, !!c[state]);
    Object.assign(e.dataset, c.data);
    return e;
  }

  /** @param {Element | null} e */
  #focus(e) {
    for (const x of this.host.children) if (x instanceof HTMLButtonElement) x.tabIndex = x === e ? 0 : -1;
  }

  /** @param {Cell[]} cells @param {Picture | null | (Picture | null)[]} ims @param {number[]} tile @param {number} columns */
  show(cells, ims, tile, columns) {
    this.#shown = cells;
    this.host.style.setProperty('--columns', String(columns));
    this.host.replaceChildren(...cells.map((c) => this.#make(c, [ims].flat(), tile)));
    this.#focus([...this.host.children].find((e) => e.classList.contains('is-on')) || this.host.firstElementChild);
  }

  /** Another cell in the place of cell k, with its focus, mark and meter.
   * @param {number} k @param {Cell} c @param {Picture | null} im @param {number[]} tile */
  put(k, c, im, tile) {
    const was = /** @type {HTMLElement} */ (this.host.children[k]),
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

  /** @param {(e: HTMLElement, c: Cell, k: number) => void} fn */
  each(fn) {
    /** @type {HTMLElement[]} */ ([...this.host.children]).forEach((e, k) => this.#shown[k] && fn(e, this.#shown[k], k));
  }

  get n() {
    return this.#shown.length;
  }
}
