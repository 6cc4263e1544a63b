/* The image in all runs that take images of its shape at once: latest wins, one request in flight. Runs that the server has in memory come
 * first, the others by a second question; and how the image compares with others is worked out behind, so that is asked for again. */
import { decoded, onto, pixelsOf, slice } from '../../shell/pictures.js';
import { lx } from '../../shell/store.js';
import { Beside } from './all_runs_cards.js';

/** @import { Beside as Body, BesideAnswer, BesideProblem, BesideTaken, Noise } from '../../shell/answers' */
/** @import { Picture } from '../../shell/pictures.js' */
/** @import { Row } from './all_runs_cards.js' */
/** @typedef {Body['image']} Input what the server is asked to take */
/** @typedef {{ invert?: boolean }} More */
/** @typedef {{ run: string | null, image: Input, more: More, era: number, take?: boolean, quiet?: boolean }} Question take: its code is to
 * become the current one; quiet: asked again for what is shown already */
/**
 * @typedef {object} View
 * @property {(q: Question) => boolean} wanted whether it still is
 * @property {() => { label?: number | null, noise?: Noise }} more what every body has beside the image
 * @property {(d: BesideAnswer, rows: Row[], pixels: Uint8ClampedArray) => void} seen pixels: of the image without noise
 * @property {(q: Question, d: BesideAnswer, rows: Row[], mine: Row, began: number) => void} arrived mine: the current run's
 * @property {(mine: Row) => void} figures quietly: how it compares with others
 * @property {(q: Question) => void} dropped
 * @property {(e: Error) => void} failed
 * @property {(n: number) => void} owing of how many runs figures are still to come
 * @property {() => void} rested
 */

const TRIES = 8;
const PAUSE = 900;

/** @param {BesideTaken | BesideProblem} r @returns {r is BesideTaken} */
const isTaken = (r) => !('problem' in r);

export class Asking {
  #given;
  #view;
  /** @type {Question | null} */
  #next = null;
  #busy = false;
  #again = 0;
  /** @type {Set<string>} */
  #loaded = new Set(); /* runs that the server has in memory */
  /** @type {Map<string, number>} */
  #slow = new Map(); /* how often a run's usual errors were asked for in vain */
  /** @type {HTMLCanvasElement | null} */
  clean = null; /* the image without noise, where there is any on it */

  /** @param {HTMLCanvasElement} given where the image is shown @param {View} view */
  constructor(given, view) {
    this.#given = given;
    this.#view = view;
  }

  /** Whether another question waits. */
  get waits() {
    return !!this.#next;
  }

  /** @param {Question} q */
  ask(q) {
    clearTimeout(this.#again);
    this.#next = q;
    if (!this.#busy) this.#pump();
  }

  /** The same again, where nothing is asked: there may be other runs. @param {Omit<Question, 'quiet'>} q */
  refresh(q) {
    if (this.#busy) return;
    this.#next = { ...q, quiet: true };
    this.#pump();
  }

  stop() {
    this.#next = null;
    clearTimeout(this.#again);
  }

  async #pump() {
    this.#busy = true;
    while (this.#next) {
      const q = this.#next;
      this.#next = null;
      try {
        await this.#answer(q);
      } catch (e) {
        if (!this.#next && !q.quiet && this.#view.wanted(q)) this.#view.failed(/** @type {Error} */ (e));
      }
    }
    this.#busy = false;
    this.#view.rested();
  }

  /** @param {Question} q */
  async #answer(q) {
    const all = Beside.fitting().map((r) => r.name),
      now = all.filter((n) => n === q.run || this.#loaded.has(n)),
      began = performance.now(),
      d = await lx.api('beside', { run: String(q.run), runs: now, image: q.image, ...q.more, ...this.#view.more() }),
      noisy = d.noise !== undefined,
      strip = await decoded(d.picture),
      own = /** @type {BesideTaken | BesideProblem} */ (d.runs.find((r) => r.run === q.run));
    for (const r of d.runs) this.#loaded.add(r.run);
    if (!this.#view.wanted(q)) {
      this.#view.dropped(q);
      return;
    }
    if ('problem' in own) throw new Error(own.problem);
    const rows = this.#cut(strip, d.runs, noisy),
      mine = /** @type {Row} */ (rows.find((r) => r.run === q.run));
    this.#view.seen(d, rows, pixelsOf(this.clean ?? this.#given));
    if (q.quiet) this.#view.figures(mine);
    else this.#view.arrived(q, d, rows, mine, began);
    if (this.#next) return;
    if (now.length < all.length) {
      for (const n of all) this.#loaded.add(n);
      this.#next = { ...q, quiet: true, take: false };
      return;
    }
    this.#later(q, noisy ? [] : rows.filter((r) => typeof r.percentile !== 'number' && (this.#slow.get(r.run) || 0) < TRIES));
  }

  /** @param {Question} q @param {Row[]} waiting */
  #later(q, waiting) {
    this.#view.owing(waiting.length);
    for (const r of waiting) this.#slow.set(r.run, (this.#slow.get(r.run) || 0) + 1);
    if (waiting.length)
      this.#again = setTimeout(() => {
        if (!this.#busy && this.#view.wanted(q)) {
          this.#next = { ...q, quiet: true, take: false };
          this.#pump();
        }
      }, PAUSE);
  }

  /**
   * The answer's picture is a row of tiles: the input, then a reconstruction for each run that has one, then, where the input has noise,
   * the image without.
   * @param {Picture} strip @param {BesideAnswer['runs']} runs @param {boolean} noisy @returns {Row[]}
   */
  #cut(strip, runs, noisy) {
    const good = runs.filter(isTaken),
      w = strip.width / (1 + good.length + Number(noisy));
    const tile = (/** @type {number} */ i) => slice(strip, i * w, w);
    onto(this.#given, tile(0));
    this.clean = noisy ? tile(good.length + 1) : null;
    return good.map((r, k) => {
      const t = tile(k + 1);
      return { ...r, w: lx.f32(r.w), sigma: r.sigma ? lx.f32(r.sigma) : null, tile: t, pixels: pixelsOf(t) };
    });
  }
}
