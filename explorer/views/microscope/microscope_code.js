/* The code as bars, how many of its units light up here and over all images, and the image as a sum of its parts. */
import { latest } from '../../shell/one_in_flight.js';
import { Cells } from './microscope_tile_grid.js';
import { radioGroup } from '../../shell/radios.js';
import { opened } from '../../shell/state.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';

/** @import { ActivityAnswer, PartsAnswer } from '../../shell/answers' */
/** @import { Picture } from '../../shell/pictures.js' */
/** @import { Code } from '../../shell/types' */
/** @import { Mic } from './microscope.js' */
/** @typedef {Omit<ActivityAnswer, 'mean' | 'sigma'> & { mean: Float32Array, sigma: Float32Array }} Usual */
/** @typedef {Omit<PartsAnswer, 'added' | 'growing'> & { added: Picture, growing: Picture }} Parts */

const TOP = 120;
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -1e9, End: 1e9 };

export class MicCode {
  /** @type {Mic} */
  #mic;
  #host;
  #bars;
  #histogram;
  /** @type {Cells} */
  #cells;
  /** @type {Cells} */
  #sums;
  /** @type {Usual | null} */
  #usual = null;
  /** @type {string | null} */
  #whose = '';
  #order = 'plain';
  #at = -1;
  /** @type {number[]} */
  #list = [];
  #timer = 0;
  /** @type {Parts | null} */
  #parts = null;
  #chosen = false;
  #mark;
  #sum;

  /** @param {any} host @param {Mic} mic */
  constructor(host, mic) {
    this.#host = host;
    this.#mic = mic;
    this.#bars = this.#find('.lx-mic-bars');
    this.#histogram = this.#find('.lx-mic-histogram');
    [this.#cells, this.#sums] = [...host.querySelectorAll('.lx-mic-parts')].map((e) => new Cells(e));
    this.#mark = radioGroup(this.#find('.lx-mic-orders'), 'order', (k) => {
      this.#order = k;
      this.#at = -1;
      this.#mark(k);
      this.paint();
      this.#say();
      mic.write();
    });
    this.#sum = latest(
      async (/** @type {string | null} */ run, /** @type {Code} */ code) => {
        const d = await mic.ask({ op: 'parts', w: lx.b64(code) }),
          [added, growing] = await Promise.all([d.added, d.growing].map(mic.picture));
        if (run !== lx.state.run || !mic.on()) return;
        this.#parts = { ...d, added, growing };
        this.#strip(this.#parts);
        mic.count('code');
      },
      mic.failed,
      () => host.querySelectorAll('.lx-mic-parts'),
      () => {
        this.#parts = null;
        this.#cells.clear();
        this.#sums.clear();
      },
    );
    this.#bars.onpointermove = (/** @type {PointerEvent} */ e) => this.#hit(e);
    this.#bars.onpointerleave = () => {
      this.#at = -1;
      this.paint();
      if (this.#usual) this.#say();
    };
    this.#bars.onclick = (/** @type {MouseEvent} */ e) => {
      this.#hit(e);
      this.#go();
    };
    this.#bars.onkeydown = (/** @type {KeyboardEvent} */ e) => {
      const step = STEPS[e.key];
      if (step) {
        e.preventDefault();
        this.#at = Math.max(0, Math.min(this.#list.length - 1, this.#at + step));
        this.paint();
        this.#say();
      } else if (e.key === 'Enter') {
        e.preventDefault();
        this.#go();
      }
    };
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  /** @param {MouseEvent} e */
  #hit(e) {
    const r = this.#bars.getBoundingClientRect(),
      k = Math.floor(((e.clientX - r.left) / r.width) * this.#list.length),
      now = Math.max(0, Math.min(this.#list.length - 1, k));
    if (now !== this.#at) {
      this.#at = now;
      this.paint();
      this.#say();
    }
  }

  /** @param {number} j */
  #weight(j) {
    return this.#lit() ? this.#w()[j] : Math.abs(this.#level(j));
  }

  /* what is usual of the run's codes: asked for where it is known */
  get #known() {
    return /** @type {Usual} */ (this.#usual);
  }

  #there() {
    return !!(this.#usual && lx.state.w && this.#mic.facts);
  }

  #w() {
    return this.#mic.numbers();
  }

  #each() {
    return this.#mic.facts?.d ?? 1;
  }

  #split() {
    return this.#w().length > this.#each();
  } /* every layer has numbers of its own */

  /** @param {number} j */
  #name(j) {
    return this.#split()
      ? lx.t('mic.code.number', { layer: Math.floor(j / this.#each()) + 1, unit: j % this.#each() })
      : lx.t('mic.unit.name', { unit: j });
  }

  /** @param {number} j */
  #brief(j) {
    return this.#split() ? `${Math.floor(j / this.#each()) + 1}·${j % this.#each()}` : String(j);
  }

  #lit() {
    return this.#known.threshold !== null;
  }

  /** @param {number} j */
  #level(j) {
    return this.#lit() ? this.#w()[j] : (this.#w()[j] - this.#known.mean[j]) / Math.max(this.#known.sigma[j], 1e-9);
  }

  #sorted() {
    const all = Array.from(this.#w(), (_, j) => j);
    return this.#order === 'strong' ? all.sort((a, b) => this.#weight(b) - this.#weight(a)).slice(0, TOP) : all;
  }

  paint() {
    if (!this.#there() || this.#mic.panel !== 'code' || !this.#bars.clientWidth) return;
    this.#list = this.#sorted();
    const [x, W, H] = this.#mic.plot(this.#bars),
      c = this.#mic.ink(),
      n = this.#list.length,
      most = this.#lit() ? 1 : Math.max(3, ...this.#list.map((j) => this.#weight(j))),
      base = this.#lit() ? H - 16 : H / 2,
      unit = this.#lit() ? H - 34 : H / 2 - 8,
      step = W / n,
      thick = Math.max(step - (step > 4 ? 2 : 0), 0.75);
    const y = (/** @type {number} */ v) => base - (unit * v) / most;
    x.strokeStyle = c.line;
    x.fillStyle = c.soft;
    x.lineWidth = 1;
    for (const v of this.#lit() ? [0.5, 1] : [-2, 2]) {
      x.setLineDash([3, 4]);
      x.beginPath();
      x.moveTo(0, y(v));
      x.lineTo(W, y(v));
      x.stroke();
      x.setLineDash([]);
    }
    this.#list.forEach((j, k) => {
      const v = this.#level(j),
        on = this.#lit() ? v > (this.#known.threshold ?? 0) : Math.abs(v) > 2;
      x.fillStyle = on ? c.accent : c.soft;
      if (k === this.#at) x.fillStyle = c.ink;
      x.globalAlpha = on || k === this.#at ? 1 : 0.55;
      x.fillRect(k * step, Math.min(base, y(v)), thick, Math.max(Math.abs(y(v) - base), 0.75));
    });
    x.globalAlpha = 1;
    x.fillStyle = c.soft;
    x.textBaseline = 'bottom';
    const marks = this.#lit() ? { '½': 0.5, 1: 1 } : { '+2 σ': 2, '−2 σ': -2 };
    for (const [s, v] of Object.entries(marks)) x.fillText(s, W - x.measureText(s).width - 2, v < 0 ? y(v) + 14 : y(v) - 1);
    this.#chart();
    this.#host.dataset.bars = n;
    this.#host.dataset.lit = this.#lit() ? Array.from(this.#w()).filter((v) => v > (this.#known.threshold ?? 0)).length : '';
  }

  /* how many light up in each held-out image, and here */
  #chart() {
    this.#find('.lx-mic-lit').hidden = !this.#lit();
    if (!this.#lit()) return;
    const [x, W, H] = this.#mic.plot(this.#histogram),
      c = this.#mic.ink(),
      n = this.#known.counts.length,
      most = Math.max(...this.#known.counts, 1),
      lo = this.#known.edges[0],
      hi = this.#known.edges[n],
      to = (/** @type {number} */ v) => 4 + ((W - 8) * (v - lo)) / Math.max(hi - lo, 1),
      here = Array.from(this.#w()).filter((v) => v > (this.#known.threshold ?? 0)).length;
    this.#known.counts.forEach((v, k) => {
      x.fillStyle = c.soft;
      x.globalAlpha = 0.5;
      x.fillRect(
        to(this.#known.edges[k]),
        H - 18 - ((H - 26) * v) / most,
        Math.max(to(this.#known.edges[k + 1]) - to(this.#known.edges[k]) - 1, 1),
        ((H - 26) * v) / most,
      );
    });
    x.globalAlpha = 1;
    x.fillStyle = c.accent;
    x.fillRect(to(Math.min(here, hi) + 0.5) - 1, 0, 2, H - 18);
    x.fillStyle = c.soft;
    x.textBaseline = 'top';
    x.textAlign = 'left';
    x.fillText(String(lo), 4, H - 14);
    x.textAlign = 'right';
    x.fillText(String(hi - 1), W - 4, H - 14);
    x.textAlign = 'center';
    x.fillStyle = c.accent;
    const text = String(here);
    x.fillText(text, Math.max(30, Math.min(W - 30, to(here + 0.5))), H - 14);
    x.textAlign = 'left';
  }

  #say() {
    const j = this.#list[this.#at];
    this.#find('.lx-mic-bar-told').textContent =
      j === undefined
        ? lx.t('mic.bars.hint')
        : lx.t('mic.bar', {
            unit: this.#name(j),
            value: this.#mic.short(this.#w()[j]),
            mean: this.#mic.short(this.#known.mean[j]),
            sigma: this.#mic.short(this.#known.sigma[j]),
          });
    this.#bars.dataset.at = j ?? '';
  }

  tell() {
    if (!this.#there()) return;
    const values = Array.from(this.#w()),
      mean = values.reduce((a, b) => a + b, 0) / values.length,
      n = this.#lit() ? values.filter((v) => v > (this.#known.threshold ?? 0)).length : 0,
      far = this.#lit() ? 0 : values.filter((_, j) => Math.abs(this.#level(j)) > 2).length;
    this.#find('.lx-mic-code-told').textContent = this.#lit()
      ? lx.t('mic.code.lit', { n, d: values.length, share: percent(n / values.length, 1), mean: lx.number(mean, 3) })
      : lx.t(this.#split() ? 'mic.code.layers' : 'mic.code.plain', { d: values.length, n: far, layers: values.length / this.#each() });
    this.#find('.lx-mic-lit-told').textContent = lx.t('mic.lit.told', {
      share: percent(this.#known.lit, 1),
      mean: lx.number(this.#known.activity, 3),
    });
    this.#find('.lx-mic-parts-told').textContent = lx.t(this.#lit() ? 'mic.parts.lit' : 'mic.parts.plain');
    this.#find('.lx-mic-sums-told').textContent = lx.t(this.#lit() ? 'mic.sums.lit' : 'mic.sums.plain');
    this.#say();
    if (this.#parts) this.#strip(this.#parts);
  }

  /** @param {Parts} parts */
  #strip({ units, counts, added, growing }) {
    const n = units.length,
      tile = opened().info.spec.shape.slice(1),
      d = this.#w().length;
    this.#cells.show(
      units.map((u, k) => ({
        at: k,
        caption: this.#brief(u),
        title: lx.t('mic.part', { unit: this.#name(u) }),
        data: { unit: u },
        pick: () => this.#mic.unit(-1, u % this.#each()),
      })),
      added,
      tile,
      n,
    );
    this.#sums.show(
      counts.map((c, k) => ({
        at: k,
        caption: c === d ? lx.t('mic.parts.all') : c,
        title: lx.t('mic.parts.alone', { n: c }),
        data: { first: c },
      })),
      growing,
      tile,
      counts.length,
    );
  }

  #go() {
    if (this.#list[this.#at] !== undefined) this.#mic.unit(-1, this.#list[this.#at] % this.#each());
  }

  async enter() {
    this.#mark(this.#order);
    const run = lx.state.run;
    try {
      if (this.#whose !== run) {
        const d = await this.#mic.ask({ op: 'activity' });
        if (run !== lx.state.run) return;
        this.#usual = { ...d, mean: lx.f32(d.mean), sigma: lx.f32(d.sigma) };
        this.#whose = run;
        if (this.#known.mean.length > TOP && !this.#chosen) this.#order = 'strong';
        this.#mark(this.#order);
      }
      this.code();
    } catch (e) {
      this.#mic.failed(/** @type {Error} */ (e));
    }
  }

  code() {
    if (!this.#usual || this.#whose !== lx.state.run) return;
    this.#at = -1;
    this.paint();
    this.tell();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#mic.on()) this.#sum(lx.state.run, opened().w);
    }, 40);
  }

  get order() {
    return this.#order;
  }

  set order(k) {
    this.#order = k === 'strong' ? k : 'plain';
    this.#chosen = true;
  }

  clear() {
    this.#usual = this.#parts = null;
    this.#whose = '';
    this.#order = 'plain';
    this.#chosen = false;
    this.#cells.clear();
    this.#sums.clear();
  }
}
