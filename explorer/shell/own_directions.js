/* Directions that a person saved, kept in the browser for each run; the network's hash tells whether they still fit. */
import { opened } from './state.js';
import { lx } from './store.js';

/** @import { OwnDirection } from './types' */

const MOST = 24;
/** @type {(() => void)[]} */
const heard = [];
/** @param {string | null} run */
const key = (run) => 'lx-own:' + run + ':' + String(lx.state.info?.card.weights_sha256 || '').slice(0, 16);
/** @returns {OwnDirection[]} */
const list = () => {
  try {
    const d = JSON.parse(localStorage.getItem(key(lx.state.run)) || '[]');
    const kept = d.map((/** @type {any} */ x) => ({ ...x, vector: lx.f32(x.vector) }));
    return kept.filter((/** @type {OwnDirection} */ x) => x.vector.length === opened().info.mean.length);
  } catch {
    return [];
  }
};
/** @param {OwnDirection[]} all */
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
  /** @param {() => void} fn */
  changed: (fn) => heard.push(fn),
  /** @param {OwnDirection} d */
  add: (d) => write([...list().filter((x) => x.name !== d.name), { ...d, vector: Float32Array.from(d.vector) }].slice(-MOST)),
  /** @param {string} name */
  remove: (name) => write(list().filter((x) => x.name !== name)),
  /** @param {OwnDirection} d */
  download: (d) => {
    const { run, info } = opened();
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
  /** The direction in a file's text; throws Error(sentence). @param {string} text @returns {OwnDirection} */
  read: (text) => {
    const { info } = opened();
    let d;
    try {
      d = JSON.parse(text);
    } catch {
      throw new Error(lx.t('dir.notjson'));
    }
    if (
      d?.format !== 'latent-explorer-direction' ||
      !Array.isArray(d.vector) ||
      !d.vector.every((/** @type {any} */ v) => Number.isFinite(v) && Math.abs(v) < 1e6) ||
      !d.vector.some(Boolean)
    )
      throw new Error(lx.t('dir.notone'));
    if (d.vector.length !== info.mean.length) throw new Error(lx.t('dir.size', { n: d.vector.length, d: info.mean.length }));
    return {
      name: String(d.name || 'A − B').slice(0, 40),
      vector: Float32Array.from(d.vector),
      exemplars: d.exemplars,
      other: d.weights_sha256 !== info.card.weights_sha256,
    };
  },
};
Object.assign(lx, { own: ownDirections }); /* for the console */
