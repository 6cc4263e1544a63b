/* The page's words in its language: sentences, numbers, classes, and what images are read for. */
import { words } from '../constants.js';
import { state } from './state.js';

/** @param {object} o @param {string} k */
const has = (o, k) => Object.prototype.hasOwnProperty.call(o, k);
/** @param {string} key @param {Record<string, any>} [vars] */
export const t = (key, vars = {}) =>
  (words[state.lang][key] ?? words.en[key] ?? key).replace(/\{(\w+)\}/g, (m, k) => (has(vars, k) ? vars[k] : m));
/** @param {string} key */
export const known = (key) => has(words.en, key);
/** @param {number} v */
export const number = (v, digits = 2) => (v < 0 ? '−' : '') + Math.abs(v).toFixed(digits);
export const WORDED = '[data-t],[data-t-label],[data-t-title]';
/** @param {ParentNode} [node] */
export const translate = (node = document) => {
  const each = (/** @type {string} */ attribute) => /** @type {NodeListOf<HTMLElement>} */ (node.querySelectorAll(attribute));
  for (const e of each('[data-t]')) e.textContent = t(String(e.dataset.t));
  for (const e of each('[data-t-label]')) e.setAttribute('aria-label', t(String(e.dataset.tLabel)));
  for (const e of each('[data-t-title]')) e.title = t(String(e.dataset.tTitle));
};
/** @param {number | null} [label] @returns {string} */
export const names = (label) =>
  label === null || label === undefined || label < 0
    ? ''
    : (state.info?.dataset?.classes?.[label] ?? state.info?.card?.data?.classes?.[label] ?? String(label));
/* what images are read for, in words: a field ("skin"), a category alone ("no glasses", "dark"), one that says its field ("skin dark") */
/** @param {string | null | undefined} s */
const spaced = (s) =>
  String(s)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
/** @param {string | null | undefined} f @returns {string} */
export const field = (f) => (known('field.' + f) ? t('field.' + f) : spaced(f));
/** @param {string | null | undefined} f @param {string | null | undefined} v @returns {string} */
export const category = (f, v) => {
  if (known(`value.${f}.${v}`)) return t(`value.${f}.${v}`);
  if (v === 'yes') return field(f);
  if (v === 'no') return t('value.no', { what: field(f) });
  return f === 'class' ? String(v) : spaced(v);
};
/** @param {string} f @param {string} v @returns {string} */
export const phrase = (f, v) =>
  ['yes', 'no'].includes(v) || f === 'class' || known('alone.' + f) ? category(f, v) : `${field(f)} ${category(f, v)}`;
