/* An image level by level: what is there, what is added, the sum; as views/pyramid/levels.py shows them. */
import { channelsLast, dataUrl, enlarged, toBytes, toNumbers } from './pixels.js';
import { Refused } from './refusal.js';
import { taken } from './image_encoding.js';

/** @import { Pixels, Told } from './types' */
/** @import { Run } from './run' */
/** @import { Image } from './image_encoding' */
/** @typedef {{ side: number, image: Float32Array, low: Float32Array | null, residual: Float32Array | null }} Level */
/**
 * @typedef {{ w: string, blend: number[], image?: Image | null, invert?: boolean, drawn?: boolean[] | null, label?: number | null }} Asked
 */

/** @param {Told} told @param {number} k @returns {Level} */
const levelOf = (told, k) => {
  const image = told[`image_${k}`],
    low = told[`low_${k}`];
  return {
    side: image.dims[image.dims.length - 1],
    image: image.data,
    low: low ? low.data : null,
    residual: low ? image.data.map((v, i) => v - low.data[i]) : null,
  };
};

/** @param {Run} run @param {Asked} asked @param {Uint8Array | null} pixels @returns {Promise<Level[]>} */
export const levels = async (run, { w, blend, drawn, label }, pixels) => {
  const { levels: sides, noise, num_layers: layers, w_dim: width } = run.spec,
    most = noise.length ? sides.length - 1 : 0;
  if (!sides.length || blend.length !== most || (drawn && drawn.length !== most)) throw new Refused('error.link');
  if (pixels && !most) throw new Refused('error.link');
  const one = run.label(label),
    given = { w: { data: run.codes(w, 1), dims: [1, layers, width] }, ...(one !== null && { label: { data: [one], dims: [1] } }) };
  if (!most) {
    const told = await (await run.net('levels')).run(given);
    return sides.map((side, k) => ({ side, image: told[`x_${k}`].data, low: null, residual: null }));
  }
  const shares = { blend: { data: Float32Array.from(blend), dims: [most] } },
    real = pixels && {
      image: { data: toNumbers(pixels), dims: [1, ...run.shape] },
      drawn: { data: drawn ? Float32Array.from(drawn, Number) : new Float32Array(most), dims: [most] },
    },
    told = await (await run.net(pixels ? 'apart' : 'pyramid')).run({ ...given, ...shares, ...real });
  return sides.map((_, k) => levelOf(told, k));
};

/** The largest of |residual|, two digits, rounded up: what the ends of its colours stand for. @param {Float32Array} residual */
const scale = (residual) => {
  const top = residual.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  if (top < 1e-6) return 0;
  const step = 10 ** (Math.floor(Math.log10(top)) - 1);
  return +(Math.ceil(top / step - 1e-4) * step).toPrecision(2);
};

/** Red above 0, blue below, black at 0. @param {number} d in [-255, 255] */
const diverging = (d) => {
  const [up, down] = [Math.min(255, Math.max(0, d)), Math.min(255, Math.max(0, -d))];
  return [up + 0.25 * down, 0.35 * up + 0.55 * down, 0.2 * up + down].map((v) => Math.min(255, Math.round(v)));
};

/** @param {Float32Array} residual (C, r, r) @param {number} side @param {number} channels @param {number} top */
const signed = (residual, side, channels, top) => {
  const r = residual.map((v) => Math.min(1, Math.max(-1, v / Math.max(top, 1e-6))));
  if (channels === 3) return Uint8Array.from(channelsLast(r, [3, side, side]), (v) => Math.round(128 + 127 * v));
  return Uint8Array.from(Array.from(r).flatMap((v) => diverging(255 * v)));
};

/** @param {Float32Array} x (C, r, r) @param {number} side @param {number} channels */
const coloured = (x, side, channels) => {
  const bytes = channelsLast(toBytes(x), [channels, side, side]);
  return channels === 3 ? bytes : Uint8Array.from({ length: 3 * bytes.length }, (_, i) => bytes[Math.floor(i / 3)]);
};

/** All tiles: a row of low-pass images, of residuals, of sums; a column for each level. @param {Level[]} all @param {number} channels */
export const picture = (all, channels) => {
  const whole = all[all.length - 1].side,
    plain = all.every((x) => !x.residual),
    rows = plain ? 1 : 3,
    scales = all.map((x) => (x.residual ? scale(x.residual) : 0)),
    data = new Uint8Array(rows * whole * all.length * whole * 3);
  all.forEach(({ side, image, low, residual }, column) => {
    const tiles = [
      ...(plain ? [] : [low && coloured(low, side, channels), residual && signed(residual, side, channels, scales[column])]),
      coloured(image, side, channels),
    ];
    tiles.forEach((tile, row) => {
      if (!tile) return;
      const big = enlarged({ width: side, height: side, channels: 3, data: tile }, whole / side).data;
      for (let y = 0; y < whole; y++)
        data.set(big.subarray(y * whole * 3, (y + 1) * whole * 3), ((row * whole + y) * all.length + column) * whole * 3);
    });
  });
  return { image: /** @type {Pixels} */ ({ width: all.length * whole, height: rows * whole, channels: 3, data }), scales };
};

/** The answer to "pyramid". @param {Run} run @param {Asked} asked */
export const pyramid = async (run, asked) => {
  const { image } = asked,
    pixels = image === null || image === undefined ? null : await taken(run, image, asked.invert),
    all = await levels(run, asked, pixels),
    shown = picture(all, run.shape[0]),
    told = { picture: dataUrl(shown.image), scales: shown.scales, side: run.shape[1] };
  if (!pixels) return told;
  const [c, h, w] = run.shape,
    last = all[all.length - 1].image,
    off = toNumbers(pixels).map((v, i) => Math.abs(last[i] - v)),
    index = typeof image === 'object' && image && 'index' in image ? image.index : null;
  return {
    ...told,
    input: dataUrl({ width: w, height: h, channels: c, data: channelsLast(pixels, run.shape) }),
    most: off.reduce((a, v) => Math.max(a, v), 0),
    error: Math.sqrt(off.reduce((a, v) => a + (v / 2) ** 2, 0) / off.length),
    ...(index !== null && { index, class: await run.held?.label(index) }),
  };
};
