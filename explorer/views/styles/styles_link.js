/* What of Styles is in a link: fields joined by "~", lists by ".", dials in hundredths. No window, no document. */
import { b64, f32, urlSafe } from '../../shell/bytes.js';
import { SIDE } from './grid_places.js';

/** @import { Code, Spec } from '../../shell/types' */
/** @import { Place } from './grid_places.js' */
/**
 * @typedef {object} Dials
 * @property {number[]} rows seeds @property {number[]} columns
 * @property {boolean[]} layers
 * @property {number} blend @property {number} psi @property {number} cutoff
 * @property {number | null} seed of the noise
 * @property {Place | null} pick the cell that is the current code
 * @property {number[]} pair
 * @property {boolean} real @property {number[]} held @property {string} files
 * @property {Code | null} base the code before truncation, where it does not follow from the current one
 */
/** @typedef {Dials & { strengths: number[], free: boolean, otherPsi: number }} Shown */
/** @typedef {Dials & { strengths: number[] | null, own: boolean, otherPsi: number | null }} Kept what a text may leave open is null */

const PER = 100;

/* the numbers of a list; none where one is no number or lies outside */
/** @param {string | undefined} text @param {number} most */
const list = (text, most, least = 0) => {
  const v = (text || '').split('.').map((x) => (/^-?\d{1,9}$/.test(x) ? +x : NaN));
  return v.every((x) => x >= least && x <= most) ? v : [];
};

/* the cell that is the current code; a code of one's own; none */
/** @param {Pick<Shown, 'pick' | 'free'>} of */
const chosen = ({ pick, free }) => {
  if (pick) return pick.join('.');
  return free ? '-' : 'own';
};

/** `base`: the code before truncation, where it does not follow from the current one; null otherwise. @param {Shown} s */
export const stylesText = (s) =>
  [
    s.rows.join('.'),
    s.columns.join('.'),
    s.layers.map(Number).join(''),
    s.blend,
    s.psi,
    s.cutoff,
    s.strengths.join('.'),
    s.seed ?? '-',
    chosen(s),
    s.pair.join('.'),
    s.real ? s.held.join('.') : '',
    s.real ? s.files : '',
    s.base ? urlSafe(b64(s.base)) : '',
    s.otherPsi,
  ].join('~');

/** @param {string | undefined} text @param {number} length */
const codeOf = (text, length) => {
  try {
    const w = f32(text || '');
    return w.length === length && w.every(Number.isFinite) ? w : null;
  } catch {
    return null;
  }
};

/** Back again, for a run with so many layers and levels, whose codes have `length` numbers; null for a text that cannot be of one.
 * @param {string | undefined} text @param {Spec} spec @param {number} length @returns {Kept | null} */
export const textStyles = (text, { num_layers: L, levels }, length) => {
  const [r, c, l, b, p, u, s, n, k, w, h, files, of, o] = String(text || '').split('~');
  const rows = list(r, 1e9),
    columns = list(c, 1e9),
    strengths = list(s, 2 * PER),
    at = list(k, SIDE - 1, -1),
    pair = list(w, 2 * SIDE - 1),
    [blend] = list(b, PER),
    [psi] = list(p, 150, -PER),
    [cutoff] = list(u, L);
  if (
    rows.length !== SIDE ||
    columns.length !== SIDE ||
    l?.length !== L ||
    !/^[01]+$/.test(l) ||
    [blend, psi, cutoff].some((v) => v === undefined) ||
    pair.length !== 2
  )
    return null;
  return {
    rows,
    columns,
    layers: [...l].map((x) => x === '1'),
    blend,
    psi,
    cutoff,
    strengths: strengths.length === levels.length ? strengths : null,
    seed: list(n, 1e9)[0] ?? null,
    pick: at.length === 2 && Math.max(...at) >= 0 ? [at[0], at[1]] : null,
    own: k === 'own',
    pair,
    real: !!h,
    held: list(h, 1e9),
    files: files || '',
    base: codeOf(of, length),
    otherPsi: list(o, 150, -PER)[0] ?? null,
  };
};
