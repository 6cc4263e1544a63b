/* What the server works out in the background is asked for again and again until it is there. */
import { wait } from './dom.js';

/**
 * Promise of the answer; null once nobody wants it.
 * @param {() => Promise<any>} ask an answer that is not there yet says so: {ready: false, done: a share}
 * @param {() => unknown} wanted
 * @param {(share: number | null) => void} [progress] how much is done; null: all of it
 * @param {number} [pause] milliseconds between two questions
 */
export const untilReady = async (ask, wanted, progress = () => {}, pause = 500) => {
  while (wanted()) {
    const answer = await ask();
    if (!wanted()) return null;
    const ready = answer.ready !== false;
    progress(ready ? null : answer.done);
    if (ready) return answer;
    await wait(pause);
  }
  return null;
};
