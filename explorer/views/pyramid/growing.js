/* Models whose levels share their code: one image faded in from level to level, and the samples kept while the networks grew.
 * data-at: where the slider stands (1.25: a quarter of level 2 faded in over level 1); data-faded counts pictures, data-stages rows;
 * data-grew: the resolutions that training went through. `moved()` is called when a hand has moved the slider. */
import { button, count, entitle, make } from '../../shell/dom.js';
import { blank, decoded, pen } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { NoStages, StagesAnswer } from '../../shell/answers' */
/** @import { Code } from '../../shell/types' */
/** @typedef {Omit<StagesAnswer, 'w'> & { w: Code }} Stages */

const sizes = () => opened().info.spec.levels;

/** @param {HTMLCanvasElement} c @param {number} w @param {number} h */
const pixelsIn = (c, w, h) => pen(c).getImageData(0, 0, w, h);

/** @param {HTMLElement} row */
const rowName = (row) => {
  const what = row.dataset.stage ? row.dataset.stage.replace(', fading in', ' ' + lx.t('grow.fading')) : lx.t('grow.now');
  return what + ' · ' + lx.t('grow.images', { n: Number(row.dataset.images).toLocaleString(lx.state.lang) });
};

const last = () => sizes().length - 1;

export class Growing {
  #host;
  #slider;
  #canvas;
  #table;
  /** @type {HTMLCanvasElement[]} */
  #tiles = [];
  /** @type {string | null} */
  #mine = '';
  /** @type {Code} */
  #codes = new Float32Array();
  /** @type {NoStages | null} */
  #growth = null;

  /** @param {any} host */
  constructor(host, moved = () => {}) {
    this.#host = host;
    this.#slider = this.#find('.lx-fade input');
    this.#canvas = this.#find('.lx-fade canvas');
    this.#table = this.#find('.lx-kept-stages');
    this.#slider.oninput = () => {
      this.#draw();
      moved();
    };
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  /* (1 - α) · the coarser level enlarged + α · the finer one */
  #draw() {
    this.#told();
    if (!this.#tiles.length) return;
    const at = +this.#slider.value,
      k = Math.min(this.#tiles.length - 1, Math.floor(at)),
      alpha = at - k;
    const { height: h, width: w } = this.#tiles[0],
      a = pixelsIn(this.#tiles[k], w, h);
    if (alpha > 0) {
      const b = pixelsIn(this.#tiles[k + 1], w, h).data;
      for (let i = 0; i < a.data.length; i++) a.data[i] = Math.round(a.data[i] + alpha * (b[i] - a.data[i]));
    }
    this.#canvas.width = w;
    this.#canvas.height = h;
    this.#canvas.getContext('2d', { willReadFrequently: true }).putImageData(a, 0, 0);
    this.#host.dataset.at = this.#slider.value;
    count(this.#host, 'faded');
  }

  wipe() {
    this.#tiles = [];
    this.#canvas.getContext('2d').clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  #grew() {
    return (this.#growth?.grew.length || 0) > 1;
  }

  /* words of a network that grew, of one that was trained whole, of one whose resolutions add up */
  #note() {
    if (!this.#growth) return '';
    const { grew, adds } = this.#growth,
      size = grew.at(-1),
      words = [lx.t('grow.mix')];
    if (this.#grew()) words.push(lx.t('grow.grew', { list: grew.map((s) => `${s} × ${s}`).join(', ') }));
    else if (size) words.push(lx.t('grow.whole.start', { size }));
    if (adds) words.push(lx.t('grow.adds'));
    else if (size) words.push(lx.t('grow.fitted'));
    return words.join(' ');
  }

  #told() {
    const at = +this.#slider.value,
      k = Math.min(last(), Math.floor(at)),
      alpha = at - k;
    const text = alpha
      ? lx.t('grow.at', { from: sizes()[k], to: sizes()[k + 1], alpha: alpha.toFixed(2) })
      : lx.t('grow.whole', { size: sizes()[k] });
    this.#find('.lx-fade-at').textContent = text;
    this.#slider.setAttribute('aria-valuetext', text);
    this.#canvas.setAttribute('aria-label', text);
    lx.range(this.#slider);
    const title = this.#find('.lx-fade h2');
    title.dataset.t = this.#grew() ? 'grow.fade' : 'grow.levels';
    title.textContent = lx.t(title.dataset.t);
    this.#slider.dataset.tLabel = title.dataset.t;
    this.#slider.setAttribute('aria-label', title.textContent);
    this.#find('.lx-fade .lx-note').textContent = this.#note();
    for (const b of this.#table.querySelectorAll('[data-stage]')) b.querySelector('span').textContent = rowName(b);
  }

  /** @param {Stages} d @param {HTMLImageElement} im @param {number} r @param {number} c */
  #sample(d, im, r, c) {
    const t = blank(d.side, d.side),
      b = button({ onclick: () => this.#choose(c, this.#codes.length / d.columns) }, t);
    pen(t).drawImage(im, c * d.side, r * d.side, d.side, d.side, 0, 0, d.side, d.side);
    entitle(b, lx.t('grow.take', { n: c + 1 }));
    return b;
  }

  /** @param {number} c @param {number} n */
  #choose(c, n) {
    lx.setCode(this.#codes.slice(c * n, (c + 1) * n), { kind: 'stages' });
  }

  /** @param {Stages} d @param {HTMLImageElement} im */
  #rows(d, im) {
    this.#codes = d.w;
    this.#table.replaceChildren(
      ...d.stages.map(({ what, images }, r) => {
        const tiles = Array.from({ length: d.columns }, (_, c) => this.#sample(d, im, r, c));
        return make('div', { data: { stage: what, images } }, make('span'), make('div', { className: 'lx-stage-tiles' }, ...tiles));
      }),
    );
  }

  async #ask() {
    const run = lx.state.run;
    if (this.#mine === run) return;
    this.#mine = run;
    this.#growth = null;
    this.#table.replaceChildren();
    delete this.#host.dataset.stages;
    delete this.#host.dataset.grew;
    this.#find('.lx-while').hidden = true;
    this.#told();
    const d = await lx.code({ op: 'stages' });
    if (run !== lx.state.run) return;
    if ('picture' in d) {
      const im = await decoded(d.picture);
      if (run !== lx.state.run) return;
      this.#rows(d, im);
      this.#find('.lx-while').hidden = false;
    }
    this.#growth = d;
    this.#told();
    this.#host.dataset.grew = d.grew.join(' ');
    this.#host.dataset.stages = d.stages.length;
  }

  /**
   * @param {boolean} shown
   * @param {number | null} at where the slider stands; null: at the full image
   * @param {boolean} fresh another run, whose pictures are still on their way
   */
  enter(shown, at, fresh) {
    this.#host.hidden = !shown;
    if (!shown) return;
    if (fresh) this.wipe();
    this.#slider.max = last();
    this.#slider.value = at ?? last();
    this.#draw();
    this.#ask().catch((e) => {
      this.#mine = '';
      lx.say(e.message, 'error');
    });
  }

  /** @param {HTMLCanvasElement[]} canvases */
  take(canvases) {
    this.#tiles = canvases;
    if (!this.#host.hidden) this.#draw();
  }

  /** @param {boolean} on @param {boolean} [again] */
  stale(on, again) {
    return lx.stale([this.#canvas], on, again);
  }

  get at() {
    return +this.#slider.value === last() ? null : +this.#slider.value;
  }

  tell() {
    if (!this.#host.hidden && lx.state.info) this.#told();
  }
}
