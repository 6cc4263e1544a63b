/* The columns of a pyramid, one for each level: the smaller image, the residual and their sum, with their dials, and the same level of the
 * second sample. */
import { button, entitle, make, named } from '../../shell/dom.js';
import { brush, pen, wipe } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { FULL } from './pyramid_link.js';

/** @import { Picture } from '../../shell/pictures.js' */
/**
 * @typedef {object} View
 * @property {number[]} blend of each residual its share in hundredths
 * @property {boolean[]} drawn of each residual whether the model draws it in a real image
 * @property {() => boolean} real whether a real image is shown
 * @property {(level: number) => number | undefined} scale what the colours of its residual end at
 * @property {() => void} changed
 * @property {(level: number) => void} film
 * @property {(level: number) => void} reseed
 * @property {(level: number) => void} swap
 */
/** @typedef {{ size: number }} Size of a level, for its words */

const ROWS = ['low', 'residual', 'sum'];
/** @type {Record<string, string>} */
const SIGNS = { low: '', residual: '+ ', sum: '= ' };

const spec = () => opened().info.spec;

const has = () => spec().noise.length > 0;

const square = () => make('canvas', { width: spec().shape[1], height: spec().shape[1], role: 'img' });

/** @param {string} row */
const tile = (row) => {
  const c = square();
  pen(c); /* its pixels are read back */
  return make('figure', { className: 'lx-tile', data: { row } }, make('figcaption'), c);
};

/**
 * A tile of a picture: a column for each level, a row for each of ROWS.
 * @param {HTMLCanvasElement} canvas @param {Picture} im @param {number} side @param {number} level @param {number} row
 */
const put = (canvas, im, side, level, row) => {
  const x = brush(canvas);
  x.imageSmoothingEnabled = false;
  x.drawImage(im, level * side, row * side, side, side, 0, 0, side, side);
};

export class LevelColumns {
  #host;
  #view;

  /** @param {any} host @param {View} view */
  constructor(host, view) {
    this.#host = host;
    this.#view = view;
  }

  /** @returns {HTMLCanvasElement[]} */
  get tiles() {
    return [...this.#host.querySelectorAll('.lx-tile canvas')];
  }

  /** How much of a level's residual is added, and who draws it in a real image. @param {number} k */
  #dials(k) {
    const share = make('input', { type: 'range', className: 'lx-range', min: 0, max: FULL, step: 1 }),
      by = button({ className: 'lx-btn lx-small lx-by' });
    share.oninput = () => {
      this.#view.blend[k - 1] = +share.value;
      this.#view.changed();
    };
    by.onclick = () => {
      this.#view.drawn[k - 1] = !this.#view.drawn[k - 1];
      this.#view.changed();
    };
    const film = button({ className: 'lx-animate', textContent: '▶', 'aria-haspopup': 'dialog', onclick: () => this.#view.film(k) });
    return [make('div', { className: 'lx-blend' }, make('span'), film, share, make('output', { className: 'num' })), by];
  }

  /** @param {number} r @param {number} k */
  #level(r, k) {
    const tiles = make('div', { className: 'lx-tiles' }),
      title = make('h3', { className: 'num', textContent: `${r} × ${r}` }),
      s = make('section', { className: 'lx-level', data: { level: k, moves: '.lx-tile canvas' } }, title, tiles);
    if (!has()) {
      tiles.append(tile('sum'));
      return s;
    }
    if (k) tiles.append(...ROWS.map(tile));
    else tiles.append(make('p', { className: 'lx-none lx-note' }), tile('sum'));
    const again = button({ className: 'lx-btn lx-small lx-reseed', onclick: () => this.#view.reseed(k) }),
      swap = button({ className: 'lx-btn lx-small lx-swap', onclick: () => this.#view.swap(k) });
    s.append(
      make('div', { className: 'lx-turns' }, ...(k ? this.#dials(k) : []), again),
      make('div', { className: 'lx-other' }, square(), swap),
    );
    return s;
  }

  build() {
    const { levels } = spec();
    this.#host.style.setProperty('--n', levels.length);
    this.#host.classList.toggle('plain', !has());
    this.#host.replaceChildren(...levels.map((r, k) => this.#level(r, k)));
  }

  clear() {
    for (const canvas of this.tiles) wipe(canvas);
  }

  /** A picture of all levels. @param {Picture} im @param {number} side */
  show(im, side) {
    for (const f of this.#host.querySelectorAll('.lx-tile')) {
      const level = +f.closest('.lx-level').dataset.level;
      put(f.querySelector('canvas'), im, side, level, has() ? ROWS.indexOf(f.dataset.row) : 0);
    }
  }

  /** The second sample's. @param {Picture} im @param {number} side */
  showSecond(im, side) {
    this.#host
      .querySelectorAll('.lx-other canvas')
      .forEach((/** @type {HTMLCanvasElement} */ c, /** @type {number} */ level) => put(c, im, side, level, ROWS.length - 1));
  }

  /* ---- words ---- */
  tell() {
    const real = this.#view.real();
    for (const s of this.#host.querySelectorAll('.lx-level')) this.#tellLevel(s, real);
    this.#host.classList.toggle('real', real);
  }

  /** @param {any} f @param {number} k @param {boolean} real @param {Size} size */
  #tellTile(f, k, real, size) {
    const { row } = f.dataset,
      by = this.#view.drawn[k - 1] ? 'drawn' : 'own',
      what = lx.t('pyr.' + (real && row === 'residual' ? by : row)),
      top = this.#view.scale(k),
      sign = SIGNS[row];
    f.querySelector('figcaption').textContent =
      (k && has() ? sign : '') + what + (row === 'residual' && top !== undefined ? ` (±${top})` : '');
    f.querySelector('canvas').setAttribute('aria-label', lx.t('pyr.tile', { what, ...size }));
  }

  /** @param {(selector: string) => any} q @param {number} k @param {boolean} real @param {Size} size */
  #tellDials(q, k, real, size) {
    const share = q('.lx-blend input'),
      by = q('.lx-by'),
      blend = this.#view.blend[k - 1];
    share.value = blend;
    lx.range(share);
    share.setAttribute('aria-label', lx.t('pyr.blend.of', size));
    q('.lx-blend span').textContent = lx.t('pyr.blend');
    entitle(q('.lx-animate'), lx.t('pyr.film', size));
    q('.lx-blend output').textContent = (blend / FULL).toFixed(2);
    by.hidden = !real;
    by.textContent = lx.t('pyr.by');
    by.title = lx.t('pyr.by.help');
    by.setAttribute('aria-pressed', this.#view.drawn[k - 1]);
    by.setAttribute('aria-label', named(lx.t('pyr.by.of', size), by.textContent));
  }

  /** @param {any} s @param {boolean} real */
  #tellLevel(s, real) {
    const k = +s.dataset.level,
      q = (/** @type {string} */ c) => s.querySelector(c),
      size = { size: spec().levels[k] },
      none = q('.lx-none');
    if (none) none.textContent = lx.t(real ? 'pyr.smallest' : 'pyr.noise');
    for (const f of s.querySelectorAll('.lx-tile')) this.#tellTile(f, k, real, size);
    if (!has()) return;
    const again = q('.lx-reseed'),
      two = q('.lx-other'),
      change = q('.lx-swap');
    again.textContent = lx.t('pyr.reseed');
    again.setAttribute('aria-label', named(lx.t('pyr.reseed.of', size), again.textContent));
    again.title = lx.t('pyr.reseed.help');
    again.hidden = real && !(k && this.#view.drawn[k - 1]);
    two.hidden = real;
    two.querySelector('canvas').setAttribute('aria-label', lx.t('pyr.second.of', size));
    change.textContent = lx.t('pyr.swap');
    change.title = lx.t('pyr.swap.help');
    change.setAttribute('aria-label', named(lx.t('pyr.swap.of', size), change.textContent));
    if (k) this.#tellDials(q, k, real, size);
  }
}
