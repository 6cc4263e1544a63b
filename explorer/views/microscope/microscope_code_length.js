/* Reconstructions through the first layers alone, and from a few directions of the code, beside PCA of the same size. */
import { latest } from '../../shell/one_in_flight.js';
import { Cells } from './microscope_tile_grid.js';
import { blank, decoded, pen } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { DepthAnswer, SizedAnswer, SizesAnswer } from '../../shell/answers' */
/** @import { Mic } from './microscope.js' */
/** @typedef {{ low: number, high: number, right: number, bottom: number, x: (k: number) => number, y: (v: number) => number }} Scale */
/** @typedef {ReturnType<Mic['ink']>} Ink */

const LEFT = 42; /* of the curve's picture: room for errors, and under it for numbers of directions */
const FOOT = 18;

const tileSize = () => opened().info.spec.shape.slice(1);

/** @param {number} v */
const short = (v) => lx.number(v, v < 10 ? 2 : 1);

/** @param {number} e */
const errorText = (e) => lx.t('mic.error', { e: short(e) });

/** @param {CanvasRenderingContext2D} x @param {number[][]} points on the canvas @param {string} colour @param {number[]} dash */
const paintLine = (x, points, colour, dash) => {
  x.strokeStyle = x.fillStyle = colour;
  x.lineWidth = 1.75;
  x.setLineDash(dash);
  x.beginPath();
  for (const [left, top] of points) x.lineTo(left, top);
  x.stroke();
  x.setLineDash([]);
  for (const [left, top] of points) {
    x.beginPath();
    x.arc(left, top, 2.6, 0, 7);
    x.fill();
  }
};

export class MicDepth {
  /** @type {Mic} */
  #mic;
  #host;
  #bar;
  #deep;
  #three;
  /** @type {Cells} */
  #row;
  /** @type {Cells} */
  #flat;
  #slider;
  #curve;
  /** @type {number | null} */
  k = null;
  /** @type {DepthAnswer & { im: HTMLImageElement } | null} */
  #depth = null;
  /** @type {SizesAnswer | null} */
  #sizes = null;
  /** @type {{ d: SizedAnswer, im: HTMLImageElement, given: HTMLImageElement, k: number } | null} */
  #one = null;
  /** @type {{ d: SizedAnswer, im: HTMLImageElement } | null} */
  #many = null;
  /** @type {string | null} */
  #owner = '';
  #timer = 0;
  #through;
  #sized;
  #several;

  /** @param {any} host @param {Mic} mic */
  constructor(host, mic) {
    this.#host = host;
    this.#mic = mic;
    this.#bar = this.#find('.lx-progress');
    this.#deep = new Cells(this.#find('.lx-mic-depth'));
    this.#three = new Cells(this.#find('.lx-mic-size-three'));
    [this.#row, this.#flat] = [...host.querySelectorAll('.lx-mic-sizes')].map((e) => new Cells(e));
    this.#slider = this.#find('.lx-mic-k input');
    this.#curve = this.#find('.lx-mic-curve');
    this.#through = latest(
      (/** @type {string | null} */ run) => this.#askDepth(run),
      mic.failed,
      () => [this.#find('.lx-mic-depth'), this.#find('.lx-mic-depth-told')],
      () => {
        this.#depth = null;
        this.#deep.clear();
        this.#find('.lx-mic-depth-told').textContent = '';
      },
    );
    this.#sized = latest(
      (/** @type {string | null} */ run, /** @type {number} */ k) => this.#askOne(run, k),
      mic.failed,
      () => [this.#find('.lx-mic-size-three')],
      () => {
        this.#one = null;
        this.#three.clear();
      },
    );
    this.#several = latest(
      (/** @type {string | null} */ run) => this.#askMany(run),
      mic.failed,
      () => host.querySelectorAll('.lx-mic-sizes'),
      () => {
        this.#many = null;
        this.#row.clear();
        this.#flat.clear();
      },
    );
    this.#slider.oninput = () => this.#slide();
  }

  /** @param {string | null} run */
  async #askDepth(run) {
    const d = await this.#mic.ask({ op: 'depth', ...this.#mic.source() }),
      im = await decoded(d.picture);
    if (run !== lx.state.run) return;
    this.#depth = { ...d, im };
    this.#showDepth(this.#depth);
    this.#mic.count('depth');
  }

  /** @param {string | null} run @param {number[]} sizes */
  async #askSizes(run, sizes) {
    return this.#mic.poll({ op: 'sized', sizes, ...this.#mic.source() }, () => run === lx.state.run && this.#mic.on());
  }

  /** @param {string | null} run @param {number} k */
  async #askOne(run, k) {
    const d = await this.#askSizes(run, [k]);
    if (!d) return;
    const [im, given] = await Promise.all([decoded(d.picture), decoded(d.input)]);
    if (run !== lx.state.run) return;
    this.#one = { d, im, given, k };
    this.#showOne(this.#one);
    this.#mic.count('sized');
  }

  /** @param {string | null} run */
  async #askMany(run) {
    const d = await this.#askSizes(run, this.#list());
    if (!d) return;
    const im = await decoded(d.picture);
    if (run !== lx.state.run) return;
    this.#many = { d, im };
    this.#showMany(this.#many);
    this.#mic.count('sizes');
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #list() {
    return this.#sizes?.sizes || [];
  }

  /** @param {DepthAnswer & { im: HTMLImageElement }} depth */
  #showDepth({ errors, units, im }) {
    const n = errors.length;
    this.#deep.show(
      [
        { at: 0, caption: lx.t('mic.input') },
        ...errors.map((e, k) => ({
          at: k + 1,
          caption: [`${lx.t(k ? 'mic.depth.k' : 'mic.depth.one', { k: k + 1 })} · ${units[k]}`, errorText(e)].join('\n'),
          data: { error: e, k: k + 1 },
          title: lx.t('mic.depth.title', { k: k + 1, e: short(e) }),
        })),
      ],
      im,
      tileSize(),
      Math.max(n + 1, 5),
    );
    const best = errors[n - 1],
      worse = errors.slice(0, -1).some((e) => e > 2 * best);
    this.#find('.lx-mic-depth-told').textContent = n < 2 ? lx.t('mic.depth.single') : lx.t(worse ? 'mic.depth.joint' : 'mic.depth.greedy');
  }

  /** @param {{ d: SizedAnswer, im: HTMLImageElement, given: HTMLImageElement, k: number }} one */
  #showOne({ d, im, given, k }) {
    const [h, w] = tileSize(),
      all = blank(3 * w, h),
      x = pen(all);
    x.drawImage(given, 0, 0);
    x.drawImage(im, 0, 0, w, h, w, 0, w, h);
    x.drawImage(im, 0, h, w, h, 2 * w, 0, w, h);
    const cell = (/** @type {number} */ at, /** @type {string} */ words, /** @type {number} */ error) => ({
      at,
      caption: `${words}\n${errorText(error)}`,
      data: { error },
    });
    this.#three.show(
      [
        { at: 0, caption: lx.t('mic.input') },
        cell(1, lx.t('mic.size.model', { k }), d.model[0]),
        cell(2, lx.t('mic.size.pca', { k: Math.min(k, 256) }), d.pca[0]),
      ],
      all,
      tileSize(),
      3,
    );
  }

  /** @param {{ d: SizedAnswer, im: HTMLImageElement }} many */
  #showMany({ d, im }) {
    const n = this.#list().length;
    this.#row.show(
      d.model.map((e, i) => ({
        at: i,
        caption: `k = ${this.#list()[i]}\n${short(e)}`,
        data: { k: this.#list()[i], error: e },
        title: lx.t('mic.size.title', { k: this.#list()[i], e: short(e) }),
        on: this.#list()[i] === this.k,
        pick: () => this.#put(this.#list()[i]),
      })),
      im,
      tileSize(),
      n,
    );
    this.#flat.show(
      d.pca.map((e, i) => ({
        at: n + i,
        caption: `${lx.t('mic.pca.short')}\n${short(e)}`,
        data: { pca: e },
        title: lx.t('mic.size.pca.title', { k: this.#list()[i], e: short(e) }),
      })),
      im,
      tileSize(),
      n,
    );
  }

  #slide() {
    const k = +this.#slider.value;
    this.k = k;
    lx.range(this.#slider);
    this.#find('.lx-mic-k output').textContent = k;
    this.#slider.setAttribute('aria-valuetext', k);
    this.#row.each((e, c) => e.classList.toggle('is-on', c.data?.k === k));
    this.paint();
    this.#sized(lx.state.run, k);
    this.#mic.write();
  }

  /** @param {number} k */
  #put(k) {
    this.k = k;
    this.#slider.value = k;
    this.#slide();
  }

  /* mean errors against the number of directions, both axes by ratios */
  paint() {
    const found = this.#sizes;
    if (!found || this.#mic.panel !== 'depth' || !this.#curve.clientWidth) return;
    const [x, W, H] = this.#mic.plot(this.#curve),
      { sizes: ks, model, pca } = found,
      c = this.#mic.ink(),
      every = [...model, ...pca]
        .filter((v) => v !== null && v > 0)
        .map(Number)
        .map(Math.log),
      [low, high] = [Math.min(...every), Math.max(...every)],
      last = Math.max(Math.log(ks[ks.length - 1]), 1e-9);
    /** @type {Scale} */
    const scale = {
      low,
      high,
      right: W,
      bottom: H - FOOT,
      x: (k) => LEFT + ((W - LEFT - 8) * Math.log(k)) / last,
      y: (v) => 6 + ((H - FOOT - 12) * (high - Math.log(v))) / Math.max(high - low, 1e-9),
    };
    this.#paintAxes(x, scale, c, ks);
    const line = (/** @type {(number | null)[]} */ values) =>
      values.flatMap((v, i) => (v !== null && v > 0 ? [[scale.x(ks[i]), scale.y(v)]] : []));
    paintLine(x, line(pca), c.soft, [4, 3]);
    paintLine(x, line(model), c.accent, []);
    this.#host.dataset.model = model.join(' ');
    this.#host.dataset.pca = pca.join(' ');
  }

  /** @param {CanvasRenderingContext2D} x @param {Scale} scale @param {Ink} c @param {number[]} sizes */
  #paintAxes(x, { low, high, right, bottom, ...to }, c, sizes) {
    x.strokeStyle = c.line;
    x.fillStyle = c.soft;
    x.textBaseline = 'middle';
    x.textAlign = 'right';
    for (const v of [high, (low + high) / 2, low].map(Math.exp)) {
      x.beginPath();
      x.moveTo(LEFT, to.y(v));
      x.lineTo(right, to.y(v));
      x.stroke();
      x.fillText(short(v), LEFT - 5, to.y(v));
    }
    x.textBaseline = 'top';
    x.textAlign = 'center';
    let last = -99;
    for (const k of sizes) {
      if (to.x(k) - last <= 22) continue;
      last = to.x(k);
      x.fillText(String(k), Math.min(last, right - 8), bottom + 4);
    }
    if (!this.k) return;
    x.strokeStyle = c.accent;
    x.globalAlpha = 0.45;
    x.beginPath();
    x.moveTo(to.x(this.k), 4);
    x.lineTo(to.x(this.k), bottom);
    x.stroke();
    x.globalAlpha = 1;
  }

  #told() {
    if (!this.#sizes) return;
    const { sizes, model, pca: others, images } = this.#sizes,
      own = model[model.length - 1],
      pca = others[others.length - 1],
      words = [lx.t('mic.curve', { images })];
    if (pca !== null) {
      let says = 'mic.curve.same';
      if (own < 0.97 * pca) says = 'mic.curve.better';
      else if (own > 1.03 * pca) says = 'mic.curve.worse';
      words.push(lx.t(says, { own: short(own), pca: short(pca), d: sizes.at(-1) }));
    }
    this.#find('.lx-mic-curve-told').textContent = words.join(' ');
  }

  async enter() {
    const { run } = lx.state,
      { facts } = this.#mic;
    if (!facts) return;
    const { mirrors } = facts;
    this.#find('.lx-mic-depth').hidden = !mirrors;
    if (!mirrors) this.#find('.lx-mic-depth-told').textContent = lx.t('mic.depth.none');
    else this.#through(run);
    if (this.#owner === run) {
      this.code();
      return;
    }
    try {
      const d = await this.#mic.poll(
        { op: 'sizes' },
        () => run === lx.state.run && this.#mic.on() && this.#mic.panel === 'depth',
        this.#bar,
      );
      if (!d) return;
      this.#sizes = d;
      this.#owner = run;
      this.#slider.max = facts.d;
      const k = this.k && this.k <= facts.d ? this.k : this.#list()[Math.max(0, Math.min(3, this.#list().length - 2))];
      this.#slider.value = k;
      this.#told();
      this.#slide();
      this.#several(run);
    } catch (e) {
      this.#bar.hidden = true;
      this.#mic.failed(/** @type {Error} */ (e));
    }
  }

  code() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#mic.on() || !this.#mic.facts || this.#mic.panel !== 'depth') return;
      if (this.#mic.facts.mirrors) this.#through(lx.state.run);
      if (this.#owner === lx.state.run) {
        if (this.k) this.#sized(lx.state.run, this.k);
        this.#several(lx.state.run);
        this.paint();
      }
    }, 60);
  }

  tell() {
    if (this.#mic.panel !== 'depth') return;
    if (!this.#mic.facts?.mirrors) this.#find('.lx-mic-depth-told').textContent = lx.t('mic.depth.none');
    else if (this.#depth) this.#showDepth(this.#depth);
    if (this.#one) this.#showOne(this.#one);
    if (this.#many) this.#showMany(this.#many);
    this.#told();
    this.paint();
  }

  clear() {
    this.k = this.#depth = this.#sizes = this.#one = this.#many = null;
    this.#owner = '';
    this.#deep.clear();
    this.#three.clear();
    this.#row.clear();
    this.#flat.clear();
  }
}
