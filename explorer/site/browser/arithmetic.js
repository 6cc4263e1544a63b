/* A − B + C with exemplars, and the gallery they are chosen from; as views/arithmetic and latent/galleries.py have them. */
import { b64, f32, fromBase64, joined } from '../../shell/bytes.js';
import { agreed, check, readings } from './image_attributes.js';
import { Refused } from './refusal.js';
import { Run } from './run.js';

/** @import { GalleryTold } from './types' */
/** @typedef {{ a: string[], b: string[], c: string[], strength?: number, noise?: number, seed?: number, label?: number | null }} Sum */

const NOISE = 0.25;

/** The code of an exemplar. @param {Run} run @param {string} ref "s12": seed 12, "r40": held-out image 40
 * @param {number | null | undefined} label */
const exemplar = (run, ref, label) => {
  const number = /^[sr]\d{1,9}$/.test(ref) ? +ref.slice(1) : NaN;
  if (!Number.isFinite(number)) throw new Refused('error.link');
  return ref[0] === 's' ? run.sample(number, label) : run.point(number);
};

/** Codes of exemplars. @param {Run} run @param {string[]} refs @param {number | null} [label] */
export const exemplars = async (run, refs, label) => joined(await Promise.all(refs.map((r) => exemplar(run, r, label))));

/** The mean of codes. @param {Float32Array} w @param {number} d */
const meanCode = (w, d) => {
  const n = w.length / d;
  return Float32Array.from({ length: d }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += w[k * d + j];
    return sum / n;
  });
};

/** @param {Run} run @param {Sum} asked */
const parts = (run, { a, b, c, label }) => Promise.all([a, b, c].map((refs) => exemplars(run, refs, label)));

/** mean(C) + strength · (mean(A) − mean(B)). @param {number} d @param {Float32Array[]} abc @param {number} strength */
const combined = (d, abc, strength) => {
  const [a, b, c] = abc.map((w) => meanCode(w, d));
  return c.map((v, i) => v + strength * (a[i] - b[i]));
};

/** The result among eight noisy neighbours. @param {Run} run @param {Float32Array} w @param {number} noise @param {number} seed */
const nine = (run, w, noise, seed) => {
  const spread = f32(run.model.spread ?? ''),
    u = Run.even(seed).uniform(8 * w.length, -noise, noise),
    around = Array.from({ length: 8 }, (_, k) => w.map((v, j) => v + u[k * w.length + j] * Math.sqrt(3) * spread[j]));
  return joined([...around.slice(0, 4), w, ...around.slice(4)]);
};

/** The codes of the nine images; with `means` of the three means. @param {Run} run @param {Sum & { means?: boolean }} asked */
export const sumCodes = async (run, asked) => {
  const abc = await parts(run, asked);
  if (asked.means) return joined(abc.map((w) => meanCode(w, run.d)));
  return nine(run, combined(run.d, abc, asked.strength ?? 1), asked.noise ?? NOISE, asked.seed ?? 0);
};

/** The sum, and whether its image shows what was asked for. @param {Run} run @param {Sum} asked */
export const sum = async (run, asked) => {
  const abc = await parts(run, asked),
    { d } = run,
    [a, b, c] = abc,
    w = combined(d, abc, asked.strength ?? 1),
    vector = meanCode(a, d).map((v, i) => v - meanCode(b, d)[i]),
    told = { w: b64(w), vector: b64(vector), cells: b64(nine(run, w, asked.noise ?? NOISE, asked.seed ?? 0)) };
  const read = await readings(run, await run.images(joined([a, b, meanCode(c, d), w]), asked.label)),
    [n, m] = [a.length / d, b.length / d],
    fields = run.model.reader.fields.filter((f) => read[0][f.name]),
    [ra, rb, rc, now] = [read.slice(0, n), read.slice(n, n + m), read[n + m], read[n + m + 1]];
  return {
    ...told,
    said: [agreed(fields, ra), agreed(fields, rb), agreed(fields, [rc]), agreed(fields, [now])],
    lines: check(fields, ra, rb, rc, now),
  };
};

/**
 * Exemplars that show all that is asked for.
 * @param {Run} run
 * @param {{ source?: string, filters?: [string, string][], offset?: number, count?: number, label?: number | null }} asked
 */
export const gallery = async (run, { source = 'samples', filters = [], offset = 0, count = 48, label }) => {
  const known = await run.known(),
    told = /** @type {GalleryTold | undefined} */ (known[`gallery ${source}` + (source === 'samples' && label ? ` ${label}` : '')]);
  if (!told) throw new Refused('site.gallery');
  const { refs, fields, start } = told,
    read = fromBase64(told.sure),
    width = read.length / refs.length,
    firsts = fields.map((_, k) => fields.slice(0, k).reduce((n, f) => n + f.categories.length, 0)),
    columns = filters.map(([name, category]) => {
      const k = fields.findIndex((f) => f.name === name && f.categories.includes(category));
      if (k < 0) throw new Refused('error.link');
      return firsts[k] + fields[k].categories.indexOf(category);
    }),
    sure = (/** @type {number} */ row, /** @type {number} */ column) => read[row * width + column] === 1,
    rows = refs.flatMap((_, row) => (columns.every((c) => sure(row, c)) ? [row] : []));
  return {
    ready: true,
    total: rows.length,
    of: refs.length,
    refs: rows.slice(offset, offset + count).map((row) => refs[row]),
    fields: fields.map((f, k) => ({ ...f, counts: f.categories.map((_, c) => refs.filter((_r, row) => sure(row, firsts[k] + c)).length) })),
    start,
  };
};
