/* The current code as bars; where the encoder gives a doubt, whiskers about the code that it gave the input. `view`: answer(). */
import { lx } from './store.js';

export const makeBars = (host, view) => {
  const BARS = 128,
    canvas = host.querySelector('canvas');
  const whisker = (x, Y, c, mean, sigma, width, n) => {
    const a = Y(mean + sigma),
      b = Y(mean - sigma),
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
  return () => {
    const ratio = devicePixelRatio || 1,
      W = canvas.clientWidth,
      H = canvas.clientHeight,
      { w } = lx.state;
    if (!W || !w) return;
    canvas.width = W * ratio;
    canvas.height = H * ratio;
    const x = canvas.getContext('2d'),
      answer = view.answer(),
      fits = (v) => (v?.length === w.length ? v : null);
    const n = Math.min(w.length, BARS),
      sigma = fits(answer?.sigma),
      mean = fits(answer?.w);
    let top = 1;
    for (let i = 0; i < n; i++) top = Math.max(top, Math.abs(w[i]), mean ? Math.abs(mean[i]) + (sigma ? sigma[i] : 0) : 0);
    const Y = (v) => H / 2 - (v / top) * (H / 2 - 6),
      step = (W - 26) / n,
      width = Math.max(1, Math.min(18, step * 0.62));
    x.scale(ratio, ratio);
    x.font = '11px ' + lx.css('--ui');
    x.textBaseline = 'middle';
    x.fillStyle = lx.css('--soft');
    x.fillText(top.toFixed(1), 0, 8);
    x.fillText('0', 0, H / 2);
    x.fillText('−' + top.toFixed(1), 0, H - 8);
    x.strokeStyle = lx.css('--line');
    x.beginPath();
    x.moveTo(26, H / 2);
    x.lineTo(W, H / 2);
    x.stroke();
    x.strokeStyle = lx.css('--ink');
    x.lineWidth = n > 64 ? 0.8 : 1.3;
    x.fillStyle = lx.css('--accent');
    for (let i = 0; i < n; i++) {
      const c = 26 + step * (i + 0.5);
      x.globalAlpha = 0.85;
      x.fillRect(c - width / 2, Math.min(Y(0), Y(w[i])), width, Math.max(1, Math.abs(Y(w[i]) - Y(0))));
      x.globalAlpha = 1;
      if (sigma && mean) whisker(x, Y, c, mean[i], sigma[i], width, n);
    }
    host.nextElementSibling.textContent =
      lx.t(sigma ? 'rec.code.note' : 'rec.code.plain') + (w.length > n ? ' ' + lx.t('rec.code.some', { n, d: w.length }) : '');
  };
};
