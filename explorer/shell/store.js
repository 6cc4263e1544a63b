/* window.lx: the state of the page. Its subject is one vector, the current code `w` of the current run; every view is a way to move it.
 *
 * Its parts are modules of their own: state.js (the state, and who is told of a change), server_requests.js (questions to the server,
 * pictures), runs.js (the list of runs), words.js, notices.js, appearance.js, sliders.js; here is what moves: the current run and code,
 * views, the address.
 *
 * For those who write a component (all of it is synchronous unless it says "promise"):
 *   lx.state   {run, view, w: Float32Array, label, origin, info, lang, theme, runs, problems, keys, kept, opening, shows}; label: the class
 *              that conditions the run, null where it has none (it goes with every draw and code of the current run, and a change of it is
 *              a change of the code); opening: the run that is being opened; shows: the view that the page itself chose the run for, null
 *              where a person or a link did: where the link keeps nothing of such a view it begins with what shows its point best
 *   lx.on(event, fn)           "run" (fn(info)), "code" (fn(w, origin)), "view" (fn(name)), "lang", "theme", "keys", "runs", "noise",
 *                              "restore", "history", "opening" (fn(run or null)), "showing"; a listener is called at once when there
 *                              already is something to tell, so the order of mounting does not matter. "runs" comes before the first "run":
 *                              who hears of a run knows the list (if it could be had)
 *   lx.open(run, {w, origin, label})  promise; makes it the current run, at its default code unless one is given; what views kept for the
 *                              run before is dropped
 *   lx.visit(place)            promise; goes to a place of placeOf (address.js) as a link does, in one step; whether it could be had
 *   lx.linked                  whether the page was opened by a link to a run
 *   lx.best(), lx.present()    the run that shows most of the current view, null where none can show it; opens it, a promise
 *   lx.setCode(w, origin, label)  a label only where it changes; origin: {kind: "point", index, label} | {kind: "place", projection, x, y,
 *                              approximate, ratio} | {kind: "seed", seed} | {kind: "sliders"} | {kind: "walk", t} | {kind: "arithmetic"} |
 *                              {kind: "earlier"} | {kind: "image"} | {kind: "direction"} | {kind: "codes", seed} | {kind: "levels"} |
 *                              {kind: "styles", row, column}
 *   lx.setLabel(k)             another class, the same code
 *   lx.setNoise(n)            {strengths, seed}: each pixel's noise, where it is not the model's own; null: it is. The hero is drawn with
 *                              it
 *   lx.keep(name, text, quiet) a view's own part of the link (null: none), read back from lx.state.kept[name]; names: KEPT of address.js,
 *                              text as short as can be. quiet: written down, but by no act of a person, so never a step of its own
 *   lx.undo(), lx.redo(), lx.can   a step back or forth in the browser's history; {undo, redo}: whether there is one
 *   lx.show(view)              switches the tab
 *   lx.showing(runs)           names of the runs whose pictures the view shows, where that is not the open one (a view without inspector)
 *   lx.api(path, body)         promise of JSON; GET without body, POST with; throws Error(sentence)
 *   lx.bytes(path, body)       promise of a Response that is ok; throws Error(sentence)
 *   lx.code(op)                promise of POST code for the current run: an Ask's answer; a `w` in it is a Float32Array already
 *   lx.whose(body)             a request's body with the current run and its class, unless it names a run of its own
 *   lx.draw(canvas, body, paint, leads)  latest wins, one request in flight per canvas; body goes to POST render with the current run;
 *                              canvas.parentElement gets data-n (frames drawn) and data-error; paint(context, bitmap) replaces plain
 *                              drawing; leads: what the hand is on, others asked for at the same moment wait for one frame of it (the
 *                              canvas has class lx-stale while an answer is on its way, and is hidden where it failed)
 *   lx.stale(elements, on, again)  dims what belongs to another question than the words beside it; again: an answer came, another is on its
 *                              way
 *   lx.turn()                  for whoever asks the server for a code and then sets it: returns a function that says whether it is still
 *                              the last asked for, and the run the same
 *   lx.busy                    questions on their way and canvases being drawn: 0 when all that was asked for is there
 *   lx.tile(canvas, index)     promise; draws held-out image `index` of the current run's data set from its sprite sheet
 *   lx.t(key, vars)            a sentence of i18n/<lang>.json; elements with data-t="key" (also data-t-label, data-t-title) are kept
 *                              translated
 *   lx.say(sentence, kind)     a quiet notice; kind "error" or nothing
 *   lx.refresh()               promise; lists the runs again (after a training)
 *   lx.b64(Float32Array), lx.f32(string)   base64 of little-endian float32
 *   lx.save(blob, name), lx.copy(text)     a download, the clipboard
 *   lx.supports(run, view)     whether a view fits a run
 *   lx.translate(element)      fills and keeps what has data-t in it in the page's language
 *   lx.number(v, digits)       a number of two digits behind the point, with a true minus
 *   lx.css(name)               a colour or length of the theme: lx.css('--soft')
 *   lx.range(input)            paints how far a slider is
 *   lx.names(label)            the class name of a label of the current data set
 *   lx.field(f), lx.category(f, v), lx.phrase(f, v)   what images are read for, in words: "skin", "dark", "skin dark"
 *
 * The link is the state. It is the page's address: `?run=…&view=…&lang=…`, and behind `#` all that may be long (the code `w`, its origin
 * `o`, its class `c`, and what views keep), which no browser sends to a server or a proxy with its limit of some kilobytes. Links that
 * carry all of it as a query are read as well. A first opening, a reload, Back, Forward, undo and redo all read the address with one
 * function, `restore`: it puts run, code, label, view and `kept` in place, tells "run", "code", "view" of what has changed, and then
 *
 *   lx.on('restore', ({first, run}) => …)   first: the page has just been opened; run: it is another run than before
 *
 * There a view reads lx.state.kept[name] and shows exactly that; no text means its standard. A view that is not open notes it and shows it
 * when it is opened. While "run", "code", "view" and "restore" are told in a restore, lx.keep does nothing: a default cannot take the place
 * of what the link says. An answer that was asked for before a restore must not arrive after it: lx.turn() says so.
 *
 * Steps: every change of run, view, code, label or `kept` is a step for Back and undo; history.js tells one act of a person from the next,
 * and writes what comes without one (an answer, a walk that plays) into the step that it belongs to. A view has nothing to do for that but
 * to call lx.keep when its state changes, and never lx.setCode because it was opened.
 */
import { KEPT, addressOf, placeOf } from './address.js';
import { api, bytes, code, draw, stale, tile, waiting, whose } from './server_requests.js';
import { b64, f32 } from './bytes.js';
import { views } from '../constants.js';
import { remember } from './dom.js';
import { History } from './history.js';
import { css, loadPlotly, paintTheme, palette } from './appearance.js';
import { LastAsked } from './last_asked.js';
import { copy, save, say } from './notices.js';
import { best, can, opensAnother, ranked, refresh, runOf, supports } from './runs.js';
import * as server from './server.js';
import { coordinate, label, moved, relabels, slideBy, sliderUpdates } from './sliders.js';
import { emit, emitRestore, known as knows, on, state } from './state.js';
import { WORDED, category, field, known, names, number, phrase, t, translate } from './words.js';

/** @import { RunAnswer } from './answers' */
/** @import { Code, Info, Keyframe, Origin, Run, State } from './types' */
/** @typedef {ReturnType<typeof placeOf>} Place */

let restoring = false;
const link = () => (state.run ? addressOf(location.href, state) : '');
/** @type {History} */
const steps = new History({ link, restore: (known) => revisit(placeOf(location.href), known), told: () => emit('history') });
knows.can = () => steps.can;
state.kept = placeOf(location.href).kept; /* state.view is the address's too */
const linked = !!placeOf(location.href).run;

/* own range inputs (class lx-range) show how far they are; call after setting a value by program */
/** @param {HTMLInputElement} e */
const range = (e) => e.style.setProperty('--p', (100 * (+e.value - +e.min)) / (+e.max - +e.min) + '%');
document.addEventListener('input', (e) => {
  const input = /** @type {HTMLInputElement} */ (e.target);
  if (input.classList?.contains('lx-range')) range(input);
});

/* ---- the current run and its code ---- */
/** @param {RunAnswer} d @returns {Info} */
const decoded = (d) => ({
  ...d,
  mean: f32(d.mean),
  directions: d.directions.map((v) => ({ ...v, vector: f32(v.vector) })),
  default: { ...d.default, w: f32(d.default.w) },
});
/* of several runs asked for one after another the last is the one that opens */
const openings = new LastAsked();
let chosen = false; /* the run, by a person or a link */
/** @param {string | null} run */
const tellOpening = (run) => {
  state.opening = run;
  if (run) document.body.dataset.opening = run;
  else delete document.body.dataset.opening;
  emit('opening');
};
/** @param {string} run @returns {Promise<Info>} */
const load = async (run) => decoded(await api(`run/${encodeURIComponent(run)}`));
/**
 * Put a run in place, at a code and label where they fit it; says whether run or code are others than before.
 * @param {string} run @param {Info} info @param {Partial<Place>} [at]
 */
const settle = (run, info, at = {}) => {
  const n = info.spec.num_classes,
    { w, label } = at,
    before = state.w,
    was = [state.run, state.label, JSON.stringify(state.origin)];
  const good = w && w.length === info.mean.length && w.every(Number.isFinite);
  const none = label === undefined || label === null,
    fits = none || (n > 0 && Number.isInteger(label) && label >= 0 && label < n);
  if ((w && !good) || !fits) say(t('error.link'), 'error');
  if (run !== state.run) state.keys = [];
  state.run = run;
  state.info = info;
  state.label = n ? (fits && label) || 0 : null;
  state.w = Float32Array.from(good ? w : info.default.w);
  state.origin = good ? at.origin || { kind: 'link' } : info.default.origin;
  document.body.dataset.run = run;
  can();
  const same = run === was[0],
    { w: after } = state,
    still = same && !!before && before.every((v, i) => v === after[i]) && state.label === was[1] && JSON.stringify(state.origin) === was[2];
  if (still) state.w = before;
  return { run: !same, code: !still };
};
/* null: another was asked for meanwhile, or it cannot be had */
/** @param {string} run @param {Promise<Info> | null} [loading] */
const opened = async (run, loading) => {
  const isLast = openings.ask();
  tellOpening(run);
  try {
    const info = await (loading || load(run));
    return isLast() ? info : null;
  } catch (e) {
    if (isLast()) {
      say(/** @type {Error} */ (e).message, 'error');
      document.body.dataset.openError = /** @type {Error} */ (e).message;
    }
    return null;
  } finally {
    if (isLast()) tellOpening(null);
  }
};
const forget = () => {
  for (const [k, whole] of Object.entries(KEPT)) if (whole) delete state.kept[k];
};
/** @param {string} run @param {{ w?: Code, origin?: Origin, label?: number }} [at] */
const open = (run, at) => {
  chosen = true;
  return placed(run, at, null);
};
/** @param {string} run @param {{ w?: Code, origin?: Origin, label?: number }} [at] @param {string | null} [shows] */
const placed = async (run, at, shows = null) => {
  const info = await opened(run);
  if (!info) return false;
  state.shows = shows;
  if (state.run && state.run !== run) forget();
  settle(run, info, at || {});
  emit('run');
  emit('keys');
  emit('code');
  steps.changed();
  return true;
};
/**
 * The one way in which an address becomes the page: first opening, reload, Back, Forward, undo, redo.
 * @param {Place} at @param {boolean} first as if the page had just been opened: it has, or a link was pasted over its address
 * @param {Promise<Info> | null} [loading] of the page's own opening alone
 */
const restore = async (at, first, loading) => {
  const run = at.run || state.run;
  if (!run) return false;
  const info = run === state.run ? state.info : await opened(run, loading);
  if (!info) return false;
  openings.drop();
  asked.drop();
  chosen = true;
  state.shows = null;
  tellOpening(null);
  /* what was chosen while the page opened stays: its address was in place before that */
  const view = (!loading && views.find((v) => v.name === at.view)?.name) || state.view,
    moved = view !== state.view;
  restoring = true;
  if (!loading) state.kept = at.kept;
  state.view = view;
  const changed = settle(run, info, at);
  place();
  can();
  if (changed.run) {
    emit('run');
    emit('keys');
  }
  if (changed.code) emit('code');
  if (moved) emit('view');
  tellRestored({ first, run: changed.run });
  return true;
};
/** A step of the history; false where its run is there no more. @param {Place} at @param {boolean} known */
const revisit = async (at, known) => {
  if (known && at.run && !runOf(at.run)) {
    await refresh();
    if (state.runs && !runOf(at.run)) return false;
  }
  await restore(at, !known);
  return true;
};
/* the open run was deleted: another takes its place */
on('runs', () => {
  if (state.run && state.runs?.length && !runOf(state.run) && !state.opening) present();
});
/** @param {Place} at */
const visit = (at) => steps.visit(() => restore(at, false));
/** @param {{ first: boolean, run: boolean }} what */
const tellRestored = (what) => {
  knows.restored = { first: true, run: true };
  emitRestore(what);
  restoring = false;
};
/** @param {ArrayLike<number>} w @param {Origin} origin @param {number} [label] */
const setCode = (w, origin, label) => {
  state.w = Float32Array.from(w);
  state.origin = origin;
  if (label !== undefined && state.label !== null) state.label = label;
  emit('code');
  steps.changed();
};
/** @param {number} k */
const setLabel = (k) => {
  if (k !== state.label && k >= 0 && k < (state.info?.spec.num_classes || 0)) {
    state.label = k;
    emit('code');
    steps.changed();
  }
};
/** @param {string} name @param {string | number | null} text @param {boolean} [quiet] */
const keep = (name, text, quiet = false) => {
  if (restoring) return;
  const before = state.kept[name];
  if (text === null || text === undefined || text === '') delete state.kept[name];
  else state.kept[name] = String(text);
  if (state.kept[name] !== before) steps.changed(quiet);
};
/** @param {State['noise']} noise */
const setNoise = (noise) => {
  state.noise = noise;
  emit('noise');
};
/** @param {Keyframe[]} keys */
const setKeys = (keys) => {
  state.keys = keys.slice(0, 12);
  emit('keys');
};
const present = async () => {
  const names = ranked(),
    shows = state.view;
  let isLast = openings.same();
  for (const name of names) {
    if (!isLast()) return true; /* another was asked for meanwhile */
    const placing = placed(name, undefined, shows);
    isLast = openings.same();
    if (!(await placing)) continue;
    if (state.view !== shows && !chosen && opensAnother()) await present(); /* that view was left before its run was there */
    return true;
  }
  return false;
};
/** @param {string} view */
const show = (view) => {
  if (!views.some((v) => v.name === view)) return;
  if (view === state.view) return;
  state.view = view;
  place();
  can();
  emit('view');
  steps.changed();
  if (chosen || !state.run) return;
  if (opensAnother()) present();
  else if (state.opening) {
    openings.drop(); /* it was to show the view that has been left */
    tellOpening(null);
  }
};
/** @param {string[]} runs */
const showing = (runs) => {
  state.showing = { view: state.view, runs };
  emit('showing');
};
const place = () => {
  document.body.dataset.view = state.view;
  document.body.classList.toggle('lx-alone', !views.find((v) => v.name === state.view)?.inspector);
};
/** @param {string} lang */
const setLang = (lang) => {
  state.lang = lang;
  document.documentElement.lang = lang;
  remember('lx-lang', lang);
  translate();
  emit('lang');
  steps.changed(true);
};
/** @param {string} theme */
const setTheme = (theme) => {
  state.theme = theme;
  remember('lx-theme', theme);
  paintTheme();
  emit('theme');
};
/** Whether the arc between codes is the better way: codes are the noise itself, from a normal prior of sixteen dimensions or more. */
const arc = () => {
  const s = state.info?.spec;
  return !!s && s.prior === 'normal' && s.num_layers === 1 && s.w_dim === s.z_dim && s.w_dim >= 16;
};

const random = () => crypto.getRandomValues(new Uint32Array(1))[0] % 100000;
/* of several codes asked for one after another the last is the one that is wanted, whichever answer comes last */
const asked = new LastAsked();
const turn = () => {
  const isLast = asked.ask(),
    run = state.run;
  return () => isLast() && run === state.run;
};
const sample = async (seed = random()) => {
  const still = turn();
  try {
    const d = await code({ op: 'sample', seed });
    if (still()) setCode(d.w, { kind: 'seed', seed });
  } catch (e) {
    say(/** @type {Error} */ (e).message, 'error');
  }
};
/** @param {number} index */
const point = async (index) => {
  const still = turn();
  try {
    const d = await code({ op: 'point', index });
    if (still()) setCode(d.w, { kind: 'point', index, label: d.label });
  } catch (e) {
    say(/** @type {Error} */ (e).message, 'error');
  }
};

/* a code of a place on a map: what it is that a map cannot say back (explorer/latent/neighbours.py, place) */
/** @param {Extract<import('./types').Origin, { kind: 'place' }>} o */
const placeText = ({ approximate, projection }) => {
  if (approximate === false) return 'origin.place';
  return projection === 'pca' ? 'origin.plane' : 'origin.near';
};
/** A sentence for where the current code comes from. */
const originText = (o = state.origin) => {
  if (!o) return '';
  if (o.kind === 'point') return t('origin.point', { index: o.index }) + (names(o.label) ? ' · ' + names(o.label) : '');
  if (o.kind === 'place') return t(placeText(o), { x: number(o.x), y: number(o.y) });
  if (o.kind === 'seed' || o.kind === 'sample')
    return t('origin.seed', { seed: o.seed }) + (Number.isFinite(o.psi) ? ` · ψ ${number(o.psi)}` : '');
  if (o.kind === 'walk') return t('origin.walk', { t: Math.round(o.t * 100) });
  return t(known('origin.' + o.kind) ? 'origin.' + o.kind : 'origin.link', o);
};

/* what Gradio's own handlers call (js= in Python), and whoever opens the browser's console */
export const lx = (window.lx = {
  state,
  views,
  KEPT: Object.keys(KEPT),
  on,
  linked,
  open,
  visit,
  present,
  best,
  setCode,
  setLabel,
  setNoise,
  keep,
  setKeys,
  show,
  showing,
  api,
  bytes,
  code,
  whose,
  draw,
  tile,
  t,
  say,
  stale,
  refresh,
  b64,
  f32,
  link,
  save,
  copy,
  names,
  number,
  translate,
  coordinate,
  moved,
  label,
  field,
  category,
  phrase,
  slide: slideBy(setCode),
  sliderUpdates,
  relabels,
  supports,
  runOf,
  setLang,
  setTheme,
  loadPlotly,
  css,
  get palette() {
    return palette();
  },
  sample,
  point,
  turn,
  random,
  originText,
  get busy() {
    return waiting() + steps.busy;
  },
  undo: () => steps.undo(),
  redo: () => steps.redo(),
  get can() {
    return steps.can;
  },
  known,
  arc,
  range,
});

const boot = async () => {
  document.documentElement.lang = state.lang;
  place();
  paintTheme();
  translate();
  new MutationObserver((seen) => {
    for (const m of seen)
      for (const e of m.addedNodes)
        if (e instanceof Element && (e.matches(WORDED) || e.querySelector(WORDED))) translate(e.parentElement || e);
  }).observe(document.body, { childList: true, subtree: true });
  new MutationObserver(() => {
    if (document.body.classList.contains('dark') !== (state.theme === 'dark')) paintTheme();
  }).observe(document.body, { attributes: true, attributeFilter: ['class'] });
  if (server.ahead || state.view === 'map') setTimeout(() => loadPlotly().catch(() => {}), state.view === 'map' ? 0 : 2500);
  const at = placeOf(location.href),
    loading = at.run ? load(at.run) : null;
  loading?.catch(() => {}); /* restore says it */
  const runs = await refresh();
  try {
    if (loading && (await restore(at, true, loading))) return;
    if (loading) forget();
    chosen = false;
    await begin(runs);
  } finally {
    steps.begun();
  }
};
/** No run was asked for, or it cannot be had. @param {Run[] | null} runs */
const begin = async (runs) => {
  if (!runs?.length) document.body.dataset.empty = 'true';
  else if (await present()) tellRestored({ first: true, run: true });
};
if (document.body) boot();
else document.addEventListener('DOMContentLoaded', boot);
