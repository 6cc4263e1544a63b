/* The names of clusters over the map: of its classes, or of the attributes that set a cluster apart. They move with the points. */
import { make } from '../../shell/dom.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { arranged, clusterNames, leader } from './cluster_names.js';
import { valueColour } from './colouring.js';
import { columnsOf } from './image_fields.js';
import { fieldsOf } from './search_terms.js';
import { SwitchedLayer } from './switched_layer.js';

/** @import { Info } from '../../shell/types' */
/** @import { Box, Name } from './cluster_names.js' */

const MARGIN = 2; /* pixels between two labels */

/**
 * A name as it stands over the points: of the point at x, y of the map; moved: its middle from there, pixels to the right and down.
 * @typedef {{ text: string, colour: string, x: number, y: number, moved: number[] }} Placed
 */

export class Names extends SwitchedLayer {
  #map;
  #host;
  #colouring;
  /** @type {{ of: string, names: Name[] }} */
  #known = { of: '', names: [] };
  /** @type {Name[]} */
  #names = [];

  /**
   * @param {any} map `map.element`, .stage, .xs, .ys, .projection, .spot(i), .bare(), .binary(path, type), .remember()
   * @param {import('./colouring.js').Colouring} colouring @param {HTMLElement} host @param {HTMLElement} chip
   */
  constructor(map, colouring, host, chip) {
    super(map, chip);
    this.#map = map;
    this.#colouring = colouring;
    this.#host = host;
  }

  /** Another map, or none yet. */
  clear() {
    this.#names = [];
    this.chip.offered = false;
    this.draw();
  }

  /** Promise of what is known of the points, null where nothing is. @param {Info} info */
  async ask({ points, dataset }) {
    if (!points || !dataset) return null;
    try {
      return await columnsOf(this.#map.binary, dataset);
    } catch (e) {
      lx.say(/** @type {Error} */ (e).message, 'error');
      return null;
    }
  }

  /** Work out the names of the map whose points are there: once for each. @param {Map<string, Uint8Array> | null} columns */
  find(columns) {
    const { xs, ys, projection } = this.#map,
      { info, run } = opened(),
      of = [run, info.card.weights_sha256, projection].join('|');
    if (columns && this.#known.of !== of) this.#known = { of, names: clusterNames(xs, ys, fieldsOf(info.dataset), columns) };
    this.#names = this.#known.of === of ? this.#known.names : [];
    this.chip.offered = this.#names.length > 0;
  }

  /* of classes that are chosen in the legend those alone */
  #wanted() {
    const { by, only } = this.#colouring;
    if (!this.on || this.#map.bare()) return [];
    return this.#names.filter(({ field, value }) => field !== by || !only.size || only.has(value));
  }

  draw() {
    const { dataset } = opened().info ?? {};
    const labels = this.#wanted().map(({ field, value, at }) => {
      const raw = fieldsOf(dataset ?? null).find((f) => f.field === field)?.values[value] ?? '',
        label = make('span', { textContent: field === 'class' ? raw : lx.phrase(field, raw), data: { at } });
      if (field === this.#colouring.by) label.style.borderColor = valueColour(value);
      return label;
    });
    this.#host.replaceChildren(...labels);
    this.place();
  }

  /** What no label may cover: the chips, the legend, an open card. @returns {Box[]} */
  #taken() {
    const { stage } = this.#map,
      origin = stage.getBoundingClientRect();
    return [...stage.querySelectorAll('.lx-tools>:not([hidden]),.lx-legend,.lx-card:not([hidden])')].map((e) => {
      const b = e.getBoundingClientRect();
      return [b.left - origin.left, b.top - origin.top, b.right - origin.left, b.bottom - origin.top];
    });
  }

  /** Those that are seen. @type {Placed[]} */
  get placed() {
    const { xs, ys } = this.#map,
      seen = /** @type {HTMLElement[]} */ ([...this.#host.querySelectorAll('span:not(.away)')]);
    return seen.map((e) => {
      const at = Number(e.dataset.at),
        moved = (e.dataset.moved ?? '0 0').split(' ').map(Number);
      return { text: e.textContent ?? '', colour: e.style.borderColor, x: xs[at], y: ys[at], moved };
    });
  }

  /** Keep them where the points are. */
  place() {
    const all = /** @type {HTMLElement[]} */ ([...this.#host.children]),
      { clientWidth: width, clientHeight: height } = this.#host;
    if (!all.length || !width) return;
    const places = arranged(
      all.map((e) => ({
        spot: this.#map.spot(Number(e.dataset.at)),
        width: e.offsetWidth + MARGIN,
        height: e.offsetHeight + MARGIN,
      })),
      this.#taken(),
      width,
      height,
    );
    all.forEach((e, k) => {
      const at = places[k];
      e.classList.toggle('away', !at);
      if (at) e.style.transform = `translate(${at[0].toFixed(1)}px,${at[1].toFixed(1)}px) translate(-50%,-50%)`;
      const spot = this.#map.spot(Number(e.dataset.at)),
        line = at && leader(spot, at, e.offsetWidth, e.offsetHeight);
      if (at) e.dataset.moved = `${(at[0] - spot[0]).toFixed(1)} ${(at[1] - spot[1]).toFixed(1)}`;
      e.classList.toggle('led', !!line);
      if (line) e.style.setProperty('--to-point', `rotate(${line.turn.toFixed(3)}rad) translateX(${line.from.toFixed(1)}px)`);
      if (line) e.style.setProperty('--long', `${line.long.toFixed(1)}px`);
    });
    this.#map.element.dataset.named = String(places.filter(Boolean).length);
  }
}
