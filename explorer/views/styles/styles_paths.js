/* The way between two of the grid's sources through Z and through W: two strips and how long each is. `view`: pair, seeds(), cut(). */
import { offer } from '../../shell/dom.js';
import { latest } from '../../shell/one_in_flight.js';
import { decoded, density, rounded } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { PathsAnswer } from '../../shell/answers' */
/** @import { CodeAsked } from '../../shell/types' */
/**
 * @typedef {object} Ways
 * @property {number[]} pair which two of the sources
 * @property {() => number[]} seeds of all sources, rows first
 * @property {() => number} rows how many these are
 * @property {() => boolean} real whether the grid's sources are real images, of which no z is known, instead
 * @property {() => { psi?: number, cutoff?: number }} cut
 * @property {() => void} changed
 * @property {() => void} walked
 */

const FRAMES = 8;
const GAP = 5;

export class StylePaths {
  #on;
  #view;
  #host;
  #selects;
  #seen = false;
  #timer = 0;
  #shown = '';
  /** @type {PathsAnswer | null} */
  #answer = null;
  /** @type {HTMLImageElement | null} */
  #sheet = null;

  #ask = latest(
    async (/** @type {string | null} */ run, /** @type {CodeAsked<'paths'>} */ body) => {
      const key = [run, lx.state.label, JSON.stringify(body)].join();
      if (key === this.#shown) return;
      const d = await lx.code(body),
        im = await decoded(d.picture);
      if (run !== lx.state.run) return;
      this.#answer = d;
      this.#sheet = im;
      this.#shown = key;
      this.#paint();
      this.told();
      this.#host.dataset.lengths = `${d.lengths.z} ${d.lengths.w}`;
      this.#view.walked();
    },
    (e) => lx.say(e.message, 'error'),
  );

  /** @param {any} host @param {Ways} view @param {() => unknown} on */
  constructor(host, view, on) {
    this.#host = host;
    this.#view = view;
    this.#on = on;
    this.#selects = [...host.querySelectorAll('select')];
    for (const [i, s] of this.#selects.entries())
      s.onchange = () => {
        view.pair[i] = +s.value;
        this.#seen = true;
        view.changed();
        this.show();
      };
    new IntersectionObserver((all) => {
      this.#seen = all.some((x) => x.isIntersecting);
      if (this.#seen) this.show();
    }).observe(host);
    new ResizeObserver(() => {
      if (on()) this.#paint();
    }).observe(this.#find('.lx-ways'));
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  names() {
    const n = this.#view.rows(),
      all = this.#view.seeds();
    for (const [i, s] of this.#selects.entries()) {
      const titles = all.map((seed, k) => {
        const what = k < n ? lx.t('sty.row', { n: k + 1 }) : lx.t('sty.column', { n: k - n + 1 }),
          named = lx.t('origin.seed', { seed });
        return [k, this.#view.real() ? named : `${what} · ${named}`];
      });
      offer(s, titles, this.#view.pair[i]);
    }
    this.told();
  }

  told() {
    if (!this.#answer) return;
    const { lengths, space } = this.#answer,
      { z, w } = lengths,
      short = (/** @type {number} */ v) => (v >= 100 ? Math.round(v).toLocaleString(lx.state.lang) : v.toPrecision(3)),
      times = Math.max(z, w) / Math.max(Math.min(z, w), 1e-12);
    for (const o of this.#host.querySelectorAll('[data-way]')) o.textContent = short(o.dataset.way === 'z' ? z : w);
    this.#find('.lx-ways-told').textContent = [
      ...(this.#view.real() ? [lx.t('sty.path.real')] : []),
      times < 1.05 ? lx.t('sty.path.alike') : lx.t(z > w ? 'sty.path.w' : 'sty.path.z', { times: times.toFixed(1) }),
      lx.t('sty.path.' + space),
    ].join(' ');
  }

  #paint() {
    if (!this.#sheet) return;
    const canvas = this.#find('canvas'),
      x = canvas.getContext('2d'),
      [, h, w] = opened().info.spec.shape,
      k = density(),
      W = canvas.clientWidth || 560,
      side = (W - GAP * (FRAMES - 1)) / FRAMES;
    canvas.width = Math.round(W * k);
    canvas.height = Math.round((2 * side + 10) * k);
    x.imageSmoothingEnabled = side * k < 2 * w;
    for (let r = 0; r < 2; r++)
      for (let c = 0; c < FRAMES; c++)
        rounded(x, this.#sheet, [c * w, r * h, w, h], [c * (side + GAP) * k, r * (side + 10) * k, side * k], 7 * k);
  }

  show() {
    if (!this.#on() || !this.#seen) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#on()) return;
      const all = this.#view.seeds();
      /** @type {CodeAsked<'paths'>} */
      const body = { op: 'paths', a: all[this.#view.pair[0]], b: all[this.#view.pair[1]], frames: FRAMES, ...this.#view.cut() };
      this.#ask(lx.state.run, body);
    }, 300);
  }
}
