import { button, count, make, named, progress, wait } from '../../shell/dom.js';
import { mounted } from '../../shell/gradio_component.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';

/** @import { LabelsKnown, LabelsMeasured, NotReady } from '../../shell/answers' */

const { element } = mounted('labels');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  WAYS = ['fine-tuned', 'frozen', 'scratch'],
  NS = 'http://www.w3.org/2000/svg';
const on = () =>
  !!(
    lx.state.view === 'microscope' &&
    lx.state.info?.spec.encodes &&
    lx.state.info.spec.shape.length === 3 &&
    lx.state.info.dataset?.classes?.length
  );
/* live: run → { n: { way: accuracy } }, what was measured here; told: the answer for the current run */
/** @type {Map<string, Record<string, Record<string, number>>>} */
const live = new Map();
/** @type {LabelsKnown | null} */
let told = null;
/** @type {string | null} */
let owner = null;
let busy = false,
  working = '';
/** @typedef {{ n: number, way: string, v: number, protocol?: string, here?: boolean }} Point here: measured on this page */
/** @param {number} k */
const colour = (k) => (k ? lx.palette[k] : lx.css('--accent'));
const measured = () => (owner && live.get(owner)) || {};
const all = () => {
  /** @type {Point[]} */
  const out = [];
  for (const [n, ways] of Object.entries(told?.known || {}))
    for (const way of WAYS) if (ways[way]) out.push({ n: +n, way, v: ways[way].accuracy, protocol: ways[way].protocol });
  for (const [n, ways] of Object.entries(measured()))
    for (const way of WAYS) if (way in ways) out.push({ n: +n, way, v: ways[way], here: true });
  return out;
};
/** @param {string} tag @param {Record<string, string | number>} attributes @param {string} [text] */
const shape = (tag, attributes, text) => {
  const e = document.createElementNS(NS, tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, String(v));
  if (text !== undefined) e.textContent = text;
  return e;
};
/* where the chart lies in its picture, in the picture's own units */
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 628, 12, 262];
/** @param {number} n */
const across = (n) => LEFT + ((RIGHT - LEFT) * (Math.log10(n) - 0.9)) / (Math.log10(1200) - 0.9);
/** @param {number} low @param {(v: number) => number} down */
const axes = (low, down) => {
  const parts = [];
  for (let v = Math.round(low * 10); v <= 10; v++)
    parts.push(
      shape('line', { x1: LEFT, x2: RIGHT, y1: down(v / 10), y2: down(v / 10), class: 'rule' }),
      shape('text', { x: LEFT - 8, y: down(v / 10) + 4, 'text-anchor': 'end' }, v * 10 + ' %'),
    );
  for (const n of [10, 20, 50, 100, 200, 500, 1000])
    parts.push(shape('text', { x: across(n), y: BOTTOM + 18, 'text-anchor': 'middle' }, n.toLocaleString(lx.state.lang)));
  parts.push(shape('text', { x: (LEFT + RIGHT) / 2, y: BOTTOM + 35, 'text-anchor': 'middle' }, lx.t('few.axis')));
  return parts;
};
/* one way of learning: what was measured here is dashed and hollow */
/** @param {Point[]} points @param {number} k @param {boolean} here @param {(v: number) => number} down */
const line = (points, k, here, down) => {
  const parts = [];
  if (points.length > 1)
    parts.push(
      shape('polyline', {
        points: points.map((p) => `${across(p.n)},${down(p.v)}`).join(' '),
        fill: 'none',
        stroke: colour(k),
        'stroke-width': 2,
        'stroke-dasharray': here ? '4 4' : 'none',
        opacity: 0.8,
      }),
    );
  for (const p of points) {
    const c = shape('circle', {
      cx: across(p.n),
      cy: down(p.v),
      r: 5,
      fill: here ? lx.css('--panel') : colour(k),
      stroke: colour(k),
      'stroke-width': 2,
      'data-way': p.way,
      'data-labels': p.n,
    });
    const what = `${lx.t('few.' + p.way)}, ${lx.t('few.labels', { n: p.n })}`,
      from = p.here ? lx.t('few.here') : p.protocol;
    c.append(shape('title', {}, `${what}: ${percent(p.v, 1)} % · ${from}`));
    parts.push(c);
  }
  return parts;
};
const paint = () => {
  const points = all(),
    low = Math.min(0.5, ...points.map((p) => Math.floor(p.v * 10) / 10)),
    down = (/** @type {number} */ v) => BOTTOM - ((BOTTOM - TOP) * (v - low)) / (1 - low);
  element.dataset.points = points.length;
  element.dataset.live = points.filter((p) => p.here).length;
  $('svg').replaceChildren(
    ...axes(low, down),
    ...WAYS.flatMap((way, k) =>
      [true, false].flatMap((here) => {
        const mine = points.filter((p) => p.way === way && !!p.here === here).sort((a, b) => a.n - b.n);
        return line(mine, k, here, down);
      }),
    ),
  );
  $('.lx-few-key').replaceChildren(
    ...WAYS.map((way, k) => {
      const dot = make('i');
      dot.style.background = colour(k);
      return make('li', {}, dot, lx.t('few.' + way));
    }),
    make('li', { className: 'dim', textContent: lx.t('few.hollow') }),
  );
  count(element);
};
const tools = () => {
  $('.lx-few-sizes').replaceChildren(
    ...(told?.sizes || []).map((n) =>
      button({
        className: 'lx-chip',
        data: { size: n },
        textContent: n,
        disabled: busy || WAYS.every((w) => w in (measured()[n] || {})),
        'aria-label': named(lx.t('few.labels', { n }), String(n)),
        onclick: () => measure(n),
      }),
    ),
  );
  $('.lx-few-tools').hidden = !told?.sizes.length;
  $('.lx-few-told').textContent = busy ? working : '';
  $('.lx-progress').hidden = !busy;
};
const ALL = ['frozen', 'scratch', 'fine-tuned'],
  measure = (/** @type {number} */ n) => work(ALL.map((way) => ({ n, way })));
/** @param {{ n: number, way: string }[]} jobs */
const work = async (jobs) => {
  const run = owner;
  if (busy || !run) return;
  busy = true;
  const found = live.get(run) || {};
  live.set(run, found);
  try {
    for (const [k, { n, way }] of jobs.entries()) {
      if (run !== owner || !on()) break;
      if (way in (found[n] || {})) continue;
      for (;;) {
        working = `${lx.t('few.' + way)}, ${lx.t('few.labels', { n })}`;
        tools();
        const d = /** @type {LabelsMeasured | NotReady} */ (await lx.api('code', { run, op: 'labels', n, way }));
        progress($('.lx-progress'), (k + (d.ready === false ? d.done : 1)) / jobs.length);
        if (d.ready) {
          (found[n] ||= {})[way] = d.accuracy;
          if (run === owner) paint();
          break;
        }
        await wait(200);
      }
    }
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
  }
  busy = false;
  tools();
};
/* what costs little is measured as soon as the panel is seen */
const begin = () => {
  if (on() && told && !busy && element.offsetWidth) work(told.sizes.map((n) => ({ n, way: 'frozen' })));
};
const enter = async () => {
  if (!on()) return;
  const run = lx.state.run;
  if (owner === run) {
    paint();
    begin();
    return;
  }
  owner = run;
  told = null;
  element.hidden = true;
  try {
    const d = /** @type {LabelsKnown} */ (await lx.code({ op: 'labels' }));
    if (run !== lx.state.run) return;
    told = d;
    element.hidden = false;
    paint();
    tools();
    begin();
  } catch (e) {
    if (run === lx.state.run) element.dataset.why = /** @type {Error} */ (e).message;
  }
};
lx.on('run', () => setTimeout(enter));
lx.on('view', enter);
lx.on('lang', () => {
  if (on() && told) {
    paint();
    tools();
  }
});
new ResizeObserver(begin).observe(element);
lx.translate(element);
element.dataset.ready = 'true';
