/* The controls are made of lx.state.info.spec: its classes and its codes, which are slices of w. */
import { button, count, make, offer, onNewSize, wait } from '../../shell/dom.js';
import { latest } from '../../shell/one_in_flight.js';
import { mounted } from '../../shell/gradio_component.js';
import { nearest } from '../../shell/moves.js';
import { tileGrid } from '../../shell/pictures.js';
import { arrowKeys, check, gridArrows } from '../../shell/radios.js';
import { opened } from '../../shell/state.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';
import { byDimension } from './dimensions.js';

/** @import { CodeSlice, MeasuredTold, ReadAnswer, Side } from '../../shell/answers' */
/** @import { Code } from '../../shell/types' */
/** @typedef {'rows' | 'columns'} Edge of the grid */

const { element } = mounted('codes');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  stage = $('.lx-code-stage'),
  cells = $('.lx-code-cells'),
  canvas = cells.querySelector('canvas');
const list = $('.lx-code-list'),
  seedBox = $('.lx-code-seed'),
  legend = $('.lx-code-legend'),
  pickers = { rows: $('.lx-of-rows'), columns: $('.lx-of-columns') };
const EDGES = /** @type {const} */ (['rows', 'columns']);
const LOW = -2,
  HIGH = 2,
  MOST = 12,
  SEEDS = 8;
/* seed: seedOf the current code; from: the first seed of the grid's side of noise */
let sides = { rows: '', columns: '' },
  box = /** @type {ReturnType<typeof measure> | null} */ (null),
  built = /** @type {string | null} */ (null),
  measured = /** @type {MeasuredTold[] | null} */ (null),
  seed = /** @type {number | null} */ (0),
  from = 0;
const spec = () => opened().info.spec,
  coded = (info = lx.state.info) => !!info && (info.spec.codes.length > 0 || info.spec.num_classes > 0);
const shown = () => lx.state.view === 'codes' && coded() && lx.supports(lx.state.run, 'codes') && stage.checkVisibility();
/** @param {number} v */
const number = (v) => lx.number(v, 2),
  sign = (/** @type {number} */ v) => (v > 0 ? '+' : '') + String(+v.toFixed(2)).replace('-', '−');
const editable = () => spec().num_layers === 1 && spec().w_dim === spec().z_dim;
/** @param {string | undefined} name */
const codeOf = (name) => /** @type {CodeSlice} */ (spec().codes.find((c) => c.name === name));
/** @param {string} c a code's name */
const told = (c) => {
  if (lx.known('coded.name.' + c)) return lx.t('coded.name.' + c);
  return /^code \d+$/.test(c) ? lx.t('coded.name.code', { n: c.slice(5) }) : c.replaceAll('_', ' ');
};
/** @param {string} label */
const effect = (label) => lx.t(lx.known('effect.' + label) ? 'effect.' + label : 'effect.unclear');
/** @param {string} name */
const of = (name) => measured?.find((m) => m.name === name);

/* ---- values of the current code ---- */
/** @param {CodeSlice} c */
const valueOf = (c, w = opened().w) => {
  const part = w.subarray(c.start, c.start + c.size);
  return c.kind === 'categorical' ? part.indexOf(Math.max(...part)) : part[0];
};
/** @param {Code} w @param {CodeSlice} c @param {number} v */
const put = (w, c, v) => {
  for (let i = 0; i < c.size; i++) w[c.start + i] = c.kind === 'categorical' ? +(i === v) : v;
  return w;
};
/** @param {CodeSlice} c @param {number} v */
const setCode = (c, v) => lx.setCode(put(Float32Array.from(opened().w), c, v), { kind: 'codes', seed });
/* the seed of the current code's noise, null where that is not known */
const seedOf = (o = lx.state.origin) => (['seed', 'sample', 'codes'].includes(o?.kind) && Number.isInteger(o.seed) ? o.seed : null);
/**
 * Another noise, the codes kept.
 * @param {number} s its seed
 * @param {(w: Code) => Code} [changes]
 * @param {number} [label]
 * @param {number} [first] where the grid's side of noise begins, else there
 */
const renoise = async (s, changes = (w) => w, label, first) => {
  const still = lx.turn();
  try {
    const d = await lx.code({ op: 'sample', seed: s, ...(label !== undefined && { label }) });
    if (!still()) return;
    if (editable()) for (const c of spec().codes) d.w.set(opened().w.subarray(c.start, c.start + c.size), c.start);
    from = first ?? s;
    lx.setCode(changes(d.w), spec().codes.length ? { kind: 'codes', seed: s } : { kind: 'seed', seed: s }, label);
    write();
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
  }
};

/* ---- sides of the grid ---- */
const choices = () => {
  const s = spec(),
    out = [];
  if (s.num_classes) out.push('class');
  if (editable()) for (const c of s.codes) out.push('code:' + c.name);
  out.push('noise');
  opened().info.directions.forEach((_, k) => out.push('direction:' + k));
  return out;
};
/** @param {string} id */
const words = (id) => {
  if (id === 'class' || id === 'noise') return lx.t('coded.' + id);
  return id.startsWith('code:') ? told(id.slice(5)) : lx.t('coded.direction', { label: lx.label(+id.slice(10)) });
};
const standard = () => {
  const s = spec(),
    all = choices(),
    continuous = s.codes.filter((c) => c.kind !== 'categorical'),
    first = s.num_classes ? 'class' : 'code:' + s.codes[0].name;
  const second = continuous.map((c) => 'code:' + c.name).find((c) => c !== first) || 'noise';
  return [all.includes(first) ? first : all[0], second];
};
/** @param {string} id @returns {Side} */
const axis = (id) => {
  if (id === 'class') return { of: 'class', values: Array.from({ length: Math.min(MOST, spec().num_classes) }, (_, k) => k) };
  if (id === 'noise') return { of: 'noise', values: Array.from({ length: SEEDS }, (_, k) => (from + k) % 2 ** 32) };
  if (id.startsWith('direction:')) return { of: 'direction', index: +id.slice(10), values: [-3, -2, -1, 0, 1, 2, 3] };
  const c = codeOf(id.slice(5));
  return {
    of: 'code',
    name: c.name,
    values:
      c.kind === 'categorical' ? Array.from({ length: Math.min(MOST, c.size) }, (_, k) => k) : [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2],
  };
};
/** @param {string} id */
const heads = (id) => {
  const a = axis(id);
  if (id === 'class') return a.values.map((k) => lx.names(k));
  if (id === 'noise') return a.values.map((k) => '#' + k);
  if (id.startsWith('code:') && codeOf(id.slice(5)).kind === 'categorical') return a.values.map((k) => nameOf(id.slice(5), k));
  return a.values.map((v) => sign(v) + (id.startsWith('direction:') && v ? ' σ' : ''));
};
/* a category bears the name that a classifier gave most of its images, in quotes: it was never taught one */
/** @param {string} code @param {number} k */
const nameOf = (code, k) => {
  const n = of(code)?.names?.[k];
  return n ? `“${lx.names(n.label)}”` : 'c' + k;
};
/** @param {string} id */
const at = (id) => {
  const { values } = axis(id);
  if (id === 'class') return values.indexOf(lx.state.label ?? NaN);
  if (id === 'noise') return values.indexOf(seed ?? NaN);
  if (id.startsWith('direction:')) return nearest(values, lx.coordinate(+id.slice(10)));
  const c = codeOf(id.slice(5)),
    v = valueOf(c);
  return c.kind === 'categorical' ? values.indexOf(v) : nearest(values, v);
};
const write = () => lx.keep('grid', [sides.rows, sides.columns, from].join('~'));
const parse = () => {
  const [a, b, c] = (lx.state.kept.grid || '').split('~'),
    all = choices(),
    fits = a !== b && all.includes(a) && all.includes(b);
  const [rows, columns] = fits ? [a, b] : standard();
  sides = { rows, columns };
  from = fits && /^\d{1,10}$/.test(c ?? '') && +c < 2 ** 32 ? +c : (seedOf() ?? 0);
};
/** @param {Edge} side @param {string} id */
const choose = (side, id) => {
  const other = side === 'rows' ? 'columns' : 'rows';
  if (id === sides[other]) sides[other] = sides[side];
  sides[side] = id;
  write();
  pick();
  build();
};
const pick = () => {
  for (const side of EDGES)
    offer(
      pickers[side],
      choices().map((id) => [id, words(id)]),
      sides[side],
    );
};
for (const side of EDGES) pickers[side].onchange = () => choose(side, pickers[side].value);
$('.lx-swap').onclick = () => choose('rows', sides.columns);

/* ---- the grid ---- */
/* how large cells are, from what is written beside them and from the room there is */
/** @param {string[]} R @param {string[]} C */
const measure = (R, C) => {
  const [, h, w] = spec().shape,
    narrow = stage.clientWidth < 420,
    gap = narrow ? 2 : 4,
    top = 26,
    label = Math.min(narrow ? 56 : 84, 14 + 7.5 * Math.max(...R.map((v) => v.length))),
    scroll = $('.lx-code-scroll');
  const fit = Math.min((scroll.clientWidth - 32 - label) / C.length - gap, (scroll.clientHeight - 28 - top) / R.length - gap),
    side = Math.max(28, Math.floor(Math.min(fit, 120)));
  return { w, h, side, gap, label, top, rows: R.length, columns: C.length, run: lx.state.run, from };
};
/* a value over its column; of a code's those are marked that it was trained on */
/** @param {NonNullable<typeof box>} at @param {string} text @param {number} c */
const headOf = (at, text, c) => {
  const { side, gap, label, columns } = at,
    code = sides.columns.startsWith('code:') ? codeOf(sides.columns.slice(5)) : null,
    line = code?.kind === 'continuous' ? code : null,
    v = axis(sides.columns).values[c],
    inside = !line || (v >= line.low && v <= line.high);
  const e = make('span', { className: 'lx-code-top', textContent: text, title: text });
  e.style.cssText = `left:${label + c * (side + gap)}px;width:${side + (c + 1 < columns ? gap : 0)}px`;
  e.classList.toggle('long', text.startsWith('#') && text.length > 4);
  e.classList.toggle('out', !inside);
  e.classList.toggle('in', !!line && inside);
  return e;
};
/** @param {NonNullable<typeof box>} at @param {string} text @param {number} r */
const sideOf = (at, text, r) => {
  const { side, gap, label, top } = at,
    e = make('span', { className: 'lx-code-side', textContent: text, title: text });
  e.style.cssText = `top:${top + r * (side + gap)}px;height:${side}px;width:${label - 8}px`;
  return e;
};
/** @param {NonNullable<typeof box>} at @param {string} row @param {number} r @param {string} column @param {number} c */
const cellOf = (at, row, r, column, c) => {
  const { side, gap, label, top } = at,
    e = button({
      className: 'lx-code-cell',
      data: { row: r, column: c },
      tabIndex: r || c ? -1 : 0,
      'aria-label': lx.t('coded.cell', { rows: words(sides.rows), row, columns: words(sides.columns), column }),
      onclick: () => take(r, c),
    });
  e.style.cssText = `left:${label + c * (side + gap)}px;top:${top + r * (side + gap)}px;width:${side}px;height:${side}px`;
  return e;
};
const build = () => {
  if (!shown() || !sides.rows) return;
  const [R, C] = [heads(sides.rows), heads(sides.columns)];
  const at = (box = measure(R, C));
  built = lx.state.run;
  const { side, gap, label, top } = at;
  cells.style.width = label + C.length * (side + gap) + 'px';
  cells.style.height = top + R.length * (side + gap) + 'px';
  cells.replaceChildren(canvas, ...C.map((v, c) => headOf(at, v, c)));
  cells.append(...R.flatMap((v, r) => [sideOf(at, v, r), ...C.map((u, c) => cellOf(at, v, r, u, c))]));
  element.dataset.rows = R.length;
  element.dataset.columns = C.length;
  live();
};
/** @param {number} r @param {number} c */
const take = (r, c) => {
  const order = /** @type {[string, number][]} */ ([
      [sides.rows, r],
      [sides.columns, c],
    ]),
    noise = order.find(([id]) => id === 'noise'),
    klass = order.find(([id]) => id === 'class'),
    label = klass ? klass[1] : undefined;
  /** @param {Code} w */
  const changes = (w) => {
    for (const [id, k] of order) {
      if (id.startsWith('code:')) put(w, codeOf(id.slice(5)), axis(id).values[k]);
      else if (id.startsWith('direction:')) w = lx.moved(+id.slice(10), axis(id).values[k], w);
    }
    return w;
  };
  if (noise) renoise(axis('noise').values[noise[1]], changes, label, from);
  else lx.setCode(changes(Float32Array.from(opened().w)), { kind: 'codes', seed }, label);
};
gridArrows(cells, '.lx-code-cell');
/** @param {CanvasRenderingContext2D} x @param {ImageBitmap} im */
const paint = (x, im) => {
  if (!box || box.run !== lx.state.run) return;
  const { w, h, rows, columns, label, top } = box;
  if (im.width === columns * w && im.height === rows * h) tileGrid(x, im, box, [label, top], 5);
};
const live = () => {
  if (!shown() || built !== lx.state.run || !sides.rows) return;
  lx.draw(canvas, { op: 'codes', w: lx.b64(opened().w), rows: axis(sides.rows), columns: axis(sides.columns) }, paint);
  const [r, c] = [at(sides.rows), at(sides.columns)];
  for (const b of cells.querySelectorAll('.lx-code-cell')) b.classList.toggle('on', +b.dataset.row === r && +b.dataset.column === c);
};

/* ---- the controls ---- */
/** @param {MeasuredTold | undefined} m */
const does = (m) => {
  if (!m) return '';
  if (!m.label) return lx.t('coded.unclear');
  if (m.kind === 'categorical') return lx.t('coded.does.' + m.label, { share: percent(m.share ?? 0) });
  return `${effect(m.label)} ${m.change > 0 ? '↗' : '↘'}`;
};
/** @param {MeasuredTold | undefined} m */
const beside = (m) =>
  m?.also?.length
    ? lx.t(m.label ? 'coded.also' : 'coded.little', { list: m.also.map((c) => `${effect(c.label)} ${sign(c.change)} σ`).join(', ') })
    : '';
/** @param {string} id @param {string} title @param {MeasuredTold | undefined} m */
const group = (id, title, m) => {
  const says = make('i', { textContent: does(m), className: m && !m.label ? 'none' : '' });
  if (m && m.kind !== 'categorical' && m.label) says.title = lx.t('coded.how', { change: sign(m.change) });
  return make(
    'div',
    { className: 'lx-code', data: { code: id } },
    make('h2', { className: 'lx-code-name' }, make('b', { textContent: title }), says),
  );
};
/* a button for each value of a class or a category, with a bar for how much of it is read from the image */
/** @param {string[]} names @param {string} title @param {(k: number) => void} act */
const buttons = (names, title, act) => {
  const host = make('div', { className: 'lx-code-buttons', role: 'radiogroup', 'aria-label': title });
  host.classList.toggle(
    'wide',
    names.some((n) => n.length > 4),
  );
  host.append(
    ...names.map((textContent, k) =>
      button({ role: 'radio', data: { k }, onclick: () => act(k) }, make('span', { textContent }), make('i')),
    ),
  );
  arrowKeys(host, (b) => act(Number(b.dataset.k)));
  return host;
};
/** @param {string} textContent */
const note = (textContent) => (textContent ? [make('p', { className: 'lx-code-note', textContent })] : []);
/** @param {number} v */
const placeOf = (v) => (100 * (v - LOW)) / (HIGH - LOW) + '%';
/** @param {number} v @param {string} textContent */
const scaleMark = (v, textContent) => {
  const e = make('span', { textContent });
  e.style.left = placeOf(v);
  return e;
};
/* a continuous code: a slider, a tick where the network reads it, and the range that it was trained on */
/** @param {CodeSlice} c */
const lineOf = (c) => {
  const input = make('input', { type: 'range', min: LOW, max: HIGH, step: 0.01, className: 'lx-range', 'aria-label': told(c.name) }),
    line = make('div', { className: 'lx-code-line' }, make('i', { className: 'lx-code-tick', hidden: true }), input);
  line.style.setProperty('--a', placeOf(c.low));
  line.style.setProperty('--b', placeOf(c.high));
  input.oninput = () => setCode(c, +input.value);
  input.ondblclick = () => setCode(c, 0);
  const marks = [
    [LOW, sign(LOW)],
    [(c.low + c.high) / 2, lx.t('coded.trained')],
    [HIGH, sign(HIGH)],
  ];
  return [line, make('div', { className: 'lx-code-scale' }, ...marks.map(([v, words]) => scaleMark(+v, String(words))))];
};
/** @param {number} n */
const classControl = (n) => {
  const names = Array.from({ length: n }, (_, k) => lx.names(k)),
    e = group('class', lx.t('coded.class'), of('class'));
  e.append(buttons(names, lx.t('coded.class'), (k) => lx.setLabel(k)));
  return e;
};
/** @param {CodeSlice} c */
const codeControl = (c) => {
  const m = of(c.name),
    e = group(c.name, told(c.name), m);
  if (c.kind === 'categorical') {
    const names = Array.from({ length: c.size }, (_, k) => nameOf(c.name, k));
    e.append(
      buttons(names, told(c.name), (k) => setCode(c, k)),
      ...note(m?.names?.some(Boolean) ? lx.t('coded.named') : ''),
    );
    return e;
  }
  e.querySelector('h2')?.append(make('output', { className: 'num' }));
  e.append(...lineOf(c), ...note(beside(m)));
  return e;
};
const controls = () => {
  if (!coded()) return;
  const s = spec();
  list.replaceChildren(...(s.num_classes ? [classControl(s.num_classes)] : []), ...(editable() ? s.codes.map(codeControl) : []));
  mark();
  fold();
};
const mark = () => {
  if (!coded()) return;
  seed = seedOf();
  if (seed !== null && !axis('noise').values.includes(seed)) from = seed;
  if (built && box?.from !== from && [sides.rows, sides.columns].includes('noise')) build();
  if (document.activeElement !== seedBox) seedBox.value = seed ?? '';
  for (const e of list.children) {
    const c = codeOf(e.dataset.code),
      v = (e.dataset.code === 'class' ? lx.state.label : valueOf(c)) ?? NaN,
      input = e.querySelector('input');
    if (input) {
      input.value = v;
      input.setAttribute('aria-valuetext', number(v));
      e.querySelector('output').textContent = number(v);
      e.dataset.value = v.toFixed(4);
      e.classList.toggle('beyond', v < c.low || v > c.high);
    } else {
      e.dataset.value = Number.isNaN(v) ? null : v;
      check(e.querySelectorAll('button'), (b) => Number(b.dataset.k) === v);
    }
  }
};
/* what is read from the image: one question at a time, so many milliseconds apart, the latest code last */
const READS = 100;
const question = latest(
  async (/** @type {string} */ run, /** @type {Code} */ w) => {
    const next = performance.now() + READS;
    try {
      const d = await lx.code({ op: 'read', w: lx.b64(w) });
      if (run !== lx.state.run) return;
      show(d);
      count(element, 'read');
    } finally {
      await wait(next - performance.now());
    }
  },
  (e) => {
    element.dataset.error = e.message;
  },
);
const read = () => {
  if (shown()) question(opened().run, opened().w);
};
/** @param {ReadAnswer} answer */
const show = ({ read: own, judged }) => {
  for (const e of list.children) {
    const id = e.dataset.code,
      values = own[id] ?? (id === 'class' ? judged : null),
      tick = e.querySelector('.lx-code-tick');
    if (tick) {
      tick.hidden = !values;
      if (values) {
        const v = Math.max(LOW, Math.min(HIGH, values[0]));
        tick.style.left = placeOf(v);
        tick.title = lx.t('coded.reads', { value: number(values[0]) });
        tick.dataset.value = values[0];
      }
      continue;
    }
    const best = values ? values.indexOf(Math.max(...values)) : -1;
    e.dataset.reads = best;
    e.querySelectorAll('button').forEach((/** @type {any} */ b, /** @type {number} */ k) => {
      b.lastChild.style.transform = `scaleX(${values?.[k] ?? 0})`;
      b.dataset.p = values?.[k] ?? '';
      b.title = values ? lx.t('coded.probability', { p: percent(values[k] ?? 0) }) : '';
    });
  }
  const judge = judged && spec().num_classes ? lx.t('coded.legend.judge') : '';
  legend.textContent = Object.keys(own).length ? lx.t('coded.legend.own') : judge;
  legend.classList.toggle('bar', !!legend.textContent);
};
const learn = async () => {
  const { run } = lx.state;
  measured = null;
  if (!run || !coded()) return;
  try {
    const m = await lx.api(`codes/${encodeURIComponent(run)}`);
    if (run !== lx.state.run) return;
    measured = m;
    element.dataset.measured = m.length;
    controls();
    build();
    read();
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
  }
};

seedBox.onchange = () => {
  const v = Math.floor(+seedBox.value);
  if (Number.isFinite(v) && v >= 0 && v < 2 ** 32) renoise(v);
  else seedBox.value = seed ?? '';
};
$('.lx-reseed').onclick = () => renoise(lx.random());
/* the explanation is of what is shown: the grid, the codes, or the directions found after training (directions.js) */
const fold = () => {
  const about = /** @type {HTMLElement} */ (document.querySelector('#view-codes .lx-about [data-t^="about.codes"]'));
  if (!about) return;
  const found = document.getElementById('view-codes')?.classList.contains('lx-found-on');
  const plain = byDimension() ? 'about.codes.kl' : 'about.codes',
    face = coded() ? 'about.codes.coded' : plain;
  about.dataset.t = found ? 'about.codes.found' : face;
  about.textContent = lx.t(about.dataset.t);
};
document.addEventListener('lx-face', fold);
lx.on('restore', fold);
const start = () => {
  document.body.classList.toggle('lx-has-codes', coded());
  fold();
  if (!coded()) {
    built = null;
    return;
  }
  if (!shown()) return;
  if (built !== lx.state.run) {
    parse();
    delete element.dataset.read;
    delete element.dataset.measured;
    measured = null;
    built = lx.state.run;
    learn();
  }
  pick();
  controls();
  requestAnimationFrame(() => {
    build();
    read();
  });
};
lx.on('restore', () => {
  if (!coded() || built !== lx.state.run) return;
  parse();
  mark();
  if (shown()) {
    pick();
    build();
  }
});
lx.on('run', () => {
  built = null;
  start();
});
lx.on('view', start);
lx.on('lang', start);
lx.on('code', () => {
  if (!coded()) return;
  mark();
  live();
  read();
});
onNewSize(stage, () => {
  if (built === null) start();
  else build();
});
lx.translate(element);
