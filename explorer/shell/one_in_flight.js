import { lx } from './store.js';

/**
 * One request in flight, the latest wish last. The function that is returned takes a wish: what `work` is called with. A wish that had to
 * wait until another run was open is dropped: it is of the run that was open when it was made.
 * @template {any[]} Wish
 * @param {(...wish: Wish) => Promise<void>} work
 * @param {(e: Error) => void} failed told of the last one alone
 * @param {() => Iterable<Element>} [hosts] what stands in them is of another wish meanwhile, and dimmed
 * @param {() => void} [wipe] takes it away where the last one failed
 */
export const latest = (work, failed, hosts = () => [], wipe = () => {}) => {
  let busy = false;
  /** @type {Wish | null} */
  let next = null;
  /** @type {string | null} */
  let whose = null;
  const run = async () => {
    busy = true;
    lx.stale(hosts(), true);
    while (next) {
      const wish = next;
      next = null;
      try {
        if (whose === lx.state.run) await work(...wish);
      } catch (e) {
        if (!next) {
          wipe();
          failed(/** @type {Error} */ (e));
        }
      }
      lx.stale(hosts(), !!next, true);
    }
    busy = false;
  };
  return (/** @type {Wish} */ ...wish) => {
    next = wish;
    whose = lx.state.run;
    if (!busy) run();
  };
};
