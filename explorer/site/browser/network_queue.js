/* Networks share the page's one thread: they run one after another, single images before many, and between two of them the page draws and
 * hears the hand. No document. */

/** @type {(() => Promise<void>)[]} */
const first = [];
/** @type {(() => Promise<void>)[]} */
const others = [];
let running = false;

/* a message to itself comes behind all that waits already; scheduler.yield would come before it, a timeout four milliseconds later */
const { port1: ours, port2: back } = new MessageChannel();

/** Lets the browser do what waits. */
const breathe = () =>
  new Promise((go) => {
    back.onmessage = go;
    ours.postMessage(0);
  });

const work = async () => {
  if (running) return;
  running = true;
  for (let next; (next = first.shift() ?? others.shift());) {
    await next();
    await breathe();
  }
  running = false;
};

/**
 * What `make` gives, once it is its turn.
 * @template T @param {() => Promise<T>} make @param {boolean} ahead of all that are not
 * @returns {Promise<T>}
 */
export const inTurn = (make, ahead) =>
  new Promise((done, failed) => {
    (ahead ? first : others).push(() => make().then(done, failed));
    work();
  });
