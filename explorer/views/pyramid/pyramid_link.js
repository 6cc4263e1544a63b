/* What of Pyramid is in a link: where the image comes from, shares in hundredths, each level's seed (of the second sample, where none is
 * known, its numbers), who draws. No window, no document. */
import { b64, f32, urlSafe } from '../../shell/bytes.js';

export const FULL = 100;

/** @type {Record<string, string>} */
const LETTERS = { sample: 's', held: 'h', draw: 'd', file: 'f' };

/** @param {string} text */
const seedOr = (text) => (/^\d{1,9}$/.test(text) ? +text : null);

/* a seed, or a level's numbers */
/** @param {string} text @param {number} size */
const read = (text, size) => {
  if (text?.[0] !== '*') return seedOr(text);
  try {
    const w = f32(text.slice(1));
    return w.length === size && w.every(Number.isFinite) ? w : null;
  } catch {
    return null;
  }
};

/**
 * @typedef {object} Shown
 * @property {string} source
 * @property {string} image
 * @property {number[]} blend
 * @property {(number | null)[]} a seeds, null where unknown
 * @property {(number | Float32Array | null)[]} b of the second sample seeds, numbers or null
 * @property {boolean[]} drawn
 */
/** @param {Shown} shown */
export const pyramidText = ({ source, image, blend, a, b, drawn }) =>
  [
    LETTERS[source] + image,
    blend.join('.'),
    a.map((s) => s ?? '-').join('.'),
    b.map((s) => (s instanceof Float32Array ? '*' + urlSafe(b64(s)) : (s ?? '-'))).join('.'),
    drawn.map(Number).join(''),
  ].join('~');

/** Back again; null for a text of other levels. `sizes`: how many numbers of noise each level has.
 * @param {string | undefined} text @param {number[]} sizes @returns {Shown | null} */
export const textPyramid = (text, sizes) => {
  const [image, shares, one, two, by] = String(text || '').split('~'),
    n = sizes.length,
    said = (shares || '').split('.').map(seedOr),
    blend = said.flatMap((v) => (v === null || v > FULL ? [] : [v])),
    a = (one || '').split('.').map(seedOr),
    b = (two || '').split('.').map((t, k) => read(t, sizes[k]));
  if (said.length !== n - 1 || blend.length !== n - 1 || a.length !== n || b.length !== n) return null;
  return {
    source: Object.keys(LETTERS).find((s) => LETTERS[s] === image[0]) || 'sample',
    image: image.slice(1),
    blend,
    a,
    b,
    drawn: Array.from({ length: n - 1 }, (_, k) => by?.[k] === '1'),
  };
};
