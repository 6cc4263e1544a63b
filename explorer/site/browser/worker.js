/* A worker that runs networks: {call, start: [module, glue, wasm]}, {call, load: model} or {call, run: [network, given]} is answered with
 * {call, told} or {call, failed}. */
import { Engine } from './engine.js';

/** @type {Promise<Engine>} */
let engine;

/** @param {any} asked @returns {Promise<any>} */
const done = async ({ start, load, run }) => {
  if (start) await (engine = Engine.start(start[0], start[1], start[2]));
  else if (load) return (await engine).load(load);
  else return (await engine).run(run[0], run[1]);
  return null;
};

onmessage = async ({ data }) => {
  const { call } = data;
  try {
    const told = await done(data),
      arrays = data.run ? Object.values(told).map((/** @type {any} */ one) => one.data.buffer) : [];
    postMessage({ call, told }, { transfer: arrays });
  } catch (e) {
    postMessage({ call, failed: String(/** @type {Error | undefined} */ (e)?.message ?? e) });
  }
};
