/* How the map's points are coloured: by class or by another field of the data set; the legend, in which some are chosen alone. */
import { steps } from '../../shell/colours.js';
import { button, make, offer } from '../../shell/dom.js';
import { lx } from '../../shell/store.js';

/** @import { Dataset, Info } from '../../shell/types' */

const N = 10; /* colours, then from the first again */

/** @typedef {Dataset | null} Data */
/** @param {string} f */
const fieldName = (f) => {
  if (f === 'class') return lx.t('map.by.class');
  return f === 'none' ? lx.t('map.plain') : lx.field(f);
};

/** What a data set is coloured by on opening. @param {Data} dataset */
export const usualField = (dataset) => (dataset?.classes?.length ? 'class' : dataset?.attributes?.[0]?.[0] || 'none');

/** @param {number} value */
export const valueColour = (value) => lx.palette[value % N];

/* grey, then the palette; of numbers from -1 */
const scale = () => steps([lx.state.theme === 'dark' ? '#343843' : '#dedbd4', ...lx.palette]);

/** @param {Data} dataset */
const fieldsOf = (dataset) => {
  const fields = (dataset?.attributes || []).map(([f]) => f);
  return dataset?.classes?.length ? ['class', ...fields] : fields;
};

export class Colouring {
  #map;
  #legend;
  #choice;
  by = 'class';
  /** @type {Set<number>} */
  only = new Set(); /* what is chosen in the legend: all else is grey */
  /** @type {Uint8Array | null} */
  labels = null; /* of each point its value of the field; null: all alike */

  /**
   * @param {any} map `map.plot`, .xs, .found (a 1 for each point that is looked for), .binary(path, type), .remember(), .load(), .over():
   *   draws what lies over the points
   * @param {any} legend @param {HTMLSelectElement} choice
   */
  constructor(map, legend, choice) {
    this.#map = map;
    this.#legend = legend;
    this.#choice = choice;
    choice.onchange = () => {
      this.by = choice.value;
      this.only.clear();
      map.remember();
      map.load();
    };
  }

  /** Promise of each point's value, null where there is none. @param {Info} info @returns {Promise<Uint8Array | null> | null} */
  ask({ points, dataset }) {
    if (!points || !dataset || this.by === 'none') return null;
    const path = `colours/${encodeURIComponent(dataset.name)}?by=${encodeURIComponent(this.by)}`;
    return this.#map.binary(path, Uint8Array).catch(() => null);
  }

  /** The field's values in words. */
  names() {
    const d = lx.state.info?.dataset;
    if (this.by === 'none') return [];
    if (this.by === 'class') return d?.classes || [];
    const values = (d?.attributes || []).find(([f]) => f === this.by)?.[1] || [];
    return values.map((v) => lx.category(this.by, v));
  }

  /** What the tooltip adds of a point. @param {number} i */
  tag(i) {
    const name = this.labels ? this.names()[this.labels[i]] : undefined;
    return name === undefined ? '' : ' · ' + name;
  }

  /** Of each point its colour's number, -1: grey, since others are chosen in the legend or looked for. */
  shade() {
    const { xs, found } = this.#map;
    return Array.from(xs, (_, i) => {
      const v = this.labels ? this.labels[i] : 0;
      if ((this.only.size && !this.only.has(v)) || (found && !found[i])) return -1;
      return this.labels ? v % N : 0;
    });
  }

  /** The colours of Plotly's markers. */
  marker() {
    return { color: this.shade(), colorscale: scale(), cmin: -1.5, cmax: N - 0.5 };
  }

  /** Another run: the field stays where its data set has it. @param {Data} dataset */
  fit(dataset) {
    this.only.clear();
    if (this.by !== 'none' && !fieldsOf(dataset).includes(this.by)) this.by = usualField(dataset);
  }

  /** As a link says. @param {string} field @param {Iterable<number> | null} only @param {Data} dataset */
  restore(field, only, dataset) {
    const known = ['class', 'none', ...(dataset?.attributes || []).map(([f]) => f)];
    this.by = known.includes(field) ? field : usualField(dataset);
    this.only = new Set(only || []);
  }

  /** @param {Info} info */
  offer(info) {
    offer(
      this.#choice,
      [...fieldsOf(info.dataset), 'none'].map((f) => [f, fieldName(f)]),
      this.by,
    );
    this.#choice.hidden = !info.points;
  }

  /** @param {number} value */
  #choose(value) {
    if (!this.only.delete(value)) this.only.add(value);
    Plotly.restyle(this.#map.plot, { 'marker.color': [this.shade()] }, [0]);
    this.draw();
    this.#map.over();
    this.#map.remember();
  }

  clear() {
    this.#legend.replaceChildren();
  }

  /** The legend. */
  draw() {
    const list = this.labels ? this.names() : [];
    this.#legend.classList.toggle('some', this.only.size > 0);
    this.#legend.replaceChildren(
      ...list.map((name, k) => {
        const swatch = make('i'),
          b = button({ 'aria-pressed': this.only.has(k), onclick: () => this.#choose(k) }, swatch, name);
        swatch.style.background = valueColour(k);
        b.classList.toggle('on', this.only.has(k));
        return b;
      }),
    );
  }

  /** Light or dark: the same points in other colours. */
  retint() {
    const { plot } = this.#map;
    if (plot._fullLayout) Plotly.restyle(plot, { 'marker.colorscale': [scale()] }, [0]);
    this.draw();
  }
}
