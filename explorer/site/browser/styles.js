/* Styles: mixing grids, truncation and each pixel's noise; as views/styles/mixing.py and latent/layers.py have them. */
import { b64, f32, joined } from '../../shell/bytes.js';
import { lerp, mixStyles, slerp, truncated } from '../../shell/moves.js';
import { apart } from './paths_and_grids.js';
import { Twister } from './random.js';
import { seen } from './image_attributes.js';
import { Refused } from './refusal.js';

/** @import { Run } from './run' */
/** @typedef {{ strengths: number[], seed?: number | null }} Noise */

/** A code drawn to the average in its first layers. @param {Run} run @param {Float32Array} w @param {number} psi @param {number} cutoff */
const cut = (run, w, psi, cutoff) => {
  const { average } = run;
  if (psi === 1 || !cutoff) return w;
  if (!average) throw new Refused('error.link');
  return truncated(w, average, psi, cutoff);
};

/** Codes of sources: one style for all layers, or a style for each. @param {Run} run @param {Float32Array} given @param {number} n */
const expanded = (run, given, n) => {
  const { num_layers: layers } = run.spec;
  if (given.length === n * run.d) return apart(given, run.d);
  if (given.length * layers !== n * run.d) throw new Refused('error.link');
  return apart(given, run.spec.w_dim).map((style) => joined(Array(layers).fill(style)));
};

/** The codes of seeds. @param {Run} run @param {number[]} seeds @param {number | null} [label] */
export const sources = (run, seeds, label) => Promise.all(seeds.map((s) => run.sample(s, label)));

/**
 * A mixing grid: first the mean of W and the columns' sources, then each row's source and its mixtures.
 * @param {Run} run
 * @param {{ rows: number[], columns: number[], codes?: Float32Array | null, layers: boolean[], blend: number, psi: number,
 *   cutoff: number, label?: number | null }} asked
 */
export const grid = async (run, { rows, columns, codes, layers, blend, psi, cutoff, label }) => {
  const n = rows.length + columns.length,
    all = (codes ? expanded(run, codes, n) : await sources(run, [...rows, ...columns], label)).map((w) => cut(run, w, psi, cutoff)),
    [a, b] = [all.slice(0, rows.length), all.slice(rows.length)],
    { average } = run,
    corner = average ? joined(Array(run.spec.num_layers).fill(average)) : a[0];
  return joined([corner, ...b, ...a.flatMap((row) => [row, ...b.map((column) => mixStyles(row, column, layers, blend))])]);
};

/** A code at each ψ, `plus` added after that. @param {Run} run @param {Float32Array} w @param {number[]} values @param {number} cutoff
 * @param {Float32Array | null} plus */
export const strip = (run, w, values, cutoff, plus) =>
  joined(values.map((psi) => cut(run, w, psi, cutoff).map((v, i) => v + (plus ? plus[i] : 0))));

/** Each layer's noise, times its strength: the model's own, or that of a seed. @param {Run} run @param {Noise} noise */
const maps = (run, { strengths, seed }) => {
  const one = seed === undefined || seed === null ? null : new Twister(seed);
  return (run.model.noise || []).map(({ side, seed: own, level }, k) => {
    const drawn = (one || new Twister(own)).normal(side * side);
    return /** @type {[string, { data: Float32Array, dims: number[] }]} */ ([
      `noise_${k}`,
      { data: drawn.map((v) => v * strengths[level]), dims: [1, 1, side, side] },
    ]);
  });
};

/** Images of codes with a noise of one's own. @param {Run} run @param {Float32Array} w @param {number | null | undefined} label
 * @param {Noise | null | undefined} noise */
export const images = (run, w, label, noise) => {
  if (!noise) return run.images(w, label);
  if (noise.strengths.length !== run.spec.levels.length) throw new Refused('error.link');
  return run.drawn('noisy', w, label, Object.fromEntries(maps(run, noise)));
};

/** Codes as they are sent: as single styles where each has one for all layers. @param {Run} run @param {Float32Array} w */
export const compact = (run, w) => {
  const width = run.spec.w_dim,
    single = apart(w, run.d).every((code) => code.every((v, i) => v === code[i % width]));
  return b64(single ? joined(apart(w, run.d).map((code) => code.slice(0, width))) : w);
};

/** Principal directions of all layers' styles as those of some: the same style in each of them. What they change is not measured, as the
 * server does not measure layers that lie apart. @param {Run} run @param {import('../../shell/answers').DirectionTold[]} all
 * @param {boolean[]} layers */
export const inLayers = (run, all, layers) => {
  const { num_layers: count, w_dim: width } = run.spec,
    some = layers.filter(Boolean).length,
    longer = Math.sqrt(count / some);
  return all
    .filter((d) => d.kind === 'principal')
    .map((d) => {
      const style = f32(d.vector).slice(0, width),
        vector = new Float32Array(run.d);
      layers.forEach((on, k) => {
        if (on)
          vector.set(
            style.map((v) => v * longer),
            k * width,
          );
      });
      return { ...d, vector: b64(vector), sigma: d.sigma / longer, main: null, side: [], statistic: { label: null, change: 0 } };
    });
};

const STEPS = 32,
  EPSILON = 1e-3; /* places on a way, and the step from each (explorer/views/styles/mixing.py) */

/** @typedef {{ a: number, b: number, psi?: number, cutoff?: number, label?: number | null }} Ends of two seeds */
/** @typedef {(t: number[]) => Promise<Float32Array>} Way places in [0, 1] to codes */

/** The ways between two seeds' samples: through Z (the arc for a normal prior, mapped), and straight through W.
 * @param {Run} run @param {Ends} ends @returns {Promise<Way[]>} */
export const ways = async (run, { a, b, psi = 1, cutoff = 0, label }) => {
  const z = await Promise.all([run.z(a), run.z(b)]),
    w = [await run.mapped(z[0], label), await run.mapped(z[1], label)],
    walk = ['normal', 'mapped'].includes(run.spec.prior) ? slerp : lerp,
    cuts = (/** @type {Float32Array} */ codes) => joined(apart(codes, run.d).map((one) => cut(run, one, psi, cutoff)));
  return [
    async (t) => cuts(await run.mapped(joined(t.map((v) => walk(z[0], z[1], v))), label)),
    async (t) => cuts(joined(t.map((v) => lerp(w[0], w[1], v)))),
  ];
};

/** How long a way is to the eye (Karras et al. 2019, eq. 2): in features of a classifier, or in pixels where there is none.
 * @param {Run} run @param {Way} way @param {number | null | undefined} label */
export const pathLength = async (run, way, label) => {
  const t = Array.from({ length: STEPS }, (_, k) => (k + 0.5) / STEPS),
    x = await run.images(await way([...t.map((v) => v - EPSILON / 2), ...t.map((v) => v + EPSILON / 2)]), label),
    features = await seen(run, x),
    all = features ?? x.data.map((v) => (v + 1) / 2),
    half = all.length / 2;
  let sum = 0;
  for (let i = 0; i < half; i++) sum += (all[half + i] - all[i]) ** 2;
  return { length: sum / STEPS / EPSILON ** 2, space: features ? 'features' : 'pixels' };
};

const HEAT = [
  [0, 0, 0],
  [74, 16, 112],
  [206, 62, 74],
  [250, 170, 60],
  [255, 250, 220],
];

/** Numbers from 0 to `top` as colours, from black over purple and orange to white. @param {ArrayLike<number>} values @param {number} top */
export const heat = (values, top) =>
  Uint8Array.from({ length: 3 * values.length }, (_, i) => {
    const at = Math.min(1, Math.max(0, values[Math.floor(i / 3)] / Math.max(top, 1e-9))) * (HEAT.length - 1),
      low = Math.min(Math.floor(at), HEAT.length - 2);
    return Math.round((1 - at + low) * HEAT[low][i % 3] + (at - low) * HEAT[low + 1][i % 3]);
  });

/** Where noise changes the image of a code: each pixel's deviation over draws, of 255. @param {Run} run @param {Float32Array} w
 * @param {number[]} strengths @param {number} seeds @param {number | null | undefined} label */
export const noiseMap = async (run, w, strengths, seeds, label) => {
  const [c, h, side] = run.shape,
    area = h * side,
    [sum, squares] = [new Float64Array(c * area), new Float64Array(c * area)];
  for (let seed = 1; seed <= seeds; seed++) {
    const { data } = await images(run, w, label, { strengths, seed });
    data.forEach((v, i) => {
      sum[i] += v * 127.5;
      squares[i] += (v * 127.5) ** 2;
    });
  }
  const variance = sum.map((s, i) => Math.max(0, squares[i] / seeds - (s / seeds) ** 2));
  return Float64Array.from({ length: area }, (_, i) => {
    let all = 0;
    for (let k = 0; k < c; k++) all += variance[k * area + i] / c;
    return Math.sqrt(all);
  });
};
