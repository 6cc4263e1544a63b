/* What is answered with numbers: each operation of POST code that the site's views ask for (explorer/views, requests.py). */
import { b64, f32, joined } from '../../shell/bytes.js';
import { gallery, sum } from './arithmetic.js';
import { along, apart, times } from './paths_and_grids.js';
import { compared, nearest, onPlane, place } from './nearest.js';
import { channelsLast, dataUrl, grid, tiled } from './pixels.js';
import { pyramid } from './pyramid.js';
import { judged } from './image_attributes.js';
import { Refused } from './refusal.js';
import * as styles from './styles.js';
import { taken } from './image_encoding.js';

/** @import { CodeAsks } from '../../shell/answers' */
/** @import { Run } from './run' */

/** As Python writes the question: its keys sorted, no blanks. @param {Record<string, unknown>} body */
const keyOf = (body) => JSON.stringify(Object.fromEntries(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1))));

/** What was worked out before the site was written, of one class or whatever the class is. @param {Run} run @param {any} asked */
const known = async (run, asked) => {
  const all = await run.known(),
    found = all[keyOf({ ...asked, run: undefined })] ?? all[keyOf({ ...asked, run: undefined, label: undefined })];
  if (!found) throw new Refused('site.unknown');
  return found;
};

/** @param {Run} run @param {number} index */
const described = async (run, index) => ({
  index,
  label: (await run.held?.label(index)) ?? null,
  attributes: (await run.held?.attributes(index)) ?? {},
});

/** What the model's own head reads. @param {Run} run @param {Float32Array} data */
const ownReading = async (run, data) => {
  if (!run.has('read')) return {};
  const told = await (await run.net('read')).run({ x: { data, dims: [1, ...run.shape] } });
  return Object.fromEntries(run.model.nets.read.outputs.map((name) => [name, Array.from(told[name].data)]));
};

/** @type {{ [Op in keyof CodeAsks]?: (run: Run, asked: CodeAsks[Op]['asked'] & Record<string, any>) => Promise<any> }} */
const asks = {
  sample: async (run, { seed, label }) => {
    const z = await run.z(seed);
    return { w: b64(await run.mapped(z, label)), z: b64(z), seed };
  },
  map: async (run, { z, label }) => ({ w: b64(await run.mapped(f32(z), label)) }),
  point: async (run, { index }) => ({ w: b64(await run.point(index)), ...(await described(run, index)) }),
  read: async (run, { w, label }) => {
    const x = await run.images(run.codes(w, 1), label),
      data = x.data.map((v) => Math.min(1, Math.max(-1, v))),
      own = await ownReading(run, data),
      shown = !own.class || run.spec.codes.length > 0 /* what the classifier says is shown beside codes, or in the head's place */,
      seen = shown ? await judged(run, { n: 1, data }) : null;
    return { read: own, judged: seen?.[0].class ?? null };
  },
  neighbours: async (run, { w, k = 8 }) => {
    if (!run.sought && !(await run.kept())) throw new Refused('site.near', { n: run.told.points });
    const { indices, distances } = await nearest(run, run.codes(w, 1), k),
      labels = await Promise.all(indices.map(async (i) => (await run.held?.label(i)) ?? null));
    return { indices, distances, labels, ...compared(run, distances[0]) };
  },
  place: async (run, { projection, x, y }) => {
    const found = await place(run, projection, x, y),
      { indices, distances } = await nearest(run, found.w, 1);
    return {
      w: b64(found.w),
      approximate: found.approximate,
      ratio: compared(run, distances[0]).ratio,
      nearest: indices[0],
      label: (await run.held?.label(indices[0])) ?? null,
    };
  },
  way: async (run, { keys, frames = 33, method = 'lerp', projection }) => {
    const w = along(apart(run.codes(keys, 12), run.d), times(frames, false), method, false),
      indices = [];
    for (const one of apart(w, run.d)) indices.push((await nearest(run, one, 1)).indices[0]);
    const plane = projection === 'pca' ? onPlane(run, w) : null;
    return { indices, xy: projection === 'code' ? b64(w) : plane && b64(plane) };
  },
  posterior: async (run, { index }) => {
    if (!run.held) throw new Refused('site.point');
    const { w, sigma } = await run.encoded(await run.held.image(index));
    if (!sigma) throw new Refused('error.link');
    const kl = Array.from(w, (m, i) => 0.5 * (m * m + sigma[i] ** 2 - 1 - 2 * Math.log(sigma[i])));
    return { mean: Array.from(w), sigma: Array.from(sigma), kl };
  },
  gallery: (run, asked) => gallery(run, /** @type {any} */ (asked)),
  sum: (run, asked) => sum(run, asked),
  styles: async (run, { rows, columns, label }) => ({
    ...(await known(run, { op: 'styles' })),
    w: b64(joined(await styles.sources(run, [...rows, ...columns], label))),
  }),
  reals: async (run, { images }) => {
    const pixels = [];
    for (const image of images) pixels.push(await taken(run, image));
    const size = pixels[0].length,
      codes = [],
      all = new Uint8Array(pixels.length * size);
    for (const [k, one] of pixels.entries()) {
      codes.push((await run.encoded(one)).w);
      all.set(channelsLast(one, run.shape), k * size);
    }
    return { w: styles.compact(run, joined(codes)), picture: dataUrl(grid(all, run.shape, pixels.length)) };
  },
  noise: async (run, { w, strengths, seeds = 16, label }) => {
    const moved = await styles.noiseMap(run, run.codes(w, 1), strengths, seeds, label),
      most = moved.reduce((a, v) => Math.max(a, v), 0),
      top = +most.toPrecision(2),
      [, height, width] = run.shape,
      mean = moved.reduce((a, v) => a + v, 0) / moved.length;
    return { picture: dataUrl({ width, height, channels: 3, data: styles.heat(moved, top) }), top, mean, seeds };
  },
  paths: async (run, asked) => {
    const { frames = 8, label } = asked,
      both = await styles.ways(run, asked),
      w = joined(await Promise.all(both.map((way) => way(times(frames, false))))),
      picture = dataUrl(tiled(await run.images(w, label), run.shape, frames)),
      [z, straight] = [await styles.pathLength(run, both[0], label), await styles.pathLength(run, both[1], label)];
    return { picture, lengths: { z: z.length, w: straight.length }, space: z.space };
  },
  style_directions: async (run, asked) => {
    const all = await run.known(),
      key = (/** @type {boolean[]} */ layers) => keyOf({ op: 'style_directions', layers }),
      found = all[keyOf({ ...asked, run: undefined })] ?? all[key(asked.layers)];
    if (found) return found;
    const whole = all[key(asked.layers.map(() => true))];
    if (!whole) throw new Refused('site.unknown');
    return { ready: true, directions: styles.inLayers(run, whole.directions, asked.layers) };
  },
  pyramid: (run, asked) => pyramid(run, /** @type {any} */ (asked)),
};

/** The answer to a question. @param {Run} run @param {{ op: string }} asked */
export const answer = (run, asked) => {
  const ask = /** @type {Record<string, (run: Run, asked: any) => Promise<any>>} */ (asks)[asked.op];
  return ask ? ask(run, asked) : known(run, asked);
};
