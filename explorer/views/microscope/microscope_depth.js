/* Reconstructions through the first layers alone, and from a few directions of the code, beside PCA of the same size. */
import { latest } from '../../shell/latest.js';
import { Cells } from './microscope_cells.js';
import { blank, decoded, pen } from '../../shell/pictures.js';
import { lx } from '../../shell/store.js';

/** @import { Mic } from './microscope.js' */

const LEFT = 42; /* of the curve's picture: room for errors, and under it for numbers of directions */
const FOOT = 18;

const tileSize = () => lx.state.info.spec.shape.slice(1);

const short = (v) => lx.number(v, v < 10 ? 2 : 1);

const errorText = (e) => lx.t('mic.error', { e: short(e) });

export class MicDepth {
  /** @type {Mic} */
  #mic;
  #host;
  #bar;
  #deep;
  #three;
  #row;
  #flat;
  #slider;
  #curve;
  k = null;
  #depth = null;
  #sizes = null;
  #one = null;
  #many = null;
  #owner = '';
  #timer;
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
      (run) => this.#askDepth(run),
      mic.failed,
      () => [this.#find('.lx-mic-depth'), this.#find('.lx-mic-depth-told')],
      () => {
        this.#depth = null;
        this.#deep.clear();
        this.#find('.lx-mic-depth-told').textContent = '';
      },
    );
    this.#sized = latest(
      (run, k) => this.#askOne(run, k),
      mic.failed,
      () => [this.#find('.lx-mic-size-three')],
      () => {
        this.#one = null;
        this.#three.clear();
      },
    );
    this.#several = latest(
      (run) => this.#askMany(run),
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

  async #askDepth(run) {
    const d = await this.#mic.ask({ op: 'depth', ...this.#mic.source() }),
      im = await decoded(d.picture);
    if (run !== lx.state.run) return;
    this.#depth = { ...d, im };
    this.#showDepth();
    this.#mic.count('depth');
  }

  async #askSizes(run, sizes) {
    return this.#mic.poll({ op: 'sized', sizes, ...this.#mic.source() }, () => run === lx.state.run && this.#mic.on(), null);
  }

  async #askOne(run, k) {
    const d = await this.#askSizes(run, [k]);
    if (!d) return;
    const [im, given] = await Promise.all([decoded(d.picture), decoded(d.input)]);
    if (run !== lx.state.run) return;
    this.#one = { d, im, given, k };
    this.#showOne();
    this.#mic.count('sized');
  }

  async #askMany(run) {
    const d = await this.#askSizes(run, this.#list());
    if (!d) return;
    const im = await decoded(d.picture);
    if (run !== lx.state.run) return;
    this.#many = { d, im };
    this.#showMany();
    this.#mic.count('sizes');
  }

  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #list() {
    return this.#sizes?.sizes || [];
  }

  #showDepth() {
    const n = this.#depth.errors.length;
    this.#deep.show(
      [
        { at: 0, caption: lx.t('mic.input') },
        ...this.#depth.errors.map((e, k) => ({
          at: k + 1,
          caption: [`${lx.t(k ? 'mic.depth.k' : 'mic.depth.one', { k: k + 1 })} · ${this.#depth.units[k]}`, errorText(e)].join('\n'),
          data: { error: e, k: k + 1 },
          title: lx.t('mic.depth.title', { k: k + 1, e: short(e) }),
        })),
      ],
      this.#depth.im,
      tileSize(),
      Math.max(n + 1, 5),
    );
    const best = this.#depth.errors[n - 1],
      worse = this.#depth.errors.slice(0, -1).some((e) => e > 2 * best);
    this.#find('.lx-mic-depth-told').textContent = n < 2 ? lx.t('mic.depth.single') : lx.t(worse ? 'mic.depth.joint' : 'mic.depth.greedy');
  }

  #showOne() {
    const { d, im, given, k } = this.#one,
      [h, w] = tileSize(),
      all = blank(3 * w, h),
      x = pen(all);
    x.drawImage(given, 0, 0);
    x.drawImage(im, 0, 0, w, h, w, 0, w, h);
    x.drawImage(im, 0, h, w, h, 2 * w, 0, w, h);
    const cell = (at, words, error) => ({ at, caption: `${words}\n${errorText(error)}`, data: { error } });
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

  #showMany() {
    const { d, im } = this.#many,
      n = this.#list().length;
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
    this.k = +this.#slider.value;
    lx.range(this.#slider);
    this.#find('.lx-mic-k output').textContent = this.k;
    this.#slider.setAttribute('aria-valuetext', this.k);
    this.#row.each((e, c) => e.classList.toggle('is-on', c.data.k === this.k));
    this.paint();
    this.#sized(lx.state.run, this.k);
    this.#mic.write();
  }

  #put(k) {
    this.k = k;
    this.#slider.value = k;
    this.#slide();
  }

  /* mean errors against the number of directions, both axes by ratios */
  paint() {
    if (!this.#sizes || this.#mic.panel !== 'depth' || !this.#curve.clientWidth) return;
    const [x, W, H] = this.#mic.plot(this.#curve),
      { sizes: ks, model, pca } = this.#sizes,
      c = this.#mic.ink(),
      every = [...model, ...pca].filter((v) => v > 0).map(Math.log),
      [low, high] = [Math.min(...every), Math.max(...every)],
      last = Math.max(Math.log(ks.at(-1)), 1e-9);
    const scale = {
      low,
      high,
      right: W,
      bottom: H - FOOT,
      x: (k) => LEFT + ((W - LEFT - 8) * Math.log(k)) / last,
      y: (v) => 6 + ((H - FOOT - 12) * (high - Math.log(v))) / Math.max(high - low, 1e-9),
    };
    this.#paintAxes(x, scale, c);
    this.#paintLine(x, scale, pca, c.soft, [4, 3]);
    this.#paintLine(x, scale, model, c.accent, []);
    this.#host.dataset.model = model.join(' ');
    this.#host.dataset.pca = pca.join(' ');
  }

  #paintAxes(x, { low, high, right, bottom, ...to }, c) {
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
    for (const k of this.#sizes.sizes) {
      if (to.x(k) - last <= 22) continue;
      last = to.x(k);
      x.fillText(k, Math.min(last, right - 8), bottom + 4);
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

  #paintLine(x, to, values, colour, dash) {
    const points = values.map((v, i) => [this.#sizes.sizes[i], v]).filter(([, v]) => v > 0);
    x.strokeStyle = x.fillStyle = colour;
    x.lineWidth = 1.75;
    x.setLineDash(dash);
    x.beginPath();
    for (const [k, v] of points) x.lineTo(to.x(k), to.y(v));
    x.stroke();
    x.setLineDash([]);
    for (const [k, v] of points) {
      x.beginPath();
      x.arc(to.x(k), to.y(v), 2.6, 0, 7);
      x.fill();
    }
  }

  #told() {
    if (!this.#sizes) return;
    const { sizes, model, pca: others, images } = this.#sizes,
      own = model.at(-1),
      pca = others.at(-1),
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
    const run = lx.state.run,
      mirrors = this.#mic.facts.mirrors;
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
      this.#slider.max = this.#mic.facts.d;
      const k = this.k && this.k <= this.#mic.facts.d ? this.k : this.#list()[Math.max(0, Math.min(3, this.#list().length - 2))];
      this.#slider.value = k;
      this.#told();
      this.#slide();
      this.#several(run);
    } catch (e) {
      this.#bar.hidden = true;
      this.#mic.failed(e);
    }
  }

  code() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#mic.on() || !this.#mic.facts || this.#mic.panel !== 'depth') return;
      if (this.#mic.facts.mirrors) this.#through(lx.state.run);
      if (this.#owner === lx.state.run) {
        this.#sized(lx.state.run, this.k);
        this.#several(lx.state.run);
        this.paint();
      }
    }, 60);
  }

  tell() {
    if (this.#mic.panel !== 'depth') return;
    if (!this.#mic.facts.mirrors) this.#find('.lx-mic-depth-told').textContent = lx.t('mic.depth.none');
    else if (this.#depth) this.#showDepth();
    if (this.#one) this.#showOne();
    if (this.#many) this.#showMany();
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
