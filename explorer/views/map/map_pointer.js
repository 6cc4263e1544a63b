/* Pointing at the map, by mouse, finger or arrow keys: the tooltip of an image, the code of an image or of a place. */
import { latest } from '../../shell/one_in_flight.js';
import { lx } from '../../shell/store.js';
import { placeCode } from './place_code.js';

/** @import { Marker } from './marker.js' */
/** @import { Pane } from './plane_state.js' */

const REACH = 14; /* pixels from a point at which it is still meant */
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys @param {number} x @param {number} y */
const nearest = (xs, ys, x, y) => {
  let best = -1,
    d = Infinity;
  for (let i = 0; i < xs.length; i++) {
    const v = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
    if (v < d) {
      d = v;
      best = i;
    }
  }
  return best;
};

export class Pointing {
  #map;
  #marker;
  #tip;
  #tag;
  #question;
  /* whether the last place that was asked for is still what is meant: those in a row share it, so that each is seen on the way */
  /** @type {(() => boolean) | null} */
  #meant = null;

  /**
   * @param {Pane} map
   * @param {Marker} marker
   * @param {any} tip
   * @param {(i: number) => string} tag what the tooltip adds of a point
   */
  constructor(map, marker, tip, tag) {
    this.#map = map;
    this.#marker = marker;
    this.#tip = tip;
    this.#tag = tag;
    this.#question = latest(
      async (/** @type {number} */ x, /** @type {number} */ y, /** @type {() => boolean} */ still) => {
        const { projection } = map,
          { w, approximate, ratio } = await placeCode(map, x, y);
        if (still()) lx.setCode(w, { kind: 'place', projection, x: +x.toPrecision(9), y: +y.toPrecision(9), approximate, ratio });
      },
      (e) => lx.say(e.message, 'error'),
    );
    map.plot.addEventListener('keydown', (/** @type {KeyboardEvent} */ e) => this.#key(e));
  }

  /** Listen to a plot that was made anew. */
  wire() {
    const { plot } = this.#map;
    plot.on('plotly_hover', (/** @type {any} */ e) => {
      const p = e.points?.[0];
      if (!p || this.#map.bare()) return this.hide();
      this.tell(p.pointIndex, ...this.#map.pixels(p.x, p.y));
    });
    plot.on('plotly_unhover', () => this.hide());
    plot.addEventListener('pointerleave', () => this.hide());
    plot.on('plotly_click', (/** @type {{ event: MouseEvent }} */ { event: e }) => {
      /* what a double click is, the system says: Plotly's own takes two quick clicks far apart for one */
      plot.focus({ preventScroll: true });
      if (e.detail > 1) this.#map.whole();
      else this.#pick(...this.#under(e));
    });
  }

  hide() {
    this.#tip.hidden = true;
    this.#map.hovered(null);
    delete this.#map.element.dataset.hover;
  }

  /** The tooltip of a point, beside a place of the plot. @param {number} i @param {number} px @param {number} py */
  tell(i, px, py) {
    const { stage, element, plot } = this.#map,
      tip = this.#tip;
    tip.querySelector('span').textContent = lx.t('map.tip', { index: i }) + this.#tag(i);
    tip.hidden = false;
    const w = tip.offsetWidth,
      h = tip.offsetHeight;
    /** @param {number} at @param {number} size @param {number} room */
    const beside = (at, size, room) => Math.round(at + 14 + size > room ? Math.max(4, at - size - 14) : at + 14);
    const left = beside(px + plot.offsetLeft, w, stage.clientWidth),
      top = beside(py + plot.offsetTop, h, stage.clientHeight);
    tip.style.transform = `translate(${left}px,${top}px)`;
    element.dataset.hover = i;
    this.#map.hovered(i);
    lx.tile(tip.querySelector('canvas'), i)
      .then((ok) => {
        if (ok) element.dataset.shown = i;
      })
      .catch(() => {});
  }

  /**
   * What a click means, by where it was: Plotly's event may still tell of the place hovered before.
   * @param {MouseEvent} event @returns {[number, number, number]}
   */
  #under(event) {
    const { plot, xs, ys } = this.#map,
      l = plot._fullLayout,
      box = plot.getBoundingClientRect(),
      px = event.clientX - box.left,
      py = event.clientY - box.top;
    let best = -1,
      d = REACH ** 2;
    if (xs && ys && !this.#map.bare())
      for (let i = 0; i < xs.length; i++) {
        const at = this.#map.pixels(xs[i], ys[i]),
          r = (at[0] - px) ** 2 + (at[1] - py) ** 2;
        if (r < d) {
          d = r;
          best = i;
        }
      }
    return best < 0 || !xs || !ys ? [-1, l.xaxis.p2l(px - l.xaxis._offset), l.yaxis.p2l(py - l.yaxis._offset)] : [best, xs[best], ys[best]];
  }

  /** @param {number} x @param {number} y */
  #ask(x, y) {
    this.#marker.set([x, y]);
    const meant = this.#meant?.() ? this.#meant : lx.turn();
    this.#meant = meant;
    this.#question(x, y, meant);
  }

  /** @param {number} index @param {number} x @param {number} y */
  async #pick(index, x, y) {
    const { xs, ys } = this.#map;
    if (this.#map.pick(index, x, y)) return;
    if (index >= 0 && xs && ys) {
      this.#marker.set([xs[index], ys[index]]);
      await lx.point(index);
    } else this.#ask(x, y);
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    const step = STEPS[e.key],
      { xs, ys, plot } = this.#map;
    if (!xs || !ys || !plot._fullLayout) return;
    const l = plot._fullLayout,
      k = e.shiftKey ? 0.05 : 0.01,
      w = l.xaxis.range[1] - l.xaxis.range[0],
      h = l.yaxis.range[1] - l.yaxis.range[0],
      p = this.#marker.at || [l.xaxis.range[0] + w / 2, l.yaxis.range[0] + h / 2];
    if (step) {
      e.preventDefault();
      this.#ask(p[0] + step[0] * k * w, p[1] + step[1] * k * h);
    } else if (e.key === 'Enter' && xs.length) {
      e.preventDefault();
      const i = nearest(xs, ys, p[0], p[1]);
      this.#pick(i, xs[i], ys[i]);
    }
  }
}
