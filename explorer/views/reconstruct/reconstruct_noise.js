/* Noise on the input, to see which run takes it off again. asked(): what requests say of it, {} without. again(): encode the same image
   anew. */
import { arrowKeys, check } from '../../shell/radios.js';
import { lx } from '../../shell/store.js';

const STANDARD = { gaussian: 40, dropout: 50, block: 15 }; /* in hundredths */

export class Spoil {
  #again;
  #host;
  #kinds;
  #amount;
  #usual = { ...STANDARD };
  #kind = '';
  #seed = 0;
  #told = null;
  constructor(host, again) {
    this.#host = host;
    this.#again = again;
    this.#kinds = [...host.querySelectorAll('[data-noise]')];
    this.#amount = this.#find('input');
    for (const b of this.#kinds) b.onclick = () => this.#choose(b.dataset.noise);
    arrowKeys(this.#find('.lx-spoil-kinds'));
    this.#amount.oninput = () => {
      this.#usual[this.#kind] = +this.#amount.value;
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

  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #tell() {
    check(this.#kinds, (b) => b.dataset.noise === this.#kind);
    this.#find('.lx-spoil-more').hidden = !this.#kind;
    this.#find('output').textContent = this.#kind === 'gaussian' ? (this.#amount.value / 100).toFixed(2) : this.#amount.value + ' %';
    lx.range(this.#amount);
    this.#find('.lx-spoil-told').textContent = this.#kind && this.#told ? this.#best() : '';
  }

  /* which run takes most of it off */
  #best() {
    const { rows, noise } = this.#told,
      best = rows.length ? rows.reduce((a, b) => (a.error <= b.error ? a : b)) : null,
      run = best && lx.runOf(best.run);
    return lx.t(best && best.error < noise ? 'rec.noise.told' : 'rec.noise.worse', {
      noise: noise.toPrecision(3),
      left: best ? best.error.toPrecision(3) : '',
      run: run?.title || run?.family_title || best?.run || '',
    });
  }

  #choose(name) {
    this.#kind = name;
    if (this.#kind) this.#amount.value = this.#usual[this.#kind];
    this.#told = null;
    this.#tell();
    this.#again();
  }

  restore(noise) {
    this.#kind = noise?.kind || '';
    this.#seed = noise?.seed || 0;
    this.#told = null;
    Object.assign(this.#usual, STANDARD);
    this.#amount.value = this.#kind ? (this.#usual[this.#kind] = noise.amount) : STANDARD.gaussian;
    this.#tell();
  }

  get state() {
    return this.#kind ? { kind: this.#kind, amount: +this.#amount.value, seed: this.#seed } : null;
  }

  on() {
    return !!this.#kind;
  }

  asked() {
    return this.#kind ? { noise: { kind: this.#kind, amount: this.#amount.value / 100, seed: this.#seed } } : {};
  }

  take(answer) {
    this.#told = answer;
    this.#tell();
  }
}
