import { base64Of, urlSafe } from '../../shell/bytes.js';
import { button, count, make } from '../../shell/dom.js';
import { Growing } from './growing.js';
import { TOO_LONG, bytesOf, imageText, painted, sendable, sizeOf, textImage } from '../../shell/image_text.js';
import { mounted } from '../../shell/mounted.js';
import { Pad } from '../../shell/pad.js';
import { decoded, pen, wipe } from '../../shell/pictures.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { lx } from '../../shell/store.js';

/** @import { CodeAsked } from '../../shell/types' */

const { element } = mounted('pyramid');

const $ = (s) => element.querySelector(s),
  ROWS = ['low', 'residual', 'sum'],
  FULL = 100;
const on = () => lx.state.view === 'pyramid' && lx.state.info && lx.supports(lx.state.run, 'pyramid');
const spec = () => lx.state.info.spec,
  has = () => spec().noise.length > 0,
  levels = () => spec().levels.length;
/* blend: hundredths, for each residual. a, b: the seed that each level's noise came from, for the sample and for the second one; null:
   unknown. second: the second sample's code. drawn: which residuals of a real image the model draws. file: an image file, or {pixels} of
   a link. exact: a link's drawing, until another stroke. carried: the image as text for a link. problem: why there is no picture. */
let source = 'sample',
  blend = [],
  a = [],
  b = [],
  second = null,
  drawn = [],
  index = 0,
  file = null,
  invert = false,
  mine = null,
  built = null,
  answer = null,
  owner = null;
let exact = null,
  carried = '',
  problem = '',
  packing = 0,
  era = 0; /* era: counts restores, which end what was asked before */

/* ---- noise: a level's part of the code that a seed gives ---- */
const parts = (k) => {
  const at = spec()
    .noise.slice(0, k)
    .reduce((s, n) => s + n, 0);
  return [at, at + spec().noise[k]];
};
const noise = async (seed) => (await lx.code({ op: 'sample', seed })).w;
const withLevel = (w, k, from) => {
  const out = Float32Array.from(w),
    [i, j] = parts(k);
  out.set(from.subarray(i, j), i);
  return out;
};
const take = (w) => {
  mine = w;
  lx.setCode(w, { kind: 'levels' });
};
const guarded = async (work) => {
  const { run } = lx.state,
    asked = era;
  try {
    await work(() => run === lx.state.run && asked === era && on());
  } catch (e) {
    lx.say(e.message, 'error');
  }
};
const reseed = (k) =>
  guarded(async (still) => {
    const seed = lx.random(),
      w = await noise(seed);
    if (!still()) return;
    a[k] = seed;
    take(withLevel(lx.state.w, k, w));
    write();
  });
const swap = (k) => {
  if (!second) return;
  const w = lx.state.w;
  [a[k], b[k]] = [b[k], a[k]];
  const other = withLevel(second, k, w);
  take(withLevel(w, k, second));
  second = other;
  write();
  show();
};
const other = (seeds) =>
  guarded(async (still) => {
    const made = new Map();
    for (const s of new Set(seeds)) made.set(s, await noise(s));
    if (!still()) return;
    second = seeds.reduce((w, s, k) => withLevel(w, k, made.get(s)), made.get(seeds[0]));
    b = [...seeds];
    write();
    show();
  });

/* ---- the link: where the image comes from, shares, each level's seed (of the second sample, where none is known, its numbers), who
   draws ---- */
const LETTERS = { sample: 's', held: 'h', draw: 'd', file: 'f' };
const from = () => LETTERS[source] + { sample: '', held: index, draw: carried, file: carried }[source];
const numbers = (k) => {
  const [i, j] = parts(k);
  return '*' + urlSafe(lx.b64(second.slice(i, j)));
};
const write = (quiet = false) => {
  if (!on()) return;
  if (!has()) {
    lx.keep('grow', growing.at, quiet);
    return;
  }
  const others = b.map((s, k) => s ?? (second ? numbers(k) : '-'));
  lx.keep(
    'pyr',
    [from(), blend.join('.'), a.map((s) => s ?? '-').join('.'), others.join('.'), drawn.map(Number).join('')].join('~'),
    quiet,
  );
};
const seedOr = (text) => (/^\d{1,9}$/.test(text) ? +text : null);
const read = (text, k) => {
  /* a seed, or a level's numbers */
  if (text?.[0] !== '*') return seedOr(text);
  try {
    const w = lx.f32(text.slice(1)),
      [i, j] = parts(k);
    return w.length === j - i && w.every(Number.isFinite) ? w : null;
  } catch {
    return null;
  }
};
const parse = (text) => {
  const [image, shares, one, two, by] = String(text || '').split('~'),
    n = levels();
  const blend = (shares || '').split('.').map(seedOr),
    seeds = (one || '').split('.').map(seedOr),
    others = (two || '').split('.').map(read);
  if (blend.length !== n - 1 || blend.some((v) => v === null || v > FULL) || seeds.length !== n || others.length !== n) return null;
  const name = Object.keys(LETTERS).find((s) => LETTERS[s] === image[0]) || 'sample';
  return {
    source: name,
    image: image.slice(1),
    blend,
    a: seeds,
    b: others,
    drawn: Array.from({ length: n - 1 }, (_, k) => by?.[k] === '1'),
  };
};
/* a drawing or a file as the model was given it, once the hand rests */
const pack = (url) => {
  clearTimeout(packing);
  carried = '';
  packing = setTimeout(async () => {
    const im = await decoded(url),
      canvas = painted(new Uint8Array(sizeOf(spec().shape)), spec().shape),
      now = answer;
    canvas.getContext('2d').drawImage(im, 0, 0);
    const text = await imageText(bytesOf(canvas, spec().shape[0]), spec().shape[0]);
    if (now === answer) {
      carried = text;
      element.dataset.carried = text === TOO_LONG ? 'no' : 'yes';
      write(true);
    }
  }, 250);
};

/* ---- the columns ---- */
const piece = (tag, className = '', textContent) => make(tag, textContent === undefined ? { className } : { className, textContent });
const tile = (k, row) => {
  const side = spec().shape[1],
    c = make('canvas', { width: side, height: side, role: 'img' });
  pen(c); /* its pixels are read back */
  return make('figure', { className: 'lx-tile', data: { row } }, make('figcaption'), c);
};
/* how much of a level's residual is added, and who draws it in a real image */
const dials = (k) => {
  const share = make('input', { type: 'range', className: 'lx-range', min: 0, max: FULL, step: 1 }),
    by = button({ className: 'lx-btn lx-small lx-by' });
  share.oninput = () => {
    blend[k - 1] = +share.value;
    changed();
  };
  by.onclick = () => {
    drawn[k - 1] = !drawn[k - 1];
    changed();
  };
  return [make('label', { className: 'lx-blend' }, make('span'), share, piece('output', 'num')), by];
};
const changed = () => {
  told();
  show();
  write();
};
/* the same level of the second sample, to swap it in */
const partnerOf = (k) => {
  const side = spec().shape[1],
    canvas = make('canvas', { width: side, height: side, role: 'img' });
  return make('div', { className: 'lx-other' }, canvas, button({ className: 'lx-btn lx-small lx-swap', onclick: () => swap(k) }));
};
const levelOf = (r, k) => {
  const tiles = piece('div', 'lx-tiles'),
    s = make('section', { className: 'lx-level', data: { level: k } }, piece('h3', 'num', `${r} × ${r}`), tiles);
  if (!has()) {
    tiles.append(tile(k, 'sum'));
    return s;
  }
  if (k) tiles.append(...ROWS.map((row) => tile(k, row)));
  else tiles.append(piece('p', 'lx-none lx-note'), tile(k, 'sum'));
  const again = button({ className: 'lx-btn lx-small lx-reseed', onclick: () => reseed(k) });
  s.append(make('div', { className: 'lx-turns' }, ...(k ? dials(k) : []), again), partnerOf(k));
  return s;
};
const build = () => {
  built = lx.state.run;
  const host = $('.lx-levels');
  host.style.setProperty('--n', levels());
  host.classList.toggle('plain', !has());
  host.replaceChildren(...spec().levels.map(levelOf));
  told();
};
const tellTile = (f, k, real, size) => {
  const { row } = f.dataset,
    by = drawn[k - 1] ? 'drawn' : 'own',
    what = lx.t('pyr.' + (real && row === 'residual' ? by : row)),
    top = answer?.scales?.[k],
    sign = { low: '', residual: '+ ', sum: '= ' }[row];
  f.querySelector('figcaption').textContent = (k && has() ? sign : '') + what + (row === 'residual' && top !== undefined ? ` ±${top}` : '');
  f.querySelector('canvas').setAttribute('aria-label', lx.t('pyr.tile', { what, ...size }));
};
const tellDials = (q, k, real, size) => {
  const share = q('.lx-blend input'),
    by = q('.lx-by');
  share.value = blend[k - 1];
  lx.range(share);
  share.setAttribute('aria-label', lx.t('pyr.blend.of', size));
  q('.lx-blend span').textContent = lx.t('pyr.blend');
  q('.lx-blend output').textContent = (blend[k - 1] / FULL).toFixed(2);
  by.hidden = !real;
  by.textContent = lx.t('pyr.by');
  by.title = lx.t('pyr.by.help');
  by.setAttribute('aria-pressed', drawn[k - 1]);
  by.setAttribute('aria-label', lx.t('pyr.by.of', size));
};
const tellLevel = (s, real) => {
  const k = +s.dataset.level,
    q = (c) => s.querySelector(c),
    size = { size: spec().levels[k] },
    none = q('.lx-none');
  if (none) none.textContent = lx.t(real ? 'pyr.smallest' : 'pyr.noise');
  for (const f of s.querySelectorAll('.lx-tile')) tellTile(f, k, real, size);
  if (!has()) return;
  const again = q('.lx-reseed'),
    two = q('.lx-other'),
    change = q('.lx-swap');
  again.textContent = lx.t('pyr.reseed');
  again.setAttribute('aria-label', lx.t('pyr.reseed.of', size));
  again.title = lx.t('pyr.reseed.help');
  again.hidden = real && !(k && drawn[k - 1]);
  two.hidden = real;
  two.querySelector('canvas').setAttribute('aria-label', lx.t('pyr.second.of', size));
  change.textContent = lx.t('pyr.swap');
  change.title = lx.t('pyr.swap.help');
  change.setAttribute('aria-label', lx.t('pyr.swap.of', size));
  if (k) tellDials(q, k, real, size);
};
const short = (v) => (v < 1e-3 ? v.toExponential(1).replace('-', '−') : v.toFixed(3));
/* what is to be known of the picture as it stands */
const stateText = () => {
  if (problem) return problem;
  if (!has()) return lx.t('pyr.plain');
  if (source === 'sample') return lx.t(spec().shape[0] === 1 ? 'pyr.about.grey' : 'pyr.about');
  if (source === 'file' && !file) return lx.t('pyr.drop');
  if (source === 'draw' && pad.empty) return lx.t('pyr.empty');
  if (answer?.error === undefined) return '';
  return lx.t(answer.most < 1e-5 ? 'pyr.exact' : 'pyr.changed', { most: short(answer.most), error: short(answer.error) });
};
const told = () => {
  if (!built || !lx.state.info) return;
  const real = source !== 'sample';
  for (const s of element.querySelectorAll('.lx-level')) tellLevel(s, real);
  $('.lx-levels').classList.toggle('real', real);
  $('.lx-state').textContent = stateText();
};

/* ---- pictures: latest wins, one request in flight ---- */
let next = null,
  busy = false;
const image = () => {
  if (source === 'held') return { index };
  if (source === 'file') return file;
  return exact || { pixels: base64Of(pad.pixels(spec().shape[1], spec().shape[2], false)) };
};
const show = () => {
  if (!on() || built !== lx.state.run || !lx.state.w) return;
  const body = { op: 'pyramid', w: lx.b64(lx.state.w), blend: has() ? blend.map((v) => v / FULL) : [] };
  if (source !== 'sample') {
    if ((source === 'file' && !file) || (source === 'draw' && pad.empty)) {
      next = null;
      answer = null;
      carried = '';
      clear();
      stale(false);
      told();
      return;
    }
    Object.assign(body, { image: image(), drawn }, source === 'file' && invert ? { invert } : {});
  }
  next = {
    run: lx.state.run,
    body,
    two: source === 'sample' && has() && second ? { op: 'pyramid', w: lx.b64(second), blend: blend.map(() => 1) } : null,
  };
  problem = '';
  stale(true, next.two);
  if (!busy) pump();
};
/* what is on the screen belongs to another question until the answer is there */
const stale = (tiles, two, again = false) => {
  lx.stale(element.querySelectorAll('.lx-tiles, .lx-state'), tiles, again);
  const other = !!two && key(two) !== lastTwo;
  lx.stale(element.querySelectorAll('.lx-other canvas'), other, again);
  growing.stale(tiles, again);
  element.setAttribute('aria-busy', tiles);
};
const key = (two) => two.w + lx.state.label;
const clear = () => {
  for (const c of element.querySelectorAll('.lx-tile canvas')) wipe(c);
  growing.wipe();
};
let lastTwo = '';
const current = (run) => run === lx.state.run && built === run;
/* a tile of a picture: a column for each level, a row for each of ROWS */
const put = (canvas, im, side, level, row) => {
  const x = canvas.getContext('2d');
  x.imageSmoothingEnabled = false;
  x.drawImage(im, level * side, row * side, side, side, 0, 0, side, side);
};
const pump = async () => {
  busy = true;
  while (next) {
    const now = next;
    next = null;
    try {
      await draw(now);
    } catch (e) {
      if (!next && now.run === lx.state.run) failed(e);
    }
  }
  busy = false;
};
const draw = async ({ run, body, two }) => {
  const d = await lx.code(/** @type {CodeAsked<'pyramid'>} */ ({ ...body, run, ...labelled() })),
    im = await decoded(d.picture);
  if (!current(run)) return;
  answer = d;
  delete element.dataset.error;
  for (const f of element.querySelectorAll('.lx-tile')) {
    const level = +f.closest('.lx-level').dataset.level;
    put(f.querySelector('canvas'), im, d.side, level, has() ? ROWS.indexOf(f.dataset.row) : 0);
  }
  if (two && key(two) !== lastTwo && !(await drawSecond(run, two))) return;
  stale(!!next, next?.two, true);
  if (source === 'draw' || source === 'file') pack(d.input);
  told();
  if (!has()) growing.take([...element.querySelectorAll('.lx-tile canvas')]);
  element.dataset.run = run;
  count(element);
};
const labelled = () => (lx.state.label !== null ? { label: lx.state.label } : {});
/** Whether it is still wanted. */
const drawSecond = async (run, two) => {
  const d = await lx.code(/** @type {CodeAsked<'pyramid'>} */ ({ ...two, run, ...labelled() })),
    im = await decoded(d.picture);
  if (!current(run)) return false;
  lastTwo = key(two);
  element.querySelectorAll('.lx-other canvas').forEach((c, level) => put(c, im, d.side, level, ROWS.length - 1));
  count(element, 'second');
  return true;
};
const failed = (e) => {
  answer = null;
  lastTwo = '';
  problem = e.message;
  element.dataset.error = e.message;
  if (source === 'file') file = null;
  clear();
  stale(false);
  lx.say(e.message, 'error');
  told();
};

/* ---- where the image comes from ---- */
const radios = $('.lx-of-what');
const growing = new Growing($('.lx-growing'), () => write());
const pad = new Pad($('.lx-pad'), $('.lx-cursor'), () => {
  exact = null;
  if (source === 'draw' && on()) {
    told();
    show();
  }
});
const choose = (name) => {
  source = name;
  element.dataset.source = name;
  const grey = spec().shape[0] === 1,
    held = !!lx.state.info.dataset;
  for (const c of radios.children) c.hidden = (c.dataset.source === 'draw' && !grey) || (c.dataset.source === 'held' && !held);
  check(radios.children, (c) => c.dataset.source === name);
  for (const c of element.querySelectorAll('[data-for]')) c.hidden = c.dataset.for !== name || !has();
  $('.lx-of-what').hidden = !has();
  $('.lx-drawing').hidden = name !== 'draw';
  $('.lx-invert').hidden = !grey;
  $('.lx-index').value = index;
  $('.lx-of').textContent = held ? lx.t('pyr.of', { n: lx.state.info.dataset.n.toLocaleString(lx.state.lang) }) : '';
  answer = null;
  problem = '';
  carried = '';
  delete element.dataset.carried;
  told();
};
const go = (name) => {
  if (name !== 'sample' && source === 'sample') drawn = drawn.map(() => false);
  choose(name);
  show();
  write();
};
for (const c of radios.children) c.onclick = () => go(c.dataset.source);
arrowKeys(radios);
const held = (i) => {
  const n = lx.state.info.dataset?.n || 1;
  index = Math.max(0, Math.min(n - 1, Math.round(i) || 0));
  $('.lx-index').value = index;
  show();
  write();
};
$('.lx-index').onchange = () => held(+$('.lx-index').value);
$('.lx-another').onclick = () => held(lx.random() % (lx.state.info.dataset?.n || 1));
$('.lx-clear').onclick = () => {
  pad.clear();
  exact = null;
  told();
  show();
  write();
};
$('.lx-first').onclick = () =>
  guarded(async (still) => {
    const seed = lx.random(),
      w = await noise(seed);
    if (!still()) return;
    a = a.map(() => seed);
    take(w);
    write();
  });
$('.lx-second').onclick = () => other(Array(levels()).fill(lx.random()));
const pick = async (f) => {
  if (!f) return;
  const small = await sendable(f);
  if (!small) {
    element.dataset.error = lx.t('image.large');
    lx.say(lx.t('image.large'), 'error');
    return;
  }
  file = base64Of(small);
  inverted(false);
  go('file');
};
const input = $('input[type=file]');
$('.lx-choose').onclick = () => input.click();
input.onchange = () => {
  pick(input.files[0]);
  input.value = '';
};
const inverted = (is) => {
  invert = is;
  $('.lx-invert').setAttribute('aria-pressed', invert);
};
$('.lx-invert').onclick = () => {
  inverted(!invert);
  show();
};
element.ondragover = (e) => {
  if (has()) e.preventDefault();
};
element.ondrop = (e) => {
  if (!has()) return;
  e.preventDefault();
  pick(e.dataTransfer.files[0]);
};

/* ---- opening the view, another run, another code ---- */
/* the second sample: each level's part of a seed's noise, or the numbers that a link brought */
const partner = (levels) =>
  guarded(async (still) => {
    const seeds = levels.map((v) => (v instanceof Float32Array ? null : (v ?? 1))),
      made = new Map();
    for (const s of new Set(seeds.map((v) => v ?? 1))) made.set(s, await noise(s));
    if (!still()) return;
    second = levels.reduce(
      (w, v, k) => {
        const out = withLevel(w, k, made.get(seeds[k] ?? 1));
        if (v instanceof Float32Array) out.set(v, parts(k)[0]);
        return out;
      },
      [...made.values()][0],
    );
    b = seeds;
    write(true);
    show();
  });
/* a link's drawing or file; without it the sample, and a word about it */
const bring = async (kept) => {
  const asked = era,
    { shape } = spec(),
    bytes = await textImage(kept.image, sizeOf(shape), shape[0]);
  if (asked !== era || !on()) return;
  if (!bytes) {
    if (kept.image) lx.say(lx.t('image.left'));
    choose(kept.source === 'draw' ? 'draw' : 'sample');
    show();
    write(true);
    return;
  }
  const image = { pixels: base64Of(bytes) };
  if (kept.source === 'draw') {
    pad.load(painted(bytes, shape));
    exact = image;
  } else file = image;
  choose(kept.source);
  carried = kept.image;
  show();
};
const usual = () => {
  const n = levels(),
    o = lx.state.origin,
    seed = ['seed', 'sample'].includes(o?.kind) ? o.seed : null;
  return {
    source: 'sample',
    image: '',
    blend: Array(n - 1).fill(FULL),
    drawn: Array(n - 1).fill(false),
    a: Array(n).fill(seed),
    b: Array(n).fill(1),
  };
};
/* what the link keeps, or what a run opens with */
const restore = () => {
  if (!on()) {
    owner = null;
    return;
  }
  const kept = (has() && parse(lx.state.kept.pyr)) || usual(),
    fresh = built !== lx.state.run,
    known = !!lx.state.info.dataset;
  era++;
  owner = lx.state.run;
  second = null;
  lastTwo = '';
  answer = null;
  file = null;
  exact = null;
  mine = lx.state.w;
  inverted(false);
  ({ blend, drawn, a } = kept);
  b = [];
  index = kept.source === 'held' ? Math.min(+kept.image || 0, (lx.state.info.dataset?.n || 1) - 1) : 0;
  if (fresh) build();
  else stale(true);
  const at = lx.state.kept.grow;
  growing.enter(!has(), at && +at >= 0 && +at <= levels() - 1 ? +at : null, fresh);
  if (has()) partner(kept.b);
  if (['draw', 'file'].includes(kept.source)) bring(kept);
  else {
    choose(kept.source === 'held' && known ? 'held' : 'sample');
    show();
  }
};
const enter = () => {
  if (!on()) return;
  if (owner !== lx.state.run) {
    restore();
    return;
  }
  growing.enter(!has(), growing.at, false);
  show();
  write(true);
};
lx.on('run', () => setTimeout(enter));
lx.on('restore', () => {
  owner = null;
  restore();
});
lx.on('view', () => requestAnimationFrame(enter));
lx.on('code', (w, o) => {
  if (!lx.state.info || owner !== lx.state.run) return;
  if (w !== mine && o?.kind !== 'levels') {
    a = Array(levels()).fill(['seed', 'sample'].includes(o?.kind) ? o.seed : null);
    mine = w;
    if (on()) write();
  }
  if (on()) show();
});
lx.on('lang', () => {
  if (on()) {
    choose(source);
    growing.tell();
    show();
  }
});
lx.translate(element);
element.dataset.ready = 'true';
