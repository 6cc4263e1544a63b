/* The reconstruction beside its input: where the code is no longer the encoder's, the edited one; where and how far it is off, and what is
 * said of that. */
import { alike } from '../../shell/moves.js';
import { onto, pixelsOf, wipe } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';
import { Bars } from './reconstruct_bars.js';
import { errorMap, short } from './reconstruct_error.js';

/** @import { Code } from '../../shell/types' */
/**
 * @typedef {object} Answer of the current run
 * @property {Code} w
 * @property {Code | null} [sigma]
 * @property {number} error
 * @property {number | null} [percentile]
 * @property {HTMLCanvasElement} tile
 * @property {number} [index] of a held-out image
 */
/**
 * @typedef {object} View
 * @property {() => Answer | null} answer
 * @property {() => Uint8ClampedArray | null} given the input's pixels
 * @property {() => boolean} follows whether the input is the current code's own image
 * @property {(index: number | undefined) => boolean} held whether the current code is the one that is kept of this held-out image
 * @property {() => boolean} here
 * @property {() => void} shown the picture of a code is here, or on its way
 * @property {() => void} changed another way to show the error was chosen
 */

export class Output {
  #element;
  #view;
  #chart;
  #seed = 0;
  /** @type {number | null} */
  #edited = null; /* the edited picture's error, NaN until it is there; null: the reconstruction is shown */
  mode = 'signed'; /* of the error map */

  /** @param {any} element @param {View} view */
  constructor(element, view) {
    this.#element = element;
    this.#view = view;
    this.#chart = new Bars(this.#find('.lx-bars'), { answer: view.answer });
    this.#find('.lx-again').onclick = () => {
      this.#seed = lx.random();
      this.cloud();
    };
    for (const b of element.querySelectorAll('[data-mode]'))
      b.onclick = () => {
        this.mode = b.dataset.mode;
        this.#compare();
        this.tell();
        view.changed();
      };
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#element.querySelector(selector);
  }

  /** Nothing is shown. */
  forget() {
    this.#edited = null;
  }

  /* draws the error map; its error, null where input and picture are not of one size */
  #compare() {
    const out = this.#find('.lx-out canvas'),
      canvas = this.#find('.lx-diff canvas'),
      given = this.#view.given();
    if (!given || given.length !== out.width * out.height * 4) {
      wipe(canvas);
      return null;
    }
    return errorMap(canvas, given, pixelsOf(out), out.width, out.height, opened().info.spec.shape[0] === 1, this.mode);
  }

  /** Show it. */
  show() {
    const out = this.#find('.lx-out canvas'),
      answer = this.#view.answer();
    if (!answer) return;
    if (this.#view.follows() || alike(lx.state.w, answer.w) || this.#view.held(answer.index)) {
      this.#edited = null;
      onto(out, answer.tile);
      lx.stale([out], false);
      this.#compare();
      this.tell();
    } else {
      this.#edited ??= NaN;
      lx.draw(out, { op: 'image', w: lx.b64(opened().w) }, (x, im) => {
        if (answer !== this.#view.answer() || this.#edited === null) return;
        onto(out, im);
        this.#edited = this.#compare() ?? NaN;
        this.tell();
      });
      this.tell();
    }
    this.bars();
    this.#view.shown();
  }

  /** @param {Answer | null} answer */
  #rankText(answer) {
    if (!answer) return '';
    if (this.#edited !== null) return '· ' + lx.t('rec.edited', { e: short(answer.error) });
    const { percentile } = answer;
    return typeof percentile === 'number' ? '· ' + lx.t('rec.rank', { p: percent(percentile) }) : '';
  }

  /** How far off the picture is, and what is to be said of that. */
  tell() {
    const answer = this.#view.answer(),
      own = this.#edited === null,
      free = !!answer && this.#view.follows(),
      out = this.#find('.lx-out-name'),
      back = this.#find('.lx-back'),
      error = answer ? (this.#edited ?? answer.error) : null;
    out.dataset.t = own ? 'rec.output' : 'rec.output.edited';
    out.textContent = lx.t(out.dataset.t);
    this.#find('.lx-error').textContent = error === null || Number.isNaN(error) ? '—' : short(error);
    this.#element.dataset.squared = error ?? '';
    this.#find('.lx-rank').textContent = this.#rankText(answer);
    back.dataset.t = free ? 'rec.take' : 'rec.back';
    back.textContent = lx.t(back.dataset.t);
    back.hidden = !answer || (own && !free);
    this.#find('.lx-low').textContent = lx.t(this.mode === 'signed' ? 'rec.darker' : 'rec.none');
    this.#find('.lx-high').textContent = lx.t(this.mode === 'signed' ? 'rec.brighter' : 'rec.much');
    this.#find('.lx-scale').classList.toggle('absolute', this.mode === 'absolute');
    for (const b of this.#element.querySelectorAll('[data-mode]')) b.setAttribute('aria-checked', b.dataset.mode === this.mode);
  }

  bars() {
    this.#chart.paint();
  }

  /** What the code's doubt draws. */
  cloud() {
    const answer = this.#view.answer();
    if (!answer?.sigma || !this.#view.here()) return;
    const { w, sigma } = answer;
    lx.draw(this.#find('.lx-draws canvas'), { op: 'resample', w: lx.b64(w), sigma: lx.b64(sigma), n: 12, columns: 6, seed: this.#seed });
  }
}
