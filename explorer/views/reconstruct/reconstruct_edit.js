/* The code of the image in use, moved along the attributes that the run's codes were found to tell apart: one slider for each field,
 * several categories behind a choice. data-n: sliders shown; data-state: finding, ready or none. `view`: set(w, origin), changed(). */
import { CLEAR, coordinate, effect, findDirections, moved } from '../../shell/direction_moves.js';
import { byField, categoryChoice, dial, turn } from '../../shell/direction_sliders.js';
import { make } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { lx } from '../../shell/store.js';

/** @import { Code, Found, Origin } from '../../shell/types' */
/**
 * @typedef {object} Row a slider, of one field
 * @property {Found} d the direction that it moves along
 * @property {Found[]} all its categories
 * @property {HTMLInputElement} input
 * @property {HTMLOutputElement} out
 * @property {(k: number) => void} pick
 * @property {() => void} write its words
 */

const MOST = 8;

const runKey = () => lx.state.run + ' ' + lx.state.label;

const shown = () => lx.state.view === 'reconstruct';

/** @param {Found} d */
const gain = (d) => (d.main ? Math.abs(d.main.change) : 0);

/* of attribute directions, which all have one: field and category */
const nameOf = (/** @type {Found} */ d) => d.name || [];
const phraseOf = (/** @type {Found} */ d) => lx.phrase(nameOf(d)[0], nameOf(d)[1]);

/* fields that move clearly, the strongest first; each with its categories, the clearest chosen */
/** @param {Found[]} found */
const fields = (found) => {
  return byField(found.filter((d) => d.kind === 'attribute'))
    .map(([, all]) => [...all].sort((a, b) => gain(b) - gain(a)))
    .filter((all) => gain(all[0]) >= CLEAR)
    .sort((a, b) => gain(b[0]) - gain(a[0]))
    .slice(0, MOST);
};

export class Edit {
  #view;
  #host;
  #list;
  #mine = '';
  /** @type {Row[]} */
  #rows = [];
  #lastAsked = new LastAsked();
  #tries = 0;
  /** @type {string[]} */
  #wish = [];

  /** @param {any} host @param {{ set: (w: Code, origin: Origin) => void, changed: () => void }} view */
  constructor(host, view) {
    this.#host = host;
    this.#view = view;
    this.#list = this.#find('.lx-edits');
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  async ask() {
    if (!shown() || this.#mine === runKey()) {
      this.sync();
      return;
    }
    const isLast = this.#lastAsked.ask(),
      wanted = runKey();
    this.#mine = wanted;
    this.#rows = [];
    this.#list.replaceChildren();
    this.#host.hidden = false;
    this.#state('finding');
    this.#host.dataset.n = 0;
    try {
      const found = await findDirections(() => isLast() && shown() && wanted === runKey());
      if (!found) {
        if (isLast()) this.#mine = '';
        return;
      }
      this.#list.append(...fields(found).map((all) => this.#row(all)));
      this.#choose();
      this.#host.dataset.n = this.#rows.length;
      this.#state(this.#rows.length ? 'ready' : 'none');
      this.sync();
      this.#tries = 0;
    } catch {
      if (isLast() && this.#tries++ < 3) {
        this.#mine = '';
        setTimeout(() => this.ask(), 2000);
      } else this.#state('none');
    }
  }

  /** @param {Found[]} all */
  #row(all) {
    const name = make('label'),
      { input, out } = dial(),
      e = make('div', { className: 'lx-edit' }),
      item = /** @type {Row} */ ({ d: all[0], all, input, out, pick: () => {}, write: () => {} });
    item.write = () => {
      const says = effect(item.d);
      name.textContent = all.length > 1 ? lx.field(nameOf(item.d)[0]) : phraseOf(item.d);
      input.setAttribute('aria-label', phraseOf(item.d));
      e.dataset.name = nameOf(item.d).join(' ');
      e.title = [says.main, says.side, says.accuracy].filter(Boolean).join(' · ');
    };
    input.oninput = () => this.#view.set(moved(item.d, +input.value), { kind: 'found' });
    e.append(name, ...(all.length > 1 ? [this.#choice(item)] : []), input, out);
    item.write();
    this.#rows.push(item);
    return e;
  }

  /** @param {Row} item */
  #choice(item) {
    const { all } = item,
      write = item.write,
      choice = categoryChoice(all, item.d, (k) => {
        item.pick(k);
        this.sync();
        this.#view.changed();
      });
    choice.className = 'lx-chip';
    item.pick = (k) => {
      choice.value = String(k);
      item.d = all[k];
      item.write();
    };
    /* words, in another language as well */
    item.write = () => {
      write();
      choice.setAttribute('aria-label', lx.field(nameOf(item.d)[0]));
      all.forEach((d, k) => (choice.options[k].textContent = lx.category(nameOf(d)[0], nameOf(d)[1])));
    };
    return choice;
  }

  sync() {
    const { w } = lx.state;
    if (!w || this.#host.hidden) return;
    for (const r of this.#rows) if (r.d.vector.length === w.length) turn(r, coordinate(r.d));
  }

  /* categories that a link asks for: "field category" */
  #choose() {
    for (const r of this.#rows) {
      const i = r.all.findIndex((d) => this.#wish.includes(nameOf(d).join(' ')));
      if (i > 0) r.pick(i);
    }
  }

  /** @param {'finding' | 'ready' | 'none'} name */
  #state(name) {
    this.#host.dataset.state = name;
    this.#find('.lx-edit-note').textContent = lx.t('rec.change.' + name);
  }

  get chosen() {
    return this.#rows.length ? this.#rows.filter((r) => r.d !== r.all[0]).map((r) => nameOf(r.d).join(' ')) : this.#wish;
  }

  /** @param {string[]} names */
  restore(names) {
    this.#wish = names;
    for (const r of this.#rows) r.pick(0);
    this.#choose();
    this.sync();
  }

  tell() {
    for (const r of this.#rows) r.write();
    if (this.#host.dataset.state) this.#state(this.#host.dataset.state);
  }
}
