/* What of Arithmetic is in a link: A, B, C, strength and the noise's seed; where the gallery's images come from, what they show, and the
 * first one's number. An exemplar is "s" and a seed or "r" and an image's number. No window, no document. */
import { coded } from '../../shell/address.js';

/** @typedef {Record<'a' | 'b' | 'c', string[]>} Parts */
/**
 * @typedef {object} Sum
 * @property {Parts} parts
 * @property {number} strength
 * @property {number} seed
 * @property {'real' | 'samples'} source
 * @property {[string, string][]} filters field and category each
 * @property {number} offset
 */

/** @type {(keyof Parts)[]} */
export const SLOTS = ['a', 'b', 'c'];

export const MOST = 12; /* exemplars of a slot */

/** @param {string} ref */
export const isExemplar = (ref) => /^[sr]\d{1,9}$/.test(ref);

/** @param {string} text @returns {Sum['filters']} */
const filtersOf = (text) => {
  try {
    return text
      .split('.')
      .filter(Boolean)
      .map((f) => f.split(':').map(decodeURIComponent))
      .filter((f) => f.length === 2)
      .map(([field, category]) => /** @type {[string, string]} */ ([field, category]))
      .slice(0, 8);
  } catch {
    return [];
  }
};

/** @param {Sum} sum */
export const sumText = ({ parts, strength, seed, source, filters, offset }) =>
  [
    ...SLOTS.map((s) => parts[s].join('.')),
    +strength.toFixed(2),
    seed,
    source[0],
    filters.map((f) => f.map(coded).join(':')).join('.'),
    offset,
  ].join('~');

/** Back again, null for a text without any exemplar; `real`: whether the run has real images to show.
 * @param {string | undefined} text @param {boolean} real @returns {Sum | null} */
export const textSum = (text, real) => {
  const [a, b, c, s, n, from, shown, first] = String(text || '').split('~');
  const list = (/** @type {string} */ t) => (t || '').split('.').filter(isExemplar).slice(0, MOST),
    parts = { a: list(a), b: list(b), c: list(c) },
    all = Object.values(parts).flat();
  if (n === undefined || !all.length) return null;
  const drawn = from ? from === 'r' : all.some((r) => r[0] === 'r');
  return {
    parts,
    strength: Math.max(-1, Math.min(3, Number.isFinite(+s) ? +s : 1)),
    seed: Math.max(0, Math.floor(+n) || 0),
    source: drawn && real ? 'real' : 'samples',
    filters: filtersOf(shown || ''),
    offset: Math.max(0, Math.min(1e6, Math.floor(+first) || 0)),
  };
};
