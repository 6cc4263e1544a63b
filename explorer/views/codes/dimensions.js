/* The rows of the traversal of a variational model by the numbers of its code: what each tells on average, and of the current image. */
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { DimensionsAnswer, PosteriorAnswer } from '../../shell/answers' */
/** @typedef {{ index: number, nats: number, unused: boolean }} Dimension */

const MOST = 8;

/** All numbers of a code, what tells most of an image first. @param {number[]} kl @param {number} unused @returns {Dimension[]} */
const byKl = (kl, unused) =>
  kl.map((nats, index) => ({ index, nats, unused: nats < unused })).sort((a, b) => b.nats - a.nats || a.index - b.index);

/** Those of the rows. Of page 0 the strongest, and where some are unused the weakest of all as the last, to be seen to do nothing; from
 * page 1 on all of them, so many at once.
 * @param {Dimension[]} all @param {number} page */
const rowsOf = (all, page = 0) => {
  const last = all.at(-1);
  if (page > 0) return all.slice(MOST * (page - 1), MOST * page);
  return all.length > MOST && last?.unused ? [...all.slice(0, MOST - 1), last] : all.slice(0, MOST);
};

/** The last page of so many numbers; 0 where the first shows all. @param {number} n */
const lastPage = (n) => (n > MOST ? Math.ceil(n / MOST) : 0);

/** @param {number} page */
export const pageText = (page) => (page > 0 ? `kl.${page}` : 'kl');
/** The page that a link names; null where its rows are no numbers. @param {unknown} text */
const textPage = (text) => {
  const found = /^kl(?:\.(\d{1,3}))?$/.exec(String(text ?? ''));
  return found ? +(found[1] ?? 0) : null;
};

/** @param {number} nats */
export const natsText = (nats) => (nats < 0.005 ? '0.00' : nats.toFixed(2));

/** Whether the open run has a posterior, whose numbers can be ordered. */
export const canOrder = () => !!lx.state.info?.spec.stochastic;
/** Whether the rows are numbers of the code. */
export const byDimension = () => canOrder() && textPage(lx.state.kept.dims) !== null;
/* the held-out image whose code is the current one; empty where it is none's */
const imageShown = () => {
  const o = lx.state.origin;
  return o?.kind === 'point' ? `${lx.state.run} ${o.index}` : '';
};

export class Dimensions {
  #changed;
  /** @type {string | null} */
  #run = null;
  /** @type {DimensionsAnswer | null} */
  told = null;
  /** @type {Dimension[]} */
  all = [];
  /** @type {{ of: string, told: PosteriorAnswer } | null} the posterior of the held-out image that is shown */
  #posterior = null;
  #asked = '';

  /** @param {() => void} changed called when an answer has come */
  constructor(changed) {
    this.#changed = changed;
  }

  get page() {
    return Math.min(textPage(lx.state.kept.dims) ?? 0, this.lastPage);
  }

  get lastPage() {
    return lastPage(this.all.length);
  }

  get unused() {
    return this.all.filter((d) => d.unused).length;
  }

  get rows() {
    return this.#run === lx.state.run ? rowsOf(this.all, this.page) : [];
  }

  /** Ask for what is not known of this run. */
  async learn() {
    const { run } = opened();
    if (!byDimension() || this.#run === run) return;
    try {
      const told = await lx.code({ op: 'kl' });
      if (run !== lx.state.run) return;
      this.#run = run;
      this.told = told;
      this.all = byKl(told.kl, told.unused);
      this.#changed();
    } catch (e) {
      lx.say(/** @type {Error} */ (e).message, 'error');
    }
  }

  /** The posterior of the current image, null where the code is of no held-out image, or not told yet. */
  get posterior() {
    return this.#posterior?.of === imageShown() ? this.#posterior.told : null;
  }

  /** Ask for the posterior of the current image. */
  async follow() {
    const of = imageShown(),
      o = lx.state.origin;
    if (!byDimension() || !of || of === this.#asked || o?.kind !== 'point') return;
    this.#asked = of;
    try {
      const told = await lx.code({ op: 'posterior', index: o.index });
      if (of !== imageShown()) return;
      this.#posterior = { of, told };
      this.#changed();
    } catch {
      this.#asked = '';
    }
  }
}
