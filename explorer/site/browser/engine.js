/* ONNX Runtime Web on one thread (several need headers that static hosts do not send), in a worker or in the page itself. No document. */

/** @import { Given, Ort, OrtSession, Told } from './types' */

/* a session has its own level of what it tells: 3, errors; else its warnings of what it does not fold are errors of the console */
const SESSION = { executionProviders: ['wasm'], graphOptimizationLevel: 'all', logSeverityLevel: 3 };

export class Engine {
  #ort;
  /** @type {OrtSession[]} */
  #sessions = [];

  /** @param {Ort} ort */
  constructor(ort) {
    this.#ort = ort;
  }

  /** @param {string} module where its script lies @param {string} glue and that of its WebAssembly @param {ArrayBuffer} wasm */
  static async start(module, glue, wasm) {
    const ort = /** @type {Ort} */ (await import(module));
    ort.env.wasm.numThreads = 1;
    /* in a page that is one file scripts have no place from which another file's address follows, as the glue works it out for bytes */
    if (glue.startsWith('blob:')) {
      const binary = new Blob([wasm], { type: 'application/wasm' });
      ort.env.wasm.wasmPaths = { mjs: glue, wasm: URL.createObjectURL(binary) };
    } else Object.assign(ort.env.wasm, { wasmPaths: { mjs: glue }, wasmBinary: wasm });
    ort.env.logLevel = 'error';
    return new Engine(ort);
  }

  /** A network of an .onnx file's bytes: its number. @param {Uint8Array} model */
  async load(model) {
    const session = await this.#ort.InferenceSession.create(model, SESSION);
    return this.#sessions.push(session) - 1;
  }

  /** @param {number} network @param {Given} given @returns {Promise<Told>} */
  async run(network, given) {
    const { Tensor } = this.#ort,
      feeds = Object.entries(given).map(([name, { data, dims }]) => [
        name,
        data instanceof Float32Array ? new Tensor('float32', data, dims) : new Tensor('int64', BigInt64Array.from(data, BigInt), dims),
      ]),
      told = await this.#sessions[network].run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(told).map(([name, { data, dims }]) => [name, { data: Float32Array.from(data), dims: [...dims] }]),
    );
  }
}
