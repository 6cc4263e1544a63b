/* Lassos: up to two sets of images, the mean code of each, what classes they hold, and the direction from one mean to the other. */
import { entitle, make } from '../../shell/dom.js';
import { lx } from '../../shell/store.js';
import { valueColour } from './colouring.js';

const MOST = 20000; /* images of a set that a mean is taken of */

const average = async (indices) => {
  const some = indices.length > MOST ? indices.filter((_, i) => i % Math.ceil(indices.length / MOST) === 0) : indices;
  return lx.f32((await lx.api('mix', { run: lx.state.run, indices: some })).w);
};

export class Lasso {
  #map;
  #colouring;
  #panel;
  #move;
  #slider;
  sets = []; /* {indices, w}: w, their mean code, null until it is there */
  #base = null; /* the code that the slider moves from */

  /** @param {any} map `map.element`, .plot, .xs, .mode, .paint(fresh), .remember() */
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
    plot.on('plotly_selected', (e) => {
      if (this.#map.mode !== 'lasso' || !e?.lassoPoints) return;
      if (!e.points?.length) {
        lx.say(lx.t('map.lasso.nothing'));
        this.#map.paint(false);
      } else this.take(e.points.map((p) => p.pointIndex).sort((a, b) => a - b));
    });
  }

  get along() {
    return +this.#slider.value;
  }

  /** The points that any of them holds, null without one. */
  marked() {
    return this.sets.length ? [...new Set(this.sets.flatMap((v) => v.indices))] : null;
  }

  show(on) {
    this.#panel.hidden = !on;
  }

  /** As a link says: sets of images. */
  restore(sets) {
    this.sets = sets.map((indices) => ({ indices, w: null }));
    this.#base = null;
    this.draw();
  }

  /** And how far the current code was moved along their direction. */
  async restoreAlong(along) {
    if (!this.sets.length || !(await this.#averages()) || !along || this.sets.length !== 2) return;
    const [a, b] = this.sets;
    this.#base = lx.state.w.map((x, i) => x - along * (b.w[i] - a.w[i]));
    this.#slideTo(along);
  }

  /* Plotly would keep a lasso's outline and work its points out anew on another map: the points are handed over, and the outline goes */
  clear() {
    const had = this.sets.length;
    this.restore([]);
    if (had && this.#map.xs && this.#map.plot._fullLayout) this.#map.paint(false);
  }

  /** Another set, by its images' numbers in ascending order. */
  async take(indices) {
    if (this.sets.length === 2) this.sets = [];
    const s = { indices, w: null };
    this.sets.push(s);
    this.#base = null;
    this.draw();
    await this.#map.paint(false);
    this.#map.remember();
    if ((await this.#averages()) && this.sets.length === 1 && this.sets[0] === s) lx.setCode(s.w, { kind: 'lasso', n: indices.length });
  }

  /** Work out the mean codes that are missing; whether they are there now. */
  async #averages() {
    const { run } = lx.state,
      mine = this.sets;
    try {
      for (const s of mine) s.w ??= await average(s.indices);
    } catch (e) {
      lx.say(e.message, 'error');
      return false;
    }
    if (run !== lx.state.run || (mine !== this.sets && mine.some((s) => !this.sets.includes(s)))) return false;
    this.draw();
    this.#map.element.dataset.means = this.sets.filter((v) => v.w).length;
    return true;
  }

  /* a set's classes: a bar of their colours, and the three most frequent in words */
  #breakdown(s, bars, text) {
    const { labels } = this.#colouring,
      list = this.#colouring.names(),
      often = new Map(),
      share = (m) => (100 * m) / s.indices.length;
    for (const i of s.indices) often.set(labels[i], (often.get(labels[i]) || 0) + 1);
    const sorted = [...often].sort((p, q) => q[1] - p[1]);
    for (const [v, m] of sorted) {
      const i = make('i');
      i.style.cssText = `width:${share(m)}%;background:${valueColour(v)}`;
      bars.append(i);
    }
    text.textContent = sorted
      .slice(0, 3)
      .map(([v, m]) => `${list[v] ?? v}: ${Math.round(share(m))} %`)
      .join(' · ');
  }

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
    if (this.#colouring.labels) this.#breakdown(s, bars, text);
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

  #slideTo(v) {
    this.#slider.value = v;
    lx.range(this.#slider);
    this.#move.querySelector('output').textContent = lx.number(v);
  }

  #moveAlong(v) {
    const [a, b] = this.sets;
    this.#base ??= Float32Array.from(lx.state.w);
    this.#move.querySelector('output').textContent = lx.number(v);
    lx.setCode(
      this.#base.map((x, i) => x + v * (b.w[i] - a.w[i])),
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
