/* What a training that ended has left: whether it can go on, or be opened at least. No window, no document. */

/** @import { Snapshot } from '../../shell/answers' */

/** The key of the sentence of a training that was stopped or whose process is gone, by what there is to go on from.
 * @param {Pick<Snapshot, 'state' | 'resumable' | 'can'>} s */
export const leftBehind = ({ state, resumable, can }) => {
  const less = can.open ? '.kept' : '.lost';
  return `train.${state}${resumable ? '' : less}`;
};
