/* A film's clock: a time from 0 to 1 that plays, in so many seconds, over and over or once. Whoever has one draws the frames. No window,
 * no document, until it plays. */

/**
 * @typedef {object} Screen
 * @property {() => number} seconds that the whole film takes
 * @property {() => boolean} looped whether it begins again at its end
 * @property {() => void} frame draws the frame of the time
 * @property {() => void} changed it plays, or does no longer
 * @property {() => void} [ended] it was stopped, or came to its end
 */

/** Where a film's ends may lie; apart: at most. @typedef {{ low: number, high: number, apart?: number }} Ends */

/** Seconds a film may take, to choose from. */
export const LENGTHS = [4, 6, 8, 10];

/** Why the ends that were typed are none: the key of a sentence. @param {Ends} ends @param {number} from @param {number} to */
export const endsOf = ({ low, high, apart }, from, to) => {
  if (![from, to].every((v) => Number.isFinite(v) && v >= low && v <= high)) return 'film.ends';
  if (from === to) return 'film.same';
  return apart !== undefined && Math.abs(to - from) > apart ? 'film.apart' : null;
};

/** Where there and back is at a time. @param {number} t @param {boolean} back */
export const turned = (t, back) => (back ? 1 - Math.abs(1 - 2 * t) : t);

export class Player {
  t = 0;
  playing = false;
  #last = 0;
  #screen;

  /** @param {Screen} screen */
  constructor(screen) {
    this.#screen = screen;
  }

  /* a frame's time may lie before the click's */
  /** @param {number} now */
  #tick(now) {
    if (!this.playing) return;
    this.t += Math.max(0, now - this.#last) / 1000 / this.#screen.seconds();
    this.#last = Math.max(this.#last, now);
    if (this.t >= 1) {
      if (this.#screen.looped()) this.t %= 1;
      else {
        this.t = 1;
        this.stop();
      }
    }
    this.#screen.frame();
    this.#next();
  }

  #next() {
    if (this.playing) requestAnimationFrame((now) => this.#tick(now));
  }

  start() {
    if (this.t >= 1) this.t = 0;
    this.playing = true;
    this.#last = performance.now();
    this.#screen.changed();
    this.#next();
  }

  stop() {
    if (!this.playing) return;
    this.halt();
    this.#screen.ended?.();
  }

  /** As stop, but what is on the screen goes on to something else. */
  halt() {
    this.playing = false;
    this.#screen.changed();
  }

  toggle() {
    if (this.playing) this.stop();
    else this.start();
  }
}
