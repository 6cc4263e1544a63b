/* Frames a second and milliseconds, counted from drawings alone. No window, no document. */

const LEAST = 3; /* intervals of which a rate is told */
export const SPAN = 1000; /* milliseconds over which frames are counted, and after which the hand rests */

/** Of a Server-Timing header ("draw;dur=12.3") the milliseconds, null where it has none. @param {string | null | undefined} header */
export const serverTime = (header) => {
  const m = /(?:^|[;,\s])dur=(\d+(?:\.\d+)?)/.exec(header ?? '');
  return m ? +m[1] : null;
};

/** How often one thing was drawn lately. */
export class Frames {
  /** @type {number[]} */
  #times = [];

  /** One more, at a time in milliseconds: frames a second over the last SPAN, null while there are too few to be a drag.
   * @param {number} now */
  add(now) {
    this.#times.push(now);
    while (this.#times[0] <= now - SPAN) this.#times.shift();
    const [first] = this.#times,
      n = this.#times.length - 1;
    return n >= LEAST && now > first ? (1000 * n) / (now - first) : null;
  }
}
