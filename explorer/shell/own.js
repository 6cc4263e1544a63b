/* Directions that a person saved, kept in the browser for each run; the network's hash tells whether they still fit. */
import { lx } from './store.js';

/** @import { OwnDirection } from './types' */

const MOST = 24,
  heard = [];
const key = (run) => 'lx-own:' + run + ':' + String(lx.state.info?.card.weights_sha256 || '').slice(0, 16);
/** @returns {OwnDirection[]} */
const list = () => {
  try {
    const d = JSON.parse(localStorage.getItem(key(lx.state.run)) || '[]');
    return d.map((x) => ({ ...x, vector: lx.f32(x.vector) })).filter((x) => x.vector.length === lx.state.info.mean.length);
  } catch {
    return [];
  }
};
const write = (all) => {
  try {
    localStorage.setItem(
      key(lx.state.run),
      JSON.stringify(all.map((x) => ({ name: x.name, vector: lx.b64(x.vector), exemplars: x.exemplars }))),
    );
  } catch {
    /* private browsing, or full */
  }
  for (const fn of heard) fn();
};
export const ownDirections = {
  list,
  changed: (fn) => heard.push(fn),
  add: (d) => write([...list().filter((x) => x.name !== d.name), { ...d, vector: Float32Array.from(d.vector) }].slice(-MOST)),
  remove: (name) => write(list().filter((x) => x.name !== name)),
  download: (d) => {
    const { run, info } = lx.state;
    lx.save(
      new Blob(
        [
          JSON.stringify({
            format: 'latent-explorer-direction',
            version: 1,
            run,
            weights_sha256: info.card.weights_sha256,
            shape: [info.spec.num_layers, info.spec.w_dim],
            name: d.name,
            exemplars: d.exemplars,
            vector: Array.from(d.vector),
          }),
        ],
        { type: 'application/json' },
      ),
      `${run}-${d.name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'direction'}.json`,
    );
  },
  /** The direction in a file's text; throws Error(sentence). */
  read: (text) => {
    let d;
    try {
      d = JSON.parse(text);
    } catch {
      throw new Error(lx.t('dir.notjson'));
    }
    if (
      d?.format !== 'latent-explorer-direction' ||
      !Array.isArray(d.vector) ||
      !d.vector.every((v) => Number.isFinite(v) && Math.abs(v) < 1e6) ||
      !d.vector.some(Boolean)
    )
      throw new Error(lx.t('dir.notone'));
    if (d.vector.length !== lx.state.info.mean.length)
      throw new Error(lx.t('dir.size', { n: d.vector.length, d: lx.state.info.mean.length }));
    return {
      name: String(d.name || 'A − B').slice(0, 40),
      vector: Float32Array.from(d.vector),
      exemplars: d.exemplars,
      other: d.weights_sha256 !== lx.state.info.card.weights_sha256,
    };
  },
};
Object.assign(lx, { own: ownDirections }); /* for the console */
