/* Which layers the columns give: ranges by name, or one by one. */
import { make } from '../../shell/dom.js';
import { arrowKeys } from '../../shell/radios.js';
import { lx } from '../../shell/store.js';

/** @import { RangeTold } from '../../shell/answers' */
/** @import { Spec } from '../../shell/types' */
/** @typedef {{ layers: boolean[], choose: (layers: boolean[]) => void }} View layers: of each whether the columns give it */

/** @param {RangeTold} x */
export const rangeTitle = (x) => lx.t('sty.' + x.name) + (x.low ? ` ${x.low === x.high ? x.low : x.low + '–' + x.high}` : '');
/** @param {RangeTold} x @param {number} n how many layers there are */
const rangeHelp = ({ name, first, last }, n) =>
  lx.t('sty.range.help', { first: first + 1, last, n }) + (name === 'colours' ? ' ' + lx.t('sty.colours.help') : '');

/** @param {RangeTold} range @param {number} k */
const within = (range, k) => k >= range.first && k < range.last;

/** @param {boolean[]} layers @param {RangeTold} range */
const isRange = (layers, range) => layers.every((v, k) => v === within(range, k));

export class MixedLayers {
  /** @type {View} */
  #view;
  #presets;
  #open;
  #boxes;
  /** @type {RangeTold[]} */
  #ranges = [];
  #shown = false; /* the layers one by one are to be seen */

  /** @param {any} element @param {View} view */
  constructor(element, view) {
    this.#view = view;
    this.#presets = element.querySelector('.lx-presets');
    this.#open = element.querySelector('.lx-open-layers');
    this.#boxes = element.querySelector('.lx-layers');
    arrowKeys(this.#presets);
    this.#open.onclick = () => {
      this.#shown = !this.#shown;
      this.tell();
    };
  }

  /** @param {RangeTold} range */
  #preset(range) {
    const b = make('button', { className: 'lx-chip', type: 'button' });
    b.setAttribute('role', 'radio');
    b.dataset.range = range.name;
    b.onclick = () => this.#view.choose(this.#view.layers.map((_, k) => within(range, k)));
    return b;
  }

  /** @param {number} k */
  #box(k) {
    const e = make('input', { type: 'checkbox' });
    e.dataset.layer = String(k);
    e.onchange = () => this.#view.choose(this.#view.layers.map((v, i) => (i === k ? e.checked : v)));
    return make('label', {}, e, make('span', { className: 'num', textContent: String(k + 1) }));
  }

  /** For a run's ranges and layers, which are grouped by resolution where as many belong to each.
   * @param {RangeTold[]} ranges @param {Spec} spec */
  build(ranges, { levels, num_layers: L }) {
    this.#ranges = ranges;
    this.#presets.replaceChildren(...ranges.map((x) => this.#preset(x)));
    const per = levels.length && L % levels.length === 0 ? L / levels.length : L;
    this.#boxes.replaceChildren(
      ...Array.from({ length: L / per }, (_, g) => {
        const title = make('b', { className: 'num', textContent: per < L ? `${levels[g]} × ${levels[g]}` : '' });
        return make('span', { className: 'lx-layer-group' }, title, ...Array.from({ length: per }, (_, i) => this.#box(g * per + i)));
      }),
    );
  }

  tell() {
    const { layers } = this.#view,
      none = !this.#ranges.some((x) => isRange(layers, x));
    [...this.#presets.children].forEach((b, i) => {
      const yes = isRange(layers, this.#ranges[i]);
      b.textContent = rangeTitle(this.#ranges[i]);
      b.title = rangeHelp(this.#ranges[i], layers.length);
      b.setAttribute('aria-checked', yes);
      b.classList.toggle('on', yes);
      b.tabIndex = yes || (none && !i) ? 0 : -1;
    });
    this.#open.setAttribute('aria-expanded', this.#shown);
    this.#open.textContent = `${lx.t('sty.layers')} ${this.#shown ? '▴' : '▾'}`;
    this.#open.classList.toggle('on', none);
    this.#boxes.hidden = !this.#shown;
    for (const e of this.#boxes.querySelectorAll('input')) {
      e.checked = layers[+e.dataset.layer];
      e.setAttribute('aria-label', lx.t('sty.layer', { n: +e.dataset.layer + 1 }));
    }
  }
}
