/* Codes that are made from others: along paths, directions and grids; as views/paths.py and latent/code_slices.py make them. */
import { joined } from '../../shell/bytes.js';
import * as moves from '../../shell/moves.js';
import { Refused } from './refusal.js';

/** @import { Run } from './run' */
/** @import { Side } from '../../shell/answers' */

/** Even times in [0, 1]; a loop leaves its end out. @param {number} frames @param {boolean} loop */
export const times = (frames, loop) => Array.from({ length: frames }, (_, k) => k / (loop ? frames : Math.max(frames - 1, 1)));

/** Codes one after another as codes. @param {Float32Array} w @param {number} d */
export const apart = (w, d) => Array.from({ length: w.length / d }, (_, k) => w.slice(k * d, (k + 1) * d));

/** @param {Float32Array[]} keys @param {number[]} at @param {string} method @param {boolean} loop */
export const along = (keys, at, method, loop) => joined(at.map((t) => moves.alongPath(keys, t, method, loop)));

/** A code with its coordinate along each direction set to each value. @param {Run} run @param {Float32Array} w @param {number[]} directions
 * @param {number[]} values */
export const traversed = (run, w, directions, values) => {
  const { mean, directions: all } = run.basis;
  return joined(
    directions.flatMap((k) => {
      if (!all[k]) throw new Refused('error.link');
      return values.map((v) => moves.moved(w, mean, all[k], v));
    }),
  );
};

/** A code with each of some numbers set to each value. @param {Float32Array} w @param {number[]} dimensions @param {number[]} values */
export const dimensioned = (w, dimensions, values) => joined(dimensions.flatMap((k) => values.map((v) => w.with(k, v))));

/** The plane of two numbers from lo to hi, its highest row first. @param {number} lo @param {number} hi @param {number} n */
export const plane = (lo, hi, n) => {
  const at = times(n, false).map((t) => lo + t * (hi - lo));
  return Float32Array.from([...at].reverse().flatMap((y) => at.flatMap((x) => [x, y])));
};

/** @param {Run} run @param {string} name */
const codeOf = (run, name) => {
  const found = run.spec.codes.find((c) => c.name === name);
  if (!found || run.spec.num_layers !== 1 || run.spec.w_dim !== run.spec.z_dim) throw new Refused('error.link');
  return found;
};

/** One thing that runs along a side, done to a code. @typedef {(w: Float32Array, at: number) => Float32Array} Change */

/** @param {Run} run @param {Side} side @returns {Change} */
const changed = (run, side) => {
  const { values } = side;
  if (side.of === 'code') {
    const { start, size, kind } = codeOf(run, side.name ?? '');
    return (w, at) => {
      const out = w.slice();
      if (kind === 'categorical') for (let k = 0; k < size; k++) out[start + k] = +(k === values[at]);
      else out.fill(values[at], start, start + size);
      return out;
    };
  }
  const { mean, directions } = run.basis,
    along = directions[side.index ?? 0];
  if (!along) throw new Refused('error.link');
  return (w, at) => moves.moved(w, mean, along, values[at]);
};

/** The codes of seeds, for each class that is asked for. @param {Run} run @param {number[]} seeds @param {(number | null)[]} labels */
const noises = async (run, seeds, labels) => {
  const z = await Promise.all(seeds.map((s) => run.z(s)));
  return (/** @type {number} */ at, /** @type {number} */ cell) => run.mapped(z[at], labels[cell]);
};

/**
 * A grid around a code: the codes row by row, and the class of each where the run has classes.
 * @param {Run} run @param {Float32Array} w @param {number | null | undefined} label @param {Side} rows @param {Side} columns
 */
export const cells = async (run, w, label, rows, columns) => {
  const many = columns.values.length,
    n = rows.values.length * many,
    first = run.label(label);
  let labels = /** @type {(number | null)[]} */ (Array(n).fill(first)),
    codes = /** @type {Float32Array[]} */ (Array(n).fill(w));
  const sides = [
    { side: rows, at: (/** @type {number} */ k) => Math.floor(k / many) },
    { side: columns, at: (/** @type {number} */ k) => k % many },
  ].sort((a, b) => order(a.side) - order(b.side));
  for (const { side, at } of sides) {
    if (side.of === 'class') labels = labels.map((_, k) => run.label(side.values[at(k)]));
    else if (side.of === 'noise') {
      const drawn = await noises(run, side.values, labels);
      codes = await Promise.all(codes.map(async (before, k) => withNoise(run, before, await drawn(at(k), k))));
    } else {
      const change = changed(run, side);
      codes = codes.map((before, k) => change(before, at(k)));
    }
  }
  return { w: joined(codes), labels: first === null ? null : /** @type {number[]} */ (labels) };
};

/** @param {Side} side */
const order = (side) => ({ class: 0, noise: 1, code: 2, direction: 2 })[side.of];

/** The codes of the noise, but with the code slices of w. @param {Run} run @param {Float32Array} w @param {Float32Array} z */
const withNoise = (run, w, z) => {
  const out = z.slice();
  for (const { start, size } of run.spec.codes) out.set(w.subarray(start, start + size), start);
  return out;
};
