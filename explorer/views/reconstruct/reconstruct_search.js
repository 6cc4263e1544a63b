/* Generators of the same data set without an encoder: a code is searched for when a person asks, shown as it gets nearer, and then joins
 * the ranking with a film of how it got there. A new input gives all searches up. `view`: join(rows), changed(). data-found counts codes
 * found. */
import { button, count, entitle, make, wait } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { decoded, onto, pixelsOf, slice } from '../../shell/pictures.js';
import { short } from './reconstruct_error.js';
import { lx } from '../../shell/store.js';

/** @import { AskSearch, SearchDone } from '../../shell/answers' */
/** @import { Run } from '../../shell/types' */
/** @import { Picture } from '../../shell/pictures.js' */
/** @import { Row } from './all_runs_cards.js' */
/** @typedef {{ step?: number, of?: number, ready?: boolean, error?: number, problem?: string }} State how far a search is */
/** @typedef {Pick<AskSearch, 'image'>} Asked */
/** @typedef {{ element: HTMLElement, state: State | null, asked: Asked | null, row: Row | null }} Entry a generator; row: what was found */

const EVERY = 350;

const generators = () => {
  const me = lx.runOf(lx.state.run);
  return me
    ? (lx.state.runs || []).filter((r) => !r.encodes && r.dataset === me.dataset && String(r.shape) === String(me.shape)).slice(0, 8)
    : [];
};

/** @param {State} state */
const progressText = ({ problem, ready, error, step, of }) => {
  if (problem) return problem;
  if (!ready && error === undefined) return lx.t('rec.search.waits', { step, of });
  return lx.t(ready ? 'rec.search.done' : 'rec.search.at', { step, of, e: error === undefined ? '' : short(error) });
};

/** @param {string} run @param {Entry} e */
const cancel = (run, e) => {
  if (e.asked) lx.api('search', { run, ...e.asked, cancel: true }).catch(() => {});
};

/** @param {Entry} e @param {string} selector @returns {any} */
const find = (e, selector) => e.element.querySelector(selector);

/** The pictures of a search: the latest one, or all of them. @param {Entry} e @param {Picture} image @param {boolean} one */
const showReel = (e, image, one) => {
  const reel = find(e, '.lx-reel'),
    canvas = /** @type {HTMLCanvasElement} */ (reel.firstChild);
  onto(canvas, image);
  reel.hidden = false;
  reel.classList.toggle('one', one);
  return canvas;
};

/** @param {Entry} e */
const write = (e) => {
  const [ask, said] = [find(e, 'button'), find(e, 'span')];
  const under = e.state?.ready ? 'rec.search.again' : 'rec.search.stop';
  ask.textContent = lx.t(e.state ? under : 'rec.search');
  ask.hidden = !!e.state?.ready;
  said.textContent = e.state ? progressText(e.state) : '';
};

/** @param {Entry} e @param {State | null} state */
const end = (e, state) => {
  e.state = state;
  find(e, 's').hidden = true;
  write(e);
};

export class Search {
  #view;
  #host;
  #list;
  /** @type {Map<string, Entry>} by run */
  #rows = new Map();
  /** @type {Asked | null} */
  #image = null;
  #lastAsked = new LastAsked();
  /** @type {string[]} */
  #wish = [];

  /** @param {any} host @param {{ join: (rows: Row[]) => void, changed: () => void }} view */
  constructor(host, view) {
    this.#host = host;
    this.#view = view;
    this.#list = host.querySelector('.lx-generators');
  }

  /** @param {Run} r */
  #row(r) {
    const film = make('div', { className: 'lx-reel', hidden: true }, make('canvas')),
      ask = button({ className: 'lx-btn lx-small' }),
      element = make(
        'div',
        { className: 'lx-generator', data: { run: r.name } },
        make('b', { textContent: r.title || r.family_title }),
        ask,
        make('span'),
        make('s', { hidden: true }, make('s')),
        film,
      );
    /** @type {Entry} */
    const e = { element, state: null, asked: null, row: null };
    ask.onclick = () => {
      this.#start(r, e);
      this.#view.changed();
    };
    return e;
  }

  #reset() {
    this.#lastAsked.drop();
    for (const [name, e] of this.#rows) if (e.state && !e.state.ready && !e.state.problem) cancel(name, e);
    this.#view.join([]);
    this.#rows.clear();
    this.#build();
  }

  #build() {
    const before = new Map(this.#rows);
    this.#rows.clear();
    this.#list.replaceChildren(
      ...generators().map((r) => {
        const e = before.get(r.name) || this.#row(r);
        this.#rows.set(r.name, e);
        write(e);
        return e.element;
      }),
    );
    this.#host.hidden = !this.#rows.size || !this.#image;
  }

  /** @param {Run} r @param {Entry} e */
  async #start(r, e) {
    if (e.state && !e.state.ready) {
      cancel(r.name, e);
      end(e, null);
      this.#view.changed();
      return;
    }
    const isLast = this.#lastAsked.same(),
      asked = (e.asked = this.#image),
      wanted = () => isLast() && e.asked === asked && !!e.state && e.element.isConnected;
    e.state = { step: 0, of: 1 };
    write(e);
    find(e, 's').hidden = false;
    try {
      await this.#follow(r, e, wanted);
    } catch (x) {
      if (wanted()) end(e, { ready: true, problem: /** @type {Error} */ (x).message });
    }
  }

  /**
   * Asked again and again until it is found, nobody wants it any more, or another view is open.
   * @param {Run} r @param {Entry} e @param {() => boolean} wanted
   */
  async #follow(r, e, wanted) {
    const bar = find(e, 's');
    while (wanted() && e.asked && lx.state.view === 'reconstruct') {
      const d = await lx.api('search', { run: r.name, ...e.asked });
      if (!wanted()) return;
      if ('cancelled' in d) break;
      e.state = d;
      bar.firstChild.style.width = (100 * d.step) / d.of + '%';
      write(e);
      if (d.ready) {
        const film = await decoded(d.film);
        if (wanted()) this.#found(r, e, d, film);
        return;
      }
      if ('picture' in d) showReel(e, await decoded(d.picture), true);
      await wait(EVERY);
    }
    if (wanted()) end(e, null);
  }

  /** @param {Run} r @param {Entry} e @param {SearchDone} d @param {Picture} film */
  #found(r, e, d, film) {
    const canvas = showReel(e, film, false),
      w = film.width / d.steps.length,
      tile = slice(film, film.width - w, w);
    find(e, 's').hidden = true;
    canvas.setAttribute('role', 'img');
    entitle(canvas, lx.t('rec.search.film', { steps: d.steps.join(', ') }));
    e.row = { run: r.name, w: lx.f32(d.w), class: d.class, error: d.error, searched: true, tile, pixels: pixelsOf(tile) };
    count(this.#host, 'found');
    this.#view.join([...this.#rows.values()].flatMap((x) => x.row ?? []));
  }

  /** Another input, or another run: what was found no longer holds. @param {Asked | null} image as the server is asked to take it */
  take(image) {
    this.#image = image;
    this.#reset();
    const names = this.#wish;
    if (!image) return;
    this.#wish = [];
    for (const r of generators().filter(({ name }) => names.includes(name))) this.#start(r, /** @type {Entry} */ (this.#rows.get(r.name)));
  }

  /** The list of runs has changed: generators that came are added, those that went go; what is found or under way stays. */
  runs() {
    const now = generators().map((r) => r.name);
    if (String(now) !== String([...this.#rows.keys()])) this.#build();
  }

  /** @param {string[]} names */
  restore(names) {
    this.#wish = names;
  }

  get asked() {
    return this.#wish.length ? this.#wish : [...this.#rows].filter(([, e]) => e.state).map(([name]) => name);
  }

  tell() {
    for (const e of this.#rows.values()) write(e);
  }
}
