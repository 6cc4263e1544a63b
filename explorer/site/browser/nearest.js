/* Nearest codes, and the way back from a place on a map: as explorer/latent/neighbours.py finds them. */
import { f32 } from '../../shell/bytes.js';
import { shepard } from '../../shell/moves.js';
import * as files from './files.js';
import { Refused } from './refusal.js';

/** @import { Run } from './run' */

/** The k least of n numbers, by their places, the least first; of equal ones the first. @param {Float64Array} far @param {number} k */
const least = (far, k) => {
  /** @type {number[]} */
  const best = [];
  for (let i = 0; i < far.length; i++) {
    if (best.length === k && far[i] >= far[best[k - 1]]) continue;
    let at = best.length;
    while (at && far[i] < far[best[at - 1]]) at--;
    best.splice(at, 0, i);
    if (best.length > k) best.pop();
  }
  return best;
};

/** The held-out images whose codes are nearest, and how far off they are. @param {Run} run @param {Float32Array} w @param {number} k */
export const nearest = async (run, w, k) => {
  const all = await run.all(),
    n = all.length / run.d,
    far = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0, at = i * run.d; j < run.d; j++, at++) sum += (all[at] - w[j]) ** 2;
    far[i] = sum;
  }
  const indices = least(far, k);
  return { indices, distances: indices.map((i) => Math.sqrt(far[i])) };
};

/** How a distance compares with the usual ones. @param {Run} run @param {number} distance */
export const compared = (run, distance) => {
  const apart = run.model.apart;
  if (!apart) throw new Refused('site.codes');
  const middle = apart.length >> 1,
    usual = (apart.length % 2 ? apart[middle] : (apart[middle - 1] + apart[middle]) / 2) || 1e-6,
    nearer = apart.findIndex((a) => a >= distance);
  return { ratio: distance / usual, beyond: (nearer < 0 ? apart.length : nearer) / apart.length };
};

/** Places of the held-out images on a map. @param {Run} run @param {string} projection */
const places = (run, projection) =>
  run.once('map ' + projection, async () => new Float32Array((await files.bytes(`data/map/${run.name}.${projection}.bin`)).slice().buffer));

/** The mean of some codes; those alone are encoded where the site holds none. @param {Run} run @param {number[]} indices
 * @param {number[]} [weights] */
export const meanOf = async (run, indices, weights = indices.map(() => 1)) => {
  const all = await run.kept(),
    sum = weights.reduce((a, b) => a + b, 0),
    out = new Float64Array(run.d);
  for (const [k, i] of indices.entries()) {
    if (!(i >= 0 && i < run.told.points)) throw new Refused('site.point');
    const code = all ? all.subarray(i * run.d, (i + 1) * run.d) : await run.point(i);
    for (let j = 0; j < run.d; j++) out[j] += (weights[k] / sum) * code[j];
  }
  return Float32Array.from(out);
};

/**
 * The code for a place on a map.
 * @param {Run} run @param {string} projection @param {number} x @param {number} y
 * @returns {Promise<{ w: Float32Array, approximate: boolean }>}
 */
export const place = async (run, projection, x, y) => {
  if (projection === 'code') return { w: Float32Array.of(x, y), approximate: false };
  const { plane } = run.model;
  if (projection === 'pca' && plane) {
    const mean = f32(plane.mean),
      vectors = f32(plane.vectors);
    return {
      w: mean.map((v, j) => v + x * (vectors[j] ?? 0) + y * (vectors[run.d + j] ?? 0)),
      approximate: run.d > 2,
    };
  }
  const points = await places(run, projection),
    far = Float64Array.from({ length: points.length / 2 }, (_, i) => Math.hypot(points[2 * i] - x, points[2 * i + 1] - y)),
    near = least(far, 9),
    weights = shepard(near.map((i) => far[i]));
  return { w: await meanOf(run, near.slice(0, 8), weights), approximate: true };
};

/** Where codes (n, d) lie on the plane of the strongest directions: x and y of each. @param {Run} run @param {Float32Array} w */
export const onPlane = (run, w) => {
  const { plane } = run.model;
  if (!plane) return null;
  const mean = f32(plane.mean),
    vectors = f32(plane.vectors),
    out = new Float32Array((w.length / run.d) * 2);
  for (let k = 0; k < out.length / 2; k++)
    for (let a = 0; a < vectors.length / run.d; a++)
      for (let j = 0; j < run.d; j++) out[2 * k + a] += (w[k * run.d + j] - mean[j]) * vectors[a * run.d + j];
  return out;
};
