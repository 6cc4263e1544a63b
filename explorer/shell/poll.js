/* What the server works out in the background is asked for again and again until it is there. */
import { wait } from './dom.js';

/** @import { NotReady } from './answers' */

/**
 * Promise of the answer; null once nobody wants it.
 * @template {object} Answer
 * @param {() => Promise<Answer | NotReady>} ask
 * @param {() => unknown} wanted
 * @param {(share: number | null) => void} [progress] how much is done; null: all of it
 * @param {number} [pause] milliseconds between two questions
 * @returns {Promise<Answer | null>}
 */
export const untilReady = async (ask, wanted, progress = () => {}, pause = 500) => {
  while (wanted()) {
    const answer = await ask();
    if (!wanted()) return null;
    if (!('ready' in answer) || answer.ready !== false) {
      progress(null);
      return /** @type {Answer} */ (answer);
    }
    progress(/** @type {NotReady} */ (answer).done);
    await wait(pause);
  }
  return null;
};
