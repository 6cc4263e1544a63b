/* A second pane beside the map: the same points on another map of the run. What is hovered, lassoed or looked for in one is marked in
 * both. */
import { offer } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { Marker } from './marker.js';
import { Pointing } from './map_pointer.js';
import { mapName } from './projections.js';
import { saveWhole } from './saved_map.js';
import { HANDS, layout, sameFrame, trace, wholeFrame } from './scatter.js';

/** @import { Colouring } from './colouring.js' */
/** @import { Lasso } from './lasso_to_direction.js' */
/** @import { Pane, PlaneMap } from './plane_state.js' */
/** @import { Search } from './search.js' */

export class Second {
  #map;
  #parts;
  #choice;
  #name;
  #marker;
  #pointing;
  #lastAsked = new LastAsked();
  #revision = 0;
  #loaded = '';
  #wired = false;
  projection = ''; /* of the second pane, '' without one */

  /**
   * @param {PlaneMap} map the first pane
   * @param {{ colouring: Colouring, lasso: Lasso, search: Search, tip: any, legend: any, plot: any, svg: any, choice: any,
   *   name: any }} parts
   */
  constructor(map, parts) {
    const { plot, svg } = parts;
    this.#map = map;
    this.#parts = parts;
    this.#choice = parts.choice;
    this.#name = parts.name;
    /* what a pane is for those that are in both: its points, where they are on the screen, and what a hand there means */
    /** @type {Pane} */
    this.pane = {
      element: plot,
      stage: map.stage,
      plot,
      xs: null,
      ys: null,
      projection: '',
      ring: svg.querySelector('.lx-ring'),
      get mode() {
        return map.mode;
      },
      bare: () => false,
      hovered: map.hovered,
      pixels: (x, y) => {
        const l = plot._fullLayout;
        return l && [l.xaxis._offset + l.xaxis.l2p(x), l.yaxis._offset + l.yaxis.l2p(y)];
      },
      spot: (i) => this.pane.pixels(this.pane.xs?.[i] ?? NaN, this.pane.ys?.[i] ?? NaN),
      whole: () => this.paint(true),
      pick: (index) => map.between(index),
    };
    this.#marker = new Marker(this.pane, svg.querySelector('g'), () => {});
    this.#pointing = new Pointing(this.pane, this.#marker, parts.tip, (i) => parts.colouring.tag(i));
    saveWhole(this.pane, parts.colouring, this.#marker);
    this.#choice.onchange = () => {
      this.projection = this.#choice.value;
      this.load();
      map.remember();
    };
  }

  /** The maps that may stand beside the one that is shown. @param {string[]} offered */
  offer(offered) {
    const others = offered.filter((p) => p !== this.#map.projection);
    offer(
      this.#choice,
      [['', lx.t('map.second.none')], ...others.map((p) => [p, lx.t('map.second', { name: mapName(p) })])],
      this.projection,
    );
    this.#choice.classList.toggle('on', !!this.projection);
    this.#choice.hidden = !others.length || !opened().info.points;
    this.#name.textContent = this.projection && mapName(this.projection);
  }

  /** Another run, or no points yet. */
  clear() {
    this.#lastAsked.drop();
    this.#loaded = '';
    this.pane.xs = this.pane.ys = null;
    this.#marker.forget();
    this.#show(false);
  }

  /** @param {boolean} on */
  #show(on) {
    const { stage, element } = this.#map;
    if (!on) element.dataset.second = '';
    if (stage.classList.contains('two') === on) return undefined;
    stage.classList.toggle('two', on);
    for (const e of [this.pane.plot, this.#parts.svg, this.#name]) e.toggleAttribute('hidden', !on);
    return this.#map.split();
  }

  /** Show the points of the chosen map, or none. */
  async load() {
    const isLast = this.#lastAsked.ask(),
      { run } = opened(),
      { projection } = this;
    const known = this.#map.offered().includes(projection) && projection !== this.#map.projection;
    if (!known) this.projection = '';
    this.offer(this.#map.offered());
    if (!known) return this.clear();
    if (this.#loaded === run + '|' + projection && this.pane.xs) return this.paint(false);
    try {
      const xy = await this.#map.points(run, projection);
      if (!isLast()) return undefined;
      if (!xy) throw new Error(lx.t('map.second.gone', { name: mapName(projection) }));
      Object.assign(this.pane, { projection, xs: xy.filter((_, i) => i % 2 === 0), ys: xy.filter((_, i) => i % 2 === 1) });
      this.#loaded = run + '|' + projection;
      await this.#show(true);
      this.#marker.away();
      await this.paint(true);
      this.#map.element.dataset.second = projection;
    } catch (e) {
      if (!isLast()) return undefined;
      lx.say(/** @type {Error} */ (e).message, 'error');
      this.projection = '';
      this.clear();
      this.offer(this.#map.offered());
    }
    return undefined;
  }

  /** @param {boolean} fresh all points are framed, else what is shown already */
  async paint(fresh) {
    const { xs, ys, plot, projection } = this.pane,
      { colouring, lasso, search } = this.#parts;
    if (!xs || !ys || !this.#map.xs) return;
    const above = this.#name.offsetTop - plot.offsetTop + this.#name.offsetHeight + 8,
      room = { height: plot.clientHeight, above, below: this.#parts.legend.offsetHeight + 16 },
      frame = !fresh && plot._fullLayout ? sameFrame(plot._fullLayout) : wholeFrame(xs, ys, room, projection === 'code');
    await Plotly.react(
      plot,
      [trace(xs, ys, colouring.marker(), lasso.marked(), search.found, false)],
      layout(frame, this.#map.mode === 'lasso', ++this.#revision),
      HANDS,
    );
    if (!this.#wired) this.#wire();
    this.#marker.follow();
  }

  #wire() {
    const { plot } = this.pane;
    this.#wired = true;
    this.#pointing.wire();
    this.#parts.lasso.wire(plot);
    for (const event of ['plotly_relayout', 'plotly_relayouting'])
      plot.on(event, () => {
        this.#marker.again();
        this.#pointing.hide();
      });
    new ResizeObserver(() => {
      if (plot._fullLayout && plot.clientWidth) Plotly.Plots.resize(plot)?.then?.(() => this.#marker.again());
    }).observe(plot);
  }

  /** Lasso or not. @param {string} dragmode */
  drag(dragmode) {
    if (this.pane.xs && this.pane.plot._fullLayout) Plotly.relayout(this.pane.plot, { dragmode });
  }

  follow() {
    this.#marker.follow();
  }
}

/** A ring about a point of a pane; null: none. @param {Pane} pane @param {number | null} i */
export const ring = ({ ring: circle, xs, spot, plot }, i) => {
  const at = i === null || !xs || !plot._fullLayout ? null : spot(i);
  circle.setAttribute('visibility', at ? 'visible' : 'hidden');
  if (!at) return;
  circle.setAttribute('cx', at[0].toFixed(1));
  circle.setAttribute('cy', at[1].toFixed(1));
};
