/* The films of Styles' dials: the current code while ψ, blend or noise goes from one end to the other, or while the noise is drawn anew.
 * Truncation and mixing are straight in W, so each is a path between codes (server: paths.py). Hundredths, as the dials have them. */
import { joined } from '../../shell/bytes.js';
import { FilmDialogue } from '../../shell/film_dialogue.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { joining, mixedIn } from './layer_path.js';

/** @import { Chosen, Dial } from '../../shell/film_dialogue.js' */
/** @import { PixelNoise } from '../../shell/answers' */
/** @import { Code, Filmed } from '../../shell/types' */
/**
 * @typedef {object} Films
 * @property {() => unknown} on
 * @property {() => Code | null} base the current code before truncation; null where there is none
 * @property {(psi: number) => Code} cut what is shown of it at a ψ
 * @property {boolean[]} layers that are mixed
 * @property {(layers: boolean[], share: number) => Code | null} mixed what is shown of the current cell; null: the current code is none
 * @property {number[]} strengths
 * @property {number | null} seed
 * @property {() => { noise?: PixelNoise }} noise as it is now
 * @property {() => boolean} slight whether it can hardly be seen
 */

const PER = 100;
const MOST_SEEDS = 240; /* frames of a film */
const SEEDS = 16;

/** @param {number} t @param {Chosen} chosen */
const between = (t, { from, to }) => from + t * (to - from);

export class StyleFilms {
  #view;
  #dialogue;

  /** @param {any} element @param {Films} view */
  constructor(element, view) {
    this.#view = view;
    this.#dialogue = new FilmDialogue(element.querySelector('.lx-film-dialogue'));
    document.addEventListener('click', (e) => {
      const b = /** @type {HTMLElement | null} */ (/** @type {Element} */ (e.target).closest('[data-film]'));
      if (b && view.on()) this.#open(String(b.dataset.film));
    });
  }

  /** @param {string} what */
  #open(what) {
    const dials = { psi: () => this.#psi(), blend: () => this.#blend(), noise: () => this.#noise(), seeds: () => this.#seeds() };
    const dial = dials[/** @type {keyof typeof dials} */ (what)]?.();
    if (typeof dial === 'string') lx.say(dial);
    else if (dial) this.#dialogue.open(dial);
  }

  /** A film of the current code, or of several keys, with the noise as it is. @param {Code[]} keys @returns {Filmed} */
  #path(keys) {
    const { noise } = this.#view.noise();
    return {
      op: 'walk',
      keys: lx.b64(joined(keys)),
      ...(noise && { noise: { strengths: [noise.strengths], seed: noise.seed ?? null } }),
    };
  }

  /** @returns {Dial | string} */
  #psi() {
    if (!this.#view.base()) return lx.t('sty.film.none');
    return {
      title: lx.t('film.animate', { what: lx.t('sty.psi') }),
      name: 'psi',
      ends: { low: -1, high: 1.5, step: 0.05, from: -1, to: 1 },
      shown: (t, chosen) => `ψ ${lx.number(between(t, chosen))}`,
      asked: ({ from, to }) => this.#path([this.#view.cut(from), this.#view.cut(to)]),
    };
  }

  /** @returns {Dial | string} */
  #blend() {
    const { layers } = this.#view;
    if (!layers.some(Boolean)) return lx.t('sty.directions.none');
    if (!this.#view.mixed(layers, 0)) return lx.t('sty.film.pick');
    const n = layers.filter(Boolean).length;
    /** @param {boolean[]} mask @param {number} share */
    const at = (mask, share) => /** @type {Code} */ (this.#view.mixed(mask, share));
    return {
      title: lx.t('film.animate', { what: lx.t('sty.blend') }),
      name: 'blend',
      ends: { low: 0, high: 1, step: 0.05, from: 0, to: 1 },
      ways: [
        ['all', lx.t('sty.film.all', { n })],
        ['layers', lx.t('sty.film.layers', { n })],
      ],
      whole: ['layers'],
      shown: (t, chosen) => (chosen.way === 'layers' ? `${mixedIn(t, layers).toFixed(1)} / ${n}` : between(t, chosen).toFixed(2)),
      asked: ({ from, to, way }) =>
        this.#path(way === 'layers' ? joining(layers).map((mask) => at(mask, 1)) : [at(layers, from), at(layers, to)]),
    };
  }

  #slight() {
    return this.#view.slight() ? { note: lx.t('sty.film.slight') } : {};
  }

  /** @returns {Dial} */
  #noise() {
    const { w } = opened(),
      { strengths, seed } = this.#view;
    return {
      title: lx.t('film.animate', { what: lx.t('sty.noise') }),
      name: 'noise',
      ...this.#slight(),
      ends: { low: 0, high: 2, step: 0.05, from: 0, to: 2 },
      shown: (t, chosen) => between(t, chosen).toFixed(2),
      asked: ({ from, to }) => ({
        op: 'walk',
        keys: lx.b64(w),
        noise: { strengths: [from, to].map((v) => strengths.map(() => v)), seed },
      }),
    };
  }

  /** @returns {Dial | string} */
  #seeds() {
    const { w } = opened(),
      { strengths, seed } = this.#view,
      first = seed ?? 1;
    if (!strengths.some(Boolean)) return lx.t('sty.film.silent');
    /** @param {Chosen} chosen */
    const many = ({ from, to }) => Math.abs(to - from) + 1;
    return {
      title: lx.t('film.animate', { what: lx.t('sty.film.seeds') }),
      name: 'noise-seeds',
      ...this.#slight(),
      ends: { low: 0, high: 1e9, step: 1, from: first, to: first + SEEDS - 1, apart: MOST_SEEDS - 1 },
      shown: (t, chosen) => {
        const k = Math.min(Math.floor(t * many(chosen)), many(chosen) - 1);
        return lx.t('origin.seed', { seed: Math.min(chosen.from, chosen.to) + k });
      },
      asked: (chosen) => {
        if (![chosen.from, chosen.to].every(Number.isInteger)) throw new Error(lx.t('sty.film.whole'));
        const noise = { strengths: [strengths.map((v) => v / PER)], seed: Math.min(chosen.from, chosen.to), draws: many(chosen) };
        return { op: 'walk', keys: lx.b64(w), noise };
      },
    };
  }
}
