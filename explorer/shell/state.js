/* What the page's parts share: the state of lx.state, and the telling of what changes in it. */
import { views, words } from '../constants.js';
import { remembered } from './dom.js';

/** @import { Events, Opened, State } from './types' */

const query = new URLSearchParams(location.search);
/* the link's, the one that was chosen last, the browser's */
const language = () => {
  const said = [query.get('lang'), remembered('lx-lang')].find((name) => name && words[name]);
  return said ?? (navigator.language.startsWith('ko') ? 'ko' : 'en');
};
/** @type {State} */
export const state = {
  run: null,
  view: views.find((v) => v.name === query.get('view'))?.name || views[0].name,
  w: null,
  origin: null,
  info: null,
  lang: language(),
  theme: query.get('__theme') || remembered('lx-theme') || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'),
  runs: null,
  problems: {},
  keys: [],
  label: null,
  kept: {},
  noise: null,
  first: null,
  firsts: {},
  training: false,
  opening: null,
  shows: null,
  showing: null,
};
/** The state, for what is only asked for while a run is open. */
export const opened = () => /** @type {Opened} */ (state);

/* what the store knows beside it: whether the page was shown as an address says, and which steps there are (history.js) */
export const known = {
  restored: /** @type {{ first: boolean, run: boolean } | null} */ (null),
  can: () => ({ undo: false, redo: false }),
};
/** @type {Record<string, ((...told: any[]) => void)[]>} */
const listeners = {};
/** @type {Record<keyof Events, () => any[] | null>} */
const now = {
  run: () => state.info && [state.info],
  code: () => state.w && state.info && [state.w, state.origin],
  view: () => [state.view],
  lang: () => [state.lang],
  theme: () => [state.theme],
  keys: () => [state.keys],
  runs: () => state.runs && [state.runs, state.problems],
  noise: () => state.info && [state.noise],
  restore: () => known.restored && [known.restored],
  history: () => [known.can()],
  opening: () => [state.opening],
  showing: () => [state.showing],
};
/** @param {(...told: any[]) => void} fn @param {any[]} a */
const call = (fn, a) => {
  try {
    fn(...a);
  } catch (e) {
    console.error(e);
  }
};
/** @param {keyof Events} event */
export const emit = (event) => {
  const a = now[event]();
  if (a) for (const fn of listeners[event] || []) call(fn, a);
};
/**
 * @template {keyof Events} E
 * @param {E} event
 * @param {(...told: Events[E]) => void} fn
 */
export const on = (event, fn) => {
  (listeners[event] ??= []).push(fn);
  const a = now[event]();
  if (a) call(fn, a);
};
/** Tell of a restore. @param {Events['restore'][0]} what */
export const emitRestore = (what) => {
  for (const fn of listeners.restore || []) call(fn, [what]);
};
