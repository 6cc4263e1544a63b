/* What images show: read by the data set's classifier, measured where that is a plain statistic; as explorer/latent/attributes.py reads. */
import { channelsLast, toBytes } from './pixels.js';
import { Network } from './runtime.js';
import * as files from './files.js';
import { statistics } from './statistics.js';

/** @import { Batch, FieldTold } from './types' */
/** @import { Run } from './run' */

/** @type {Map<string, Promise<{ net: Network, fields: [string, string[]][] }>>} */
const judges = new Map();

/** The classifier of a data set. @param {string} name */
const judge = (name) => {
  let found = judges.get(name);
  if (!found) {
    const parts = Promise.all([Network.at(`data/judge/${name}/judge.onnx.planes`), files.json(`data/judge/${name}/judge.json`)]);
    judges.set(name, (found = parts.then(([net, told]) => ({ net, fields: told.fields }))));
    found.catch(() => judges.delete(name));
  }
  return found;
};

/** @param {ArrayLike<number>} x */
const softmax = (x) => {
  const most = Math.max(...Array.from(x)),
    e = Array.from(x, (v) => Math.exp(v - most)),
    sum = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / sum);
};

/** Of each image what the classifier says, field by field: probabilities. Null where there is none. @param {Run} run @param {Batch} x
 * @returns {Promise<Record<string, number[]>[] | null>} */
export const judged = async (run, x) => {
  const name = run.model.reader.judge;
  if (!name) return null;
  const judging = await judge(name).catch(files.left);
  if (!judging) return null;
  const { net, fields } = judging,
    given = { data: x.data.map((v) => Math.min(1, Math.max(-1, v))), dims: [x.n, ...run.shape] },
    told = await net.run({ x: given });
  return Array.from({ length: x.n }, (_, k) =>
    Object.fromEntries(fields.map(([field, names]) => [field, softmax(told[field].data.slice(k * names.length, (k + 1) * names.length))])),
  );
};

/** Of each image what the classifier sees in it before it names anything, (n, k) numbers. Null where there is none. @param {Run} run
 * @param {Batch} x */
export const seen = async (run, x) => {
  const name = run.model.reader.judge,
    judging = name && (await judge(name).catch(files.left));
  if (!judging) return null;
  const given = { data: x.data.map((v) => Math.min(1, Math.max(-1, v))), dims: [x.n, ...run.shape] };
  return (await judging.net.run({ x: given }, false)).features.data;
};

/** @param {Run} run @param {Uint8Array} bytes @returns {Record<string, number[]>} */
const measured = (run, bytes) => {
  const { fields, middle, spread } = run.model.reader,
    found = /** @type {Record<string, number>} */ (statistics(bytes, run.shape[1], run.shape[2]));
  return Object.fromEntries(
    fields
      .filter((f) => f.measured)
      .map(({ name }, k) => {
        const high = 1 / (1 + Math.exp(-Math.min(30, Math.max(-30, (2.2 * (found[name] - middle[k])) / spread[k]))));
        return [name, [1 - high, high]];
      }),
  );
};

/** Of each image its reading: for each field a number for each category. @param {Run} run @param {Batch} x */
export const readings = async (run, x) => {
  const told = await judged(run, x),
    bytes = channelsLast(toBytes(x.data), run.shape),
    size = bytes.length / x.n,
    measures = run.model.reader.fields.some((f) => f.measured);
  return Array.from({ length: x.n }, (_, k) => ({
    ...(told ? told[k] : {}),
    ...(measures ? measured(run, bytes.subarray(k * size, (k + 1) * size)) : {}),
  }));
};

/** @typedef {Record<string, number[]>} Reading */

const AGREED = 0.75,
  SOME = 0.2;

/** @param {Reading[]} all @param {FieldTold} f @returns {number[]} */
const mean = (all, f) => f.categories.map((_, k) => all.reduce((sum, r) => sum + r[f.name][k], 0) / all.length);

/** @param {number[]} p */
const best = (p) => p.indexOf(Math.max(...p));

/**
 * For each field on which images agree, the category.
 * @param {FieldTold[]} fields
 * @param {Reading[]} all
 * @returns {Record<string, string>}
 */
export const agreed = (fields, all) =>
  Object.fromEntries(
    fields.flatMap((f) => {
      const p = mean(all, f);
      return Math.max(...p) >= AGREED ? [[f.name, f.categories[best(p)]]] : [];
    }),
  );

/** Whether a sum's image shows what A has and B has not, and else what C shows (explorer/latent/arithmetic.py). @param {FieldTold[]} fields
 * @param {Reading[]} a @param {Reading[]} b @param {Reading} c @param {Reading} result */
export const check = (fields, a, b, c, result) =>
  fields
    .flatMap((f) => {
      const [pa, pb] = [mean(a, f), mean(b, f)],
        apart = pa.reduce((sum, p, k) => sum + Math.abs(p - pb[k]), 0) / 2,
        differs = apart >= AGREED && Math.max(...pa, ...pb) >= AGREED,
        [was, now] = [best(c[f.name]), best(result[f.name])],
        wanted = differs ? f.categories.filter((_, k) => pa[k] >= SOME) : [],
        agrees = differs ? wanted.includes(f.categories[now]) : now === was,
        sure = result[f.name][now];
      if (!differs && f.measured) return [];
      return [{ field: f.name, measured: f.measured, was: f.categories[was], now: f.categories[now], sure, wanted, agrees }];
    })
    .sort((x, y) => +!x.wanted.length - +!y.wanted.length);
