/* Pyramid: an image as the sum of its levels. Holds where the image comes from, each level's noise and the second sample, and asks for the
 * pictures; the columns and the link are modules of their own. */
import { base64Of } from '../../shell/bytes.js';
import { count } from '../../shell/dom.js';
import { BlendFilms } from './blend_films.js';
import { Growing } from './growing.js';
import { TOO_LONG, bytesOf, imageText, painted, sendable, sizeOf, textImage } from '../../shell/image_text.js';
import { LevelColumns } from './level_columns.js';
import { mounted } from '../../shell/gradio_component.js';
import { Pad } from '../../shell/drawing_pad.js';
import { brush, decoded } from '../../shell/pictures.js';
import { FULL, pyramidText, textPyramid } from './pyramid_link.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { AskPyramid, Pixels } from '../../shell/answers' */
/** @import { Code, CodeAnswer, CodeAsked } from '../../shell/types' */
/** @import { Shown } from './pyramid_link.js' */
/** @typedef {'sample' | 'held' | 'draw' | 'file'} Source */
/** @typedef {CodeAsked<'pyramid'>} Body */

const { element } = mounted('pyramid');

const $ = (/** @type {string} */ s) => element.querySelector(s);
const on = () => lx.state.view === 'pyramid' && !!lx.state.info && lx.supports(lx.state.run, 'pyramid');
const spec = () => opened().info.spec,
  has = () => spec().noise.length > 0,
  levels = () => spec().levels.length;
/* blend: hundredths, for each residual. a, b: the seed that each level's noise came from, for the sample and for the second one; null:
   unknown. second: the second sample's code. drawn: which residuals of a real image the model draws. file: an image file, or {pixels} of
   a link. exact: a link's drawing, until another stroke. carried: the image as text for a link. problem: why there is no picture. */
let source = /** @type {Source} */ ('sample'),
  blend = /** @type {number[]} */ ([]),
  a = /** @type {(number | null)[]} */ ([]),
  b = /** @type {(number | null)[]} */ ([]),
  second = /** @type {Code | null} */ (null),
  drawn = /** @type {boolean[]} */ ([]),
  index = 0,
  file = /** @type {string | Pixels | null} */ (null),
  invert = false,
  mine = /** @type {Code | null} */ (null),
  built = /** @type {string | null} */ (null),
  answer = /** @type {CodeAnswer<'pyramid'> | null} */ (null),
  owner = /** @type {string | null} */ (null);
let exact = /** @type {Pixels | null} */ (null),
  carried = '',
  problem = '',
  packing = 0,
  era = 0; /* era: counts restores, which end what was asked before */

/* ---- noise: a level's part of the code that a seed gives ---- */
/** @param {number} k */
const parts = (k) => {
  const at = spec()
    .noise.slice(0, k)
    .reduce((s, n) => s + n, 0);
  return [at, at + spec().noise[k]];
};
/** @param {number} seed */
const noise = async (seed) => (await lx.code({ op: 'sample', seed })).w;
/** @param {Code} w @param {number} k @param {Code} from */
const withLevel = (w, k, from) => {
  const out = Float32Array.from(w),
    [i, j] = parts(k);
  out.set(from.subarray(i, j), i);
  return out;
};
/** @param {Code} w */
const take = (w) => {
  mine = w;
  lx.setCode(w, { kind: 'levels' });
};
/** @param {(still: () => boolean) => Promise<void>} work */
const guarded = async (work) => {
  const { run } = lx.state,
    asked = era;
  try {
    await work(() => run === lx.state.run && asked === era && on());
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
  }
};
/** @param {number} k */
const reseed = (k) =>
  guarded(async (still) => {
    const seed = lx.random(),
      w = await noise(seed);
    if (!still()) return;
    a[k] = seed;
    take(withLevel(opened().w, k, w));
    write();
  });
/** @param {number} k */
const swap = (k) => {
  if (!second) return;
  const { w } = opened();
  [a[k], b[k]] = [b[k], a[k]];
  const other = withLevel(second, k, w);
  take(withLevel(w, k, second));
  second = other;
  write();
  show();
};
/** The second sample's: all levels of one seed. @param {number} seed */
const other = (seed) =>
  guarded(async (still) => {
    const w = await noise(seed);
    if (!still()) return;
    second = w;
    b = Array(levels()).fill(seed);
    write();
    show();
  });

/* ---- the link ---- */
const write = (quiet = false) => {
  if (!on()) return;
  if (!has()) {
    lx.keep('grow', growing.at, quiet);
    return;
  }
  const image = { sample: '', held: String(index), draw: carried, file: carried }[source],
    others = b.map((s, k) => s ?? (second ? second.slice(...parts(k)) : null));
  lx.keep('pyr', pyramidText({ source, image, blend, a, b: others, drawn }), quiet);
};
/** A drawing or a file as the model was given it, once the hand rests. @param {string} url */
const pack = (url) => {
  clearTimeout(packing);
  carried = '';
  packing = setTimeout(async () => {
    const im = await decoded(url),
      canvas = painted(new Uint8Array(sizeOf(spec().shape)), spec().shape),
      now = answer;
    brush(canvas).drawImage(im, 0, 0);
    const text = await imageText(bytesOf(canvas, spec().shape[0]), spec().shape[0]);
    if (now === answer) {
      carried = text;
      element.dataset.carried = text === TOO_LONG ? 'no' : 'yes';
      write(true);
    }
  }, 250);
};

/* ---- the columns ---- */
const columns = new LevelColumns($('.lx-levels'), {
  get blend() {
    return blend;
  },
  get drawn() {
    return drawn;
  },
  real: () => source !== 'sample',
  scale: (k) => answer?.scales?.[k],
  changed: () => changed(),
  film: (k) => films.open(k),
  reseed,
  swap,
});
const changed = () => {
  told();
  show();
  write();
};
const build = () => {
  built = lx.state.run;
  columns.build();
  told();
};
/** @param {number} v */
const short = (v) => (v < 1e-3 ? v.toExponential(1).replace('-', '−') : v.toFixed(3));
/* what is to be known of the picture as it stands */
const stateText = () => {
  if (problem) return problem;
  if (!has()) return lx.t('pyr.plain');
  if (source === 'sample') return lx.t(spec().shape[0] === 1 ? 'pyr.about.grey' : 'pyr.about');
  if (source === 'file' && !file) return lx.t('pyr.drop');
  if (source === 'draw' && pad.empty) return lx.t('pyr.empty');
  const { error, most = 0 } = answer ?? {};
  if (error === undefined) return '';
  return lx.t(most < 1e-5 ? 'pyr.exact' : 'pyr.changed', { most: short(most), error: short(error) });
};
const told = () => {
  if (!built || !lx.state.info) return;
  columns.tell();
  $('.lx-state').textContent = stateText();
};

/* ---- pictures: latest wins, one request in flight ---- */
let next = /** @type {{ run: string, body: Body, two: Body | null } | null} */ (null),
  busy = false;
const image = () => {
  if (source === 'held') return { index };
  if (source === 'file' && file) return file;
  return exact || { pixels: base64Of(pad.pixels(spec().shape[1], spec().shape[2], false)) };
};
const films = new BlendFilms(element, {
  get blend() {
    return blend;
  },
  whose: () => whose(),
});
/* the code or the real image; null where there is no picture */
/** @returns {Pick<AskPyramid, 'w' | 'image' | 'drawn' | 'invert'> | null} */
const whose = () => {
  const w = lx.b64(opened().w);
  if (source === 'sample') return { w };
  if ((source === 'file' && !file) || (source === 'draw' && pad.empty)) return null;
  return { w, image: image(), drawn, ...(source === 'file' && invert ? { invert } : {}) };
};
const show = () => {
  if (!on() || built !== lx.state.run || !lx.state.w) return;
  const of = whose();
  if (!of) {
    next = null;
    answer = null;
    carried = '';
    clear();
    stale(false);
    told();
    return;
  }
  /** @type {Body} */
  const body = { op: 'pyramid', ...of, blend: has() ? blend.map((v) => v / FULL) : [] };
  next = {
    run: opened().run,
    body,
    two: source === 'sample' && has() && second ? { op: 'pyramid', w: lx.b64(second), blend: blend.map(() => 1) } : null,
  };
  problem = '';
  stale(true, next.two);
  if (!busy) pump();
};
/* what is on the screen belongs to another question until the answer is there */
/** @param {boolean} tiles @param {Body | null} [two] */
const stale = (tiles, two, again = false) => {
  lx.stale(element.querySelectorAll('.lx-tiles, .lx-state'), tiles, again);
  const other = !!two && key(two) !== lastTwo;
  lx.stale(element.querySelectorAll('.lx-other canvas'), other, again);
  growing.stale(tiles, again);
  element.setAttribute('aria-busy', tiles);
};
/** @param {Body} two */
const key = (two) => two.w + String(lx.state.label);
const clear = () => {
  columns.clear();
  growing.wipe();
};
let lastTwo = '';
/** @param {string} run */
const current = (run) => run === lx.state.run && built === run;
const pump = async () => {
  busy = true;
  while (next) {
    const now = next;
    next = null;
    try {
      await draw(now);
    } catch (e) {
      if (!next && now.run === lx.state.run) failed(/** @type {Error} */ (e));
    }
  }
  busy = false;
};
/** @param {NonNullable<typeof next>} asked */
const draw = async ({ run, body, two }) => {
  const d = await lx.code({ ...body, run, ...labelled() }),
    im = await decoded(d.picture);
  if (!current(run)) return;
  answer = d;
  delete element.dataset.error;
  columns.show(im, d.side);
  if (two && key(two) !== lastTwo && !(await drawSecond(run, two))) return;
  stale(!!next, next?.two, true);
  if (d.input && (source === 'draw' || source === 'file')) pack(d.input);
  told();
  if (!has()) growing.take(columns.tiles);
  element.dataset.run = run;
  count(element);
};
const labelled = () => (lx.state.label !== null ? { label: lx.state.label } : {});
/** Whether it is still wanted. @param {string} run @param {Body} two */
const drawSecond = async (run, two) => {
  const d = await lx.code({ ...two, run, ...labelled() }),
    im = await decoded(d.picture);
  if (!current(run)) return false;
  lastTwo = key(two);
  columns.showSecond(im, d.side);
  count(element, 'second');
  return true;
};
/** @param {Error} e */
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
/** @param {Source} name */
const choose = (name) => {
  source = name;
  element.dataset.source = name;
  const grey = spec().shape[0] === 1,
    { dataset } = opened().info;
  for (const c of radios.children) c.hidden = (c.dataset.source === 'draw' && !grey) || (c.dataset.source === 'held' && !dataset);
  check(radios.children, (c) => c.dataset.source === name);
  for (const c of element.querySelectorAll('[data-for]')) c.hidden = c.dataset.for !== name || !has();
  $('.lx-of-what').hidden = !has();
  $('.lx-drawing').hidden = name !== 'draw';
  $('.lx-invert').hidden = !grey;
  $('.lx-index').value = index;
  $('.lx-of').textContent = dataset ? lx.t('pyr.of', { n: dataset.n.toLocaleString(lx.state.lang) }) : '';
  answer = null;
  problem = '';
  carried = '';
  delete element.dataset.carried;
  told();
};
/** @param {Source} name */
const go = (name) => {
  if (name !== 'sample' && source === 'sample') drawn = drawn.map(() => false);
  choose(name);
  show();
  write();
};
for (const c of radios.children) c.onclick = () => go(c.dataset.source);
arrowKeys(radios);
/** @param {number} i */
const held = (i) => {
  const n = opened().info.dataset?.n || 1;
  index = Math.max(0, Math.min(n - 1, Math.round(i) || 0));
  $('.lx-index').value = index;
  show();
  write();
};
$('.lx-index').onchange = () => held(+$('.lx-index').value);
$('.lx-another').onclick = () => held(lx.random() % (opened().info.dataset?.n || 1));
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
$('.lx-second').onclick = () => other(lx.random());
/** @param {Blob | null | undefined} f */
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
/** @param {boolean} is */
const inverted = (is) => {
  invert = is;
  $('.lx-invert').setAttribute('aria-pressed', invert);
};
$('.lx-invert').onclick = () => {
  inverted(!invert);
  show();
};
element.ondragover = (/** @type {DragEvent} */ e) => {
  if (has()) e.preventDefault();
};
element.ondrop = (/** @type {DragEvent} */ e) => {
  if (!has()) return;
  e.preventDefault();
  pick(e.dataTransfer?.files[0]);
};

/* ---- opening the view, another run, another code ---- */
/** The second sample: each level's part of a seed's noise, or the numbers that a link brought. @param {Shown['b']} levels */
const partner = (levels) =>
  guarded(async (still) => {
    const seeds = levels.map((v) => (v instanceof Float32Array ? null : (v ?? 1))),
      /** @type {Map<number, Code>} */ made = new Map();
    for (const s of new Set(seeds.map((v) => v ?? 1))) made.set(s, await noise(s));
    if (!still()) return;
    let w = [...made.values()][0];
    levels.forEach((v, k) => {
      w = withLevel(w, k, made.get(seeds[k] ?? 1) ?? w);
      if (v instanceof Float32Array) w.set(v, parts(k)[0]);
    });
    second = w;
    b = seeds;
    write(true);
    show();
  });
/** A link's drawing or file; without it the sample, and a word about it. @param {Shown} kept */
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
  choose(/** @type {Source} */ (kept.source));
  carried = kept.image;
  show();
};
/** @returns {Shown} */
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
  const kept = (has() ? textPyramid(lx.state.kept.pyr, spec().noise) : null) || usual(),
    fresh = built !== lx.state.run,
    { dataset } = opened().info;
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
  index = kept.source === 'held' ? Math.min(+kept.image || 0, (dataset?.n || 1) - 1) : 0;
  if (fresh) build();
  else stale(true);
  const at = lx.state.kept.grow;
  growing.enter(!has(), at && +at >= 0 && +at <= levels() - 1 ? +at : null, fresh);
  if (has()) partner(kept.b);
  if (['draw', 'file'].includes(kept.source)) bring(kept);
  else {
    choose(kept.source === 'held' && dataset ? 'held' : 'sample');
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
