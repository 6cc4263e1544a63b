/* The controls are made of lx.state.info.spec: its classes and its codes, which are slices of w. */
import { mounted } from './mounted.js';
import { lx } from './store.js';

const { element } = mounted('codes');

const $ = (s) => element.querySelector(s),
  stage = $('.lx-code-stage'),
  cells = $('.lx-code-cells'),
  canvas = cells.querySelector('canvas');
const list = $('.lx-code-list'),
  seedBox = $('.lx-code-seed'),
  legend = $('.lx-code-legend'),
  pickers = { rows: $('.lx-of-rows'), columns: $('.lx-of-columns') };
const LOW = -2,
  HIGH = 2,
  MOST = 12,
  SEEDS = 8;
/* seed: seedOf the current code; from: the first seed of the grid's side of noise */
let sides = {},
  box = null,
  built = null,
  measured = null,
  seed = 0,
  from = 0,
  asking = false,
  again = false;
const spec = () => lx.state.info.spec,
  coded = (info = lx.state.info) => !!info && (info.spec.codes.length > 0 || info.spec.num_classes > 0);
const shown = () => lx.state.view === 'codes' && coded() && lx.supports(lx.state.run, 'codes') && stage.checkVisibility();
const number = (v) => lx.number(v, 2),
  sign = (v) => (v > 0 ? '+' : '') + String(+v.toFixed(2)).replace('-', '−');
const editable = () => spec().num_layers === 1 && spec().w_dim === spec().z_dim;
const codeOf = (name) => spec().codes.find((c) => c.name === name);
const told = (c) =>
  lx.known('coded.name.' + c)
    ? lx.t('coded.name.' + c)
    : /^code \d+$/.test(c)
      ? lx.t('coded.name.code', { n: c.slice(5) })
      : c.replaceAll('_', ' ');
const effect = (label) => lx.t(lx.known('effect.' + label) ? 'effect.' + label : 'effect.unclear');
const of = (name) => measured?.find((m) => m.name === name);

/* ---- values of the current code ---- */
const valueOf = (c, w = lx.state.w) => {
  const part = w.subarray(c.start, c.start + c.size);
  return c.kind === 'categorical' ? part.indexOf(Math.max(...part)) : part[0];
};
const put = (w, c, v) => {
  for (let i = 0; i < c.size; i++) w[c.start + i] = c.kind === 'categorical' ? +(i === v) : v;
  return w;
};
const setCode = (c, v) => lx.setCode(put(Float32Array.from(lx.state.w), c, v), { kind: 'codes', seed });
/* the seed of the current code's noise, null where that is not known */
const seedOf = (o = lx.state.origin) => (['seed', 'sample', 'codes'].includes(o?.kind) && Number.isInteger(o.seed) ? o.seed : null);
/* another noise, the codes kept; first: where the grid's side of noise begins, else there */
const renoise = async (s, changes = (w) => w, label, first) => {
  const still = lx.turn();
  try {
    const d = await lx.code({ op: 'sample', seed: s, ...(label !== undefined && { label }) });
    if (!still()) return;
    if (editable()) for (const c of spec().codes) d.w.set(lx.state.w.subarray(c.start, c.start + c.size), c.start);
    from = first ?? s;
    lx.setCode(changes(d.w), spec().codes.length ? { kind: 'codes', seed: s } : { kind: 'seed', seed: s }, label);
    write();
  } catch (e) {
    lx.say(e.message, 'error');
  }
};

/* ---- sides of the grid ---- */
const choices = () => {
  const s = spec(),
    out = [];
  if (s.num_classes) out.push('class');
  if (editable()) for (const c of s.codes) out.push('code:' + c.name);
  out.push('noise');
  lx.state.info.directions.forEach((_, k) => out.push('direction:' + k));
  return out;
};
const words = (id) =>
  id === 'class'
    ? lx.t('coded.class')
    : id === 'noise'
      ? lx.t('coded.noise')
      : id.startsWith('code:')
        ? told(id.slice(5))
        : lx.t('coded.direction', { label: lx.label(+id.slice(10)) });
const standard = () => {
  const s = spec(),
    all = choices(),
    continuous = s.codes.filter((c) => c.kind !== 'categorical'),
    first = s.num_classes ? 'class' : 'code:' + s.codes[0].name;
  const second = continuous.map((c) => 'code:' + c.name).find((c) => c !== first) || 'noise';
  return [all.includes(first) ? first : all[0], second];
};
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
const heads = (id) => {
  const a = axis(id);
  if (id === 'class') return a.values.map((k) => lx.names(k));
  if (id === 'noise') return a.values.map((k) => '#' + k);
  if (id.startsWith('code:') && codeOf(id.slice(5)).kind === 'categorical') return a.values.map((k) => nameOf(id.slice(5), k));
  return a.values.map((v) => sign(v) + (id.startsWith('direction:') && v ? ' σ' : ''));
};
/* a category bears the name that a classifier gave most of its images, in quotes: it was never taught one */
const nameOf = (code, k) => {
  const n = of(code)?.names?.[k];
  return n ? `“${lx.names(n.label)}”` : 'c' + k;
};
const nearest = (values, v) => values.reduce((best, x, k) => (Math.abs(x - v) < Math.abs(values[best] - v) ? k : best), 0);
const at = (id) => {
  const { values } = axis(id);
  if (id === 'class') return values.indexOf(lx.state.label);
  if (id === 'noise') return values.indexOf(seed);
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
const choose = (side, id) => {
  const other = side === 'rows' ? 'columns' : 'rows';
  if (id === sides[other]) sides[other] = sides[side];
  sides[side] = id;
  write();
  pick();
  build();
};
const pick = () => {
  for (const side of ['rows', 'columns']) {
    const s = pickers[side];
    s.replaceChildren(
      ...choices().map((id) => {
        const o = document.createElement('option');
        o.value = id;
        o.textContent = words(id);
        return o;
      }),
    );
    s.value = sides[side];
  }
};
for (const side of ['rows', 'columns']) pickers[side].onchange = () => choose(side, pickers[side].value);
$('.lx-swap').onclick = () => choose('rows', sides.columns);

/* ---- the grid ---- */
const build = () => {
  if (!shown() || !sides.rows) return;
  const [, h, w] = lx.state.info.spec.shape,
    [R, C] = [heads(sides.rows), heads(sides.columns)],
    narrow = stage.clientWidth < 420,
    gap = narrow ? 2 : 4,
    top = 26;
  const label = Math.min(narrow ? 56 : 84, 14 + 7.5 * Math.max(...R.map((v) => v.length))),
    scroll = $('.lx-code-scroll');
  const fit = Math.min((scroll.clientWidth - 32 - label) / C.length - gap, (scroll.clientHeight - 28 - top) / R.length - gap),
    side = Math.max(28, Math.floor(Math.min(fit, 120)));
  box = { w, h, side, gap, label, top, rows: R.length, columns: C.length, run: lx.state.run, from };
  built = lx.state.run;
  cells.style.width = label + C.length * (side + gap) + 'px';
  cells.style.height = top + R.length * (side + gap) + 'px';
  cells.replaceChildren(canvas);
  const range = sides.columns.startsWith('code:') && codeOf(sides.columns.slice(5)),
    line = range?.kind === 'continuous';
  C.forEach((v, c) => {
    const e = document.createElement('span'),
      inside = !line || (axis(sides.columns).values[c] >= range.low && axis(sides.columns).values[c] <= range.high);
    e.className = 'lx-code-top';
    e.classList.toggle('out', !inside);
    e.style.cssText = `left:${label + c * (side + gap)}px;width:${side + (c + 1 < C.length ? gap : 0)}px`;
    e.classList.toggle('in', line && inside);
    e.textContent = v;
    e.title = v;
    cells.append(e);
  });
  R.forEach((v, r) => {
    const name = document.createElement('span');
    name.className = 'lx-code-side';
    name.style.cssText = `top:${top + r * (side + gap)}px;height:${side}px;width:${label - 8}px`;
    name.textContent = v;
    name.title = v;
    cells.append(name);
    C.forEach((u, c) => {
      const e = document.createElement('button');
      e.type = 'button';
      e.className = 'lx-code-cell';
      e.dataset.row = r;
      e.dataset.column = c;
      e.setAttribute('aria-label', lx.t('coded.cell', { rows: words(sides.rows), row: v, columns: words(sides.columns), column: u }));
      e.style.cssText = `left:${label + c * (side + gap)}px;top:${top + r * (side + gap)}px;width:${side}px;height:${side}px`;
      e.tabIndex = r || c ? -1 : 0;
      e.onclick = () => take(r, c);
      cells.append(e);
    });
  });
  element.dataset.rows = R.length;
  element.dataset.columns = C.length;
  live();
};
const take = (r, c) => {
  const order = [
      [sides.rows, r],
      [sides.columns, c],
    ],
    noise = order.find(([id]) => id === 'noise'),
    klass = order.find(([id]) => id === 'class'),
    label = klass ? klass[1] : undefined;
  const changes = (w) => {
    for (const [id, k] of order) {
      if (id.startsWith('code:')) put(w, codeOf(id.slice(5)), axis(id).values[k]);
      else if (id.startsWith('direction:')) w = lx.moved(+id.slice(10), axis(id).values[k], w);
    }
    return w;
  };
  if (noise) renoise(axis('noise').values[noise[1]], changes, label, from);
  else lx.setCode(changes(Float32Array.from(lx.state.w)), { kind: 'codes', seed }, label);
};
cells.onkeydown = (e) => {
  const b = e.target.closest('.lx-code-cell'),
    step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[e.key];
  if (!b || !step) return;
  const to = cells.querySelector(`.lx-code-cell[data-row="${+b.dataset.row + step[0]}"][data-column="${+b.dataset.column + step[1]}"]`);
  if (to) {
    e.preventDefault();
    to.focus();
  }
};
const paint = (x, im) => {
  if (!box || box.run !== lx.state.run) return;
  const { w, h, side, gap, label, top, rows, columns } = box,
    k = Math.min(devicePixelRatio || 1, 2),
    W = columns * (side + gap),
    H = rows * (side + gap);
  if (im.width !== columns * w || im.height !== rows * h) return;
  canvas.style.cssText = `left:${label}px;top:${top}px;width:${W}px;height:${H}px`;
  if (canvas.width !== W * k || canvas.height !== H * k) {
    canvas.width = W * k;
    canvas.height = H * k;
  }
  x.imageSmoothingEnabled = side * k < w;
  x.clearRect(0, 0, canvas.width, canvas.height);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      x.save();
      x.beginPath();
      x.roundRect(c * (side + gap) * k, r * (side + gap) * k, side * k, side * k, 5 * k);
      x.clip();
      x.drawImage(im, c * w, r * h, w, h, c * (side + gap) * k, r * (side + gap) * k, side * k, side * k);
      x.restore();
    }
};
const live = () => {
  if (!shown() || built !== lx.state.run || !sides.rows) return;
  lx.draw(canvas, { op: 'codes', w: lx.b64(lx.state.w), rows: axis(sides.rows), columns: axis(sides.columns) }, paint);
  const [r, c] = [at(sides.rows), at(sides.columns)];
  for (const b of cells.querySelectorAll('.lx-code-cell')) b.classList.toggle('on', +b.dataset.row === r && +b.dataset.column === c);
};

/* ---- the controls ---- */
const does = (m) => {
  if (!m) return '';
  if (!m.label) return lx.t('coded.unclear');
  if (m.kind === 'categorical') return lx.t('coded.does.' + m.label, { share: Math.round(100 * m.share) });
  return `${effect(m.label)} ${m.change > 0 ? '↗' : '↘'}`;
};
const beside = (m) =>
  m?.also?.length
    ? lx.t(m.label ? 'coded.also' : 'coded.little', { list: m.also.map((c) => `${effect(c.label)} ${sign(c.change)} σ`).join(', ') })
    : '';
const controls = () => {
  if (!coded()) return;
  const rows = [];
  const group = (id, title, m) => {
    const e = document.createElement('div'),
      h = document.createElement('h2'),
      b = document.createElement('b'),
      i = document.createElement('i');
    e.className = 'lx-code';
    e.dataset.code = id;
    h.className = 'lx-code-name';
    b.textContent = title;
    i.textContent = does(m);
    i.title = m && m.kind !== 'categorical' && m.label ? lx.t('coded.how', { change: sign(m.change) }) : '';
    i.classList.toggle('none', !!m && !m.label);
    h.append(b, i);
    e.append(h);
    rows.push(e);
    return e;
  };
  const buttons = (e, names, title, act) => {
    const g = document.createElement('div');
    g.className = 'lx-code-buttons';
    g.setAttribute('role', 'radiogroup');
    g.setAttribute('aria-label', title);
    g.classList.toggle(
      'wide',
      names.some((n) => n.length > 4),
    );
    names.forEach((n, k) => {
      const b = document.createElement('button'),
        s = document.createElement('span'),
        bar = document.createElement('i');
      b.type = 'button';
      b.setAttribute('role', 'radio');
      b.dataset.k = k;
      s.textContent = n;
      b.append(s, bar);
      b.onclick = () => act(k);
      g.append(b);
    });
    g.onkeydown = (ev) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[ev.key],
        k = [...g.children].indexOf(document.activeElement);
      if (!step || k < 0) return;
      ev.preventDefault();
      const to = (k + step + names.length) % names.length;
      act(to);
      g.children[to].focus();
    };
    e.append(g);
  };
  const note = (e, text) => {
    if (!text) return;
    const p = document.createElement('p');
    p.className = 'lx-code-note';
    p.textContent = text;
    e.append(p);
  };
  const s = spec();
  if (s.num_classes) {
    const m = of('class'),
      e = group('class', lx.t('coded.class'), m);
    buttons(
      e,
      Array.from({ length: s.num_classes }, (_, k) => lx.names(k)),
      lx.t('coded.class'),
      (k) => lx.setLabel(k),
    );
  }
  if (editable())
    for (const c of s.codes) {
      const m = of(c.name),
        e = group(c.name, told(c.name), m);
      if (c.kind === 'categorical') {
        buttons(
          e,
          Array.from({ length: c.size }, (_, k) => nameOf(c.name, k)),
          told(c.name),
          (k) => setCode(c, k),
        );
        note(e, m?.names?.some(Boolean) ? lx.t('coded.named') : '');
        continue;
      }
      const line = document.createElement('div'),
        input = document.createElement('input'),
        tick = document.createElement('i'),
        scale = document.createElement('div'),
        out = document.createElement('output'),
        pct = (v) => (100 * (v - LOW)) / (HIGH - LOW);
      line.className = 'lx-code-line';
      line.style.setProperty('--a', pct(c.low) + '%');
      line.style.setProperty('--b', pct(c.high) + '%');
      input.type = 'range';
      input.min = LOW;
      input.max = HIGH;
      input.step = 0.01;
      input.className = 'lx-range';
      input.setAttribute('aria-label', told(c.name));
      input.oninput = () => setCode(c, +input.value);
      input.ondblclick = () => setCode(c, 0);
      tick.className = 'lx-code-tick';
      tick.hidden = true;
      out.className = 'num';
      e.querySelector('h2').append(out);
      scale.className = 'lx-code-scale';
      for (const [v, text] of [
        [LOW, sign(LOW)],
        [(c.low + c.high) / 2, lx.t('coded.trained')],
        [HIGH, sign(HIGH)],
      ]) {
        const t = document.createElement('span');
        t.textContent = text;
        t.style.left = pct(v) + '%';
        scale.append(t);
      }
      line.append(tick, input);
      e.append(line, scale);
      note(e, beside(m));
    }
  list.replaceChildren(...rows);
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
      v = e.dataset.code === 'class' ? lx.state.label : valueOf(c),
      input = e.querySelector('input');
    if (input) {
      input.value = v;
      input.setAttribute('aria-valuetext', number(v));
      e.querySelector('output').textContent = number(v);
      e.dataset.value = v.toFixed(4);
      e.classList.toggle('beyond', v < c.low || v > c.high);
    } else {
      e.dataset.value = v;
      for (const b of e.querySelectorAll('button')) {
        const is = +b.dataset.k === v;
        b.classList.toggle('on', is);
        b.setAttribute('aria-checked', is);
        b.tabIndex = is ? 0 : -1;
      }
    }
  }
};
/* what is read from the image: one question at a time, so many milliseconds apart, the latest code last */
const READS = 100;
const read = async () => {
  if (!shown()) return;
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const run = lx.state.run,
    next = performance.now() + READS;
  try {
    const d = await lx.code({ op: 'read', w: lx.b64(lx.state.w) });
    if (run === lx.state.run) {
      show(d);
      element.dataset.read = (+element.dataset.read || 0) + 1;
    }
  } catch (e) {
    element.dataset.error = e.message;
  }
  setTimeout(() => {
    asking = false;
    if (again) {
      again = false;
      read();
    }
  }, next - performance.now());
};
const show = ({ read: own, judged }) => {
  for (const e of list.children) {
    const id = e.dataset.code,
      values = own[id] ?? (id === 'class' ? judged : null),
      tick = e.querySelector('.lx-code-tick');
    if (tick) {
      tick.hidden = !values;
      if (values) {
        const v = Math.max(LOW, Math.min(HIGH, values[0]));
        tick.style.left = (100 * (v - LOW)) / (HIGH - LOW) + '%';
        tick.title = lx.t('coded.reads', { value: number(values[0]) });
        tick.dataset.value = values[0];
      }
      continue;
    }
    const best = values ? values.indexOf(Math.max(...values)) : -1;
    e.dataset.reads = best;
    e.querySelectorAll('button').forEach((b, k) => {
      b.lastChild.style.transform = `scaleX(${values?.[k] ?? 0})`;
      b.dataset.p = values?.[k] ?? '';
      b.title = values ? lx.t('coded.probability', { p: Math.round(100 * (values[k] ?? 0)) }) : '';
    });
  }
  const any = Object.keys(own).length;
  legend.textContent = any ? lx.t('coded.legend.own') : judged && spec().num_classes ? lx.t('coded.legend.judge') : '';
  legend.classList.toggle('bar', !!legend.textContent);
};
const learn = async () => {
  const run = lx.state.run;
  measured = null;
  if (!coded()) return;
  try {
    const m = await lx.api('codes/' + encodeURIComponent(run));
    if (run !== lx.state.run) return;
    measured = m;
    element.dataset.measured = m.length;
    controls();
    build();
    read();
  } catch (e) {
    lx.say(e.message, 'error');
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
  const about = document.querySelector('#view-codes .lx-about [data-t^="about.codes"]');
  if (!about) return;
  const found = document.getElementById('view-codes').classList.contains('lx-found-on');
  about.dataset.t = found ? 'about.codes.found' : coded() ? 'about.codes.coded' : 'about.codes';
  about.textContent = lx.t(about.dataset.t);
};
document.addEventListener('lx-face', fold);
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
let size = '';
new ResizeObserver(() => {
  const now = stage.clientWidth + 'x' + stage.clientHeight;
  if (now !== size && stage.clientWidth) {
    size = now;
    if (built === null) start();
    else build();
  }
}).observe(stage);
lx.translate(element);
