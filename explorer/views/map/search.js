/* Searching the map by class and attribute: the points that match are shown, all others dimmed, and may become a lasso's set. */
import { LastAsked } from '../../shell/last_asked.js';
import { lx } from '../../shell/store.js';
import { columnsOf } from './image_fields.js';
import { SearchBox } from './search_box.js';
import { Vocabulary, fieldsOf, matching, textOf } from './search_terms.js';

/** @import { Info } from '../../shell/types' */
/** @import { Read } from './search_terms.js' */

/** @type {Read} */
const NOTHING = { terms: [], unknown: [], rest: '', before: '' };

const ROOM = 24; /* letters of examples that the field shows */

export class Search {
  #map;
  #host;
  #input;
  #told;
  #take;
  #words = new Vocabulary([], lx);
  #read = NOTHING;
  #lastAsked = new LastAsked();
  /** @type {Uint8Array | null} */
  found = null; /* a 1 for each point that matches; null: nothing is looked for */

  /**
   * @param {any} map `map.element`, .xs, .binary(path, type), .paint(fresh), .remember(), .select(indices)
   * @param {HTMLElement} host @param {HTMLElement} told
   */
  constructor(map, host, told) {
    this.#map = map;
    this.#host = host;
    this.#told = told;
    this.#take = /** @type {HTMLButtonElement} */ (told.querySelector('button'));
    const input = /** @type {HTMLInputElement} */ (host.querySelector('input'));
    this.#input = input;
    new SearchBox(
      input,
      /** @type {HTMLElement} */ (host.querySelector('ul')),
      (text) => this.#offers(text),
      (name) => this.#chosen(name),
    );
    input.addEventListener('input', () => this.#apply(input.value));
    input.addEventListener('change', () => this.#done());
    this.#take.onclick = () => map.select(this.indices());
  }

  /** The points that match. */
  indices() {
    return Array.from(this.found || [], (v, i) => (v ? i : -1)).filter((i) => i >= 0);
  }

  /** As the link has it. */
  get raw() {
    return textOf(this.#read, 'raw');
  }

  /** As a link says: in the page's words. @param {string} raw @param {Info} info */
  restore(raw, info) {
    this.offer(info);
    const read = this.#words.read(raw + ' ');
    this.#input.value = textOf(read, 'said');
    return this.#apply(this.#input.value + ' ');
  }

  /** Another run or language. @param {Info} info */
  offer(info) {
    const fields = info.points ? fieldsOf(info.dataset) : [];
    this.#words = new Vocabulary(fields, lx);
    this.#host.hidden = this.#words.empty;
    const first = this.#words.begins('', 3);
    while (first.length > 1 && first.join(', ').length > ROOM) first.pop();
    this.#input.placeholder = lx.t('map.find.here', { names: first.join(', ') });
  }

  /** The names in the language that the page now has. @param {Info} info */
  translate(info) {
    return this.restore(this.raw, info);
  }

  /** @param {string} text */
  #offers(text) {
    const { rest } = this.#words.read(text);
    if (rest || !text.trim()) return this.#words.begins(rest);
    return /[\s,-]$/.test(text) ? this.#words.begins('') : [];
  }

  /** @param {string} name */
  #chosen(name) {
    const { rest, before } = this.#words.read(this.#input.value);
    this.#input.value = (rest ? before : this.#input.value) + name + ' ';
    this.#input.focus();
    this.#done();
  }

  #done() {
    this.#apply(this.#input.value + ' ');
    this.#map.remember();
  }

  /** @param {string} text without a blank behind it its last word is still being typed */
  async #apply(text) {
    const isLast = this.#lastAsked.ask(),
      had = this.found,
      { points, dataset } = /** @type {Info} */ (lx.state.info);
    this.#read = this.#words.read(text);
    this.found = null;
    if (this.#read.terms.length && dataset) {
      try {
        this.found = had; /* until the answer is there */
        const columns = await columnsOf(this.#map.binary, dataset);
        if (!isLast()) return;
        this.found = matching(this.#read.terms, columns, Math.min(points, dataset.n));
      } catch (e) {
        if (!isLast()) return;
        this.found = null;
        lx.say(/** @type {Error} */ (e).message, 'error');
      }
    }
    this.#tell(points);
    if (this.#map.xs && (had || this.found)) await this.#map.paint(false);
  }

  /** @param {number} of */
  #tell(of) {
    const { unknown } = this.#read,
      { lang } = lx.state,
      n = this.indices().length,
      count = lx.t('map.find.count', { n: n.toLocaleString(lang), of: of.toLocaleString(lang) });
    const sentences = unknown.map((word) => lx.t('map.find.unknown', { word, near: this.#words.near(word).join(', ') }));
    const output = /** @type {HTMLElement} */ (this.#told.querySelector('output'));
    output.textContent = [...(this.found ? [count] : []), ...sentences].join(' · ');
    this.#told.hidden = !this.found && !unknown.length;
    this.#told.classList.toggle('warn', unknown.length > 0);
    this.#take.hidden = !n;
    this.#map.element.dataset.found = this.found ? n : '';
  }
}
