/* What the server draws on one canvas: the latest wish wins, one request is in flight, and the next answer is worked on while the browser
 * decodes and paints this one.
 *
 * canvas.parentElement gets data-n (frames drawn) and data-error; the canvas has class lx-stale while an answer is on its way, and
 * lx-failed where the last one failed. What was drawn is told by the event lx-drawn: when it was sent, and the server's own time. */
import { count } from './dom.js';
import { brush, onto } from './pictures.js';

/** @import { Asked } from './types' */
/** @typedef {(x: CanvasRenderingContext2D, image: ImageBitmap, body: any) => void} Paint */
/** @typedef {{ body: Asked, paint?: Paint, own: boolean }} Wish */
/** @typedef {{ blob: Blob, timing: string | null }} Answer */
/** @typedef {Wish & { sent: number, answer: Promise<Answer> }} Sent */
/**
 * @typedef {object} Page
 * @property {(path: string, body: any) => Promise<Response>} bytes
 * @property {() => string | null} run
 * @property {(sentence: string, kind: 'error') => void} say
 * @property {(elements: Element[], on: boolean, again?: boolean) => void} stale
 * @property {(by: number) => void} working one drawing more or less
 */

/** @type {Promise<boolean> | null} */
let leading = null; /* the frame under way that the others wait for */

export class Drawing {
  #canvas;
  #page;
  #busy = false;
  /** @type {Wish | null} */
  #want = null;
  /** @type {Sent | null} */
  #next = null;

  /** @param {HTMLCanvasElement} canvas @param {Page} page */
  constructor(canvas, page) {
    this.#canvas = canvas;
    this.#page = page;
  }

  /**
   * @param {Asked} body
   * @param {Paint | undefined} paint
   * @param {boolean} own the request names its run itself, so it is painted whatever the current one is
   * @param {boolean} leads a hand is on it, others wait
   */
  wish(body, paint, own, leads) {
    this.#want = { body, paint, own };
    if (!this.#busy) this.#work(leads);
  }

  /** @param {boolean} leads */
  async #work(leads) {
    this.#busy = true;
    this.#page.working(1);
    this.#page.stale([this.#canvas], true);
    while (this.#waiting) {
      const shown = leads ? await this.#lead() : await this.#follow();
      if (shown) this.#page.stale([this.#canvas], this.#waiting || this.#canvas.classList.contains('lx-failed'), true);
    }
    this.#busy = false;
    this.#page.working(-1);
  }

  get #waiting() {
    return !!(this.#want || this.#next);
  }

  async #lead() {
    leading = this.#frame(true);
    const shown = await leading;
    leading = null;
    return shown;
  }

  async #follow() {
    if (!this.#next) await leading;
    return this.#frame(false);
  }

  /** @param {boolean} leads */
  async #frame(leads) {
    const now = this.#next || (this.#want && this.#ask(this.#want));
    if (!now) return false;
    this.#next = null;
    await now.answer.catch(() => {});
    if (this.#want && (leads || !leading)) this.#next = this.#ask(this.#want);
    return this.#show(now);
  }

  /** @param {Wish} asked */
  #ask(asked) {
    const sent = performance.now(),
      answer = this.#page.bytes('render', asked.body).then(async (r) => ({ blob: await r.blob(), timing: r.headers.get('server-timing') }));
    this.#want = null;
    answer.catch(() => {}); /* #show says it */
    return { ...asked, sent, answer };
  }

  /** Whether it was painted or failed; not, where the run has changed meanwhile. @param {Sent} drawn */
  async #show({ body, paint, own, sent, answer }) {
    const canvas = this.#canvas,
      host = canvas.parentElement || canvas;
    try {
      const { blob, timing } = await answer,
        image = await createImageBitmap(blob);
      if (!own && body.run !== this.#page.run() && !this.#waiting) return false;
      if (paint) paint(brush(canvas), image, body);
      else onto(canvas, image);
      image.close();
      count(host);
      delete host.dataset.error;
      canvas.classList.remove('lx-failed');
      document.dispatchEvent(new CustomEvent('lx-drawn', { detail: { canvas, sent, timing } }));
    } catch (e) {
      if (!this.#waiting) {
        host.dataset.error = /** @type {Error} */ (e).message;
        canvas.classList.add('lx-failed');
        this.#page.say(/** @type {Error} */ (e).message, 'error');
      }
    }
    return true;
  }
}
