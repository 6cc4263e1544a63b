/* What is answered with pixels: each operation of POST render that the site's views ask for (explorer/views, requests.py). */
import { f32, joined } from '../../shell/bytes.js';
import { alongPath } from '../../shell/moves.js';
import { exemplars, sumCodes } from './arithmetic.js';
import { along, apart, cells, dimensioned, plane, times, traversed } from './paths_and_grids.js';
import { channelsLast, grid, tiled } from './pixels.js';
import { levels } from './pyramid.js';
import { Twister, standardNormal } from './random.js';
import { Refused } from './refusal.js';
import * as styles from './styles.js';
import { spoiled, taken, takeIn } from './image_encoding.js';

/** @import { Draws } from '../../shell/answers' */
/** @import { Pixels } from './types' */
/** @import { Run } from './run' */
/** @typedef {{ label?: number | null }} Labelled */

/** @param {Run} run @param {Float32Array} w @param {number} columns @param {number | null | undefined | number[]} label */
const tiles = async (run, w, columns, label) => tiled(await run.images(w, label), run.shape, columns);

/** @param {Run} run @param {Float32Array} w @param {number} columns @param {Labelled & { noise?: any }} asked */
const noisy = async (run, w, columns, { label, noise }) => tiled(await styles.images(run, w, label, noise), run.shape, columns);

/** What noise is at a time of a path. @param {any} noise @param {number} t @param {boolean} loop */
const noiseAt = ({ strengths, seed, draws = 1 }, t, loop) => ({
  strengths: Array.from(
    alongPath(
      strengths.map((/** @type {number[]} */ s) => Float32Array.from(s)),
      t,
      'lerp',
      loop,
    ),
  ),
  seed: seed === null || seed === undefined ? null : seed + Math.min(Math.floor(t * draws), draws - 1),
});

/** Images at times of a path, in rows. @param {Run} run @param {any} asked @param {number[]} at @param {number} columns */
const path = async (run, { keys, method = 'lerp', loop = false, space = 'code', noise, label }, at, columns) => {
  const all = apart(run.codes(keys, 64), run.d);
  if (space === 'pixels') {
    const ends = await run.images(joined(all), label),
      size = ends.data.length / ends.n,
      shown = apart(
        ends.data.map((v) => Math.min(1, Math.max(-1, v))),
        size,
      );
    return tiled({ n: at.length, data: along(shown, at, 'lerp', loop) }, run.shape, columns);
  }
  const w = along(all, at, method, loop);
  if (!noise) return tiles(run, w, columns, label);
  const drawn = await Promise.all(apart(w, run.d).map((one, k) => styles.images(run, one, label, noiseAt(noise, at[k], loop))));
  return tiled({ n: at.length, data: joined(drawn.map((x) => x.data)) }, run.shape, columns);
};

/** @type {{ [Op in keyof Draws]?: (run: Run, asked: Draws[Op] & Record<string, any>) => Promise<Pixels> }} */
const draws = {
  image: (run, asked) => noisy(run, run.codes(asked.w, 1), 1, asked),
  grid: (run, { w, columns, label }) => tiles(run, run.codes(w), columns, label),
  walk: (run, asked) => path(run, asked, [asked.t], 1),
  strip: (run, asked) => path(run, asked, times(asked.frames, asked.loop ?? false), asked.columns ?? asked.frames),
  manifold: (run, { lo = -3, hi = 3, n = 15, label }) => tiles(run, plane(lo, hi, n), n, label),
  traverse: (run, { w, directions, values, label }) =>
    tiles(run, traversed(run, run.codes(w, 1), directions, values), values.length, label),
  dimensions: (run, { w, dimensions, values, label }) => tiles(run, dimensioned(run.codes(w, 1), dimensions, values), values.length, label),
  codes: async (run, { w, rows, columns, label }) => {
    const made = await cells(run, run.codes(w, 1), label, rows, columns);
    return tiles(run, made.w, columns.values.length, made.labels);
  },
  exemplars: async (run, { refs, columns = 12, label }) => tiles(run, await exemplars(run, refs, label), columns, label),
  sum: async (run, asked) => tiles(run, await sumCodes(run, asked), 3, asked.label),
  styles: async (run, asked) => {
    const { rows, columns, codes, layers, blend = 1, psi = 1, cutoff = 0, label } = asked,
      given = codes ? f32(codes) : null,
      w = await styles.grid(run, { rows, columns, codes: given, layers, blend, psi, cutoff, label });
    return noisy(run, w, columns.length + 1, asked);
  },
  truncated: (run, asked) => {
    const { values, cutoff, plus } = asked,
      w = styles.strip(run, run.codes(asked.w, 1), values, cutoff, plus ? run.codes(plus, 1) : null);
    return noisy(run, w, values.length, asked);
  },
  blended: async (run, asked) => {
    const { blends, loop = false, t, image } = asked,
      keys = blends.map((b) => Float32Array.from(b)),
      pixels = image === null || image === undefined ? null : await taken(run, image, asked.invert),
      all = await levels(run, { ...asked, blend: Array.from(alongPath(keys, t, 'lerp', loop)) }, pixels);
    return tiled({ n: 1, data: all[all.length - 1].image }, run.shape, 1);
  },
  resample: (run, { w, sigma, n = 8, seed = 0, columns = 4, label }) => {
    const [mean, doubt] = [run.codes(w, 1), run.codes(sigma, 1)],
      noise = standardNormal(new Twister(seed), n, run.d),
      codes = noise.map((v, i) => mean[i % run.d] + doubt[i % run.d] * v);
    return tiles(run, codes, columns, label);
  },
  spoiled: async (run, asked) => {
    const { image, invert, kind, amounts, seed = 0, draws: many = 1, t } = asked,
      clean = await taken(run, image, invert),
      known = typeof image === 'object' && 'index' in image ? await run.held?.label(image.index) : asked.label,
      amount = alongPath(
        amounts.map((a) => Float32Array.of(a)),
        t,
        'lerp',
        false,
      )[0],
      pixels = spoiled(clean, run.shape, { kind, amount, seed: seed + Math.min(Math.floor(t * many), many - 1) }),
      { again } = await takeIn(run, pixels, run.spec.num_classes ? known : null),
      both = new Uint8Array(2 * clean.length);
    both.set(channelsLast(pixels, run.shape));
    both.set(again, clean.length);
    return grid(both, run.shape, 2);
  },
};

/** The picture of a request. @param {Run} run @param {{ op: string }} asked @returns {Promise<Pixels>} */
export const render = (run, asked) => {
  const draw = /** @type {Record<string, (run: Run, asked: any) => Promise<Pixels>>} */ (draws)[asked.op];
  if (!draw) throw new Refused('site.cannot');
  return draw(run, asked);
};
