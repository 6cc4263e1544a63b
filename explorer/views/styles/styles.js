/* Styles: samples or real images are mixed layer by layer, and truncated. Holds what is mixed and which code of it is the current one; the
 * grid, the layers, the dials, the strip over psi and all that is asked below it are modules of their own. */
import { count } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { mounted } from '../../shell/gradio_component.js';
import { difference, mixStyles, truncated } from '../../shell/moves.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { MixedLayers, rangeTitle } from './mixed_layers.js';
import { MixingGrid } from './mixing_grid.js';
import { SIDE, isSource, sourceOf } from './grid_places.js';
import { PsiStrip } from './psi_strip.js';
import { hearDials, placeDials, showDials } from './style_dials.js';
import { showCarried } from './range_attributes.js';
import { StyleDirections } from './styles_directions.js';
import { StyleFilms } from './styles_films.js';
import { stylesText, textStyles } from './styles_link.js';
import { StyleNoise } from './styles_noise.js';
import { StylePaths } from './styles_paths.js';
import { StyleReal } from './real_sources.js';

/** @import { RangeTold } from '../../shell/answers' */
/** @import { Code, Origin, State } from '../../shell/types' */
/** @import { Place } from './grid_places.js' */
/** @import { Kept } from './styles_link.js' */

const { element } = mounted('styles');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  PER = 100;
const on = () => !!(lx.state.view === 'styles' && lx.state.info && lx.supports(lx.state.run, 'styles'));
const spec = () => opened().info.spec;
/* rows, columns: seeds. blend, psi and strengths in hundredths. sources: the codes of rows, then columns. pick: [row, column] of the
   cell that is the current code, -1 for a source. base: the current code before truncation, plus: what was added after it; free: a code
   from elsewhere, which is left as it is until psi moves. */
let rows = /** @type {number[]} */ ([]),
  columns = /** @type {number[]} */ ([]),
  layers = /** @type {boolean[]} */ ([]),
  blend = PER,
  psi = 70,
  cutoff = 0,
  pick = /** @type {Place | null} */ (null),
  base = /** @type {Code | null} */ (null),
  plus = /** @type {Code | null} */ (null),
  free = true;
const real = new StyleReal(SIDE);
let otherPsi = PER; /* ψ of the other kind of sources: a reconstruction is shown whole */
let sources = /** @type {Code | null} */ (null),
  average = /** @type {Code | null} */ (null),
  ranges = /** @type {RangeTold[]} */ ([]),
  owner = /** @type {string | null} */ (null),
  label = /** @type {number | null} */ (null),
  putting = false,
  lastAsked = new LastAsked();
const upto = (/** @type {number} */ n) => Array.from({ length: n }, (_, k) => k + 1),
  counted = (/** @type {string} */ key) => count(element, key);

/* ---- codes ---- */
/** @param {Code} of all sources @param {number} k */
const part = (of, k) => {
  const d = opened().info.mean.length;
  return of.slice(k * d, (k + 1) * d);
};
/** @param {Code} of all sources @param {Place} place */
const mix = (of, [r, c]) => {
  const a = part(of, sourceOf([r, c]));
  return isSource([r, c]) ? a : mixStyles(a, part(of, SIDE + c), layers, blend / PER);
};
/** @param {Code} w */
const cut = (w, p = psi / PER) => (average ? truncated(w, average, p, cutoff) : w);
/** @param {Code} w */
const withPlus = (w) => {
  const more = plus;
  return more ? w.map((v, i) => v + more[i]) : w;
};
/** @param {Code} of the code before truncation @param {Origin} from */
const put = (of, from) => {
  const w = cut(of);
  putting = true;
  free = false;
  lx.setCode(withPlus(w), from);
  putting = false;
};
/** @param {Place} place */
const seedOf = ([r, c]) => (r < 0 ? columns[c] : rows[r]);
const reach = () => (average && cutoff ? psi / PER : 1); /* ψ of the layers that are truncated; 1: none is */
const shift = () => {
  const p = reach();
  if (p === 1) return 'untruncated';
  if (p > 1) return 'exaggerated';
  return p < 0 ? 'opposed' : 'truncated';
};
/** @param {Place} of @returns {Origin} */
const sample = (of) => ({ kind: 'seed', seed: seedOf(of), ...(reach() !== 1 && { psi: reach() }) });
/** @returns {Origin} */
const origin = () => {
  if (!pick) return { kind: shift() };
  const [r, c] = pick;
  if (!isSource(pick)) return { kind: 'styles', row: r + 1, column: c + 1 };
  return real.on ? real.origin(sourceOf(pick)) : sample(pick);
};
const follow = () => {
  if (pick && sources) {
    base = mix(sources, pick);
    put(base, origin());
  } else if (base && !free) put(base, plus ? { kind: 'found' } : origin());
};

/* ---- the link ---- */
const grain = {
  strengths: /** @type {number[]} */ ([]),
  seed: /** @type {number | null} */ (null),
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
  real: () => real.on,
  cut: () => (average ? { psi: psi / PER, cutoff } : {}),
  changed: () => write(),
  walked: () => counted('paths'),
};
const turns = {
  get layers() {
    return layers;
  },
  found: (/** @type {number} */ n) => {
    element.dataset.found = n;
  },
};
const text = () =>
  stylesText({
    rows,
    columns,
    layers,
    blend,
    psi,
    cutoff,
    strengths: grain.strengths,
    seed: grain.seed,
    pick,
    free,
    pair: ways.pair,
    real: real.on,
    held: real.held,
    files: real.told(),
    base: !pick && !free && (plus || Math.abs(psi) < 2) ? base : null,
    otherPsi,
  });
let last = '',
  seen = /** @type {Code | null} */ (null); /* the text, and the code beside it, that are shown */
const write = (quiet = false) => {
  if (!on() || !layers.length || owner !== lx.state.run) return;
  last = text();
  seen = lx.state.w;
  lx.keep('sty', last, quiet);
};
/* ---- the grid ---- */
/** @returns {State['noise']} */
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
      grid.show(im);
      element.dataset.run = run;
      delete element.dataset.error;
      counted('n');
    },
    true,
  );
  paths.show();
};
/** @param {number} r @param {number} c */
const take = (r, c) => {
  if (!sources) return;
  pick = [r, c];
  base = mix(sources, pick);
  plus = null;
  put(base, origin());
  tell();
  write();
};
/** @param {number} r @param {number} c */
const again = (r, c) => {
  if (real.on) {
    real.again(sourceOf([r, c]));
    fetchSources();
    return;
  }
  const s = lx.random();
  if (r < 0) columns = columns.map((v, k) => (k === c ? s : v));
  else rows = rows.map((v, k) => (k === r ? s : v));
  fetchSources();
};

/* ---- layers ---- */
/** @param {boolean[]} mask */
const choose = (mask) => {
  layers = mask;
  tell();
  draw();
  if (pick && !isSource(pick)) follow();
  sliders.ask();
  write();
};
const build = () => {
  choice.build(ranges, spec());
  grains.build();
  paths.names();
  carries();
};

/* ---- samples or real images as sources ---- */
arrowKeys($('.lx-kinds'));
for (const b of $('.lx-kinds').children)
  b.onclick = () => {
    if (real.on === (b.dataset.kind === 'real')) return;
    real.on = !real.on;
    [psi, otherPsi] = [otherPsi, psi];
    pick = pick && !isSource(pick) ? pick : null;
    if (!pick) {
      base = lx.state.w;
      plus = null;
      free = true;
    }
    fetchSources();
  };
/** @param {Blob | undefined} f @param {number} k */
const bring = async (f, k) => {
  if (!f || !real.on) return;
  try {
    await real.file(k, f);
    fetchSources();
  } catch (e) {
    const { message } = /** @type {Error} */ (e);
    element.dataset.error = message;
    lx.say(message, 'error');
  }
};
const marked = () => (pick && isSource(pick) ? sourceOf(pick) : 0),
  chooser = element.querySelector('input[type=file]');
$('.lx-own-image').onclick = () => chooser.click();
chooser.onchange = () => {
  bring(chooser.files[0], marked());
  chooser.value = '';
};
/* ---- dials, and all that says how things stand ---- */
const turnTo = {
  psi: (/** @type {number} */ v) => {
    psi = v;
    cutMoved();
  },
  cutoff: (/** @type {number} */ v) => {
    cutoff = v;
    cutMoved();
    strip();
  },
  blend: (/** @type {number} */ v) => {
    blend = v;
    turned();
    draw();
    if (pick && !isSource(pick)) follow();
    write();
  },
  noise: (/** @type {number} */ v) => {
    grain.strengths = grain.strengths.map(() => v);
    grain.changed();
  },
};
const cutMoved = () => {
  draw();
  turned();
  if (base) put(base, plus ? { kind: 'found' } : origin());
  write();
};
hearDials(turnTo, on);
const turned = () => {
  /* what a dial alone changes: it is moved often */
  const strength = grain.strengths.reduce((a, b) => a + b, 0) / Math.max(grain.strengths.length, 1);
  showDials({ psi, cutoff, blend, noise: Math.round(PER * +(strength / PER).toFixed(2)) }, spec(), !!average, grains.slight(), free);
  over.mark(free ? null : psi);
};
/** @param {Place} place @param {boolean} again */
const cellName = (place, again) => {
  const [r, c] = place,
    what = lx.t(r < 0 ? 'sty.column' : 'sty.row', { n: (r < 0 ? c : r) + 1 });
  if (again) return lx.t('sty.again', { what });
  if (!isSource(place)) return lx.t('origin.styles', { row: r + 1, column: c + 1 });
  return `${what} · ${real.on ? real.name(sourceOf(place)) : lx.t('origin.seed', { seed: seedOf(place) })}`;
};
const tell = () => {
  if (!lx.state.info || owner !== lx.state.run) return;
  choice.tell();
  grid.name(pick, layers.some(Boolean), cellName);
  turned();
  $('.lx-kinds').hidden = !StyleReal.able();
  check($('.lx-kinds').children, (b) => (b.dataset.kind === 'real') === real.on);
  $('.lx-own-image').hidden = $('.lx-real-note').hidden = !real.on;
  $('.lx-over-psi').hidden = !average;
  if (on() && JSON.stringify(lx.state.noise) !== JSON.stringify(noise())) lx.setNoise(noise());
  grains.told();
  sliders.build();
};
const strip = () => {
  if (on() && base && average && owner === lx.state.run) over.show(base, cutoff, plus, grained());
};

new StyleFilms(element, {
  on,
  base: () => average && base,
  cut: (p) => withPlus(cut(base ?? opened().w, p)),
  get layers() {
    return layers;
  },
  mixed: (mask, share) =>
    pick && !isSource(pick) && sources
      ? withPlus(cut(mixStyles(part(sources, sourceOf(pick)), part(sources, SIDE + pick[1]), mask, share)))
      : null,
  get strengths() {
    return grain.strengths;
  },
  get seed() {
    return grain.seed;
  },
  noise: () => grained(),
  slight: () => grains.slight(),
});
/* ---- opening the view, another run, another code ---- */
const carries = () => {
  const { carried, metrics } = opened().info.card;
  showCarried($('.lx-carried'), rangeTitle, carried, ranges, metrics.carried?.protocol || '');
};
const grains = new StyleNoise($('.lx-grain'), grain, on),
  paths = new StylePaths($('.lx-two-ways'), ways, on),
  sliders = new StyleDirections($('.lx-turn'), turns, on),
  over = new PsiStrip(
    element,
    (v) => turnTo.psi(Math.round(PER * v)),
    () => counted('strip'),
  ),
  choice = new MixedLayers(element, {
    get layers() {
      return layers;
    },
    choose,
  }),
  grid = new MixingGrid(element, {
    on,
    take,
    again,
    face: (k) => (real.on ? real.face(k) : null),
    takesFiles: () => real.on,
    file: bring,
  });
/** @param {Kept | null} [restore] what a link says of another run's, null: nothing; without, the same run has other sources */
const fetchSources = async (restore) => {
  const { run } = opened(),
    isLast = lastAsked.ask();
  label = lx.state.label;
  try {
    const d = await lx.code({ op: 'styles', rows, columns });
    if (!isLast() || run !== lx.state.run || owner !== run) return;
    const of = real.on ? await real.load() : d.w;
    if (!isLast() || run !== lx.state.run || owner !== run) return;
    sources = of;
    average = d.average ? lx.f32(d.average) : null;
    ranges = d.ranges;
    if (!layers.length) {
      const x = ranges.find((r) => lx.state.shows === 'styles' && r.name === 'colours') || ranges[0];
      layers = upto(spec().num_layers).map((k) => k > x.first && k <= x.last);
    }
    if (restore !== undefined) {
      settle(of, restore);
      build();
      sliders.ask();
    } else paths.names();
    tell();
    draw();
    if (restore === undefined && pick) follow();
    else rest();
    write(restore !== undefined);
  } catch (e) {
    if (isLast()) {
      const { message } = /** @type {Error} */ (e);
      element.dataset.error = message;
      lx.say(message, 'error');
    }
  }
};
/* what the link does not say follows from the code: the cell's own, or the one that truncation made it from */
/** @param {Code} of all sources @param {Kept | null} kept */
const settle = (of, kept) => {
  const { w } = opened();
  base = w;
  plus = null;
  free = true;
  if (!kept || !(kept.pick || kept.own)) return;
  if (kept.pick) {
    base = mix(of, kept.pick);
    plus = difference(w, cut(base));
    pick = kept.pick;
    free = false;
  } else if (kept.base) {
    base = kept.base;
    plus = difference(w, cut(base));
    free = false;
  } else if (Math.abs(psi) >= 2) {
    base = cut(w, PER / psi);
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
    const kept = textStyles(lx.state.kept.sty, spec(), opened().info.mean.length),
      faces = kept ? kept.real : lx.state.shows === 'styles' && StyleReal.able();
    owner = run;
    grid.enter();
    sources = average = base = plus = pick = null;
    free = true;
    sliders.clear();
    rows = kept?.rows || upto(SIDE);
    columns = kept?.columns || upto(SIDE).map((k) => k + SIDE);
    layers = kept?.layers || [];
    blend = kept?.blend ?? PER;
    psi = kept?.psi ?? (faces ? PER : 70);
    otherPsi = kept?.otherPsi ?? (faces ? 70 : PER);
    cutoff = kept?.cutoff ?? L;
    grain.strengths = kept?.strengths || levels.map(() => PER);
    grain.seed = kept?.seed ?? null;
    ways.pair = kept?.pair || [0, SIDE];
    real.enter(faces, kept?.held, kept?.files);
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
/** @param {Code} w @param {any} o its origin */
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
    else if (!free || !base || difference(w, base)) {
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
    carries();
  }
});
document.addEventListener('lx-dials', () => tell());
placeDials($('.lx-mixing'));
new ResizeObserver(() => {
  over.forget();
  if (on()) {
    grid.paint();
    strip();
  }
}).observe($('.lx-mixing'));
lx.translate(element);
element.dataset.ready = 'true';
