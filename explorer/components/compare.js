import { mounted } from './mounted.js';
import { lx } from './store.js';

const { element } = mounted('compare');

const $ = (s) => element.querySelector(s),
  columns = $('.lx-cmp-columns'),
  seedBox = $('.lx-cmp-seed'),
  klass = $('.lx-cmp-class'),
  add = $('.lx-cmp-add'),
  plots = $('.lx-cmp-curves'),
  more = $('.lx-cmp-more'),
  table = $('.lx-cmp-table');
const MOST = 4,
  FEW = 6,
  ROWS = 5;
let names = null,
  seed = 0,
  label = null,
  facts = null,
  curves = {},
  every = false,
  ticket = 0;
const on = () => lx.state.view === 'compare' && names !== null && element.clientWidth > 0;
const colour = (k) => lx.palette[[0, 1, 2, 5][k]],
  title = (r) => r.title || r.family_title,
  full = (r) => (title(r).includes(r.dataset_title) ? title(r) : `${title(r)} · ${r.dataset_title}`),
  known = (n) => lx.runOf(n);
const dot = (k) => {
  const e = document.createElement('i');
  e.className = 'lx-dot';
  e.style.background = colour(k);
  return e;
};
const many = (n) => Intl.NumberFormat(lx.state.lang).format(n);
const time = (s) => (!s ? '–' : s < 90 ? lx.t('cmp.seconds', { n: Math.round(s) }) : lx.t('cmp.minutes', { n: Math.round(s / 60) }));

/* ---- which runs ---- */
const begin = () => {
  if (names !== null || !lx.state.runs?.length || !lx.state.run) return;
  const { cmp, seed: s, class: c } = lx.state.kept,
    whole = (v) => (/^\d{1,10}$/.test(v ?? '') && +v < 2 ** 32 ? +v : null);
  const asked = [...new Set((cmp || '').split(',').filter(Boolean))],
    there = asked.filter(known).slice(0, MOST);
  if (asked.length > there.length) lx.say(lx.t('cmp.gone'), 'error');
  names = there.length ? there : standard();
  seed = whole(s) ?? 0;
  label = whole(c);
};
const standard = () => {
  const own = known(lx.state.run),
    others = lx.state.runs.filter((r) => r !== own),
    near = (r) => 2 * (r.dataset === own.dataset) + (r.family !== own.family);
  others.sort((a, b) => near(b) - near(a));
  return [own, ...others.slice(0, 1)].map((r) => r.name);
};
const keep = (quiet) => {
  lx.keep('cmp', names.join(','), quiet);
  lx.keep('seed', seed || null, quiet);
  lx.keep('class', label, quiet);
};
const change = (next) => {
  names = [...new Set(next)].slice(0, MOST);
  keep();
  all();
};

/* ---- samples: images 1, 2, 3 … of the seed down the columns, so that a wider window shows more of the same ---- */
const draw = () => {
  if (!on()) return;
  [...columns.children].forEach((e, k) => {
    const canvas = e.querySelector('canvas'),
      r = known(names[k]);
    if (!r) return;
    const [, h, w] = r.shape,
      across = Math.max(3, Math.min(10, Math.floor(canvas.parentElement.clientWidth / (w > 40 ? 64 : 42)))),
      classes = r.num_classes,
      fits = label !== null && label < classes;
    e.querySelector('.lx-cmp-note').textContent = label === null ? '' : !classes ? lx.t('cmp.classless') : fits ? '' : lx.t('cmp.fewer');
    e.dataset.seed = seed;
    e.dataset.label = fits ? label : '';
    lx.draw(canvas, { run: r.name, op: 'samples', seed, n: across * ROWS, columns: across, ...(fits && { label }) }, (x, im, b) => {
      if (b.run !== names[k] || b.columns * w !== im.width) return;
      const gap = Math.max(1, Math.round(w / 14)),
        n = b.columns;
      canvas.width = n * w + (n - 1) * gap;
      canvas.height = ROWS * h + (ROWS - 1) * gap;
      x.imageSmoothingEnabled = false;
      x.clearRect(0, 0, canvas.width, canvas.height);
      for (let k = 0; k < n * ROWS; k++)
        x.drawImage(im, (k % n) * w, Math.floor(k / n) * h, w, h, Math.floor(k / ROWS) * (w + gap), (k % ROWS) * (h + gap), w, h);
      canvas.dataset.run = b.run;
      canvas.dataset.seed = b.seed;
      canvas.dataset.label = b.label ?? '';
      canvas.dataset.columns = n;
    });
  });
};
const build = () => {
  if (!on()) return;
  columns.style.setProperty('--n', names.length);
  columns.replaceChildren(
    ...names.map((n, k) => {
      const r = known(n),
        e = document.createElement('div'),
        head = document.createElement('div'),
        pick = document.createElement('select'),
        shut = document.createElement('button'),
        sub = document.createElement('p'),
        hold = document.createElement('div'),
        canvas = document.createElement('canvas'),
        note = document.createElement('p');
      e.className = 'lx-cmp-run';
      e.setAttribute('role', 'listitem');
      e.dataset.run = n;
      head.className = 'lx-cmp-head';
      pick.className = 'lx-cmp-pick';
      pick.setAttribute('aria-label', lx.t('cmp.pick', { n: k + 1 }));
      for (const o of lx.state.runs)
        if (o.name === n || !names.includes(o.name)) {
          const x = document.createElement('option');
          x.value = o.name;
          x.textContent = full(o);
          pick.append(x);
        }
      pick.value = n;
      pick.onchange = () => change(names.map((v, i) => (i === k ? pick.value : v)));
      shut.type = 'button';
      shut.className = 'lx-cmp-shut';
      shut.textContent = '×';
      shut.setAttribute('aria-label', lx.t('cmp.remove', { title: title(r) }));
      shut.title = shut.getAttribute('aria-label');
      shut.hidden = names.length < 2;
      shut.onclick = () => change(names.filter((v) => v !== n));
      sub.className = 'lx-cmp-sub';
      sub.textContent = [r.family_title, r.dataset_title, lx.t('run.size', { n: r.w_dim })].join(' · ');
      hold.className = 'lx-cmp-hold';
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', lx.t('cmp.image', { title: title(r), seed }));
      hold.append(canvas);
      note.className = 'lx-cmp-note';
      head.append(dot(k), pick, shut);
      e.append(head, sub, hold, note);
      return e;
    }),
  );
  const rest = lx.state.runs.filter((r) => !names.includes(r.name)),
    first = document.createElement('option');
  first.value = '';
  first.textContent = '+ ' + lx.t('cmp.add');
  add.replaceChildren(
    first,
    ...rest.map((r) => {
      const o = document.createElement('option');
      o.value = r.name;
      o.textContent = full(r);
      return o;
    }),
  );
  add.hidden = names.length >= MOST || !rest.length;
  if (document.activeElement !== seedBox) seedBox.value = seed;
  element.dataset.runs = names.length;
  draw();
};
const classes = () => {
  const of = facts?.runs.find((r) => r.num_classes > 0);
  $('.lx-cmp-classes').hidden = !of;
  if (!of) return;
  const every = document.createElement('option');
  every.value = '';
  every.textContent = lx.t('cmp.every');
  klass.replaceChildren(
    every,
    ...Array.from({ length: of.num_classes }, (_, k) => {
      const o = document.createElement('option');
      o.value = k;
      o.textContent = of.classes[k] ?? k;
      return o;
    }),
  );
  klass.value = label !== null && label < of.num_classes ? label : '';
};
add.onchange = () => {
  if (add.value) change([...names, add.value]);
};
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
  const terms = new Map();
  names.forEach((n, k) => {
    for (const trace of curves[n]?.data || []) {
      if (!terms.has(trace.name)) terms.set(trace.name, []);
      terms.get(trace.name).push({ k, trace });
    }
  });
  return [...terms].sort((a, b) => b[1].length - a[1].length);
};
const plot = async () => {
  if (!on() || !facts) return;
  const mine = ticket,
    list = curvePanels(),
    shown = every ? list : list.slice(0, FEW);
  more.hidden = list.length <= FEW;
  more.textContent = lx.t(every ? 'cmp.less' : 'cmp.more', { n: list.length - FEW });
  plots.replaceChildren(
    ...shown.map(([term]) => {
      const e = document.createElement('div'),
        h = document.createElement('h3'),
        p = document.createElement('div');
      e.className = 'lx-cmp-panel';
      e.dataset.term = term;
      h.textContent = term.replaceAll('_', ' ').replace('/', ' · ');
      p.className = 'lx-cmp-plot';
      e.append(h, p);
      return e;
    }),
  );
  if (!list.length) {
    const p = document.createElement('p');
    p.className = 'lx-note';
    p.textContent = lx.t('cmp.nocurves');
    plots.append(p);
    element.dataset.panels = 0;
    return;
  }
  try {
    await lx.loadPlotly();
  } catch (e) {
    lx.say(e.message, 'error');
    return;
  }
  if (mine !== ticket || !on()) return;
  const soft = lx.css('--soft');
  const panels = [...plots.querySelectorAll('.lx-cmp-panel')];
  for (const [i, [term, lines]] of shown.entries()) {
    if (!panels[i].isConnected) return;
    await Plotly.react(
      panels[i].lastChild,
      lines.map(({ k, trace }) => ({
        type: 'scatter',
        mode: 'lines',
        name: title(known(names[k])),
        x: trace.x,
        y: trace.y,
        line: { color: colour(k), width: 1.5 },
        hovertemplate: '%{y:.4g}<extra>%{fullData.name}</extra>',
      })),
      {
        margin: { l: 40, r: 8, t: 4, b: 22 },
        height: 150,
        showlegend: false,
        hovermode: 'x unified',
        paper_bgcolor: 'rgba(0,0,0,0)',
        plot_bgcolor: 'rgba(0,0,0,0)',
        font: { color: soft, size: 10, family: lx.css('--ui') },
        hoverlabel: { bgcolor: lx.css('--panel'), font: { family: lx.css('--ui'), size: 11, color: lx.css('--ink') } },
        xaxis: {
          range: [0, Math.max(...lines.map((l) => l.trace.x.at(-1) || 1))],
          fixedrange: true,
          nticks: 4,
          gridcolor: lx.css('--line'),
          zeroline: false,
          tickformat: '~s',
        },
        yaxis: { fixedrange: true, nticks: 4, gridcolor: lx.css('--line'), zeroline: false },
      },
      { responsive: true, displayModeBar: false },
    );
  }
  element.dataset.panels = shown.length;
};
more.onclick = () => {
  every = !every;
  plot();
};

/* ---- the table ---- */
const value = (c) => {
  const n = c.value;
  if (typeof n !== 'number') return String(n ?? '–');
  const u = c.unit || '',
    share = u === '' && n >= 0 && n <= 1;
  const v = share
    ? (100 * n).toFixed(1)
    : Number.isInteger(n)
      ? many(n)
      : Math.abs(n) < 10
        ? n.toFixed(Math.abs(n) < 0.1 ? 4 : 2)
        : n.toFixed(1);
  return (
    v.replace('-', '−') +
    (share ? ' %' : u.startsWith('of ') ? ' / ' + u.slice(3) : u ? ' ' + (u.startsWith('×') ? '×' : u.length > 6 ? '' : u) : '')
  );
};
const setting = (v) =>
  v === null || v === undefined
    ? '–'
    : Array.isArray(v)
      ? v.join(', ')
      : typeof v === 'number'
        ? Math.abs(v) >= 1000
          ? many(v)
          : String(v)
        : typeof v === 'boolean'
          ? lx.t(v ? 'cmp.yes' : 'cmp.no')
          : String(v);
/* a training's seed; of one that was chosen among several, which these were and what each had */
const seedOf = (r) => {
  if (!r.seeds) return String(r.seed);
  const metric = lx.known('metric.' + r.seeds.metric) ? lx.t('metric.' + r.seeds.metric) : r.seeds.metric.replaceAll('_', ' ');
  const values = r.seeds.values.map((v) => value({ value: v })).join(', ');
  return lx.t('cmp.seeds', { seed: r.seed, tried: r.seeds.tried.join(', '), metric, values });
};
const cell = (tag, text, extra = {}) => Object.assign(document.createElement(tag), { textContent: text, ...extra });
const tabulate = () => {
  table.replaceChildren();
  if (!facts) return;
  const n = facts.runs.length,
    head = table.createTHead().insertRow(),
    body = table.createTBody();
  head.append(cell('td', ''));
  facts.runs.forEach((r, k) => {
    const th = cell('th', r.title, { scope: 'col' });
    th.prepend(dot(k));
    head.append(th);
  });
  const row = (name, cells, help = '') => {
    const tr = body.insertRow(),
      th = cell('th', name, { scope: 'row', title: help });
    tr.append(th, ...cells);
    return tr;
  };
  const part = (key) => {
    const tr = body.insertRow(),
      td = cell('th', lx.t(key), { colSpan: n + 1, className: 'lx-cmp-part' });
    td.scope = 'colgroup';
    tr.append(td);
  };
  const fact = (key, f) => {
    const v = facts.runs.map(f);
    if (v.some((x) => x !== '–' && x !== ''))
      row(
        lx.t('cmp.fact.' + key),
        v.map((x) => cell('td', x)),
      );
  };
  fact('family', (r) => r.family);
  fact('dataset', (r) => r.dataset);
  fact('shape', (r) => r.shape.slice(1).join('×') + (r.shape[0] === 3 ? ' · ' + lx.t('cmp.colour') : ''));
  fact('code', (r) => lx.t('run.size', { n: r.z_dim }));
  fact('parameters', (r) => many(r.parameters));
  fact('images', (r) => many(r.images_seen));
  fact('begun', (r) => r.begun_with || '–');
  fact('time', (r) => time(r.seconds));
  fact('hardware', (r) => r.hardware || '–');
  fact('seed', seedOf);
  if (facts.metrics.length) part('cmp.metrics');
  for (const m of facts.metrics) {
    const units = [...new Set(m.cells.filter(Boolean).map((c) => c.unit || ''))],
      name = lx.known('metric.' + m.name) ? lx.t('metric.' + m.name) : m.name.replaceAll('_', ' '),
      tr = row(
        name,
        m.cells.map((c) => {
          const td = cell('td', c ? value(c) : '–', { title: c?.protocol || '' });
          if (c?.best) {
            td.className = 'best';
            td.setAttribute('aria-label', value(c) + ', ' + lx.t('cmp.bestone'));
          }
          return td;
        }),
        m.cells.find(Boolean)?.protocol,
      );
    tr.dataset.metric = m.name;
    const hint = document.createElement('small');
    hint.textContent = [
      units.length === 1 && units[0].length > 6 && !units[0].startsWith('×') ? units[0] : '',
      m.better ? lx.t('cmp.' + m.better) : '',
    ]
      .filter(Boolean)
      .join(' · ');
    if (hint.textContent) tr.firstChild.append(hint);
  }
  if (facts.settings.length) part('cmp.settings');
  for (const s of facts.settings)
    row(
      s.name.replaceAll('_', ' '),
      s.values.map((v) => cell('td', setting(v))),
      s.help,
    ).dataset.setting = s.name;
  element.dataset.table = facts.metrics.length + ',' + facts.settings.length;
};
const learn = async () => {
  const mine = ++ticket,
    asked = [...names];
  try {
    const [d, ...found] = await Promise.all([
      lx.api('compare?runs=' + asked.map(encodeURIComponent).join(',')),
      ...asked.map((n) => lx.api(`plot/${encodeURIComponent(n)}/curves`).catch(() => ({ data: [] }))),
    ]);
    if (mine !== ticket) return;
    facts = d;
    curves = Object.fromEntries(asked.map((n, k) => [n, found[k]]));
    classes();
    tabulate();
    plot();
  } catch (e) {
    lx.say(e.message, 'error');
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
  if (names === null || told() === before || !on()) return;
  if (names.join() === wide) {
    if (facts) classes();
    build();
  } else all();
});
let last = null;
lx.on('run', () => {
  const run = lx.state.run,
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
let wide = 0;
new ResizeObserver(() => {
  const now = columns.clientWidth;
  if (now && now !== wide) {
    wide = now;
    draw();
  }
}).observe(columns);
lx.translate(element);
