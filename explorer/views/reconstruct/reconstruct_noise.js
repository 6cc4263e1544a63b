/* Noise on the input, to see which run takes it off again. asked(): what requests say of it, {} without. again(): encode the same image
   anew. image(): what is encoded, null where nothing is. */
import { arrowKeys, check } from '../../shell/radios.js';
import { lx } from '../../shell/store.js';

/** @import { FilmSpoiled, Noise } from '../../shell/answers' */
/** @import { FilmDialogue } from '../../shell/film_dialogue.js' */
/** @typedef {Pick<FilmSpoiled, 'image' | 'invert' | 'label'>} Given */
/** @typedef {{ kind: Noise['kind'], amount: number, seed: number }} Kept amount: in hundredths */
/** @typedef {{ rows: { run: string, error: number }[], noise: number }} Told */

const DRAWS = 16; /* seeds of a film */
const STANDARD = { gaussian: 40, dropout: 50, block: 15 }; /* in hundredths */

/** Which run takes most of it off. @param {Told} told */
const best = ({ rows, noise }) => {
  const least = rows.length ? rows.reduce((a, b) => (a.error <= b.error ? a : b)) : null,
    run = least && lx.runOf(least.run);
  return lx.t(least && least.error < noise ? 'rec.noise.told' : 'rec.noise.worse', {
    noise: noise.toPrecision(3),
    left: least ? least.error.toPrecision(3) : '',
    run: run?.title || run?.family_title || least?.run || '',
  });
};

export class Spoil {
  #again;
  #image;
  #film;
  #host;
  #kinds;
  #amount;
  #usual = { ...STANDARD };
  /** @type {Noise['kind'] | ''} */
  #kind = '';
  #seed = 0;
  /** @type {Told | null} */
  #told = null;
  /** @param {any} host @param {() => void} again @param {FilmDialogue} films @param {() => Given | null} image */
  constructor(host, again, films, image) {
    this.#host = host;
    this.#again = again;
    this.#image = image;
    this.#film = films;
    this.#find('.lx-animate').onclick = () => this.#open();
    this.#kinds = [...host.querySelectorAll('[data-noise]')];
    this.#amount = this.#find('input');
    for (const b of this.#kinds) b.onclick = () => this.#choose(b.dataset.noise);
    arrowKeys(this.#find('.lx-spoil-kinds'));
    this.#amount.oninput = () => {
      if (this.#kind) this.#usual[this.#kind] = +this.#amount.value;
      this.#tell();
      again();
    };
    this.#find('.lx-spoil-again').onclick = () => {
      this.#seed = lx.random();
      again();
    };
    lx.on('lang', () => this.#tell());
    this.#tell();
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #tell() {
    check(this.#kinds, (b) => b.dataset.noise === this.#kind);
    this.#find('.lx-spoil-more').hidden = !this.#kind;
    this.#find('output').textContent = this.#kind === 'gaussian' ? (this.#amount.value / 100).toFixed(2) : this.#amount.value + ' %';
    lx.range(this.#amount);
    this.#find('.lx-spoil-told').textContent = this.#kind && this.#told ? best(this.#told) : '';
  }

  /** The film of the input beside its reconstruction: while the noise grows, or with the noise of one seed after another. */
  #open() {
    const given = this.#image(),
      kind = this.#kind,
      amount = +this.#amount.value / 100,
      seed = this.#seed;
    if (!kind || !given) return;
    this.#film.open({
      title: lx.t('film.animate', { what: lx.t('rec.noise') }),
      name: 'noise-' + kind,
      ends: { low: 0, high: 1, step: 0.05, from: 0, to: 1 },
      ways: [
        ['amount', lx.t('rec.noise.grows')],
        ['seeds', lx.t('rec.noise.anew', { n: DRAWS })],
      ],
      whole: ['seeds'],
      shown: (t, { from, to, way }) =>
        way === 'seeds'
          ? lx.t('origin.seed', { seed: seed + Math.min(Math.floor(t * DRAWS), DRAWS - 1) })
          : (from + t * (to - from)).toFixed(2),
      asked: ({ from, to, way }) => ({
        op: 'spoiled',
        ...given,
        kind,
        seed,
        ...(way === 'seeds' ? { amounts: [amount], draws: DRAWS } : { amounts: [from, to] }),
      }),
    });
  }

  /** @param {Noise['kind'] | ''} name */
  #choose(name) {
    this.#kind = name;
    if (this.#kind) this.#amount.value = this.#usual[this.#kind];
    this.#told = null;
    this.#tell();
    this.#again();
  }

  /** @param {{ kind: string, amount: number, seed: number } | null} noise */
  restore(noise) {
    this.#kind = /** @type {Noise['kind'] | ''} */ (noise?.kind || '');
    this.#seed = noise?.seed || 0;
    this.#told = null;
    Object.assign(this.#usual, STANDARD);
    if (noise && this.#kind) this.#usual[this.#kind] = noise.amount;
    this.#amount.value = noise?.kind ? noise.amount : STANDARD.gaussian;
    this.#tell();
  }

  /** @returns {Kept | null} */
  get state() {
    return this.#kind ? { kind: this.#kind, amount: +this.#amount.value, seed: this.#seed } : null;
  }

  on() {
    return !!this.#kind;
  }

  /** @returns {{ noise?: Noise }} */
  asked() {
    return this.#kind ? { noise: { kind: this.#kind, amount: this.#amount.value / 100, seed: this.#seed } } : {};
  }

  /** @param {Told | null} answer */
  take(answer) {
    this.#told = answer;
    this.#tell();
  }
}
