/* The posterior of the held-out image that is shown, where the plane is the code itself: its mean, and ellipses of one and two σ. */
import { lx } from '../../shell/store.js';

/** @import { PosteriorAnswer } from '../../shell/answers' */

const MARKER = 7; /* its radius in pixels: the larger ellipse lies under it where both radii are less */

export class PosteriorEllipse {
  #map;
  #svg;
  #told;
  /** @type {{ of: string, q: PosteriorAnswer } | null} */
  #known = null;
  #asked = '';

  /** @param {any} map `map.element`, .projection, .pixels(x, y) @param {SVGElement} svg @param {HTMLElement} told in words */
  constructor(map, svg, told) {
    this.#map = map;
    this.#svg = svg;
    this.#told = told;
    lx.on('lang', () => this.draw());
  }

  /** The marker has moved, or the plane below it. */
  draw() {
    const { state } = lx,
      o = state.origin;
    const of = o?.kind === 'point' && state.info?.spec.stochastic && this.#map.projection === 'code' ? `${state.run} ${o.index}` : '';
    if (of && of !== this.#asked && o?.kind === 'point') this.#ask(of, o.index);
    const q = of && this.#known?.of === of ? this.#known.q : null;
    this.#told.hidden = !q;
    if (!q || o?.kind !== 'point') {
      this.#svg.replaceChildren();
      delete this.#map.element.dataset.sigma;
      return;
    }
    const [[a, b], [s, t]] = [q.mean, q.sigma],
      [x, y] = this.#map.pixels(a, b),
      [right] = this.#map.pixels(a + s, b),
      [, up] = this.#map.pixels(a, b + t);
    this.#svg.innerHTML = [1, 2]
      .map((k) => `<ellipse cx="${x}" cy="${y}" rx="${k * Math.abs(right - x)}" ry="${k * Math.abs(up - y)}"/>`)
      .join('');
    const under = 2 * Math.max(Math.abs(right - x), Math.abs(up - y)) < MARKER,
      told = { index: o.index, a: s.toFixed(3), b: t.toFixed(3) };
    this.#told.textContent = lx.t(under ? 'map.posterior.under' : 'map.posterior', told);
    this.#map.element.dataset.sigma = `${s} ${t}`;
  }

  /** @param {string} of @param {number} index */
  async #ask(of, index) {
    this.#asked = of;
    try {
      this.#known = { of, q: await lx.code({ op: 'posterior', index }) };
      this.draw();
    } catch {
      this.#asked = '';
    }
  }
}
