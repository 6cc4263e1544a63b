/* The way between two of the grid's sources through Z and through W: two strips and how long each is. `view`: pair, seeds(), cut(). */
import { lx } from './store.js';

const FRAMES = 8;

export class StylePaths {
  #on;
  #view;
  #host;
  #selects;
  #next = null;
  #busy = false;
  #seen = false;
  #timer;
  #shown = '';
  #answer = null;
  #sheet = null;

  constructor(host, view, on) {
    this.#host = host;
    this.#view = view;
    this.#on = on;
    this.#selects = [...host.querySelectorAll('select')];
    for (const [i, s] of this.#selects.entries())
      s.onchange = () => {
        view.pair[i] = +s.value;
        this.#seen = true;
        view.changed();
        this.show();
      };
    new IntersectionObserver((all) => {
      this.#seen = all.some((x) => x.isIntersecting);
      if (this.#seen) this.show();
    }).observe(host);
    new ResizeObserver(() => {
      if (on()) this.#paint();
    }).observe(this.#find('.lx-ways'));
  }

  #find(selector) {
    return this.#host.querySelector(selector);
  }

  names() {
    const n = this.#view.rows(),
      all = this.#view.seeds();
    for (const [i, s] of this.#selects.entries()) {
      s.replaceChildren(
        ...all.map((seed, k) => {
          const o = document.createElement('option');
          o.value = k;
          o.textContent = `${lx.t(k < n ? 'sty.row' : 'sty.column', { n: (k < n ? k : k - n) + 1 })} · ${lx.t('origin.seed', { seed })}`;
          return o;
        }),
      );
      s.value = this.#view.pair[i];
    }
    this.told();
  }

  told() {
    if (!this.#answer) return;
    const { z, w } = this.#answer.lengths,
      short = (v) => (v >= 100 ? Math.round(v).toLocaleString(lx.state.lang) : v.toPrecision(3)),
      times = Math.max(z, w) / Math.max(Math.min(z, w), 1e-12);
    for (const o of this.#host.querySelectorAll('[data-way]')) o.textContent = short(this.#answer.lengths[o.dataset.way]);
    this.#find('.lx-ways-told').textContent = [
      times < 1.05 ? lx.t('sty.path.alike') : lx.t(z > w ? 'sty.path.w' : 'sty.path.z', { times: times.toFixed(1) }),
      lx.t('sty.path.' + this.#answer.space),
    ].join(' ');
  }

  #paint() {
    if (!this.#sheet) return;
    const canvas = this.#find('canvas'),
      [, h, w] = lx.state.info.spec.shape,
      k = Math.min(devicePixelRatio || 1, 2),
      W = canvas.clientWidth || 560,
      gap = 5,
      side = (W - gap * (FRAMES - 1)) / FRAMES;
    canvas.width = Math.round(W * k);
    canvas.height = Math.round((2 * side + 10) * k);
    const x = canvas.getContext('2d');
    x.imageSmoothingEnabled = side * k < 2 * w;
    for (let r = 0; r < 2; r++)
      for (let c = 0; c < FRAMES; c++) {
        x.save();
        x.beginPath();
        x.roundRect(c * (side + gap) * k, r * (side + 10) * k, side * k, side * k, 7 * k);
        x.clip();
        x.drawImage(this.#sheet, c * w, r * h, w, h, c * (side + gap) * k, r * (side + 10) * k, side * k, side * k);
        x.restore();
      }
  }

  show() {
    if (!this.#on() || !this.#seen) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#on()) return;
      const all = this.#view.seeds();
      this.#next = {
        run: lx.state.run,
        body: { op: 'paths', a: all[this.#view.pair[0]], b: all[this.#view.pair[1]], frames: FRAMES, ...this.#view.cut() },
      };
      if (!this.#busy) this.#pump();
    }, 300);
  }

  async #pump() {
    this.#busy = true;
    while (this.#next) {
      const { run, body } = this.#next,
        key = [run, lx.state.label, JSON.stringify(body)].join();
      this.#next = null;
      if (key === this.#shown) continue;
      try {
        const d = await lx.code(body),
          im = new Image();
        im.src = d.picture;
        await im.decode();
        if (run !== lx.state.run) continue;
        this.#answer = d;
        this.#sheet = im;
        this.#shown = key;
        this.#paint();
        this.told();
        this.#host.dataset.lengths = `${d.lengths.z} ${d.lengths.w}`;
        this.#view.walked();
      } catch (e) {
        if (!this.#next) lx.say(e.message, 'error');
      }
    }
    this.#busy = false;
  }
}
