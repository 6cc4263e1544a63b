/* Networks in the browser: ONNX Runtime Web, on one thread (several need headers that static hosts do not send). */
import * as files from './files.js';
import { inTurn } from './turns.js';

/** @import { Ort, OrtSession, OrtTensor } from './types' */

/** @type {Promise<Ort> | undefined} */
let starting;

/** The runtime, loaded once. */
const runtime = () =>
  (starting ??= (async () => {
    const [module, wasm] = await Promise.all([
      import(files.address('runtime/ort.wasm.bundle.min.mjs')),
      files.unpacked('runtime/ort-wasm-simd-threaded.wasm.gz'),
    ]);
    const ort = /** @type {Ort} */ (module);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = wasm;
    ort.env.logLevel = 'error';
    return ort;
  })());

/** A network: numbers in, numbers out, by the names of its inputs and outputs. */
export class Network {
  #ort;
  #session;
  /** Milliseconds that one of the last batch took. */
  pace = 4;

  /** @param {Ort} ort @param {OrtSession} session */
  constructor(ort, session) {
    this.#ort = ort;
    this.#session = session;
  }

  /** @param {string} path of an .onnx file */
  static async at(path) {
    const [ort, model] = await Promise.all([runtime(), files.bytes(path)]);
    return new Network(ort, await ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }));
  }

  /**
   * @param {Record<string, { data: Float32Array | number[], dims: number[] }>} given whole numbers (an array of them) are sent as int64
   * @param {boolean} [ahead] of those that draw many
   * @returns {Promise<Record<string, OrtTensor>>}
   */
  run(given, ahead = true) {
    const feeds = Object.entries(given).map(([name, { data, dims }]) => [
      name,
      data instanceof Float32Array
        ? new this.#ort.Tensor('float32', data, dims)
        : new this.#ort.Tensor('int64', BigInt64Array.from(data, BigInt), dims),
    ]);
    return inTurn(async () => {
      const began = performance.now(),
        told = await this.#session.run(Object.fromEntries(feeds)),
        [{ dims }] = Object.values(given);
      this.pace = (performance.now() - began) / dims[0];
      return told;
    }, ahead);
  }
}
