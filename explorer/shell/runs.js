/* The list of runs, and which of them a view can show. */
import { api } from './server_requests.js';
import { say } from './notices.js';
import { emit, state } from './state.js';

/** @import { Run } from './types' */

/** @param {string | null} name */
export const runOf = (name) => state.runs?.find((r) => r.name === name);
/* whether a view can show a run: what the run itself says, else what the list says of it */
/** @param {string | null} name @param {string} [view] */
export const supports = (name, view = state.view) => {
  const able = (name === state.run && state.info?.views) || runOf(name)?.views;
  return !able || able.includes(view);
};
/** The page says where the current run does not fit the view. */
export const can = () => {
  document.body.classList.toggle('lx-cannot', !!state.run && !supports(state.run));
};
/* the runs that the current view can show, the one that shows most of it first; then the others */
export const ranked = () => {
  const names = (state.runs || []).map((r) => r.name),
    able = names.filter((name) => supports(name)),
    first = [state.firsts[state.view], state.first].filter((name) => name && able.includes(name));
  return [.../** @type {Set<string>} */ (new Set([...first, ...able, ...names]))];
};
/** The run that shows most of the current view, null where none can show it. */
export const best = () => ranked().find((name) => supports(name)) ?? null;
/* whether a view is to open on the run that shows its point: as long as nobody has chosen a run, or changed what is drawn */
export const opensAnother = () => {
  const { run, w, info, firsts } = state,
    first = firsts[state.view];
  if (!run || !supports(run)) return true;
  return !!first && first !== run && supports(first) && !!w && !!info && w.every((v, i) => v === info.default.w[i]);
};
let lists = 0;
/** @type {Promise<Run[] | null> | null} */
let newest = null;
export const refresh = () => (newest = listed(++lists));
/** @param {number} mine @returns {Promise<Run[] | null>} */
const listed = async (mine) => {
  /* an answer that another has overtaken would bring back what was deleted since */
  try {
    const d = await api('runs');
    if (mine !== lists) return newest;
    state.runs = d.runs;
    state.first = d.first;
    state.firsts = d.firsts;
    state.training = d.training;
    state.problems = d.problems || {};
    can();
    emit('runs');
  } catch (e) {
    if (mine !== lists) return newest;
    say(/** @type {Error} */ (e).message, 'error');
  }
  return state.runs;
};
