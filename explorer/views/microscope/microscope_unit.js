/* One unit: what it is for the image, its filters, the input and the real images that excite it most, and what it draws. */
import { button, entitle, make } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { crop } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { UnitAnswer } from '../../shell/answers' */
/** @import { Picture } from '../../shell/pictures.js' */
/** @import { Mic } from './microscope.js' */
/** @typedef {UnitAnswer & { drawn: Picture | null }} Unit with the picture of its column */

/** @param {Picture} im @param {number[]} tile */
const tileCanvas = (im, tile, at = 0) => {
  const c = make('canvas', { role: 'img' });
  crop(c, im, tile, at);
  return c;
};

/** @param {HTMLElement} c @param {string} caption @param {string} className */
const figure = (c, caption, className) => {
  c.setAttribute('aria-label', caption);
  return make('figure', { className }, c, make('figcaption', { textContent: caption }));
};

export class MicUnit {
  /** @type {Mic} */
  #mic;
  #host;
  #layer = 0;
  /** @type {number | null} */
  #unit = null;
  /** @type {Unit | null} */
  #data = null;
  /** @type {{ im: Picture, tile: number[], value: number, grey: number } | null} */
  #best = null;
  /** @type {{ ims: Picture[], tile: number[] } | null} */
  #filters = null;
  #lastAsked = new LastAsked();
  #key = '';
  #timer = 0;

  /** @param {any} host @param {Mic} mic */
  constructor(host, mic) {
    this.#host = host;
    this.#mic = mic;
  }

  async #load() {
    const unit = this.#unit;
    if (unit === null || !this.#mic.on() || !this.#mic.facts || this.#mic.panel !== 'units') return;
    const isLast = this.#lastAsked.ask(),
      run = lx.state.run,
      now = [run, this.#layer, unit].join(),
      still = () => isLast() && this.#mic.on() && lx.state.run === run && this.#mic.panel === 'units',
      first = now !== this.#key;
    lx.stale([this.#host], true);
    try {
      const d = await this.#mic.poll({ op: 'unit', layer: this.#layer, unit, ...this.#mic.source() }, still);
      if (!d) return;
      const drawn = d.column ? await this.#mic.picture(d.column) : null;
      if (!still()) return;
      if (first) {
        this.#best = this.#filters = null;
        if (this.#layer === 0 && this.#mic.facts.filters) {
          const f = await this.#mic.ask({ op: 'filters', units: [unit] }),
            ims = await Promise.all([f.encoder, f.decoder].map(this.#mic.picture));
          if (!still()) return;
          this.#filters = { ims, tile: f.tile };
        }
      }
      this.#data = { ...d, drawn };
      this.#key = now;
      this.tell();
      lx.stale([this.#host], false);
      this.#mic.count('unit');
      if (!this.#best) {
        const b = await this.#mic.poll({ op: 'ascent', layer: this.#layer, units: [unit] }, still);
        if (!b) return;
        this.#best = { im: await this.#mic.picture(b.picture), tile: b.tile, value: b.values[0], grey: b.grey[0] };
        if (still()) {
          this.tell();
          this.#mic.count('best');
        }
      }
    } catch (e) {
      if (isLast()) {
        if (this.#key !== now || !this.#data) {
          this.#data = null;
          this.#key = '';
          this.#host.replaceChildren();
        }
        lx.stale([this.#host], false);
        this.#mic.failed(/** @type {Error} */ (e));
      }
    }
  }

  tell() {
    if (!this.#data || !this.#mic.facts) return;
    const data = this.#data;
    this.#host.replaceChildren(this.#title(data), this.#figures(), ...this.#range(data), ...this.#column(data), ...this.#real(data));
    Object.assign(this.#host.dataset, { unit: this.#unit, layer: this.#layer, value: data.value, high: data.high });
    if (this.#best) Object.assign(this.#host.dataset, { best: this.#best.value, grey: this.#best.grey });
    else delete this.#host.dataset.best;
  }

  /** @param {Unit} data */
  #title(data) {
    const textContent = `${this.#mic.layer(this.#layer)} · ${lx.t('mic.unit.name', { unit: this.#unit })}`,
      h = make('h2', { className: 'lx-mic-title', textContent });
    if (data.dead) h.append(make('b', { className: 'lx-mic-dead', textContent: lx.t('mic.dead') }));
    return h;
  }

  /* its weights in encoder and decoder, and the input that excites it most */
  #figures() {
    const host = make('div', { className: 'lx-mic-figures' }),
      filters = this.#filters,
      best = this.#best;
    if (filters)
      for (const [k, side] of ['encoder', 'decoder'].entries())
        host.append(figure(tileCanvas(filters.ims[k], filters.tile), lx.t('mic.filter.' + side), 'lx-mic-f-' + side.slice(0, 3)));
    if (best) {
      const words = lx.t('mic.best.is', { value: this.#mic.short(best.value) });
      host.append(figure(tileCanvas(best.im, best.tile), words, 'lx-mic-f-best'));
    } else host.append(make('div', { className: 'lx-mic-pending', textContent: lx.t('mic.best.wait') }));
    return host;
  }

  /* its value here, between the lowest and the highest over images, and their mean */
  /** @param {Unit} data */
  #range({ value, mean, std, low, high, dead }) {
    const { short } = this.#mic,
      share = (/** @type {number} */ v) => 100 * Math.max(0, Math.min(1, high > low && !dead ? (v - low) / (high - low) : 0)) + '%',
      [fill, tick] = [make('i'), make('b')];
    fill.style.width = share(value);
    tick.style.left = share(mean);
    const words = lx.t('mic.now', { value: short(value), mean: short(mean), deviation: short(std) });
    return [
      make('p', { className: 'lx-mic-now', textContent: words }),
      make('div', { className: 'lx-mic-line', title: lx.t('mic.range', { low: short(low), high: short(high) }) }, fill, tick),
    ];
  }

  /* what it draws: the code's image, with more of it, and how the two differ */
  /** @param {Unit} data */
  #column({ drawn, step: by }) {
    if (!drawn || by === undefined) return [];
    const tile = opened().info.spec.shape.slice(1),
      step = this.#mic.short(by),
      figures = ['mic.column.code', 'mic.column.more', 'mic.column.change'].map((key, k) =>
        figure(tileCanvas(drawn, tile, k), lx.t(key, { step }), 'lx-mic-f-col' + k),
      );
    return [make('h3', { textContent: lx.t('mic.column') }), make('div', { className: 'lx-mic-figures' }, ...figures)];
  }

  /** @param {Unit} data */
  #real(data) {
    const images = data.exciting.slice(0, 8).map((index, k) => {
      const c = make('canvas'),
        value = make('i', { className: 'num', textContent: this.#mic.short(data.values[k]) }),
        b = button({ data: { index }, onclick: () => lx.point(index) }, c, value);
      entitle(b, lx.t('mic.take', { index }));
      lx.tile(c, index).catch(() => {});
      return b;
    });
    return [make('h3', { textContent: lx.t('mic.exciting') }), make('div', { className: 'lx-mic-real' }, ...images)];
  }

  /** @param {number} l @param {number | null} u */
  show(l, u) {
    this.#layer = l;
    this.#unit = u;
    if (u === null) {
      this.#host.replaceChildren();
      return;
    }
    this.#load();
  }

  code() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(), 60);
  }

  clear() {
    this.#lastAsked.drop();
    this.#data = this.#best = this.#filters = this.#unit = null;
    this.#key = '';
    this.#host.replaceChildren();
  }
}
