/* The image in every run that takes it, ranked: a card each with reconstruction, error map and error. `view`: mode(), edit(run).
 * data-n counts paintings, data-runs: the runs in the order of their rank. */
import { button, count, make } from '../../shell/dom.js';
import { dataOf } from '../../shell/run_line.js';
import { errorMap, short } from './reconstruct_error.js';
import { opened } from '../../shell/state.js';
import { brush } from '../../shell/pictures.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';

/** @import { Code, Run } from '../../shell/types' */
/**
 * @typedef {object} Row the image as one run has it
 * @property {string} run
 * @property {Code} w
 * @property {Code | null} [sigma]
 * @property {number | null} class
 * @property {number} error
 * @property {number | null} [percentile]
 * @property {HTMLCanvasElement} tile
 * @property {Uint8ClampedArray} pixels of the tile
 * @property {boolean} [searched] by a search, where the run has no encoder
 */

const MOST = 12;

export class Beside {
  #view;
  #host;
  #grid;
  /** @type {Map<string, HTMLElement>} */
  #cards = new Map();
  /** @type {Row[]} */
  #rows = [];
  /** @type {Uint8ClampedArray | null} */
  #given = null;
  #size = { w: 0, h: 0 };
  /** @type {Row[]} */
  #extra = [];

  /** @param {any} host @param {{ mode: () => string, edit: (run: string) => void }} view */
  constructor(host, view) {
    this.#host = host;
    this.#view = view;
    this.#grid = host.querySelector('.lx-models');
  }

  /** Runs that encode images of the current run's shape, as the picker lists them: itself first, then those of its data set. */
  static fitting() {
    return Beside.#all().slice(0, MOST);
  }

  static #all() {
    const { run, info } = opened(),
      me = lx.runOf(run),
      shape = String(info.spec.shape),
      rank = (/** @type {Run} */ r) => Number(r.name !== run) + Number(r.dataset !== me?.dataset),
      all = (lx.state.runs || []).filter((r) => r.encodes && String(r.shape) === shape).sort((a, b) => rank(a) - rank(b));
    return all.some((r) => r.name === run) ? all : [{ name: run }, ...all];
  }

  /** @param {string} name */
  #card(name) {
    return button(
      { className: 'lx-model', data: { run: name }, onclick: () => this.#view.edit(name) },
      make('span', { className: 'lx-duo' }, make('canvas'), make('canvas')),
      make('span', { className: 'lx-model-text' }, make('b'), make('i'), make('u')),
      make('s', {}, make('s')),
    );
  }

  paint() {
    const given = this.#given;
    if (!given || !this.#rows.length) return;
    const ranked = [...this.#rows].sort((a, b) => a.error - b.error),
      focus = document.activeElement;
    for (const [name, e] of this.#cards)
      if (!this.#rows.some((r) => r.run === name)) {
        e.remove();
        this.#cards.delete(name);
      }
    ranked.forEach((r, k) => {
      const e = this.#cards.get(r.run) ?? this.#card(r.run);
      this.#cards.set(r.run, e);
      if (this.#grid.children[k] !== e) {
        this.#grid.insertBefore(e, this.#grid.children[k] || null);
        if (focus === e) e.focus({ preventScroll: true });
      }
      this.#picture(e, r, given);
      this.#tell(e, r, k);
    });
    this.#host.hidden = this.#rows.length < 2 && !this.#host.dataset.more;
    const some = this.#host.querySelector('.lx-others-some'),
      all = Beside.#all().length;
    some.hidden = all <= MOST;
    some.textContent = lx.t('rec.others.some', { n: MOST, all });
    this.#host.dataset.runs = ranked.map((r) => r.run).join(' ');
    count(this.#host);
  }

  /** @param {HTMLElement} e @param {Row} r @param {Uint8ClampedArray} given */
  #picture(e, r, given) {
    const [out, off] = e.querySelectorAll('canvas'),
      { w, h } = this.#size;
    out.width = w;
    out.height = h;
    brush(out).drawImage(r.tile, 0, 0);
    errorMap(off, given, r.pixels, w, h, opened().info.spec.shape[0] === 1, this.#view.mode());
  }

  /** @param {HTMLElement} e @param {Row} r @param {number} k */
  #tell(e, r, k) {
    const [title, more, error] = e.querySelectorAll('b, i, u'),
      bar = /** @type {HTMLElement} */ (e.querySelector('s > s')),
      run = lx.runOf(r.run),
      mine = lx.runOf(lx.state.run),
      other = run && mine && run.dataset !== mine.dataset,
      here = r.run === lx.state.run,
      worst = Math.max(...this.#rows.map((row) => row.error), 1e-9),
      learned = other ? lx.t('rec.learned', { title: dataOf(run) }) : '';
    const says = [
      r.searched ? lx.t('rec.searched') : '',
      typeof r.percentile === 'number' ? lx.t('rec.rank', { p: percent(r.percentile) }) : '',
      learned,
    ].filter(Boolean);
    title.textContent = `${k + 1} · ${run?.title || run?.family_title || r.run}`;
    error.textContent = short(r.error);
    more.textContent = learned || says[0] || '';
    e.dataset.error = String(r.error);
    e.classList.toggle('other', !!other);
    e.classList.toggle('on', here);
    e.setAttribute('aria-current', String(here));
    bar.style.width = (100 * r.error) / worst + '%';
    e.title = [`${lx.t('rec.squared')} ${short(r.error)}`, ...says, lx.t(here ? 'rec.edit.this' : 'rec.edit')].join(' · ');
  }

  /** @param {Row[]} found @param {Uint8ClampedArray} pixels @param {HTMLCanvasElement} canvas of the input */
  show(found, pixels, canvas) {
    this.#given = pixels;
    this.#size = { w: canvas.width, h: canvas.height };
    this.#rows = [...found, ...this.#extra];
    this.paint();
  }

  /** Rows of runs that have no encoder: codes that were searched for. @param {Row[]} found */
  join(found) {
    this.#rows = [...this.#rows.filter((r) => !r.searched), ...found];
    this.#extra = found;
    this.paint();
  }

  clear() {
    this.#rows = [];
    this.#extra = [];
    this.#given = null;
    for (const e of this.#cards.values()) e.remove();
    this.#cards.clear();
    this.#host.hidden = true;
    delete this.#host.dataset.runs;
  }

  rows() {
    return this.#rows;
  }
}
