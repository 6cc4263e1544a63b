/* The part of a link that Collapse keeps: data.seed[.step[.speed[.layers]]][turns], layers being 0 to 3: critic 1, arrows 2; turns of one
 * side alone as in collapse_turns.js. */
import { textTurns, turnsText } from './collapse_turns.js';

/** @import { Start } from '../../shell/answers' */
/** @import { Turn } from './collapse_turns.js' */
/** @typedef {Start['data']} Data */
/** @typedef {{ data: Data, seed: number, step: number, speed: number, layers: number, turns: Turn[] }} Link */

export const SPEEDS = [1, 3, 0];

/** @param {string | undefined} text @returns {Link} */
export const textLink = (text) => {
  const m = /^(ring|grid)(?:\.(\d{1,10}))?(?:\.(\d{1,6}))?(?:\.(\d{1,2}))?(?:\.([0-3]))?((?:-\d+[dg]\d+)*)$/.exec(text || '') || [];
  return {
    data: m[1] === 'grid' ? 'grid' : 'ring',
    seed: +m[2] < 2 ** 31 ? +m[2] : 0,
    step: +m[3] || 0,
    speed: SPEEDS.includes(+m[4]) && m[4] ? +m[4] : 0,
    layers: m[5] ? +m[5] : 3,
    turns: textTurns(m[6] || ''),
  };
};

/** As short as can be. @param {Link} s */
export const linkText = (s) => {
  const parts = [s.data, s.seed, s.step, s.speed, s.layers],
    usual = [null, null, 0, 0, 3];
  while (parts.length > 2 && parts.at(-1) === usual[parts.length - 1]) parts.pop();
  return parts.join('.') + turnsText(s.turns);
};
