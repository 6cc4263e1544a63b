/* The cross on the map: it follows the current code, wherever that was moved from. */
import { amongNeighbours } from '../../shell/moves.js';
import { lx } from '../../shell/store.js';

/** @import { Neighbours } from '../../shell/types' */

export class Marker {
  #map;
  #cross;
  #moved;
  /** @type {number[] | null} */
  at = null; /* [x, y] on this map */
  /** @type {Neighbours | null} */
  #near = null; /* the current code's neighbours among the real images */

  /**
   * @param {any} map `map.element`, .xs, .ys, .projection, .pixels(x, y), .plot
   * @param {SVGElement} cross @param {() => void} moved
   */
  constructor(map, cross, moved) {
    this.#map = map;
    this.#cross = cross;
    this.#moved = moved;
    document.addEventListener('lx-neighbours', (e) => {
      this.#near = e.detail;
      if (e.detail.w === lx.state.w && map.xs) this.follow();
    });
  }

  /** @param {number[]} p */
  set(p) {
    const px = p && this.#map.pixels(p[0], p[1]);
    this.at = p;
    this.#cross.setAttribute('visibility', px ? 'visible' : 'hidden');
    if (px) this.#cross.setAttribute('transform', `translate(${px[0].toFixed(1)} ${px[1].toFixed(1)})`);
    if (p) {
      this.#map.element.dataset.x = p[0];
      this.#map.element.dataset.y = p[1];
    }
    this.#moved();
  }

  /** The plane was moved below it. */
  again() {
    if (this.at) this.set(this.at);
  }

  /** It is not on this map, yet. */
  away() {
    this.at = null;
    this.#cross.setAttribute('visibility', 'hidden');
  }

  /** Another run: nothing is known of where its code lies. */
  forget() {
    this.#near = null;
    this.away();
  }

  follow() {
    const { w, origin: o, info } = lx.state,
      { xs, ys, projection, plot } = this.#map;
    if (!xs || !plot._fullLayout || !w || !info) return;
    if (o?.kind === 'point' && o.index < xs.length && projection !== 'code') return this.set([xs[o.index], ys[o.index]]);
    if (o?.kind === 'place' && o.projection === projection) return this.set([o.x, o.y]);
    if (projection === 'code') return this.set([w[0], w[1]]);
    if (this.#near && this.#near.w === w) {
      const p = amongNeighbours(xs, ys, this.#near.indices, this.#near.distances);
      if (p) this.set(p);
    } else if (!this.at) this.#cross.setAttribute('visibility', 'hidden');
  }
}
