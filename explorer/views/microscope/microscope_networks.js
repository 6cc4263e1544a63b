/* Two networks of one shape: a dial per layer from this run's weights to another's, drawn for the current code. */
import { make, offer } from '../../shell/dom.js';
import { crop } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { restoredDials, textDials } from './networks_link.js';

/** @import { PartnersAnswer } from '../../shell/answers' */
/** @import { Mic } from './microscope.js' */

const STRIP = 9;

/* as the picker calls it */
/** @param {{ name: string, title: string }} p */
const titleOf = (p) => lx.runOf(p.name)?.title || p.title;

export class MicNetworks {
  /** @type {Mic} */
  #mic;
  #host;
  #picker;
  #dials;
  #three;
  #strip;
  #canvas = document.createElement('canvas');
  #line = document.createElement('canvas');
  #owner = '';
  /** @type {PartnersAnswer | null} */
  known = null;
  #wanted = '';
  /** @type {number[]} hundredths */
  #at = [];

  /** @param {any} host @param {Mic} mic */
  constructor(host, mic) {
    this.#mic = mic;
    this.#host = host;
    this.#picker = host.querySelector('.lx-mic-partner');
    this.#dials = host.querySelector('.lx-mic-mix-dials');
    this.#three = [...host.querySelectorAll('.lx-mic-mix-three canvas')];
    this.#strip = host.querySelector('.lx-mic-mix-strip');
    host.querySelector('.lx-mic-mix-hidden').append(this.#canvas);
    host.querySelector('.lx-mic-mix-line').append(this.#line);
    this.#picker.onchange = () => {
      this.#strip.replaceChildren();
      this.tell();
      this.code();
      mic.write();
    };
    host.querySelector('.lx-mic-mix-all').oninput = (/** @type {any} */ e) => {
      this.#at = this.#at.map(() => +e.target.value);
      this.#place();
      this.#draw();
    };
    host.querySelector('.lx-mic-mix-all').onchange = () => mic.write();
  }

  get #partner() {
    return this.known?.partners.find((p) => p.name === this.#picker.value) ?? null;
  }

  text() {
    return this.#partner ? textDials(this.#partner.name, this.#at) : this.#wanted;
  }

  /** @param {string} text */
  restore(text) {
    this.#wanted = text;
    if (this.known && this.#owner === lx.state.run) this.#choose();
  }

  /** The run that is told to other parts: whether there is one that fits. */
  async learn() {
    const { run } = opened();
    if (this.#owner === run) return;
    try {
      const d = await this.#mic.ask({ op: 'partners' });
      if (run !== lx.state.run) return;
      this.known = d;
      this.#owner = run;
    } catch (e) {
      this.#mic.failed(/** @type {Error} */ (e));
    }
  }

  #choose() {
    const { partners, layers } = /** @type {PartnersAnswer} */ (this.known),
      { name, at } = restoredDials(this.#wanted, layers);
    offer(
      this.#picker,
      partners.map((p) => [p.name, lx.t('mic.mix.partner', { title: titleOf(p), data: p.data, name: p.name, seed: p.seed })]),
      partners.some((p) => p.name === name) ? name : partners[0]?.name,
    );
    this.#at = at;
    this.#build();
  }

  #build() {
    const all = this.#host.querySelector('.lx-mic-mix-all');
    this.#dials.replaceChildren(
      ...this.#at.map((_, k) => {
        const input = make('input', { type: 'range', min: '0', max: '100', step: '1', className: 'lx-range', data: { k } });
        input.oninput = () => {
          this.#at[k] = +input.value;
          this.#place();
          this.#draw();
        };
        input.onchange = () => this.#mic.write();
        input.setAttribute('aria-label', lx.t('mic.mix.layer', { n: k + 1 }));
        return make(
          'label',
          { className: 'lx-dial' },
          make('span', { textContent: lx.t('mic.mix.layer', { n: k + 1 }) }),
          make('output'),
          input,
        );
      }),
    );
    all.setAttribute('aria-label', lx.t('mic.mix.all'));
    this.#place();
  }

  #place() {
    this.#dials.querySelectorAll('input').forEach((/** @type {HTMLInputElement} */ input, /** @type {number} */ k) => {
      input.value = String(this.#at[k]);
      lx.range(input);
      input.previousElementSibling?.replaceChildren(`${this.#at[k]} %`);
      input.setAttribute('aria-valuetext', `${this.#at[k]} %`);
    });
    const all = this.#host.querySelector('.lx-mic-mix-all'),
      mean = this.#at.reduce((a, b) => a + b, 0) / Math.max(1, this.#at.length);
    if (document.activeElement !== all) all.value = Math.round(mean);
    lx.range(all);
  }

  async enter() {
    await this.learn();
    if (!this.known || this.#mic.panel !== 'networks') return;
    if (this.#at.length !== this.known.layers || !this.#partner) this.#choose();
    this.tell();
    this.code();
  }

  /** @param {number[][]} rows */
  #request(rows) {
    const { w } = opened();
    return { op: /** @type {const} */ ('networks'), w: lx.b64(w), other: this.#picker.value, rows };
  }

  /** @param {number} v */
  #whole(v) {
    return this.#at.map(() => v);
  }

  #draw() {
    if (!this.#partner) return;
    const tile = opened().info.spec.shape.slice(1),
      rows = [this.#whole(0), this.#at.map((v) => v / 100), this.#whole(1)];
    lx.draw(this.#canvas, this.#request(rows), (x, im) => {
      this.#three.forEach((c, k) => crop(c, im, tile, k));
      this.#mic.count('networks');
    });
  }

  /** Another code, or another partner. */
  code() {
    if (!this.#partner) return;
    this.#draw();
    const tile = opened().info.spec.shape.slice(1),
      rows = Array.from({ length: STRIP }, (_, k) => this.#whole(k / (STRIP - 1)));
    lx.draw(this.#line, this.#request(rows), (x, im) => {
      this.#strip.replaceChildren(
        ...rows.map((row, k) => {
          const c = document.createElement('canvas');
          crop(c, im, tile, k);
          return make('figure', {}, c, make('figcaption', { textContent: `${Math.round(100 * row[0])} %` }));
        }),
      );
      this.#mic.count('strip');
    });
  }

  tell() {
    if (!this.known) return;
    const names = this.#host.querySelectorAll('.lx-mic-mix-three figcaption');
    names[0].textContent = lx.t('mic.mix.this');
    names[1].textContent = lx.t('mic.mix.mixed');
    names[2].textContent = this.#partner ? `${titleOf(this.#partner)} · ${this.#partner.data}` : '';
  }

  clear() {
    this.#owner = '';
    this.known = null;
    this.#wanted = '';
    this.#at = [];
    this.#dials.replaceChildren();
    this.#strip.replaceChildren();
  }
}
