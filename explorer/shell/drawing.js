/* What the server draws on one canvas: the latest wish wins, one request is in flight, and the next answer is worked on while the browser
 * decodes and paints this one.
 *
 * canvas.parentElement gets data-n (frames drawn) and data-error; the canvas has class lx-stale while an answer is on its way, and
 * lx-failed where the last one failed. */
import { count } from './dom.js';
import { onto } from './pictures.js';

let leading = null; /* the frame under way that the others wait for */

export class Drawing {
  #canvas;
  #page;
  #busy = false;
  #want = null;
  #next = null;

  /** `page`: bytes(path, body), run(), say(sentence, kind), stale(elements, on, again), working(by): one drawing more or less. */
  constructor(canvas, page) {
    this.#canvas = canvas;
    this.#page = page;
  }

  /** `own`: the request names its run itself, so it is painted whatever the current one is. `leads`: a hand is on it, others wait. */
  wish(body, paint, own, leads) {
    this.#want = { body, paint, own };
    if (!this.#busy) this.#work(leads);
  }

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

  async #frame(leads) {
    const now = this.#next || this.#ask();
    this.#next = null;
    await now.answer.catch(() => {});
    if (this.#want && (leads || !leading)) this.#next = this.#ask();
    return this.#show(now);
  }

  #ask() {
    const asked = this.#want,
      answer = this.#page.bytes('render', asked.body).then((r) => r.blob());
    this.#want = null;
    answer.catch(() => {}); /* #show says it */
    return { ...asked, answer };
  }

  /** Whether it was painted or failed; not, where the run has changed meanwhile. */
  async #show({ body, paint, own, answer }) {
    const canvas = this.#canvas,
      host = canvas.parentElement || canvas;
    try {
      const image = await createImageBitmap(await answer);
      if (!own && body.run !== this.#page.run() && !this.#waiting) return false;
      if (paint) paint(canvas.getContext('2d'), image, body);
      else onto(canvas, image);
      image.close();
      count(host);
      delete host.dataset.error;
      canvas.classList.remove('lx-failed');
    } catch (e) {
      if (!this.#waiting) {
        host.dataset.error = e.message;
        canvas.classList.add('lx-failed');
        this.#page.say(e.message, 'error');
      }
    }
    return true;
  }
}
