import { sign } from '../../shell/direction_moves.js';
import { button, make, onNewSize } from '../../shell/dom.js';
import { mounted } from '../../shell/gradio_component.js';
import { tileGrid } from '../../shell/pictures.js';
import { arrowKeys, check, gridArrows } from '../../shell/radios.js';
import { opened } from '../../shell/state.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';
import { shareBars } from './share_bars.js';
import { Dimensions, byDimension, canOrder, natsText, pageText } from './dimensions.js';

/** @typedef {{ name: string, told: string, more?: string, unused?: boolean }} Row */
/** @typedef {ReturnType<typeof measure>} Box where the cells lie */

const { element } = mounted('traverse');

const stage = element.querySelector('.lx-traverse'),
  cells = element.querySelector('.lx-cells'),
  canvas = cells.querySelector('canvas'),
  bars = element.querySelector('.lx-bar-plot'),
  barsTitle = element.querySelector('.lx-spectrum .lx-h'),
  order = element.querySelector('.lx-order'),
  orders = [...order.querySelectorAll('button')],
  note = element.querySelector('.lx-order-told'),
  pages = element.querySelector('.lx-order-pages');
const VALUES = [-3, -2, -1, 0, 1, 2, 3],
  WIDEST = 330; /* room for names, in pixels */
let rows = 0;
/** @type {ReturnType<typeof measure> | null} */
let box = null;
/** @type {string | null} */
let built = null;
const dimensions = new Dimensions(() => all());
/** @returns {Row[]} */
const rowsShown = () => {
  if (!byDimension())
    return opened()
      .info.directions.slice(0, 8)
      .map((d, r) => ({ name: lx.label(r), told: percent(d.share, 1) + ' %' }));
  const { posterior, page, lastPage, unused: many } = dimensions,
    idle = page || !lastPage || many < 2 ? lx.t('codes.unused') : lx.t('codes.unused.of', { n: many });
  return dimensions.rows.map(({ index, nats, unused }) => ({
    name: lx.t('codes.dimension', { n: index }),
    told: unused ? idle : lx.t('codes.nats', { nats: natsText(nats) }),
    more: posterior ? `σ ${posterior.sigma[index].toFixed(2)}` : '',
    unused,
  }));
};
/** The row's value of the current code, in the units of the columns. @param {number} r */
const valueOf = (r) => (byDimension() ? opened().w[dimensions.rows[r].index] : lx.coordinate(r));
/** @param {number} r @param {number} v */
const take = (r, v) => {
  if (!byDimension()) return lx.slide(r, v);
  const w = Float32Array.from(opened().w);
  w[dimensions.rows[r].index] = v;
  lx.setCode(w, { kind: 'sliders' });
};
const shown = () => lx.state.view === 'codes' && lx.state.info && lx.supports(opened().run, 'codes') && stage.checkVisibility();
/** Where cells lie beside such names: a name is shown whole, so that rows are as far apart as the tallest needs.
 * @param {HTMLElement[]} names */
const measure = (names) => {
  const [, h, w] = opened().info.spec.shape,
    narrow = stage.clientWidth < 520,
    gap = narrow ? 3 : 6,
    top = 24,
    [least, most] = narrow ? [72, 112] : [108, WIDEST],
    W = stage.clientWidth - (narrow ? 24 : 40),
    H = stage.clientHeight - 32;
  for (const e of names) e.style.cssText = 'width:max-content';
  const longest = 8 + Math.max(0, ...names.map((e) => Math.ceil(e.getBoundingClientRect().width))),
    taken = narrow ? Math.max(least, Math.min(most, longest)) : least,
    fit = Math.min((W - taken) / VALUES.length - gap, (H - top) / Math.max(names.length, 1) - gap),
    side = Math.max(34, Math.floor(Math.min(fit, 112))),
    room = Math.max(taken, Math.min(most, W - VALUES.length * (side + gap))) - 8;
  for (const e of names) e.style.cssText = `width:max-content;max-width:${room}px`;
  const label = Math.max(least, 8 + Math.max(0, ...names.map((e) => Math.ceil(e.getBoundingClientRect().width))));
  for (const e of names) e.style.cssText = `width:${label - 8}px`;
  const down = gap + Math.max(side, ...names.map((e) => e.offsetHeight));
  return { w, h, side, gap, label, top, down, rows: names.length, columns: VALUES.length };
};
/** @param {Box} box @param {number} v @param {number} c */
const headOf = ({ label, side, gap }, v, c) => {
  const e = make('span', { className: 'lx-top', textContent: sign(v) + (v ? ' σ' : '') });
  e.style.cssText = `left:${label + c * (side + gap)}px;width:${side}px`;
  return e;
};
/** @param {Row} row */
const sideOf = ({ name, told, more, unused }) => {
  const first = make('span', {}, make('b', { textContent: name }), ...(more ? [make('small', { textContent: ` ${more}` })] : []));
  return make('div', { className: unused ? 'lx-name unused' : 'lx-name' }, first, make('i', { textContent: told }));
};
/** @param {Box} box @param {HTMLElement} e @param {number} r */
const placeSide = ({ label, side, gap, top, down }, e, r) => {
  e.style.cssText = `top:${top + r * down - (down - gap - side) / 2}px;height:${down - gap}px;width:${label - 8}px`;
};
/** @param {Box} box @param {Row} row @param {number} r @param {number} v @param {number} c */
const cellOf = ({ label, side, gap, top, down }, row, r, v, c) => {
  const e = button({
    className: 'lx-cell',
    data: { row: r, column: c },
    'aria-label': lx.t('codes.cell', { label: row.name, value: sign(v) }),
    tabIndex: r || c ? -1 : 0,
    onclick: () => take(r, v),
  });
  e.style.cssText = `left:${label + c * (side + gap)}px;top:${top + r * down}px;width:${side}px;height:${side}px`;
  return e;
};
const build = () => {
  if (!shown()) return;
  const list = rowsShown();
  rows = list.length;
  const names = list.map(sideOf);
  cells.replaceChildren(canvas, ...names);
  const made = measure(names),
    { side, gap, label, top, down } = made;
  names.forEach((e, r) => placeSide(made, e, r));
  box = made;
  built = lx.state.run;
  cells.style.width = label + VALUES.length * (side + gap) + 'px';
  cells.style.height = top + rows * down + 'px';
  cells.replaceChildren(
    canvas,
    ...VALUES.map((v, c) => headOf(made, v, c)),
    ...list.flatMap((row, r) => [names[r], ...VALUES.map((v, c) => cellOf(made, row, r, v, c))]),
  );
  element.dataset.rows = rows;
  element.dataset.order = byDimension() ? 'kl' : '';
  live();
};
gridArrows(cells, '.lx-cell');
/** @param {CanvasRenderingContext2D} x @param {ImageBitmap} im */
const paint = (x, im) => {
  if (box) tileGrid(x, im, box, [box.label, box.top], 6);
};
const live = () => {
  if (!shown() || built !== lx.state.run || !rows) return;
  const w = lx.b64(opened().w),
    directions = Array.from({ length: rows }, (_, k) => k);
  if (byDimension()) lx.draw(canvas, { op: 'dimensions', w, dimensions: dimensions.rows.map((d) => d.index), values: VALUES }, paint);
  else lx.draw(canvas, { op: 'traverse', w, directions, values: VALUES }, paint);
  const at = Array.from({ length: rows }, (_, r) => Math.max(0, Math.min(6, Math.round(valueOf(r)) + 3)));
  for (const b of cells.querySelectorAll('.lx-cell')) b.classList.toggle('on', at[b.dataset.row] === +b.dataset.column);
};
/** One bar in how many has its name under it. @param {unknown[]} bars */
const every = (bars) => (bars.length > 16 ? 4 : 1);
/* the bars under the grid: how the codes' variance spreads over directions, or the nats of each number */
const barsOf = async () => {
  if (byDimension())
    return {
      y: dimensions.rows.length ? dimensions.all.map((d) => d.nats) : [],
      names: dimensions.all.map((d) => `z ${d.index}`),
      unit: '',
    };
  const figure = await lx.api(`plot/${encodeURIComponent(opened().run)}/spectrum`),
    y = figure.data[0].y.slice(0, 32).map((/** @type {number} */ v) => 100 * v);
  return { y, names: y.map((/** @type {number} */ _, /** @type {number} */ k) => `${k + 1}`), unit: ' %' };
};
const spectrum = async () => {
  if (!shown()) return;
  const { run } = opened(),
    on = byDimension();
  let made;
  try {
    made = await barsOf();
  } catch {
    return;
  }
  if (run !== lx.state.run || on !== byDimension() || !shown()) return;
  const { y, names, unit } = made,
    n = every(y);
  shareBars(bars, {
    y,
    unit,
    /* numbers of the code keep their own names, in whatever order they stand */
    names: names.map((/** @type {string} */ name, /** @type {number} */ k) => ((on ? k : k + 1) % n ? null : name)),
    told: (k) => `${names[k]}: ${y[k].toFixed(on ? 2 : 1)}${unit}`,
  });
  element.dataset.spectrum = y.length;
};
/* which rows: the switch is there where the encoder gives a distribution over codes */
const choice = () => {
  document.dispatchEvent(new Event('lx-face')); /* the explanation follows (codes.js) */
  order.hidden = !canOrder();
  check(orders, (b) => (b.dataset.order === 'kl') === byDimension());
  const key = byDimension() ? 'codes.kl.bars' : 'codes.spectrum';
  barsTitle.dataset.t = key;
  barsTitle.textContent = lx.t(key);
  const { told, all: every } = dimensions,
    known = byDimension() && dimensions.rows.length && told;
  paged();
  note.hidden = !known;
  if (!known) return;
  const used = every.filter((d) => !d.unused).length,
    total = every.reduce((sum, d) => sum + d.nats, 0).toFixed(1);
  const images = told.images.toLocaleString(lx.state.lang),
    said = lx.t('codes.kl.told', { used, of: every.length, total, images, least: told.unused });
  note.textContent = dimensions.posterior ? `${said} ${lx.t('codes.kl.sigma')}` : said;
};
for (const b of orders)
  b.onclick = () => {
    lx.keep('dims', b.dataset.order === 'kl' ? 'kl' : null);
    all();
  };
for (const b of pages.querySelectorAll('button'))
  b.onclick = () => {
    lx.keep('dims', pageText(dimensions.page + +b.dataset.step));
    all();
  };
/* which of the numbers the rows are, and the way to the others */
const paged = () => {
  const { page, lastPage: last, rows: these, all: every, unused } = dimensions;
  pages.hidden = !byDimension() || !these.length || !last;
  if (pages.hidden) return;
  const at = every.indexOf(these[0]),
    [of, from, to] = [every.length, at + 1, at + these.length],
    overview = unused ? lx.t('codes.kl.overview', { n: these.length - 1, unused }) : lx.t('codes.kl.strongest', { n: to, of });
  pages.querySelector('output').textContent = page ? lx.t('codes.kl.page', { from, to, of }) : overview;
  for (const b of pages.querySelectorAll('button')) b.disabled = page + +b.dataset.step < 0 || page + +b.dataset.step > last;
  element.dataset.page = page;
};
arrowKeys(order);
const all = () => {
  choice();
  if (shown()) {
    dimensions.learn();
    dimensions.follow();
  }
  requestAnimationFrame(() => {
    build();
    spectrum();
  });
};
lx.on('run', all);
lx.on('code', () => {
  if (!byDimension()) return live();
  dimensions.follow();
  build();
});
lx.on('restore', () => {
  if ((element.dataset.order === 'kl') !== byDimension() || (byDimension() && +element.dataset.page !== dimensions.page)) all();
});
lx.on('view', all);
lx.on('lang', all);
onNewSize(stage, build);
lx.translate(element);
