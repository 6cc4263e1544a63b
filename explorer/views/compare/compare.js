import { button, entitle, make, offer, onNewSize } from '../../shell/dom.js';
import { aboutText, besideTexts, figureText, metricName, oneText, termName, wayText } from '../../shell/metric_text.js';
import { LastAsked } from '../../shell/last_asked.js';
import { mounted } from '../../shell/gradio_component.js';
import { PLAIN, curvesForFile, curvesLayout, forFile } from '../../shell/plot.js';
import { dataOf, dataTitle, titleOf as title } from '../../shell/run_line.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { CompareAnswer, Figure, Head, MetricCell, MetricRow, SettingRow, Trace } from '../../shell/answers' */
/** @import { Run } from '../../shell/types' */
/** @typedef {{ k: number, trace: Trace }} Line of the k-th run */
/** @typedef {{ run: string, seed: number, n: number, columns: number, label?: number }} Asked */

const { element } = mounted('compare');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  columns = $('.lx-cmp-columns'),
  heads = $('.lx-cmp-names'),
  seedBox = $('.lx-cmp-seed'),
  klass = $('.lx-cmp-class'),
  add = $('.lx-cmp-add'),
  plots = $('.lx-cmp-curves'),
  more = $('.lx-cmp-more'),
  table = $('.lx-cmp-table'),
  protocols = $('.lx-cmp-how');
const MOST = 4,
  FEW = 6,
  ROWS = 5;
/* names: null until there are runs */
let names = /** @type {string[] | null} */ (null),
  seed = 0,
  label = /** @type {number | null} */ (null),
  facts = /** @type {CompareAnswer | null} */ (null),
  curves = /** @type {Record<string, Pick<Figure, 'data'>>} */ ({}),
  every = false,
  lastAsked = new LastAsked();
const on = () => lx.state.view === 'compare' && names !== null && element.clientWidth > 0;
const chosen = () => /** @type {string[]} */ (names),
  listed = () => /** @type {Run[]} */ (lx.state.runs);
const colour = (/** @type {number} */ k) => lx.palette[[0, 1, 2, 5][k]],
  full = (/** @type {Run} */ r) => (title(r).includes(dataOf(r)) ? title(r) : `${title(r)} · ${dataOf(r)}`),
  known = (/** @type {string | null} */ n) => lx.runOf(n),
  rowOfRun = (/** @type {string | null} */ n) => /** @type {Run} */ (known(n));
/** @param {number} k */
const dot = (k) => {
  const e = make('i', { className: 'lx-dot' });
  e.style.background = colour(k);
  return e;
};
/** @param {number} n */
const many = (n) => Intl.NumberFormat(lx.state.lang).format(n);
/** @param {number} s */
const time = (s) => {
  if (!s) return '–';
  return s < 90 ? lx.t('cmp.seconds', { n: Math.round(s) }) : lx.t('cmp.minutes', { n: Math.round(s / 60) });
};

/* ---- which runs ---- */
const begin = () => {
  if (names !== null || !lx.state.runs?.length || !lx.state.run) return;
  const { cmp, seed: s, class: c } = lx.state.kept,
    whole = (v = '') => (/^\d{1,10}$/.test(v) && +v < 2 ** 32 ? +v : null);
  const asked = [...new Set((cmp || '').split(',').filter(Boolean))],
    there = asked.filter(known).slice(0, MOST);
  if (asked.length > there.length) lx.say(lx.t('cmp.gone'), 'error');
  names = there.length ? there : standard();
  seed = whole(s) ?? 0;
  label = whole(c);
};
/* the current run, beside the one of its data whose samples are nearest to the real images, of another family where there is one */
const standard = () => {
  const own = rowOfRun(lx.state.run),
    others = listed().filter((r) => r !== own),
    near = (/** @type {Run} */ r) => 2 * Number(r.dataset === own.dataset) + Number(r.family !== own.family);
  others.sort((a, b) => near(b) - near(a) || (a.frechet_ratio ?? Infinity) - (b.frechet_ratio ?? Infinity) || 0);
  return [own, ...others.slice(0, 1)].map((r) => r.name);
};
/** @param {boolean} [quiet] */
const keep = (quiet) => {
  lx.keep('cmp', chosen().join(','), quiet);
  lx.keep('seed', seed || null, quiet);
  lx.keep('class', label, quiet);
};
/** @param {string[]} next */
const change = (next) => {
  names = [...new Set(next)].slice(0, MOST);
  keep();
  all();
};

/* ---- samples: images 1, 2, 3 … of the seed down the columns, so that a wider window shows more of the same ---- */
/**
 * Each column a sequence: image 1 at its top, the next one below.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2D} x
 * @param {ImageBitmap} im
 * @param {Asked} asked
 * @param {number[]} shape
 */
const arrange = (canvas, x, im, asked, shape) => {
  const { run, seed: drawn, label: of, columns: n } = asked,
    [, h, w] = shape;
  const gap = Math.max(1, Math.round(w / 14));
  canvas.width = n * w + (n - 1) * gap;
  canvas.height = ROWS * h + (ROWS - 1) * gap;
  x.imageSmoothingEnabled = false;
  x.clearRect(0, 0, canvas.width, canvas.height);
  for (let k = 0; k < n * ROWS; k++) {
    const [left, top] = [Math.floor(k / ROWS) * (w + gap), (k % ROWS) * (h + gap)];
    x.drawImage(im, (k % n) * w, Math.floor(k / n) * h, w, h, left, top, w, h);
  }
  Object.assign(canvas.dataset, { run, seed: drawn, label: of ?? '', columns: n });
};
/** @param {Run} r @param {boolean} fits */
const noteOf = (r, fits) => {
  if (label === null || fits) return '';
  return lx.t(r.num_classes ? 'cmp.fewer' : 'cmp.classless');
};
/** What the samples of each are drawn from, where that is not the same of all or no prior of the model's own. */
const sources = () => {
  const priors = chosen().map((n) => rowOfRun(n).prior),
    told = priors.includes('fitted') || new Set(priors).size > 1;
  return priors.map((prior) => (told && lx.known('cmp.prior.' + prior) ? lx.t('cmp.prior.' + prior) : ''));
};
const draw = () => {
  if (!on()) return;
  [...columns.children].forEach((e, k) => {
    const canvas = e.querySelector('canvas'),
      r = known(chosen()[k]);
    if (!r) return;
    const w = r.shape[2],
      across = Math.max(3, Math.min(10, Math.floor(canvas.parentElement.clientWidth / (w > 40 ? 64 : 42)))),
      fits = label !== null && label < r.num_classes;
    e.querySelector('.lx-cmp-note').textContent = noteOf(r, fits);
    e.dataset.seed = seed;
    e.dataset.label = fits ? label : '';
    /** @type {Asked} */
    const asked = { run: r.name, seed, n: across * ROWS, columns: across, ...(label !== null && fits && { label }) };
    lx.draw(canvas, { op: 'samples', ...asked }, (x, im) => {
      if (r.name === chosen()[k] && across * w === im.width) arrange(canvas, x, im, asked, r.shape);
    });
  });
};
/** @param {string} n @param {number} k @param {string} source */
const columnOf = (n, k, source) => {
  const r = rowOfRun(n),
    all = chosen(),
    pick = make('select', { className: 'lx-cmp-pick', 'aria-label': lx.t('cmp.pick', { n: k + 1 }) }),
    shut = button({ className: 'lx-cmp-shut', textContent: '×', hidden: all.length < 2 });
  offer(
    pick,
    listed()
      .filter((o) => o.name === n || !all.includes(o.name))
      .map((o) => [o.name, full(o)]),
    n,
  );
  pick.onchange = () => change(chosen().map((v, i) => (i === k ? pick.value : v)));
  entitle(shut, lx.t('cmp.remove', { title: title(r) }));
  shut.onclick = () => change(chosen().filter((v) => v !== n));
  const sub = [r.family_title, dataOf(r), lx.t('run.size', { n: r.w_dim })].join(' · '),
    picture = make('canvas', { role: 'img', 'aria-label': lx.t('cmp.image', { title: title(r), seed }) });
  return make(
    'div',
    { className: 'lx-cmp-run', role: 'listitem', data: { run: n } },
    make('div', { className: 'lx-cmp-head' }, dot(k), pick, shut),
    make('p', { className: 'lx-cmp-sub', textContent: sub }),
    make('p', { className: 'lx-cmp-prior', textContent: source }),
    make('div', { className: 'lx-cmp-hold' }, picture),
    make('p', { className: 'lx-cmp-note' }),
  );
};
const build = () => {
  if (!on()) return;
  const all = chosen();
  columns.style.setProperty('--n', all.length);
  const from = sources();
  columns.replaceChildren(...all.map((n, k) => columnOf(n, k, from[k])));
  heads.replaceChildren(...all.map((n, k) => make('li', {}, dot(k), full(rowOfRun(n)))));
  lx.showing(all);
  const rest = listed().filter((r) => !all.includes(r.name));
  offer(add, [['', '+ ' + lx.t('cmp.add')], ...rest.map((r) => [r.name, full(r)])]);
  add.hidden = all.length >= MOST || !rest.length;
  if (document.activeElement !== seedBox) seedBox.value = seed;
  element.dataset.runs = all.length;
  draw();
};
const classes = () => {
  const of = facts?.runs.find((r) => r.num_classes > 0);
  $('.lx-cmp-classes').hidden = !of;
  if (!of) return;
  const each = Array.from({ length: of.num_classes }, (_, k) => [k, of.classes[k] ?? k]);
  offer(klass, [['', lx.t('cmp.every')], ...each], label !== null && label < of.num_classes ? label : '');
};
add.onchange = () => {
  if (add.value) change([...chosen(), add.value]);
};
/** @param {number} s */
const setSeed = (s) => {
  seed = s;
  seedBox.value = s;
  keep();
  draw();
};
seedBox.oninput = () => {
  const v = Math.floor(+seedBox.value);
  if (seedBox.value !== '' && Number.isFinite(v) && v >= 0 && v < 2 ** 32) {
    seed = v;
    keep();
    draw();
  }
};
seedBox.onchange = () => {
  seedBox.value = seed;
};
$('.lx-cmp-new').onclick = () => setSeed(lx.random());
klass.onchange = () => {
  label = klass.value === '' ? null : +klass.value;
  keep();
  draw();
};

/* ---- curves: a panel for each term, those that several runs logged first ---- */
const curvePanels = () => {
  /** @type {Map<string, Line[]>} */
  const terms = new Map();
  chosen().forEach((n, k) => {
    for (const trace of curves[n]?.data || []) {
      const lines = terms.get(trace.name) ?? [];
      terms.set(trace.name, lines);
      lines.push({ k, trace });
    }
  });
  return [...terms].sort((a, b) => b[1].length - a[1].length);
};
/** Whether a term's lines are different losses. @param {string} term @param {Line[]} lines */
const differ = (term, lines) => /(^|\/)loss$/.test(term) && new Set(lines.map(({ k }) => rowOfRun(chosen()[k]).family)).size > 1;
/** @param {string} term @param {Line[]} lines */
const panelOf = (term, lines) => {
  const title = make('h3', { textContent: termName(term) });
  if (differ(term, lines)) title.append(make('small', { textContent: lx.t('cmp.losses') }));
  return make('div', { className: 'lx-cmp-panel', data: { term } }, title, make('div', { className: 'lx-cmp-plot' }));
};
/** @param {Line} line */
const traceOf = ({ k, trace }) => ({
  type: 'scatter',
  mode: 'lines',
  name: title(rowOfRun(chosen()[k])),
  x: trace.x,
  y: trace.y,
  line: { color: colour(k), width: 1.5 },
  hovertemplate: '%{y:.4g}<extra>%{fullData.name}</extra>',
});
/** @param {Line[]} lines */
const layoutOf = (lines) => ({
  ...curvesLayout({ l: 40, r: 8, t: 4, b: 22 }, 10, {
    x: { nticks: 4, range: [0, Math.max(...lines.map((l) => l.trace.x.at(-1) || 1))], tickformat: '~s' },
    y: { nticks: 4 },
  }),
  height: 150,
});
const plot = async () => {
  if (!on() || !facts) return;
  const isLast = lastAsked.same(),
    list = curvePanels(),
    shown = every ? list : list.slice(0, FEW);
  more.hidden = list.length <= FEW;
  more.textContent = lx.t(every ? 'cmp.less' : 'cmp.more', { n: list.length - FEW });
  plots.replaceChildren(...shown.map(([term, lines]) => panelOf(term, lines)));
  if (!list.length) {
    plots.append(make('p', { className: 'lx-note', textContent: lx.t('cmp.nocurves') }));
    element.dataset.panels = 0;
    return;
  }
  try {
    await lx.loadPlotly();
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
    return;
  }
  if (!isLast() || !on()) return;
  const panels = [...plots.querySelectorAll('.lx-cmp-panel')];
  for (const [i, [term, lines]] of shown.entries()) {
    const chart = /** @type {any} */ (panels[i].lastChild);
    if (!panels[i].isConnected) return;
    await Plotly.react(chart, lines.map(traceOf), layoutOf(lines), PLAIN);
    forFile(chart, () => curvesForFile(termName(term), chart.layout));
  }
  element.dataset.panels = shown.length;
};
more.onclick = () => {
  every = !every;
  plot();
};

/* ---- the table ---- */
/** The page's word of a key, or `other`. @param {string} key @param {string} other */
const word = (key, other) => (lx.known(key) ? lx.t(key) : other);
/** @param {SettingRow['values'][number]} v */
const setting = (v) => {
  if (v === null || v === undefined) return '–';
  if (Array.isArray(v)) return v.join(', ');
  if (typeof v === 'boolean') return lx.t(v ? 'cmp.yes' : 'cmp.no');
  if (typeof v === 'string') return word('choice.' + v, v);
  return typeof v === 'number' && Math.abs(v) >= 1000 ? many(v) : String(v);
};
/** A training's seed; of one that was chosen among several, which these were and what each had. @param {Head} r */
const seedOf = (r) => {
  if (!r.seeds) return String(r.seed);
  const values = r.seeds.values.join(', ');
  return lx.t('cmp.seeds', { seed: r.seed, tried: r.seeds.tried.join(', '), metric: metricName(r.seeds.metric), values });
};
/** @param {'td' | 'th'} tag @param {string} textContent */
const cell = (tag, textContent, extra = {}) => make(tag, { textContent, ...extra });
/** @param {string} name @param {HTMLTableCellElement[]} cells */
const rowOf = (name, cells, help = '') => make('tr', {}, cell('th', name, { scope: 'row', title: help }), ...cells);
/** @param {string} key @param {number} runs how many */
const partOf = (key, runs) => make('tr', {}, cell('th', lx.t(key), { colSpan: runs + 1, className: 'lx-cmp-part', scope: 'colgroup' }));
/** @type {Record<string, (r: Head) => string>} */
const FACTS = {
  family: (r) => r.family,
  dataset: (r) => dataTitle(r.dataset),
  shape: (r) => r.shape.slice(1).join('×') + (r.shape[0] === 3 ? ' · ' + lx.t('cmp.colour') : ''),
  code: (r) => lx.t('run.size', { n: r.z_dim }),
  parameters: (r) => many(r.parameters),
  images: (r) => (r.source ? '–' : many(r.images_seen)),
  init_from: (r) => r.init_from || '–',
  source: (r) => r.source || '–',
  time: (r) => (r.source ? '–' : time(r.seconds)),
  hardware: (r) => r.hardware.replace(/^(\d+) CPU cores?/, (_, n) => lx.t('cmp.cores', { n })) || '–',
  seed: seedOf,
};
/** @param {Head[]} runs */
const factRows = (runs) =>
  Object.entries(FACTS)
    .map(([key, of]) => ({ key, values: runs.map(of) }))
    .filter(({ values }) => values.some((v) => v !== '–' && v !== ''))
    .map(({ key, values }) =>
      rowOf(
        lx.t('cmp.fact.' + key),
        values.map((v) => cell('td', v)),
      ),
    );
/** A figure, and under it what guessing and the paper have. @param {MetricCell | null} c */
const metricCell = (c) => {
  if (!c) return cell('td', '–');
  const td = cell('td', figureText(c), { title: c.protocol }),
    beside = besideTexts(c).filter(Boolean).join(' · ');
  if (c.best) {
    td.className = 'best';
    td.setAttribute('aria-label', [figureText(c), lx.t('cmp.bestone'), beside].filter(Boolean).join(', '));
  }
  if (beside) td.append(make('small', { textContent: beside }));
  return td;
};
/** @param {MetricRow} m */
const metricRow = (m) => {
  const first = m.cells.find(Boolean),
    hint = [wayText(m.better), first ? oneText(first) : '', aboutText(m.name)].filter(Boolean).join(' · '),
    tr = rowOf(metricName(m.name), m.cells.map(metricCell), first?.protocol);
  tr.dataset.metric = m.name;
  if (hint) tr.cells[0].append(make('small', { textContent: hint }));
  return tr;
};
/** A figure's protocol, once where all runs have the same. @param {MetricRow} m @param {Head[]} runs */
const protocolOf = ({ name, cells }, runs) => {
  const all = cells.flatMap((c, k) => (c ? [{ run: runs[k].title, how: c.protocol }] : [])),
    same = all.every(({ how }) => how === all[0].how),
    said = (same ? all.slice(0, 1) : all).map(({ run, how }) =>
      make('dd', {}, same ? '' : `${run}: `, make('span', { textContent: how, lang: 'en' })),
    );
  return [make('dt', { textContent: metricName(name) }), ...said];
};
/** @param {SettingRow} s */
const settingRow = (s) => {
  const tr = rowOf(
    word('setting.' + s.name, s.name.replaceAll('_', ' ')),
    s.values.map((v) => cell('td', setting(v))),
    word('setting.' + s.name + '.help', s.help),
  );
  tr.dataset.setting = s.name;
  return tr;
};
const tabulate = () => {
  table.replaceChildren();
  if (!facts) return;
  const { runs, metrics, settings } = facts,
    heads = runs.map((r, k) => make('th', { scope: 'col' }, dot(k), r.title));
  table.createTHead().append(make('tr', {}, cell('td', ''), ...heads));
  table
    .createTBody()
    .append(
      ...factRows(runs),
      ...(metrics.length ? [partOf('cmp.metrics', runs.length), ...metrics.map(metricRow)] : []),
      ...(settings.length ? [partOf('cmp.settings', runs.length), ...settings.map(settingRow)] : []),
    );
  protocols.hidden = !metrics.length;
  protocols.querySelector('dl').replaceChildren(...metrics.flatMap((m) => protocolOf(m, runs)));
  element.dataset.table = metrics.length + ',' + settings.length;
};
const learn = async () => {
  const isLast = lastAsked.ask(),
    asked = [...chosen()];
  try {
    const [d, ...found] = await Promise.all([
      lx.api(/** @type {`compare?runs=${string}`} */ (`compare?runs=${asked.map(encodeURIComponent).join(',')}`)),
      ...asked.map((n) => lx.api(`plot/${encodeURIComponent(n)}/curves`).catch(() => ({ data: [] }))),
    ]);
    if (!isLast()) return;
    facts = d;
    curves = Object.fromEntries(asked.map((n, k) => [n, found[k]]));
    classes();
    tabulate();
    plot();
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
  }
};
const all = () => {
  if (!on()) return;
  build();
  learn();
};
const start = () => {
  if (lx.state.view !== 'compare') return;
  const first = names === null;
  begin();
  if (names === null) return;
  requestAnimationFrame(() => {
    if (first) keep(true);
    all();
  });
};
/* a link, Back, undo: other runs, another seed or class */
const told = () => JSON.stringify([names, seed, label]);
lx.on('restore', () => {
  if (names === null) return;
  const before = told(),
    wide = names.join();
  names = null;
  begin();
  seedBox.value = seed;
  if (told() === before || !on()) return;
  if (chosen().join() === wide) {
    if (facts) classes();
    build();
  } else all();
});
let last = /** @type {string | null} */ (null);
lx.on('run', () => {
  const { run } = opened(),
    moved = last !== null && last !== run;
  last = run;
  if (names === null) start();
  else if (moved && lx.state.view === 'compare' && !names.includes(run))
    change(names.length < MOST ? [...names, run] : [...names.slice(0, -1), run]);
});
lx.on('runs', () => {
  if (names) {
    const left = names.filter(known);
    if (left.length && left.length < names.length) {
      names = left;
    }
    if (!left.length) names = null;
  }
  start();
});
lx.on('view', start);
lx.on('lang', () => {
  if (on()) {
    build();
    classes();
    tabulate();
    plot();
  }
});
lx.on('theme', () => {
  if (on()) {
    build();
    tabulate();
    plot();
  }
});
onNewSize(columns, draw, (box) => box.clientWidth);
lx.translate(element);
