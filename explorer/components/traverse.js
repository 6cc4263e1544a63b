import { mounted } from './mounted.js';
import { lx } from './store.js';

const { element } = mounted('traverse');

const stage = element.querySelector('.lx-traverse'),
  cells = element.querySelector('.lx-cells'),
  canvas = cells.querySelector('canvas'),
  bars = element.querySelector('.lx-bar-plot');
const VALUES = [-3, -2, -1, 0, 1, 2, 3],
  sign = (v) => (v > 0 ? '+' + v : String(v).replace('-', '−'));
let rows = 0,
  box = null,
  built = null;
const shown = () => lx.state.view === 'codes' && lx.state.info && lx.supports(lx.state.run, 'codes') && stage.checkVisibility();
const build = () => {
  if (!shown()) return;
  const info = lx.state.info,
    [, h, w] = info.spec.shape;
  rows = Math.min(8, info.directions.length);
  const narrow = stage.clientWidth < 520,
    label = narrow ? 72 : 108,
    gap = narrow ? 3 : 6,
    top = 24,
    W = stage.clientWidth - (narrow ? 24 : 40),
    H = stage.clientHeight - 32;
  const fit = Math.min((W - label) / VALUES.length - gap, (H - top) / Math.max(rows, 1) - gap),
    side = Math.max(narrow ? 34 : 40, Math.floor(Math.min(fit, 112)));
  box = { w, h, side, gap, label, top };
  built = lx.state.run;
  cells.style.width = label + VALUES.length * (side + gap) + 'px';
  cells.style.height = top + rows * (side + gap) + 'px';
  cells.replaceChildren(canvas);
  VALUES.forEach((v, c) => {
    const e = document.createElement('span');
    e.className = 'lx-top';
    e.style.cssText = `left:${label + c * (side + gap)}px;width:${side}px`;
    e.textContent = sign(v) + (v ? ' σ' : '');
    cells.append(e);
  });
  for (let r = 0; r < rows; r++) {
    const d = info.directions[r],
      name = document.createElement('div'),
      b = document.createElement('b'),
      i = document.createElement('i');
    name.className = 'lx-name';
    name.style.cssText = `top:${top + r * (side + gap)}px;height:${side}px;width:${label - 8}px`;
    b.textContent = lx.label(r);
    i.textContent = (100 * d.share).toFixed(1) + ' %';
    name.append(b, i);
    cells.append(name);
    VALUES.forEach((v, c) => {
      const e = document.createElement('button');
      e.type = 'button';
      e.className = 'lx-cell';
      e.dataset.row = r;
      e.dataset.column = c;
      e.setAttribute('aria-label', lx.t('codes.cell', { label: lx.label(r), value: sign(v) }));
      e.style.cssText = `left:${label + c * (side + gap)}px;top:${top + r * (side + gap)}px;width:${side}px;height:${side}px`;
      e.tabIndex = r || c ? -1 : 0;
      e.onclick = () => lx.slide(r, v);
      cells.append(e);
    });
  }
  element.dataset.rows = rows;
  live();
};
cells.onkeydown = (e) => {
  const b = e.target.closest('.lx-cell'),
    step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[e.key];
  if (!b || !step) return;
  const to = cells.querySelector(`.lx-cell[data-row="${+b.dataset.row + step[0]}"][data-column="${+b.dataset.column + step[1]}"]`);
  if (to) {
    e.preventDefault();
    to.focus();
  }
};
const paint = (x, im) => {
  if (!box) return;
  const { w, h, side, gap, label, top } = box,
    k = Math.min(devicePixelRatio || 1, 2),
    W = VALUES.length * (side + gap),
    H = rows * (side + gap);
  canvas.style.cssText = `left:${label}px;top:${top}px;width:${W}px;height:${H}px`;
  if (canvas.width !== W * k || canvas.height !== H * k) {
    canvas.width = W * k;
    canvas.height = H * k;
  }
  x.imageSmoothingEnabled = side * k < w;
  x.clearRect(0, 0, canvas.width, canvas.height);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < VALUES.length; c++) {
      x.save();
      x.beginPath();
      x.roundRect(c * (side + gap) * k, r * (side + gap) * k, side * k, side * k, 6 * k);
      x.clip();
      x.drawImage(im, c * w, r * h, w, h, c * (side + gap) * k, r * (side + gap) * k, side * k, side * k);
      x.restore();
    }
};
const live = () => {
  if (!shown() || built !== lx.state.run || !rows) return;
  lx.draw(canvas, { op: 'traverse', w: lx.b64(lx.state.w), directions: Array.from({ length: rows }, (_, k) => k), values: VALUES }, paint);
  const at = Array.from({ length: rows }, (_, r) => Math.max(0, Math.min(6, Math.round(lx.coordinate(r)) + 3)));
  for (const b of cells.querySelectorAll('.lx-cell')) b.classList.toggle('on', at[b.dataset.row] === +b.dataset.column);
};
const spectrum = async () => {
  if (!shown()) return;
  const run = lx.state.run;
  let shares;
  try {
    [
      {
        data: [{ y: shares }],
      },
    ] = await Promise.all([lx.api(`plot/${encodeURIComponent(run)}/spectrum`), lx.loadPlotly()]);
  } catch {
    return;
  }
  if (run !== lx.state.run || !shown()) return;
  shares = shares.slice(0, 32);
  const soft = lx.css('--soft'),
    accent = lx.css('--accent');
  await Plotly.react(
    bars,
    [
      {
        type: 'bar',
        x: shares.map((_, k) => k + 1),
        y: shares.map((v) => 100 * v),
        marker: { color: accent, opacity: 0.85 },
        hovertemplate: '%{x}: %{y:.1f} %<extra></extra>',
      },
    ],
    {
      margin: { l: 34, r: 4, t: 4, b: 18 },
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      font: { color: soft, size: 10, family: lx.css('--ui') },
      bargap: 0.35,
      hoverlabel: { font: { family: lx.css('--ui'), size: 12 } },
      xaxis: { fixedrange: true, tickmode: 'linear', dtick: shares.length > 16 ? 4 : 1, showgrid: false, zeroline: false },
      yaxis: { fixedrange: true, nticks: 3, ticksuffix: ' %', gridcolor: lx.css('--line'), zeroline: false, rangemode: 'tozero' },
    },
    { responsive: true, displayModeBar: false },
  );
  element.dataset.spectrum = shares.length;
};
const all = () =>
  requestAnimationFrame(() => {
    build();
    spectrum();
  });
lx.on('run', all);
lx.on('code', live);
lx.on('view', all);
lx.on('lang', all);
lx.on('theme', spectrum);
let width = 0;
new ResizeObserver(() => {
  const now = stage.clientWidth + 'x' + stage.clientHeight;
  if (now !== width && stage.clientWidth) {
    width = now;
    build();
  }
}).observe(stage);
lx.translate(element);
