/* Reconstructions through the first layers alone, and from a few directions of the code, beside PCA of the same size. */
import { latest } from './latest.js';
import { Cells } from './microscope_cells.js';
import { lx } from './store.js';

export class MicDepth {
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
  #slide = () => {
    this.k = +this.#slider.value;
    lx.range(this.#slider);
    this.#find('.lx-mic-k output').textContent = this.k;
    this.#slider.setAttribute('aria-valuetext', this.k);
    this.#row.each((e, c) => e.classList.toggle('is-on', c.data.k === this.k));
    this.paint();
    this.#sized(lx.state.run, this.k);
    this.#mic.write();
  };

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
      async (run) => {
        const d = await mic.ask({ op: 'depth', ...mic.source() }),
          im = await mic.picture(d.picture);
        if (run !== lx.state.run) return;
        this.#depth = { ...d, im };
        this.#showDepth();
        mic.count('depth');
      },
      mic.failed,
      () => [this.#find('.lx-mic-depth'), this.#find('.lx-mic-depth-told')],
      () => {
        this.#depth = null;
        this.#deep.clear();
        this.#find('.lx-mic-depth-told').textContent = '';
      },
    );
    this.#sized = latest(
      async (run, k) => {
        const d = await mic.poll({ op: 'sized', sizes: [k], ...mic.source() }, () => run === lx.state.run && mic.on(), null);
        if (!d) return;
        const [im, given] = await Promise.all([mic.picture(d.picture), mic.picture(d.input)]);
        if (run !== lx.state.run) return;
        this.#one = { d, im, given, k };
        this.#showOne();
        mic.count('sized');
      },
      mic.failed,
      () => [this.#find('.lx-mic-size-three')],
      () => {
        this.#one = null;
        this.#three.clear();
      },
    );
    this.#several = latest(
      async (run) => {
        const d = await mic.poll({ op: 'sized', sizes: this.#list(), ...mic.source() }, () => run === lx.state.run && mic.on(), null);
        if (!d) return;
        const im = await mic.picture(d.picture);
        if (run !== lx.state.run) return;
        this.#many = { d, im };
        this.#showMany();
        mic.count('sizes');
      },
      mic.failed,
      () => host.querySelectorAll('.lx-mic-sizes'),
      () => {
        this.#many = null;
        this.#row.clear();
        this.#flat.clear();
      },
    );
    this.#slider.oninput = this.#slide;
  }

  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #tile() {
    return lx.state.info.spec.shape.slice(1);
  }

  #list() {
    return this.#sizes?.sizes || [];
  }

  #e1(v) {
    return lx.number(v, v < 10 ? 2 : 1);
  }

  #showDepth() {
    const n = this.#depth.errors.length;
    this.#deep.show(
      [
        { at: 0, caption: lx.t('mic.input') },
        ...this.#depth.errors.map((e, k) => ({
          at: k + 1,
          caption: `${lx.t(k ? 'mic.depth.k' : 'mic.depth.one', { k: k + 1 })} · ${this.#depth.units[k]}\n${lx.t('mic.error', { e: this.#e1(e) })}`,
          data: { error: e, k: k + 1 },
          title: lx.t('mic.depth.title', { k: k + 1, e: this.#e1(e) }),
        })),
      ],
      this.#depth.im,
      this.#tile(),
      Math.max(n + 1, 5),
    );
    const best = this.#depth.errors[n - 1],
      worse = this.#depth.errors.slice(0, -1).some((e) => e > 2 * best);
    this.#find('.lx-mic-depth-told').textContent = n < 2 ? lx.t('mic.depth.single') : lx.t(worse ? 'mic.depth.joint' : 'mic.depth.greedy');
  }

  #showOne() {
    const { d, im, given, k } = this.#one,
      [h, w] = this.#tile(),
      all = document.createElement('canvas');
    all.width = 3 * w;
    all.height = h;
    const x = all.getContext('2d', { willReadFrequently: true });
    x.drawImage(given, 0, 0);
    x.drawImage(im, 0, 0, w, h, w, 0, w, h);
    x.drawImage(im, 0, h, w, h, 2 * w, 0, w, h);
    this.#three.show(
      [
        { at: 0, caption: lx.t('mic.input') },
        {
          at: 1,
          caption: `${lx.t('mic.size.model', { k })}\n${lx.t('mic.error', { e: this.#e1(d.model[0]) })}`,
          data: { error: d.model[0] },
        },
        {
          at: 2,
          caption: `${lx.t('mic.size.pca', { k: Math.min(k, 256) })}\n${lx.t('mic.error', { e: this.#e1(d.pca[0]) })}`,
          data: { error: d.pca[0] },
        },
      ],
      all,
      this.#tile(),
      3,
    );
  }

  #showMany() {
    const { d, im } = this.#many,
      n = this.#list().length;
    this.#row.show(
      d.model.map((e, i) => ({
        at: i,
        caption: `k = ${this.#list()[i]}\n${this.#e1(e)}`,
        data: { k: this.#list()[i], error: e },
        title: lx.t('mic.size.title', { k: this.#list()[i], e: this.#e1(e) }),
        on: this.#list()[i] === this.k,
        pick: () => this.#put(this.#list()[i]),
      })),
      im,
      this.#tile(),
      n,
    );
    this.#flat.show(
      d.pca.map((e, i) => ({
        at: n + i,
        caption: `${lx.t('mic.pca.short')}\n${this.#e1(e)}`,
        data: { pca: e },
        title: lx.t('mic.size.pca.title', { k: this.#list()[i], e: this.#e1(e) }),
      })),
      im,
      this.#tile(),
      n,
    );
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
      c = this.#mic.ink(),
      ks = this.#sizes.sizes,
      every = [...this.#sizes.model, ...this.#sizes.pca].filter((v) => v > 0),
      lo = Math.log(Math.min(...every)),
      hi = Math.log(Math.max(...every)),
      L = 42,
      B = 18;
    const to = (k) => L + ((W - L - 8) * Math.log(k)) / Math.max(Math.log(ks[ks.length - 1]), 1e-9),
      y = (v) => 6 + ((H - B - 12) * (hi - Math.log(v))) / Math.max(hi - lo, 1e-9);
    x.strokeStyle = c.line;
    x.fillStyle = c.soft;
    x.textBaseline = 'middle';
    x.textAlign = 'right';
    for (const v of [Math.exp(hi), Math.exp((lo + hi) / 2), Math.exp(lo)]) {
      x.beginPath();
      x.moveTo(L, y(v));
      x.lineTo(W, y(v));
      x.stroke();
      x.fillText(this.#e1(v), L - 5, y(v));
    }
    x.textBaseline = 'top';
    x.textAlign = 'center';
    let last = -99;
    for (const k of ks)
      if (to(k) - last > 22) {
        x.fillText(k, Math.min(to(k), W - 8), H - 14);
        last = to(k);
      }
    if (this.k) {
      x.strokeStyle = c.accent;
      x.globalAlpha = 0.45;
      x.beginPath();
      x.moveTo(to(this.k), 4);
      x.lineTo(to(this.k), H - B);
      x.stroke();
      x.globalAlpha = 1;
    }
    for (const [values, colour, dash] of [
      [this.#sizes.pca, c.soft, [4, 3]],
      [this.#sizes.model, c.accent, []],
    ]) {
      x.strokeStyle = x.fillStyle = colour;
      x.lineWidth = 1.75;
      x.setLineDash(dash);
      x.beginPath();
      values.forEach((v, i) => {
        if (v > 0) x[i ? 'lineTo' : 'moveTo'](to(ks[i]), y(v));
      });
      x.stroke();
      x.setLineDash([]);
      values.forEach((v, i) => {
        if (v > 0) {
          x.beginPath();
          x.arc(to(ks[i]), y(v), 2.6, 0, 7);
          x.fill();
        }
      });
    }
    this.#host.dataset.model = this.#sizes.model.join(' ');
    this.#host.dataset.pca = this.#sizes.pca.join(' ');
  }

  #told() {
    if (!this.#sizes) return;
    const n = this.#sizes.sizes.length - 1,
      own = this.#sizes.model[n],
      pca = this.#sizes.pca[n];
    this.#find('.lx-mic-curve-told').textContent = [
      lx.t('mic.curve', { images: this.#sizes.images }),
      pca === null
        ? ''
        : lx.t(own < 0.97 * pca ? 'mic.curve.better' : own > 1.03 * pca ? 'mic.curve.worse' : 'mic.curve.same', {
            own: this.#e1(own),
            pca: this.#e1(pca),
            d: this.#sizes.sizes[n],
          }),
    ].join(' ');
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
