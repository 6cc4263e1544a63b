import { lx } from './store.js';

/* One request in flight, the latest wish last. What stands in `hosts()` is of another wish meanwhile and dimmed; where the last one fails,
   `wipe()` takes it away. */
export const latest = (work, failed, hosts = () => [], wipe = () => {}) => {
  let busy = false,
    next = null;
  const run = async () => {
    busy = true;
    lx.stale(hosts(), true);
    while (next) {
      const wish = next;
      next = null;
      try {
        await work(...wish);
      } catch (e) {
        if (!next) {
          wipe();
          failed(e);
        }
      }
      lx.stale(hosts(), !!next, true);
    }
    busy = false;
  };
  return (...wish) => {
    next = wish;
    if (!busy) run();
  };
};
