/* Reconstruct's part of a link: where the input comes from and what it is, noise, how errors are shown, how the pad is read, the image A
 * and where the slider stands between it and the input, categories chosen among the attributes, generators that were searched. The code
 * is the link's own. */
import { coded } from '../../shell/address.js';

/** @type {Record<string, string>} */
const SOURCES = { code: 'c', pinned: 'p', held: 'h', draw: 'd', file: 'f' };
/** @type {Record<string, string>} */
const NOISES = { g: 'gaussian', d: 'dropout', b: 'block' };
/** @param {string[]} list */
const listText = (list) => list.map(coded).join('.');
/** @param {string | undefined} text */
const textList = (text) => {
  try {
    return (text || '').split('.').filter(Boolean).map(decodeURIComponent).slice(0, 16);
  } catch {
    return [];
  }
};

/**
 * What is kept of the view. image: a held-out image's number, or an image as text; a: the image A, as text; at: where the slider stands
 * between it and the input, in hundredths.
 * @typedef {object} Kept
 * @property {string} source
 * @property {string | number} [image]
 * @property {{ kind: string, amount: number, seed: number } | null} noise
 * @property {string} mode
 * @property {boolean} centre
 * @property {string} a
 * @property {number} at
 * @property {string[]} chosen
 * @property {string[]} searched
 */

/** @param {Kept} s */
export const recText = (s) =>
  [
    SOURCES[s.source] + (s.image ?? ''),
    s.noise ? `${s.noise.kind[0]}${s.noise.amount}.${s.noise.seed}` : '',
    s.mode[0] + +s.centre,
    s.a,
    s.at === 100 ? '' : s.at,
    listText(s.chosen),
    listText(s.searched),
  ]
    .join('~')
    .replace(/~+$/, '');

/** The same back; null where there is none. @param {string | undefined} text @returns {Kept | null} */
export const textRec = (text) => {
  const [from, noise, look, a, at, chosen, searched] = String(text || '').split('~');
  const source = Object.keys(SOURCES).find((s) => SOURCES[s] === from[0]);
  if (!source) return null;
  const [, kind, amount, seed] = (noise || '').match(/^([gdb])(\d{1,3})\.(\d{1,9})$/) || [];
  return {
    source,
    image: from.slice(1),
    noise: kind && +amount <= 100 ? { kind: NOISES[kind], amount: +amount, seed: +seed } : null,
    mode: look?.[0] === 'a' ? 'absolute' : 'signed',
    centre: look?.[1] !== '0',
    a: a || '',
    at: /^\d{1,2}$/.test(at) ? +at : 100,
    chosen: textList(chosen),
    searched: textList(searched),
  };
};
