import { urlSafe } from '../../shell/bytes.js';
import { count, make } from '../../shell/dom.js';
import { mounted } from '../../shell/mounted.js';
import { difference, mixed, truncated } from '../../shell/moves.js';
import { density, tileRow } from '../../shell/pictures.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { lx } from '../../shell/store.js';
import { showCarried } from './styles_carried.js';
import { StyleDirections } from './styles_directions.js';
import { StyleNoise } from './styles_noise.js';
import { StylePaths } from './styles_paths.js';
import { StyleReal } from './styles_real.js';

/** @import { Asked } from '../../shell/types' */

const { element } = mounted('styles');

const $ = (s) => element.querySelector(s),
  SIDE = 6,
  PER = 100,
  PSI = [-1, -0.5, 0, 0.5, 1, 1.5];
const on = () => !!(lx.state.view === 'styles' && lx.state.info && lx.supports(lx.state.run, 'styles'));
const spec = () => lx.state.info.spec,
  dials = () => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#lx-style-dials [data-dial]'));
/* rows, columns: seeds. blend, psi and strengths in hundredths. sources: the codes of rows, then columns. pick: [row, column] of the
   cell that is the current code, -1 for a source. base: the current code before truncation, plus: what was added after it; free: a code
   from elsewhere, which is left as it is until psi moves. */
let rows = [],
  columns = [],
  layers = [],
  blend = PER,
  psi = 70,
  cutoff = 0,
  pick = null,
  base = null,
  plus = null,
  free = true;
const real = new StyleReal(SIDE);
let otherPsi = PER; /* ψ of the other kind of sources: a reconstruction is shown whole */
let sources = null,
  average = null,
  ranges = [],
  owner = null,
  label = null,
  putting = false,
  drawn = false,
  ticket = 0,
  open = false;
const sheet = $('.lx-sheet'),
  upto = (n) => Array.from({ length: n }, (_, k) => k + 1),
  counted = (key) => count(element, key);

/* ---- codes ---- */
const part = (k) => {
  const d = lx.state.info.mean.length;
  return sources.slice(k * d, (k + 1) * d);
};
const mix = ([r, c]) => {
  const a = part(at([r, c]));
  return r < 0 || c < 0 ? a : mixed(a, part(SIDE + c), layers, blend / PER);
};
const cut = (w, p = psi / PER) => (average ? truncated(w, average, p, cutoff) : w);
const put = (from) => {
  const w = cut(base);
  putting = true;
  free = false;
  lx.setCode(plus ? w.map((v, i) => v + plus[i]) : w, from);
  putting = false;
};
const at = ([r, c]) => (r < 0 ? SIDE + c : r),
  seedOf = ([r, c]) => (r < 0 ? columns[c] : rows[r]);
const reach = () => (average && cutoff ? psi / PER : 1); /* ψ of the layers that are truncated; 1: none is */
const shift = () => {
  const p = reach();
  if (p === 1) return 'untruncated';
  if (p > 1) return 'exaggerated';
  return p < 0 ? 'opposed' : 'truncated';
};
const sample = () => ({ kind: 'seed', seed: seedOf(pick), ...(reach() !== 1 && { psi: reach() }) });
const origin = () => {
  if (!pick) return { kind: shift() };
  const [r, c] = pick;
  if (r >= 0 && c >= 0) return { kind: 'styles', row: r + 1, column: c + 1 };
  return real.on ? real.origin(at(pick)) : sample();
};
const follow = () => {
  if (pick && sources) {
    base = mix(pick);
    put(origin());
  } else if (base && !free) put(plus ? { kind: 'found' } : origin());
};

/* ---- the link ---- */
const grain = {
  strengths: [],
  seed: null,
  changed: () => {
    tell();
    draw();
    strip();
    grains.map();
    write();
  },
  mapped: () => {
    counted('map');
    turned();
  },
};
const ways = {
  pair: [0, SIDE],
  seeds: () => [...rows, ...columns],
  rows: () => rows.length,
  cut: () => (average ? { psi: psi / PER, cutoff } : {}),
  changed: () => write(),
  walked: () => counted('paths'),
};
const turns = {
  get layers() {
    return layers;
  },
  found: (n) => {
    element.dataset.found = n;
  },
};
/* the cell that is the current code; a code of one's own; none */
const chosen = () => {
  if (pick) return pick.join('.');
  return free ? '-' : 'own';
};
const text = () =>
  [
    rows.join('.'),
    columns.join('.'),
    layers.map(Number).join(''),
    blend,
    psi,
    cutoff,
    grain.strengths.join('.'),
    grain.seed ?? '-',
    chosen(),
    ways.pair.join('.'),
    real.on ? real.held.join('.') : '',
    real.on ? real.told() : '',
    !pick && !free && (plus || Math.abs(psi) < 2) ? urlSafe(lx.b64(base)) : '',
    otherPsi,
  ].join('~');
let last = '',
  seen = null; /* the text, and the code beside it, that are shown */
const write = (quiet = false) => {
  if (!on() || !layers.length || owner !== lx.state.run) return;
  last = text();
  seen = lx.state.w;
  lx.keep('sty', last, quiet);
};
const codeOf = (text) => {
  try {
    const w = lx.f32(text || '');
    return w.length === lx.state.info.mean.length && w.every(Number.isFinite) ? w : null;
  } catch {
    return null;
  }
};
const parse = (text) => {
  const [r, c, l, b, p, u, s, n, k, w, h, files, of, o] = String(text || '').split('~'),
    { num_layers: L, levels } = spec(),
    list = (t, most, least = 0) => {
      const v = (t || '').split('.').map((x) => (/^-?\d{1,9}$/.test(x) ? +x : NaN));
      return v.every((x) => x >= least && x <= most) ? v : [];
    };
  const rs = list(r, 1e9),
    cs = list(c, 1e9),
    ss = list(s, 2 * PER),
    at = list(k, SIDE - 1, -1),
    two = list(w, 2 * SIDE - 1),
    [bb] = list(b, PER),
    [pp] = list(p, 150, -PER),
    [uu] = list(u, L);
  if (
    rs.length !== SIDE ||
    cs.length !== SIDE ||
    l?.length !== L ||
    !/^[01]+$/.test(l) ||
    [bb, pp, uu].some((v) => v === undefined) ||
    two.length !== 2
  )
    return null;
  return {
    rows: rs,
    columns: cs,
    layers: [...l].map((x) => x === '1'),
    blend: bb,
    psi: pp,
    cutoff: uu,
    strengths: ss.length === levels.length ? ss : null,
    seed: list(n, 1e9)[0] ?? null,
    pick: at.length === 2 && Math.max(...at) >= 0 ? at : null,
    own: k === 'own',
    pair: two,
    real: !!h,
    held: list(h, 1e9),
    files: files || '',
    base: codeOf(of),
    otherPsi: list(o, 150, -PER)[0] ?? null,
  };
};

/* ---- the grid: one picture, drawn with gaps; over it a button for each place ---- */
const noise = () =>
  (grain.seed === null && grain.strengths.every((v) => v === PER)) || !spec().pixel_noise
    ? null
    : { strengths: grain.strengths.map((v) => v / PER), ...(grain.seed !== null && { seed: grain.seed }) };
const grained = () => {
  const n = noise();
  return n ? { noise: n } : {};
};
const draw = () => {
  if (!on() || !sources || owner !== lx.state.run) return;
  const run = owner;
  lx.draw(
    $('.lx-mixing canvas'),
    { op: 'styles', rows, columns, layers, blend: blend / PER, ...(real.on && { codes: real.text }), ...ways.cut(), ...grained() },
    (_, im) => {
      if (run !== owner) return;
      drawn = true;
      sheet.width = im.width;
      sheet.height = im.height;
      sheet.getContext('2d', { willReadFrequently: true }).drawImage(im, 0, 0);
      paint();
      element.dataset.run = run;
      delete element.dataset.error;
      counted('n');
    },
    true,
  );
  paths.show();
};
/* a real image in the corner of its reconstruction */
const inset = (x, face, right, bottom, side, k) => {
  if (!face) return;
  const left = right - side,
    top = bottom - side;
  x.save();
  x.beginPath();
  x.roundRect(left - 2 * k, top - 2 * k, side + 2 * k, side + 2 * k, [8 * k, 0, 8 * k, 0]);
  x.fillStyle = lx.css('--panel');
  x.fill();
  x.beginPath();
  x.roundRect(left, top, side, side, [6 * k, 0, 8 * k, 0]);
  x.clip();
  x.imageSmoothingQuality = 'high';
  x.drawImage(face, left, top, side, side);
  x.restore();
};
const places = () => {
  const W = $('.lx-mixing').clientWidth || 560,
    wide = W > 440,
    gap = wide ? 7 : 4,
    extra = wide ? 12 : 6,
    cell = (W - gap * SIDE - extra) / (SIDE + 1);
  return { W, cell, to: (k) => (k < 0 ? 0 : (k + 1) * (cell + gap) + extra) };
};
const place = () => {
  const { cell, to } = places();
  for (const b of $('.lx-sty-cells').children)
    Object.assign(b.style, {
      left: to(+b.dataset.c) + (b.dataset.again ? cell - 22 : 0) + 'px',
      top: to(+b.dataset.r) + 'px',
      ...(b.dataset.again ? {} : { width: cell + 'px', height: cell + 'px' }),
    });
  Object.assign($('.lx-corner').style, { width: cell + 'px', height: cell + 'px' });
};
/* the cells' round corners, cut out of all of them at once */
let mask = null;
const rounded = (x, W, k) => {
  if (mask?.of !== `${W} ${k}`) {
    mask = Object.assign(document.createElement('canvas'), { width: x.canvas.width, height: x.canvas.height, of: `${W} ${k}` });
    const y = mask.getContext('2d'),
      { cell, to } = places();
    y.beginPath();
    for (let r = -1; r < SIDE; r++)
      for (let c = -1; c < SIDE; c++) if (r >= 0 || c >= 0) y.roundRect(to(c) * k, to(r) * k, cell * k, cell * k, 8 * k);
    y.fill();
  }
  x.globalCompositeOperation = 'destination-in';
  x.drawImage(mask, 0, 0);
  x.globalCompositeOperation = 'source-over';
};
const paint = () => {
  if (!drawn || !on()) return;
  const { W, cell, to } = places(),
    k = density(),
    canvas = $('.lx-mixing canvas'),
    x = canvas.getContext('2d'),
    [, h, w] = spec().shape,
    fits = Math.round(W * k);
  if (canvas.width !== fits) canvas.width = canvas.height = fits;
  else x.clearRect(0, 0, fits, fits);
  place();
  x.imageSmoothingEnabled = cell * k < 2 * w;
  x.imageSmoothingQuality = 'high';
  for (let r = -1; r < SIDE; r++)
    for (let c = -1; c < SIDE; c++)
      if (r >= 0 || c >= 0) x.drawImage(sheet, (c + 1) * w, (r + 1) * h, w, h, to(c) * k, to(r) * k, cell * k, cell * k);
  rounded(x, W, k);
  if (real.on)
    for (let n = -SIDE; n < SIDE; n++) {
      const [r, c] = n < 0 ? [n + SIDE, -1] : [-1, n];
      inset(x, real.face(at([r, c])), (to(c) + cell) * k, (to(r) + cell) * k, cell * k * 0.42, k);
    }
  const face = $('.lx-mean-face');
  face.width = w;
  face.height = h;
  face.getContext('2d').drawImage(sheet, 0, 0, w, h, 0, 0, w, h);
};
const piece = (tag, className = '', textContent) => make(tag, textContent === undefined ? { className } : { className, textContent });
const take = (r, c) => {
  if (!sources) return;
  pick = [r, c];
  base = mix(pick);
  plus = null;
  put(origin());
  tell();
  write();
};
const again = (r, c) => {
  if (real.on) {
    real.again(at([r, c]));
    fetchSources();
    return;
  }
  const s = lx.random();
  if (r < 0) columns = columns.map((v, k) => (k === c ? s : v));
  else rows = rows.map((v, k) => (k === r ? s : v));
  fetchSources();
};
const cells = $('.lx-sty-cells');
for (let r = -1; r < SIDE; r++)
  for (let c = -1; c < SIDE; c++) {
    if (r < 0 && c < 0) continue;
    const b = piece('button', r < 0 || c < 0 ? 'lx-sty-cell lx-source' : 'lx-sty-cell');
    b.type = 'button';
    Object.assign(b.dataset, { r, c });
    b.tabIndex = r === 0 && c === 0 ? 0 : -1;
    b.onclick = () => {
      rove(b);
      take(r, c);
    };
    cells.append(b);
    if (r < 0 || c < 0) {
      const n = piece('button', 'lx-again', '↻');
      n.type = 'button';
      Object.assign(n.dataset, { r, c, again: 1 });
      n.tabIndex = -1;
      n.onclick = () => again(r, c);
      cells.append(n);
    }
  }
const cellAt = (r, c) => cells.querySelector(`.lx-sty-cell[data-r="${r}"][data-c="${c}"]`);
const rove = (b) => {
  for (const e of cells.querySelectorAll('.lx-sty-cell')) e.tabIndex = e === b ? 0 : -1;
};
cells.onkeydown = (e) => {
  const b = e.target.closest('.lx-sty-cell');
  if (!b || e.ctrlKey || e.metaKey || e.altKey) return;
  const r = +b.dataset.r,
    c = +b.dataset.c;
  if (e.key.toLowerCase() === 'r' && (r < 0 || c < 0)) {
    e.preventDefault();
    again(r, c);
    return;
  }
  const [dr, dc] = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[e.key] || [];
  const to = dr !== undefined && cellAt(r + dr, c + dc);
  if (!to) return;
  e.preventDefault();
  rove(to);
  to.focus();
};

/* ---- layers: ranges by name, or one by one ---- */
const rangeTitle = (x) => lx.t('sty.' + x.name) + (x.low ? ` ${x.low === x.high ? x.low : x.low + '–' + x.high}` : '');
const masked = (a, b) => layers.map((_, k) => k >= a && k < b);
const choose = (mask) => {
  layers = mask;
  tell();
  draw();
  if (pick && pick[0] >= 0 && pick[1] >= 0) follow();
  sliders.ask();
  write();
};
const presets = $('.lx-presets');
const build = () => {
  presets.replaceChildren(
    ...ranges.map((x) => {
      const b = piece('button', 'lx-chip');
      b.type = 'button';
      b.setAttribute('role', 'radio');
      b.dataset.range = x.name;
      b.onclick = () => choose(masked(x.first, x.last));
      return b;
    }),
  );
  const { levels, num_layers: L } = spec(),
    per = levels.length && L % levels.length === 0 ? L / levels.length : L,
    groups = Array.from({ length: L / per }, (_, g) => g);
  $('.lx-layers').replaceChildren(
    ...groups.map((g) => {
      const host = piece('span', 'lx-layer-group'),
        name = piece('b', 'num', per < L ? `${levels[g]} × ${levels[g]}` : '');
      host.append(name);
      for (let k = g * per; k < (g + 1) * per; k++) {
        const l = piece('label'),
          e = piece('input');
        e.type = 'checkbox';
        e.dataset.layer = k;
        e.onchange = () => choose(layers.map((v, i) => (i === k ? e.checked : v)));
        l.append(e, piece('span', 'num', k + 1));
        host.append(l);
      }
      return host;
    }),
  );
  grains.build();
  paths.names();
  carries(lx.state.info.card.carried);
};
arrowKeys(presets);
arrowKeys($('.lx-kinds'));
$('.lx-open-layers').onclick = () => {
  open = !open;
  tell();
};

/* ---- samples or real images as sources ---- */
for (const b of $('.lx-kinds').children)
  b.onclick = () => {
    if (real.on === (b.dataset.kind === 'real')) return;
    real.on = !real.on;
    [psi, otherPsi] = [otherPsi, psi];
    pick = pick && pick[0] >= 0 && pick[1] >= 0 ? pick : null;
    if (!pick) {
      base = lx.state.w;
      plus = null;
      free = true;
    }
    fetchSources();
  };
const bring = async (f, k) => {
  if (!f || !real.on) return;
  try {
    await real.file(k, f);
    fetchSources();
  } catch (e) {
    element.dataset.error = e.message;
    lx.say(e.message, 'error');
  }
};
const marked = () => (pick && (pick[0] < 0 || pick[1] < 0) ? at(pick) : 0),
  chooser = element.querySelector('input[type=file]');
$('.lx-own-image').onclick = () => chooser.click();
chooser.onchange = () => {
  bring(chooser.files[0], marked());
  chooser.value = '';
};
cells.ondragover = (e) => {
  if (real.on && e.target.closest('.lx-source')) e.preventDefault();
};
cells.ondrop = (e) => {
  const b = e.target.closest('.lx-source');
  if (!real.on || !b) return;
  e.preventDefault();
  bring(e.dataTransfer.files[0], at([+b.dataset.r, +b.dataset.c]));
};

/* ---- dials, and all that says how things stand ---- */
const SHOWN = {
  psi: () => lx.number(psi / PER),
  cutoff: () => String(cutoff),
  blend: () => (blend / PER).toFixed(2),
  noise: () => (grain.strengths.reduce((a, b) => a + b, 0) / Math.max(grain.strengths.length, 1) / PER).toFixed(2),
};
const turnTo = {
  psi: (v) => {
    psi = v;
    cutMoved();
  },
  cutoff: (v) => {
    cutoff = v;
    cutMoved();
    strip();
  },
  blend: (v) => {
    blend = v;
    turned();
    draw();
    if (pick && pick[0] >= 0 && pick[1] >= 0) follow();
    write();
  },
  noise: (v) => {
    grain.strengths = grain.strengths.map(() => v);
    grain.changed();
  },
};
const cutMoved = () => {
  draw();
  turned();
  if (base) put(plus ? { kind: 'found' } : origin());
  write();
};
document.addEventListener('input', (e) => {
  const input = /** @type {HTMLInputElement} */ (e.target),
    d = /** @type {HTMLElement} */ (input.closest?.('#lx-style-dials [data-dial]'));
  if (d && on()) turnTo[d.dataset.dial](+input.value);
});
const turned = () => {
  /* what a dial alone changes: it is moved often */
  for (const d of dials()) {
    const e = d.querySelector('input'),
      k = d.dataset.dial,
      v = { psi, cutoff, blend, noise: Math.round(PER * +SHOWN.noise()) }[k];
    if (k === 'cutoff') e.max = String(spec().num_layers);
    d.hidden = k === 'noise' ? !spec().pixel_noise : ['psi', 'cutoff'].includes(k) && !average;
    e.value = v;
    lx.range(e);
    d.querySelector('output').textContent = SHOWN[k]();
    if (k === 'noise') {
      const name = d.querySelector('span');
      name.dataset.t = grains.slight() ? 'sty.noise.little' : 'sty.noise';
      name.textContent = lx.t(name.dataset.t);
    }
  }
  for (const b of $('.lx-psi-cells').children) b.classList.toggle('on', !free && Math.round(PER * b.dataset.psi) === psi);
};
const namePreset = (b, i, none) => {
  const yes = is(ranges[i]);
  b.textContent = rangeTitle(ranges[i]);
  b.setAttribute('aria-checked', yes);
  b.classList.toggle('on', yes);
  b.tabIndex = yes || (none && !i) ? 0 : -1;
};
const cellName = (b, r, c) => {
  const what = lx.t(r < 0 ? 'sty.column' : 'sty.row', { n: (r < 0 ? c : r) + 1 });
  if (b.dataset.again) return lx.t('sty.again', { what });
  if (r >= 0 && c >= 0) return lx.t('origin.styles', { row: r + 1, column: c + 1 });
  return `${what} · ${real.on ? real.name(at([r, c])) : lx.t('origin.seed', { seed: seedOf([r, c]) })}`;
};
const nameCell = (b) => {
  const r = +b.dataset.r,
    c = +b.dataset.c,
    says = cellName(b, r, c);
  b.setAttribute('aria-label', says);
  if (r < 0 || c < 0) b.title = says;
  if (b.dataset.again) return;
  b.classList.toggle('on', !!pick && pick[0] === r && pick[1] === c);
  b.classList.toggle('lx-gives', r < 0 && layers.some(Boolean));
};
const is = (range) => layers.every((v, k) => v === (k >= range.first && k < range.last));
const tell = () => {
  if (!lx.state.info || owner !== lx.state.run) return;
  const none = !ranges.some(is),
    more = $('.lx-open-layers');
  [...presets.children].forEach((b, i) => namePreset(b, i, none));
  more.setAttribute('aria-expanded', open);
  more.textContent = `${lx.t('sty.layers')} ${open ? '▴' : '▾'}`;
  more.classList.toggle('on', none);
  $('.lx-layers').hidden = !open;
  for (const e of $('.lx-layers').querySelectorAll('input')) {
    e.checked = layers[+e.dataset.layer];
    e.setAttribute('aria-label', lx.t('sty.layer', { n: +e.dataset.layer + 1 }));
  }
  for (const b of cells.children) nameCell(b);
  turned();
  $('.lx-kinds').hidden = !StyleReal.able();
  check($('.lx-kinds').children, (b) => (b.dataset.kind === 'real') === real.on);
  $('.lx-own-image').hidden = $('.lx-real-note').hidden = !real.on;
  $('.lx-over-psi').hidden = !average;
  if (on() && JSON.stringify(lx.state.noise) !== JSON.stringify(noise())) lx.setNoise(noise());
  grains.told();
  sliders.build();
};

/* ---- the current code over psi ---- */
for (const v of PSI) {
  const b = piece('button'),
    i = piece('i', '', lx.number(v, 1));
  b.type = 'button';
  b.dataset.psi = v;
  b.append(i);
  b.setAttribute('aria-label', `ψ = ${lx.number(v, 1)}`);
  b.onclick = () => turnTo.psi(Math.round(PER * v));
  $('.lx-psi-cells').append(b);
}
let stripped = ''; /* what the strip shows: moving psi asks for the same again */
const strip = () => {
  if (!on() || !base || !average || owner !== lx.state.run) return;
  const canvas = $('.lx-psi-strip canvas');
  /** @type {Asked} */
  const asked = { op: 'truncated', w: lx.b64(base), values: PSI, cutoff, ...(plus && { plus: lx.b64(plus) }), ...grained() };
  const key = JSON.stringify([lx.state.run, lx.state.label, asked]);
  if (key === stripped) return;
  lx.draw(canvas, asked, (x, im) => {
    stripped = key;
    tileRow(x, im, { n: PSI.length, tile: spec().shape.slice(1), gap: 6, width: 480, zoom: 2 });
    counted('strip');
  });
};

/* ---- opening the view, another run, another code ---- */
const carries = (carried) => showCarried($('.lx-carried'), rangeTitle, carried, ranges);
const grains = new StyleNoise($('.lx-grain'), grain, on),
  paths = new StylePaths($('.lx-two-ways'), ways, on),
  sliders = new StyleDirections($('.lx-turn'), turns, on);
const fetchSources = async (restore) => {
  const run = lx.state.run,
    me = ++ticket;
  label = lx.state.label;
  try {
    const d = await lx.code({ op: 'styles', rows, columns });
    if (me !== ticket || run !== lx.state.run || owner !== run) return;
    const of = real.on ? await real.load() : d.w;
    if (me !== ticket || run !== lx.state.run || owner !== run) return;
    sources = of;
    average = d.average ? lx.f32(d.average) : null;
    ranges = d.ranges;
    if (!layers.length) {
      const x = ranges[0];
      layers = upto(spec().num_layers).map((k) => k > x.first && k <= x.last);
    }
    if (restore !== undefined) {
      settle(restore);
      build();
      sliders.ask();
    } else paths.names();
    tell();
    draw();
    if (restore === undefined && pick) follow();
    else rest();
    write(restore !== undefined);
  } catch (e) {
    if (me === ticket) {
      element.dataset.error = e.message;
      lx.say(e.message, 'error');
    }
  }
};
/* what the link does not say follows from the code: the cell's own, or the one that truncation made it from */
const settle = (kept) => {
  base = lx.state.w;
  plus = null;
  free = true;
  if (!kept || !(kept.pick || kept.own)) return;
  if (kept.pick) {
    base = mix(kept.pick);
    plus = difference(lx.state.w, cut(base));
    pick = kept.pick;
    free = false;
  } else if (kept.base) {
    base = kept.base;
    plus = difference(lx.state.w, cut(base));
    free = false;
  } else if (Math.abs(psi) >= 2) {
    base = cut(lx.state.w, PER / psi);
    free = false;
  }
};
const enter = () => {
  if (!on()) {
    if (lx.state.noise) lx.setNoise(null);
    return;
  }
  const run = lx.state.run,
    { num_layers: L, levels } = spec();
  if (owner !== run) {
    const kept = parse(lx.state.kept.sty);
    owner = run;
    drawn = false;
    sources = average = base = plus = pick = null;
    free = true;
    sliders.clear();
    cells.hidden = false;
    rows = kept?.rows || upto(SIDE);
    columns = kept?.columns || upto(SIDE).map((k) => k + SIDE);
    layers = kept?.layers || [];
    blend = kept?.blend ?? PER;
    psi = kept?.psi ?? 70;
    otherPsi = kept?.otherPsi ?? (kept?.real ? 70 : PER);
    cutoff = kept?.cutoff ?? L;
    grain.strengths = kept?.strengths || levels.map(() => PER);
    grain.seed = kept?.seed ?? null;
    ways.pair = kept?.pair || [0, SIDE];
    real.enter(!!kept?.real, kept?.held, kept?.files);
    fetchSources(kept);
  } else if (label !== lx.state.label) fetchSources();
  else {
    tell();
    draw();
    rest();
    write(true);
  }
};
const rest = () => {
  strip();
  grains.map();
  sliders.sync();
};
const taken = (w, o) => {
  if (!lx.state.info || owner !== lx.state.run || !sources) return;
  if (!putting && on()) {
    if (label !== lx.state.label) {
      fetchSources();
      return;
    }
  }
  if (!putting) {
    if (['sliders', 'found'].includes(o?.kind) && base && !free) plus = difference(w, cut(base));
    else if (!free || difference(w, base)) {
      pick = null;
      base = Float32Array.from(w);
      plus = null;
      free = true;
    }
    if (on()) {
      tell();
      write();
    }
  }
  if (on()) rest();
};
$('.lx-reseed-all').onclick = () => {
  if (real.on) {
    real.draw();
    fetchSources();
    return;
  }
  rows = rows.map(() => lx.random());
  columns = columns.map(() => lx.random());
  fetchSources();
};
lx.on('run', () => {
  if (lx.state.noise) lx.setNoise(null);
  setTimeout(enter);
});
lx.on('restore', () => {
  if (owner !== lx.state.run || ((lx.state.kept.sty ?? '') === last && seen === lx.state.w)) return;
  owner = null;
  enter();
});
lx.on('view', () => requestAnimationFrame(enter));
lx.on('code', taken);
lx.on('lang', () => {
  if (on() && layers.length) {
    tell();
    paths.names();
    carries(lx.state.info.card.carried);
  }
});
document.addEventListener('lx-dials', () => tell());
new ResizeObserver(() => {
  stripped = '';
  if (on()) {
    paint();
    strip();
  }
}).observe($('.lx-mixing'));
lx.translate(element);
element.dataset.ready = 'true';
