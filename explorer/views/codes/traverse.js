import { sign } from '../../shell/direction_moves.js';
import { button, make } from '../../shell/dom.js';
import { mounted } from '../../shell/mounted.js';
import { tileGrid } from '../../shell/pictures.js';
import { PLAIN, plainLayout } from '../../shell/plot.js';
import { gridArrows } from '../../shell/radios.js';
import { lx } from '../../shell/store.js';

/** @import { Direction, Opened } from '../../shell/types' */
/** @typedef {ReturnType<typeof measure>} Box where the cells lie */

const { element } = mounted('traverse');

const stage = element.querySelector('.lx-traverse'),
  cells = element.querySelector('.lx-cells'),
  canvas = cells.querySelector('canvas'),
  bars = element.querySelector('.lx-bar-plot');
const VALUES = [-3, -2, -1, 0, 1, 2, 3];
let rows = 0;
/** @type {ReturnType<typeof measure> | null} */
let box = null;
/** @type {string | null} */
let built = null;
const opened = () => /** @type {Opened} */ (lx.state);
const shown = () => lx.state.view === 'codes' && lx.state.info && lx.supports(opened().run, 'codes') && stage.checkVisibility();
/** @param {number} rows */
const measure = (rows) => {
  const [, h, w] = opened().info.spec.shape,
    narrow = stage.clientWidth < 520,
    label = narrow ? 72 : 108,
    gap = narrow ? 3 : 6,
    top = 24,
    W = stage.clientWidth - (narrow ? 24 : 40),
    H = stage.clientHeight - 32;
  const fit = Math.min((W - label) / VALUES.length - gap, (H - top) / Math.max(rows, 1) - gap),
    side = Math.max(narrow ? 34 : 40, Math.floor(Math.min(fit, 112)));
  return { w, h, side, gap, label, top, rows, columns: VALUES.length };
};
/** @param {Box} box @param {number} v @param {number} c */
const headOf = ({ label, side, gap }, v, c) => {
  const e = make('span', { className: 'lx-top', textContent: sign(v) + (v ? ' σ' : '') });
  e.style.cssText = `left:${label + c * (side + gap)}px;width:${side}px`;
  return e;
};
/** @param {Box} box @param {Direction} d @param {number} r */
const sideOf = ({ label, side, gap, top }, d, r) => {
  const share = make('i', { textContent: (100 * d.share).toFixed(1) + ' %' }),
    e = make('div', { className: 'lx-name' }, make('b', { textContent: lx.label(r) }), share);
  e.style.cssText = `top:${top + r * (side + gap)}px;height:${side}px;width:${label - 8}px`;
  return e;
};
/** @param {Box} box @param {number} r @param {number} v @param {number} c */
const cellOf = ({ label, side, gap, top }, r, v, c) => {
  const e = button({
    className: 'lx-cell',
    data: { row: r, column: c },
    'aria-label': lx.t('codes.cell', { label: lx.label(r), value: sign(v) }),
    tabIndex: r || c ? -1 : 0,
    onclick: () => lx.slide(r, v),
  });
  e.style.cssText = `left:${label + c * (side + gap)}px;top:${top + r * (side + gap)}px;width:${side}px;height:${side}px`;
  return e;
};
const build = () => {
  if (!shown()) return;
  const directions = opened().info.directions.slice(0, 8);
  rows = directions.length;
  const made = measure(rows),
    { side, gap, label, top } = made;
  box = made;
  built = lx.state.run;
  cells.style.width = label + VALUES.length * (side + gap) + 'px';
  cells.style.height = top + rows * (side + gap) + 'px';
  cells.replaceChildren(
    canvas,
    ...VALUES.map((v, c) => headOf(made, v, c)),
    ...directions.flatMap((d, r) => [sideOf(made, d, r), ...VALUES.map((v, c) => cellOf(made, r, v, c))]),
  );
  element.dataset.rows = rows;
  live();
};
gridArrows(cells, '.lx-cell');
/** @param {CanvasRenderingContext2D} x @param {ImageBitmap} im */
const paint = (x, im) => {
  if (box) tileGrid(x, im, box, [box.label, box.top], 6);
};
const live = () => {
  if (!shown() || built !== lx.state.run || !rows) return;
  lx.draw(canvas, { op: 'traverse', w: lx.b64(opened().w), directions: Array.from({ length: rows }, (_, k) => k), values: VALUES }, paint);
  const at = Array.from({ length: rows }, (_, r) => Math.max(0, Math.min(6, Math.round(lx.coordinate(r)) + 3)));
  for (const b of cells.querySelectorAll('.lx-cell')) b.classList.toggle('on', at[b.dataset.row] === +b.dataset.column);
};
const spectrum = async () => {
  if (!shown()) return;
  const { run } = opened();
  let shares;
  try {
    const [figure] = await Promise.all([lx.api(`plot/${encodeURIComponent(run)}/spectrum`), lx.loadPlotly()]);
    shares = figure.data[0].y;
  } catch {
    return;
  }
  if (run !== lx.state.run || !shown()) return;
  shares = shares.slice(0, 32);
  await Plotly.react(
    bars,
    [
      {
        type: 'bar',
        x: shares.map((_, k) => k + 1),
        y: shares.map((v) => 100 * v),
        marker: { color: lx.css('--accent'), opacity: 0.85 },
        hovertemplate: '%{x}: %{y:.1f} %<extra></extra>',
      },
    ],
    {
      ...plainLayout({ l: 34, r: 4, t: 4, b: 18 }, 10),
      bargap: 0.35,
      hoverlabel: { font: { family: lx.css('--ui'), size: 12 } },
      xaxis: { fixedrange: true, tickmode: 'linear', dtick: shares.length > 16 ? 4 : 1, showgrid: false, zeroline: false },
      yaxis: { fixedrange: true, nticks: 3, ticksuffix: ' %', gridcolor: lx.css('--line'), zeroline: false, rangemode: 'tozero' },
    },
    PLAIN,
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
let size = '';
new ResizeObserver(() => {
  const now = stage.clientWidth + 'x' + stage.clientHeight;
  if (now !== size && stage.clientWidth) {
    size = now;
    build();
  }
}).observe(stage);
lx.translate(element);
