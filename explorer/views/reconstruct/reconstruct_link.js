/* Reconstruct's part of a link: where the input comes from and what it is, noise, how errors are shown, how the pad is read, the image A
 * and where the slider stands between it and the input, categories chosen among the attributes, generators that were searched, how an own
 * picture was prepared. The code is the link's own. */
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

/** @import { Step } from '../../shell/photograph_preparation.js' */
/** Whether the image is the prepared one, what was done for it, and the other of the two as text.
 * @typedef {{ prepared: boolean, done: Step[], other: string }} Prep */
/** @type {Record<string, Step>} */
const STEPS = { i: 'invert', l: 'level', c: 'crop', m: 'margin', t: 'thicken', z: 'centre' };
/** @param {Prep | null} prep */
const prepText = (prep) => {
  const letters = Object.keys(STEPS).filter((k) => prep?.done.includes(STEPS[k]));
  return prep ? `${prep.prepared ? 'p' : 'a'}${letters.join('')}.${prep.other}` : '';
};
/** @param {string | undefined} text @returns {Prep | null} */
const textPrep = (text) => {
  const [, kind, letters, other] = (text || '').match(/^([pa])([ilcmtz]{0,6})\.([01][\w-]+)$/) || [];
  return kind ? { prepared: kind === 'p', done: [...letters].map((k) => STEPS[k]), other } : null;
};

/**
 * What is kept of the view. image: a held-out image's number, or an image as text; a: the image A, as text; at: where the slider stands
 * between it and the input, in hundredths; prep: of a person's own picture that was prepared.
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
 * @property {Prep | null} prep
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
    prepText(s.prep),
  ]
    .join('~')
    .replace(/~+$/, '');

/** The same back; null where there is none. @param {string | undefined} text @returns {Kept | null} */
export const textRec = (text) => {
  const [from, noise, look, a, at, chosen, searched, prep] = String(text || '').split('~');
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
    prep: textPrep(prep),
  };
};
