/* Noise on the input, to see which run takes it off again. asked(): what requests say of it, {} without. again(): encode the same image
   anew. */
import { lx } from './store.js';

export class Spoil {
  #again;
  #host;
  #kinds;
  #amount;
  #standard = { gaussian: 40, dropout: 50, block: 15 };
  #usual;
  #kind = '';
  #seed = 0;
  #told = null;
  #tell = () => {
    for (const b of this.#kinds) {
      b.setAttribute('aria-checked', b.dataset.noise === this.#kind);
      b.tabIndex = b.dataset.noise === this.#kind ? 0 : -1;
    }
    this.#find('.lx-spoil-more').hidden = !this.#kind;
    this.#find('output').textContent = this.#kind === 'gaussian' ? (this.#amount.value / 100).toFixed(2) : this.#amount.value + ' %';
    lx.range(this.#amount);
    const best = this.#told?.rows?.length ? this.#told.rows.reduce((a, b) => (a.error <= b.error ? a : b)) : null,
      run = best && lx.runOf(best.run);
    this.#find('.lx-spoil-told').textContent =
      !this.#kind || !this.#told
        ? ''
        : lx.t(best && best.error < this.#told.noise ? 'rec.noise.told' : 'rec.noise.worse', {
            noise: this.#told.noise.toPrecision(3),
            left: best ? best.error.toPrecision(3) : '',
            run: run?.title || run?.family_title || best?.run || '',
          });
  };

  constructor(host, again) {
    this.#host = host;
    this.#again = again;
    this.#kinds = [...host.querySelectorAll('[data-noise]')];
    this.#amount = this.#find('input');
    this.#usual = { ...this.#standard };
    for (const b of this.#kinds) b.onclick = () => this.#choose(b.dataset.noise);
    this.#find('.lx-spoil-kinds').onkeydown = (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (!step) return;
      e.preventDefault();
      const b =
        this.#kinds[(this.#kinds.findIndex((k) => k.dataset.noise === this.#kind) + step + this.#kinds.length) % this.#kinds.length];
      b.focus();
      b.click();
    };
    this.#amount.oninput = () => {
      this.#usual[this.#kind] = +this.#amount.value;
      this.#tell();
      again();
    };
    this.#find('.lx-spoil-again').onclick = () => {
      this.#seed = lx.random();
      again();
    };
    lx.on('lang', this.#tell);
    this.#tell();
  }

  #find(selector) {
    return this.#host.querySelector(selector);
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
    Object.assign(this.#usual, this.#standard);
    this.#amount.value = this.#kind ? (this.#usual[this.#kind] = noise.amount) : this.#standard.gaussian;
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
