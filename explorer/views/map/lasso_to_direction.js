/* Lassos: up to two sets of images, the mean code of each, what classes they hold, and the direction from one mean to the other. */
import { entitle, make } from '../../shell/dom.js';
import { opened } from '../../shell/state.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';
import { valueColour } from './colouring.js';

/** @import { Code } from '../../shell/types' */
/** @import { Colouring } from './colouring.js' */
/** @import { PlaneMap } from './plane_state.js' */
/** @typedef {{ indices: number[], w: Code | null }} Set w: their mean code, null until it is there */

const MOST = 20000; /* images of a set that a mean is taken of */

/** @param {number[]} indices */
const meanCode = async (indices) => {
  const some = indices.length > MOST ? indices.filter((_, i) => i % Math.ceil(indices.length / MOST) === 0) : indices;
  return lx.f32((await lx.api('mix', { run: opened().run, indices: some })).w);
};

export class Lasso {
  #map;
  #colouring;
  #panel;
  #move;
  #slider;
  /** @type {Set[]} */
  sets = [];
  /** @type {Code | null} */
  #base = null; /* the code that the slider moves from */

  /** @param {PlaneMap} map @param {Colouring} colouring @param {any} panel */
  constructor(map, colouring, panel) {
    this.#map = map;
    this.#colouring = colouring;
    this.#panel = panel;
    this.#move = panel.querySelector('.lx-move');
    this.#slider = this.#move.querySelector('input');
    panel.querySelector('.lx-clear').onclick = () => {
      this.clear();
      map.remember();
    };
    this.#slider.oninput = () => this.#moveAlong(+this.#slider.value);
    this.#slider.onchange = () => map.remember();
  }

  /** Listen to a plot that was made anew. */
  wire(plot = this.#map.plot) {
    plot.on('plotly_selected', (/** @type {any} */ e) => {
      if (this.#map.mode !== 'lasso' || !e?.lassoPoints) return;
      if (!e.points?.length) {
        lx.say(lx.t('map.lasso.nothing'));
        this.#map.paint(false);
      } else
        this.take(e.points.map((/** @type {any} */ p) => p.pointIndex).sort((/** @type {number} */ a, /** @type {number} */ b) => a - b));
    });
  }

  get along() {
    return +this.#slider.value;
  }

  /** The points that any of them holds, null without one. */
  marked() {
    return this.sets.length ? [...new Set(this.sets.flatMap((v) => v.indices))] : null;
  }

  /** @param {boolean} on */
  show(on) {
    this.#panel.hidden = !on;
  }

  /** As a link says: sets of images. @param {number[][]} sets */
  restore(sets) {
    this.sets = sets.map((indices) => ({ indices, w: null }));
    this.#base = null;
    this.draw();
  }

  /** And how far the current code was moved along their direction. @param {number} along */
  async restoreAlong(along) {
    if (!this.sets.length || !(await this.#findMeans()) || !along || this.sets.length !== 2) return;
    const way = this.#direction();
    this.#base = way && opened().w.map((x, i) => x - along * way[i]);
    this.#slideTo(along);
  }

  /* Plotly would keep a lasso's outline and work its points out anew on another map: the points are handed over, and the outline goes */
  clear() {
    const had = this.sets.length;
    this.restore([]);
    if (had && this.#map.xs && this.#map.plot._fullLayout) this.#map.paint(false);
  }

  /** Another set, by its images' numbers in ascending order. @param {number[]} indices */
  async take(indices) {
    if (this.sets.length === 2) this.sets = [];
    /** @type {Set} */
    const s = { indices, w: null };
    this.sets.push(s);
    this.#base = null;
    this.draw();
    await this.#map.paint(false);
    this.#map.remember();
    if ((await this.#findMeans()) && this.sets.length === 1 && this.sets[0] === s && s.w)
      lx.setCode(s.w, { kind: 'lasso', n: indices.length });
  }

  /** Work out the mean codes that are missing; whether they are there now. */
  async #findMeans() {
    const { run } = lx.state,
      mine = this.sets;
    try {
      for (const s of mine) s.w ??= await meanCode(s.indices);
    } catch (e) {
      lx.say(/** @type {Error} */ (e).message, 'error');
      return false;
    }
    if (run !== lx.state.run || (mine !== this.sets && mine.some((s) => !this.sets.includes(s)))) return false;
    this.draw();
    this.#map.element.dataset.means = this.sets.filter((v) => v.w).length;
    return true;
  }

  /**
   * A set's classes: a bar of their colours, and the three most frequent in words, as far as they are a percent of it.
   * @param {Set} s @param {ArrayLike<number>} labels @param {HTMLElement} bars @param {HTMLElement} text
   */
  #breakdown(s, labels, bars, text) {
    const list = this.#colouring.names(),
      /** @type {Map<number, number>} */ often = new Map(),
      share = (/** @type {number} */ m) => (100 * m) / s.indices.length;
    for (const i of s.indices) often.set(labels[i], (often.get(labels[i]) || 0) + 1);
    const sorted = [...often].sort((p, q) => q[1] - p[1]);
    for (const [v, m] of sorted) {
      const i = make('i');
      i.style.cssText = `width:${share(m)}%;background:${valueColour(v)}`;
      bars.append(i);
    }
    text.textContent = sorted
      .slice(0, 3)
      .filter(([, m], place) => !place || share(m) >= 0.5) /* none of less than half a percent */
      .map(([v, m]) => `${list[v] ?? v}: ${percent(m / s.indices.length)} %`)
      .join(' · ');
  }

  /** @param {Set} s @param {number} k */
  #box(s, k) {
    const name = 'AB'[k],
      c = make('canvas', { width: 28, height: 28, role: 'button', tabIndex: 0 }),
      bars = make('div', { className: 'lx-bars' }),
      text = make('span', { className: 'lx-breakdown' }),
      count = lx.t('map.lasso.count', { n: s.indices.length.toLocaleString(lx.state.lang) });
    entitle(c, lx.t('map.lasso.mean', { name }));
    c.onclick = () => s.w && lx.setCode(s.w, { kind: 'lasso', n: s.indices.length });
    c.onkeydown = (e) => {
      if (e.key === 'Enter') c.click();
    };
    const box = make('div', { className: 'lx-set' }, c, make('b', { textContent: name + ' · ' + count }), bars, text);
    if (s.w) lx.draw(c, { op: 'image', w: lx.b64(s.w) });
    if (this.#colouring.labels) this.#breakdown(s, this.#colouring.labels, bars, text);
    return box;
  }

  draw() {
    const { sets } = this,
      { dataset } = this.#map.element,
      hint = this.#panel.querySelector('.lx-hint');
    if (sets.length) dataset.lasso = sets.map((v) => v.indices.length).join(' ');
    hint.dataset.t = sets.length === 1 ? 'map.lasso.second' : 'map.lasso.hint';
    hint.textContent = lx.t(hint.dataset.t);
    hint.hidden = sets.length === 2;
    this.#panel.querySelector('.lx-sets').replaceChildren(...sets.map((s, k) => this.#box(s, k)));
    const ready = sets.length === 2 && sets[0].w && sets[1].w;
    this.#move.hidden = !ready;
    if (!ready) this.#slideTo(0);
    this.#panel.querySelector('.lx-clear').hidden = !sets.length;
    if (!sets.length) {
      delete dataset.lasso;
      delete dataset.means;
    }
  }

  /** @param {number} v */
  #slideTo(v) {
    this.#slider.value = v;
    lx.range(this.#slider);
    this.#move.querySelector('output').textContent = lx.number(v);
  }

  /** From one mean to the other, null until both are there. */
  #direction() {
    const [a, b] = this.sets.map((s) => s.w);
    return a && b ? Array.from(b, (x, i) => x - a[i]) : null;
  }

  /** @param {number} v */
  #moveAlong(v) {
    const way = this.#direction(),
      base = (this.#base ??= Float32Array.from(opened().w));
    if (!way) return;
    this.#move.querySelector('output').textContent = lx.number(v);
    lx.setCode(
      base.map((x, i) => x + v * way[i]),
      { kind: 'direction' },
    );
  }

  /** The current code is another: the slider starts from it. */
  codeMoved() {
    if (lx.state.origin?.kind === 'direction') return;
    this.#base = null;
    if (this.along) this.#slideTo(0);
  }
}
