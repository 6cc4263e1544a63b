/* Networks in the browser. Served by a host they run in two workers, one for what the hand is on and one for grids, so that neither waits
 * for the other and the page for none. A single file has no workers: there they share the page's thread (network_queue.js). */
import { Engine } from './engine.js';
import * as files from './files.js';
import { inTurn } from './network_queue.js';

/** @import { Given, Told } from './types' */
/**
 * @typedef {object} Place
 * @property {(model: Uint8Array) => Promise<number>} load
 * @property {(network: number, given: Given, ahead: boolean) => Promise<Told>} run
 */

const MODULE = 'runtime/ort.wasm.min.js',
  GLUE = 'runtime/ort-wasm-simd-threaded.js',
  WASM = 'runtime/ort-wasm-simd-threaded.wasm.gz',
  FRAME = 16; /* milliseconds that many images may hold the page for */
/** @type {Map<boolean, Promise<Place>>} */
const places = new Map();
/** @type {Promise<ArrayBuffer> | undefined} */
let unpacking;
const wasm = () => (unpacking ??= files.unpacked(WASM));

/** Fetches what runs networks, beside the first of them. */
export const begin = () => place(true).catch(() => {}); /* whoever runs one is told */

/** A worker with an engine in it. @returns {Promise<Place>} */
const worker = async () => {
  const binary = await wasm(),
    made = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
    /** @type {Map<number, { done: (told: any) => void, failed: (e: Error) => void }>} */
    waiting = new Map();
  let calls = 0;
  const asked = (/** @type {object} */ what) =>
    new Promise((done, failed) => {
      waiting.set(++calls, { done, failed });
      made.postMessage({ call: calls, ...what });
    });
  made.onmessage = ({ data: { call, told, failed } }) => {
    const asking = waiting.get(call);
    waiting.delete(call);
    if (failed === undefined) asking?.done(told);
    else asking?.failed(new Error(failed));
  };
  const broken = new Promise((_, failed) => (made.onerror = (e) => failed(new Error(e.message || 'worker'))));
  await Promise.race([asked({ start: [files.address(MODULE), files.address(GLUE), binary] }), broken]);
  return {
    load: (model) => /** @type {Promise<number>} */ (asked({ load: model })),
    run: (network, given) => /** @type {Promise<Told>} */ (asked({ run: [network, given] })),
  };
};

/** The page's own thread. @returns {Promise<Place>} */
const here = async () => {
  const engine = await Engine.start(files.address(MODULE), files.address(GLUE), await wasm());
  return { load: (model) => engine.load(model), run: (network, given, ahead) => inTurn(() => engine.run(network, given), ahead) };
};

/** Where networks run: for what waits for nobody, or for the others. @param {boolean} ahead @returns {Promise<Place>} */
const place = (ahead) => {
  const key = files.single || ahead,
    found = places.get(key);
  if (found) return found;
  const made = files.single ? here() : worker().catch(here);
  places.set(key, made);
  made.catch(() => places.delete(key));
  return made;
};

/** A network: numbers in, numbers out, by the names of its inputs and outputs. */
export class Network {
  #model;
  /** @type {Map<Place, Promise<number>>} */
  #loaded = new Map();
  /** Milliseconds that one of the last batch took. */
  pace = 4;

  /** @param {Promise<Uint8Array>} model bytes of an .onnx file */
  constructor(model) {
    this.#model = model;
  }

  /** @param {string} path of a network's file */
  static async at(path) {
    const model = files.merged(path);
    await model;
    return new Network(model);
  }

  /**
   * @param {Given} given whole numbers (an array of them) are sent as int64
   * @param {boolean} [ahead] of those that draw many
   */
  async run(given, ahead = true) {
    const where = await place(ahead);
    let mine = this.#loaded.get(where);
    if (!mine) {
      this.#loaded.set(where, (mine = this.#model.then((model) => where.load(model))));
      mine.catch(() => this.#loaded.delete(where));
    }
    const network = await mine,
      began = performance.now(),
      told = await where.run(network, given, ahead),
      [{ dims }] = Object.values(given);
    this.pace = (performance.now() - began) / dims[0];
    return told;
  }

  /** How many images are to be drawn at once, so that a hand or a frame waits for no longer than it must. @param {number} most */
  atOnce(most) {
    return files.single ? Math.max(1, Math.min(most, Math.floor(FRAME / this.pace))) : most;
  }
}
