/* The mixing grid: the sources in its first row and column, what two of them mix to in between. It is one picture, drawn with gaps; over it
 * lies a button for each place. */
import { make } from '../../shell/dom.js';
import { brush, density, pen } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { PLACES, SIDE, isSource, sourceOf } from './grid_places.js';

/** @import { Place } from './grid_places.js' */
/**
 * @typedef {object} View
 * @property {() => boolean} on whether it is to be seen
 * @property {(row: number, column: number) => void} take
 * @property {(row: number, column: number) => void} again another source
 * @property {(source: number) => HTMLCanvasElement | null} face the real image beside it
 * @property {() => boolean} takesFiles
 * @property {(file: Blob | undefined, source: number) => void} file
 */
/** @typedef {{ W: number, cell: number, first: number, to: (k: number) => number }} Measure the host's width, a cell's, and where a row or
 * column begins: after the real images where there are some */

/** @param {HTMLElement} b @returns {Place} */
const placeOf = (b) => [Number(b.dataset.r), Number(b.dataset.c)];
/** @type {Record<string, Place>} */
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

const BESIDE = 0.42; /* a real image's side, of its reconstruction's */

/**
 * A real image outside of the grid, beside its reconstruction.
 * @param {CanvasRenderingContext2D} x @param {HTMLCanvasElement | null} face
 * @param {number} left @param {number} top @param {number} side @param {number} k pixels of the screen
 */
const beside = (x, face, left, top, side, k) => {
  if (!face) return;
  x.save();
  x.beginPath();
  x.roundRect(left, top, side, side, 6 * k);
  x.clip();
  x.imageSmoothingQuality = 'high';
  x.drawImage(face, left, top, side, side);
  x.restore();
};

export class MixingGrid {
  #view;
  #host;
  #canvas;
  #sheet;
  #cells;
  #mean;
  #drawn = false;
  /** @type {{ of: string, canvas: HTMLCanvasElement } | null} */
  #mask = null; /* the cells' round corners, cut out of all of them at once */

  /** @param {any} element @param {View} view */
  constructor(element, view) {
    this.#view = view;
    this.#host = element.querySelector('.lx-mixing');
    this.#canvas = this.#host.querySelector('canvas');
    this.#sheet = element.querySelector('.lx-sheet');
    this.#mean = element.querySelector('.lx-mean-face');
    this.#cells = element.querySelector('.lx-sty-cells');
    for (const place of PLACES) this.#build(place);
    this.#cells.onkeydown = (/** @type {any} */ e) => this.#key(e);
    this.#cells.ondragover = (/** @type {any} */ e) => {
      if (view.takesFiles() && e.target.closest('.lx-source')) e.preventDefault();
    };
    this.#cells.ondrop = (/** @type {any} */ e) => {
      const b = e.target.closest('.lx-source');
      if (!view.takesFiles() || !b) return;
      e.preventDefault();
      view.file(e.dataTransfer?.files[0], sourceOf(placeOf(b)));
    };
  }

  /* ---- the buttons ---- */
  /** @param {number[]} place */
  #build([r, c]) {
    const source = isSource([r, c]),
      b = make('button', { className: source ? 'lx-sty-cell lx-source' : 'lx-sty-cell', type: 'button' });
    Object.assign(b.dataset, { r, c });
    b.tabIndex = r === 0 && c === 0 ? 0 : -1;
    b.onclick = () => {
      this.#rove(b);
      this.#view.take(r, c);
    };
    this.#cells.append(b);
    if (!source) return;
    const n = make('button', { className: 'lx-again', textContent: '↻', type: 'button' });
    Object.assign(n.dataset, { r, c, again: 1 });
    n.tabIndex = -1;
    n.onclick = () => this.#view.again(r, c);
    this.#cells.append(n);
  }

  /** @param {HTMLElement} b */
  #rove(b) {
    for (const e of this.#cells.querySelectorAll('.lx-sty-cell')) e.tabIndex = e === b ? 0 : -1;
  }

  /** @param {any} e of the keyboard */
  #key(e) {
    const b = e.target.closest('.lx-sty-cell');
    if (!b || e.ctrlKey || e.metaKey || e.altKey) return;
    const [r, c] = placeOf(b);
    if (e.key.toLowerCase() === 'r' && isSource([r, c])) {
      e.preventDefault();
      this.#view.again(r, c);
      return;
    }
    const step = STEPS[e.key],
      to = step && this.#cells.querySelector(`.lx-sty-cell[data-r="${r + step[0]}"][data-c="${c + step[1]}"]`);
    if (!to) return;
    e.preventDefault();
    this.#rove(to);
    to.focus();
  }

  /**
   * What each button is called.
   * @param {Place | null} pick the place that is the current code
   * @param {boolean} gives whether the columns' sources give layers
   * @param {(place: Place, again: boolean) => string} nameOf
   */
  name(pick, gives, nameOf) {
    for (const b of this.#cells.children) {
      const [r, c] = placeOf(b),
        says = nameOf([r, c], !!b.dataset.again);
      b.setAttribute('aria-label', says);
      if (isSource([r, c])) b.title = says;
      if (b.dataset.again) continue;
      b.classList.toggle('on', !!pick && pick[0] === r && pick[1] === c);
      b.classList.toggle('lx-gives', r < 0 && gives);
    }
  }

  /* ---- the picture ---- */
  /** Another run: it waits for a picture. */
  enter() {
    this.#drawn = false;
    this.#cells.hidden = false;
  }

  /** @param {ImageBitmap} im */
  show(im) {
    this.#drawn = true;
    this.#sheet.width = im.width;
    this.#sheet.height = im.height;
    pen(this.#sheet).drawImage(im, 0, 0);
    this.paint();
  }

  /** @returns {Measure} */
  #measure() {
    const W = this.#host.clientWidth || 560,
      wide = W > 440,
      gap = wide ? 7 : 4,
      extra = wide ? 12 : 6,
      real = PLACES.some((place) => isSource(place) && this.#view.face(sourceOf(place))),
      cell = (W - gap * SIDE - extra - (real ? gap : 0)) / (SIDE + 1 + (real ? BESIDE : 0)),
      first = real ? cell * BESIDE + gap : 0;
    return { W, cell, first, to: (k) => first + (k < 0 ? 0 : (k + 1) * (cell + gap) + extra) };
  }

  /** @param {Measure} measure */
  #place({ cell, first, to }) {
    for (const b of this.#cells.children)
      Object.assign(b.style, {
        left: to(+b.dataset.c) + (b.dataset.again ? cell - 22 : 0) + 'px',
        top: to(+b.dataset.r) + 'px',
        ...(b.dataset.again ? {} : { width: cell + 'px', height: cell + 'px' }),
      });
    Object.assign(this.#host.querySelector('.lx-corner').style, {
      left: first + 'px',
      top: first + 'px',
      width: cell + 'px',
      height: cell + 'px',
    });
  }

  /** @param {CanvasRenderingContext2D} x @param {Measure} measure @param {number} k */
  #round(x, { W, cell, to }, k) {
    const of = `${W} ${cell} ${k}`,
      mask = this.#mask?.of === of ? this.#mask.canvas : make('canvas', { width: x.canvas.width, height: x.canvas.height });
    if (this.#mask?.of !== of) {
      this.#mask = { of, canvas: mask };
      const y = brush(mask);
      y.beginPath();
      for (const [r, c] of PLACES) y.roundRect(to(c) * k, to(r) * k, cell * k, cell * k, 8 * k);
      y.fill();
    }
    x.globalCompositeOperation = 'destination-in';
    x.drawImage(mask, 0, 0);
    x.globalCompositeOperation = 'source-over';
  }

  /** The picture as it was, at the size that there is now. */
  paint() {
    if (!this.#drawn || !this.#view.on()) return;
    const measured = this.#measure(),
      { W, cell, to } = measured,
      k = density(),
      canvas = this.#canvas,
      x = brush(canvas),
      [, h, w] = opened().info.spec.shape,
      fits = Math.round(W * k);
    if (canvas.width !== fits) canvas.width = canvas.height = fits;
    else x.clearRect(0, 0, fits, fits);
    this.#place(measured);
    x.imageSmoothingEnabled = cell * k < 2 * w;
    x.imageSmoothingQuality = 'high';
    for (const [r, c] of PLACES) x.drawImage(this.#sheet, (c + 1) * w, (r + 1) * h, w, h, to(c) * k, to(r) * k, cell * k, cell * k);
    this.#round(x, measured, k);
    const side = cell * BESIDE,
      middle = (/** @type {number} */ n) => to(n) + (cell - side) / 2;
    for (const [r, c] of PLACES.filter(isSource))
      beside(x, this.#view.face(sourceOf([r, c])), (r < 0 ? middle(c) : 0) * k, (r < 0 ? 0 : middle(r)) * k, side * k, k);
    this.#mean.width = w;
    this.#mean.height = h;
    brush(this.#mean).drawImage(this.#sheet, 0, 0, w, h, 0, 0, w, h);
  }
}
