/* The page's address, which is the link: `?run=…&view=…&lang=…`, and behind `#` the code `w`, its origin `o`, its class `c`, and what views
 * keep. Links that carry all of it as a query are read as well. No window, no document. */
import { b64, f32, urlSafe } from './bytes.js';

/** @import { Code, State } from './types' */

/* what views keep; true: it belongs to a run, and goes when another is opened */
export const KEPT = {
  cmp: false,
  seed: false,
  class: false,
  live: false,
  train: false,
  grid: true,
  abc: true,
  dir: true,
  dims: true,
  pyr: true,
  grow: true,
  sty: true,
  mic: true,
  map: true,
  walk: true,
  rec: true,
};
const BEHIND = ['w', 'o', 'c', ...Object.keys(KEPT)],
  LONGEST = 2 ** 17;

/** A damaged code is one of no numbers, which fits no run. @param {string} text @returns {Code} */
const codeOf = (text) => {
  try {
    return f32(text);
  } catch {
    return new Float32Array(0);
  }
};
/** @param {string | null} text */
const originOf = (text) => {
  try {
    return JSON.parse(text || 'null');
  } catch {
    return null;
  }
};

/**
 * Run, view, code, origin, label and what views keep of an address. A label that is none is NaN.
 * @param {string} href
 * @returns {{ run: string | null, view: string | null, kept: Record<string, string>, w?: Code, origin?: any, label?: number }}
 */
export const placeOf = (href) => {
  const url = new URL(href),
    query = url.searchParams,
    hash = new URLSearchParams(url.hash.slice(1));
  /** @param {string} key */
  const get = (key) => hash.get(key) ?? query.get(key);
  /** @type {Record<string, string>} */
  const kept = {};
  for (const key of Object.keys(KEPT)) {
    const text = get(key);
    if (text && text.length <= LONGEST) kept[key] = text;
  }
  const [w, label] = [get('w'), get('c')];
  return {
    run: query.get('run'),
    view: query.get('view'),
    kept,
    ...(w && { w: codeOf(w), origin: originOf(get('o')) }),
    ...(label !== null && { label: label === '' ? NaN : Number(label) }),
  };
};

/** The address of a state, everything else in it as it is. @param {string} href @param {State} state */
export const addressOf = (href, state) => {
  const url = new URL(href),
    query = url.searchParams,
    hash = new URLSearchParams();
  for (const key of BEHIND) query.delete(key);
  for (const key of /** @type {const} */ (['run', 'view', 'lang'])) query.set(key, String(state[key]));
  if (state.w) hash.set('w', urlSafe(b64(state.w)));
  if (state.origin) hash.set('o', JSON.stringify(state.origin));
  if (state.label !== null) hash.set('c', String(state.label));
  for (const key of Object.keys(KEPT)) if (state.kept[key]) hash.set(key, state.kept[key]);
  url.hash = String(hash);
  return url.href;
};

/** A word as a part of what a view keeps, where "~" and "." part one from the next. @param {string} word */
export const coded = (word) => encodeURIComponent(word).replaceAll('~', '%7E').replaceAll('.', '%2E');
