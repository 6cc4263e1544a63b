/* Turns of one side alone (the critic's or the generator's updates while the other rests), told from frames and written in a link. */

/** @import { Command } from '../../shell/answers' */
/** @typedef {'critic' | 'generator'} Side */
/** @typedef {[step: number, side: Side, updates: number]} Turn */
/** @typedef {{ step: number, critic: number, generator: number }} Counts how far a frame is: steps of both, and updates of each alone */
/** @typedef {{ step: number, turns: Turn[] }} Place where a training is, and what it had on the way beside its steps */

const SIDES = /** @type {const} */ (['critic', 'generator']);
/* as many as the process takes in a plan */
export const MOST_TURNS = 200;

/** The turns with another one, which goes on with the last where it is the same side's at the same step.
 * @param {Turn[]} turns @param {Turn} more */
export const withTurn = (turns, more) => {
  const last = turns.at(-1);
  if (!last || last[0] !== more[0] || last[1] !== more[1]) return [...turns, more];
  return [...turns.slice(0, -1), /** @type {Turn} */ ([last[0], last[1], last[2] + more[2]])];
};

/** What came before frame `at`: a frame never tells of both sides' steps and of one side's alone.
 * @param {Counts[]} frames @param {number} at */
export const turnsOf = (frames, at) => {
  /** @type {Turn[]} */
  let turns = [];
  for (let i = 1; i <= at; i++)
    for (const side of SIDES) {
      const n = frames[i][side] - frames[i - 1][side];
      if (n > 0) turns = withTurn(turns, [frames[i].step, side, n]);
    }
  return turns;
};

/** How often a side was moved alone. @param {Turn[]} turns @param {Side} side */
export const aloneOf = (turns, side) => turns.filter((t) => t[1] === side).reduce((sum, t) => sum + t[2], 0);

/** Whether a frame is as far as that. @param {Counts} frame @param {Place} place */
export const reached = (frame, { step, turns }) => frame.step >= step && SIDES.every((side) => frame[side] >= aloneOf(turns, side));

/** The frame of that place, -1 where this training did not pass it. @param {Counts[]} frames @param {Place} place */
export const frameOf = (frames, { step, turns }) => {
  const at = frames.findIndex((f) => f.step === step && SIDES.every((side) => f[side] === aloneOf(turns, side)));
  return at >= 0 && turnsText(turnsOf(frames, at)) === turnsText(turns) ? at : -1;
};

/** What is left of the wanted turns for a training that had some of them; null where it went another way, or is further.
 * @param {Place} had @param {Place} wanted @returns {Turn[] | null} */
export const turnsLeft = (had, wanted) => {
  if (had.step > wanted.step) return null;
  const left = [...wanted.turns];
  for (const [i, [step, side, n]] of had.turns.entries()) {
    const first = left.shift();
    if (!first || first[0] !== step || first[1] !== side || first[2] < n) return null;
    if (first[2] === n) continue;
    if (i < had.turns.length - 1 || had.step > step) return null;
    left.unshift([step, side, first[2] - n]);
  }
  return left.length && left[0][0] < had.step ? null : left;
};

/** As in a link: "12d50" is 50 updates of D alone at step 12. @param {Turn[]} turns */
export const turnsText = (turns) => turns.map(([step, side, n]) => `-${step}${side === 'critic' ? 'd' : 'g'}${n}`).join('');

/** @param {string} text @returns {Turn[]} */
export const textTurns = (text) =>
  [...text.matchAll(/-(\d{1,5})([dg])(\d{1,4})/g)]
    .slice(0, MOST_TURNS)
    .map(([, step, side, n]) => /** @type {Turn} */ ([+step, side === 'd' ? 'critic' : 'generator', Math.max(1, +n)]));

/** What the process is told to get to a place. @param {Place} place @returns {Command} */
export const wayTo = ({ step, turns }) => ({ until: step, plan: turns });
