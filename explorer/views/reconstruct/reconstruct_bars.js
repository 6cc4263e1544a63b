/* The current code as bars; where the encoder gives a doubt, whiskers about the code that it gave the input. `view`: answer(). */
import { lx } from '../../shell/store.js';

/** @import { Code } from '../../shell/types' */

const MOST = 128;
const LEFT = 26; /* what the numbers beside the bars take */

/** @param {CanvasRenderingContext2D} x @param {{ top: number, W: number, H: number }} at */
const paintAxis = (x, { top, W, H }) => {
  x.font = '11px ' + lx.css('--ui');
  x.textBaseline = 'middle';
  x.fillStyle = lx.css('--soft');
  x.fillText(top.toFixed(1), 0, 8);
  x.fillText('0', 0, H / 2);
  x.fillText('−' + top.toFixed(1), 0, H - 8);
  x.strokeStyle = lx.css('--line');
  x.beginPath();
  x.moveTo(LEFT, H / 2);
  x.lineTo(W, H / 2);
  x.stroke();
};

/**
 * @param {CanvasRenderingContext2D} x
 * @param {{ n: number, y: (v: number) => number, width: number }} at
 * @param {number} c its place across @param {number} mean @param {number} sigma
 */
const paintWhisker = (x, { n, y, width }, c, mean, sigma) => {
  const a = y(mean + sigma),
    b = y(mean - sigma),
    k = Math.min(4, width / 2.5);
  x.beginPath();
  x.moveTo(c, a);
  x.lineTo(c, b);
  if (n <= 64) {
    x.moveTo(c - k, a);
    x.lineTo(c + k, a);
    x.moveTo(c - k, b);
    x.lineTo(c + k, b);
  }
  x.stroke();
};

export class Bars {
  #host;
  #view;

  /** @param {any} host @param {{ answer: () => { w: Code, sigma?: Code | null } | null }} view */
  constructor(host, view) {
    this.#host = host;
    this.#view = view;
  }

  paint() {
    const canvas = this.#host.querySelector('canvas'),
      ratio = devicePixelRatio || 1,
      W = canvas.clientWidth,
      H = canvas.clientHeight,
      { w } = lx.state;
    if (!W || !w) return;
    canvas.width = W * ratio;
    canvas.height = H * ratio;
    const x = canvas.getContext('2d'),
      answer = this.#view.answer(),
      fits = (/** @type {Code | null | undefined} */ v) => (v?.length === w.length ? v : null),
      n = Math.min(w.length, MOST),
      sigma = fits(answer?.sigma),
      mean = fits(answer?.w),
      step = (W - LEFT) / n;
    let top = 1;
    for (let i = 0; i < n; i++) top = Math.max(top, Math.abs(w[i]), mean ? Math.abs(mean[i]) + (sigma ? sigma[i] : 0) : 0);
    const at = {
      n,
      top,
      W,
      H,
      step,
      width: Math.max(1, Math.min(18, step * 0.62)),
      y: (/** @type {number} */ v) => H / 2 - (v / top) * (H / 2 - 6),
    };
    x.scale(ratio, ratio);
    paintAxis(x, at);
    x.strokeStyle = lx.css('--ink');
    x.lineWidth = n > 64 ? 0.8 : 1.3;
    x.fillStyle = lx.css('--accent');
    for (let i = 0; i < n; i++) {
      const c = LEFT + step * (i + 0.5),
        length = Math.abs(at.y(w[i]) - at.y(0));
      x.globalAlpha = 0.85;
      x.fillRect(c - at.width / 2, Math.min(at.y(0), at.y(w[i])), at.width, Math.max(1, length));
      x.globalAlpha = 1;
      if (sigma && mean) paintWhisker(x, at, c, mean[i], sigma[i]);
    }
    const some = w.length > n ? ' ' + lx.t('rec.code.some', { n, d: w.length }) : '';
    this.#host.nextElementSibling.textContent = lx.t(sigma ? 'rec.code.note' : 'rec.code.plain') + some;
  }
}
