/* Images taken in by encoders: what was sent, what a run makes of it, and noise on it; as views/reconstruct/all_runs.py has it. */
import { b64, fromBase64 } from '../../shell/bytes.js';
import { channelsFirst, channelsLast, dataUrl, grid, toBytes, toNumbers } from './pixels.js';
import { Twister } from './random.js';
import { Refused } from './refusal.js';
import { Run } from './run.js';

/** @import { Batch } from './types' */
/** @typedef {string | { index: number } | { pixels: string } | { w: string, label?: number | null }} Image */
/** @typedef {{ kind: string, amount: number, seed?: number }} Noise */

const TRIED = 16; /* classes that a conditional model is tried with */

/** A picture file, cut to a square in its middle and made as large as the run's images. @param {Run} run @param {Uint8Array} file */
const ofFile = async (run, file) => {
  const [c, h, w] = run.shape;
  let image;
  try {
    image = await createImageBitmap(new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (file)]), { colorSpaceConversion: 'none' });
  } catch {
    throw new Refused('site.picture');
  }
  const side = Math.min(image.width, image.height),
    canvas = new OffscreenCanvas(w, h),
    context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, w, h);
  image.close();
  const { data } = context.getImageData(0, 0, w, h),
    out = new Uint8Array(c * h * w);
  for (let i = 0; i < h * w; i++) {
    const [r, g, b] = data.subarray(4 * i);
    if (c === 1) out[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    else [r, g, b].forEach((v, k) => (out[k * h * w + i] = v));
  }
  return out;
};

/** An image that was sent, bytes (C, H, W). @param {Run} run @param {Image} image @param {boolean} [invert] */
export const taken = async (run, image, invert = false) => {
  if (typeof image !== 'string' && 'w' in image) return toBytes((await run.images(run.codes(image.w, 1), image.label)).data);
  if (typeof image !== 'string' && 'index' in image) {
    if (!run.held || !(image.index >= 0 && image.index < run.held.n)) throw new Refused('site.point');
    return run.held.image(image.index);
  }
  if (typeof image === 'string') {
    const found = await ofFile(run, fromBase64(image.replace(/^data:[^,]*,/, '')));
    return invert ? found.map((v) => 255 - v) : found;
  }
  const bytes = fromBase64(image.pixels);
  if (bytes.length !== run.shape.reduce((a, b) => a * b)) throw new Refused('error.link');
  const found = channelsFirst(bytes, run.shape);
  return invert ? found.map((v) => 255 - v) : found;
};

/**
 * With noise, the same for the same seed (training/corruption.py).
 * @param {Uint8Array} pixels
 * @param {number[]} shape
 * @param {Noise} noise
 */
export const spoiled = (pixels, [c, h, w], { kind, amount, seed = 0 }) => {
  const from = new Twister(seed),
    area = h * w,
    x = toNumbers(pixels);
  if (kind === 'gaussian') {
    const drawn = from.normal(x.length);
    return toBytes(x.map((v, i) => v + 2 * amount * drawn[i]));
  }
  /** @type {(i: number) => boolean} */
  let black;
  if (kind === 'dropout') {
    const drawn = from.uniform(area);
    black = (i) => drawn[i] < amount;
  } else {
    const share = Math.sqrt(Math.min(1, Math.max(0, amount))),
      [a, b] = [Math.round(h * share), Math.round(w * share)],
      [down, across] = from.uniform(2),
      [top, left] = [Math.floor(down * (h - a + 1)), Math.floor(across * (w - b + 1))];
    black = (i) => {
      const [y, at] = [Math.floor(i / w), i % w];
      return y >= top && y < top + a && at >= left && at < left + b;
    };
  }
  for (let k = 0; k < c; k++) for (let i = 0; i < area; i++) if (black(i)) x[k * area + i] = -1;
  return toBytes(x);
};

/** Squared error of images in [-1, 1] as they are shown, taken as [0, 1]: of each. @param {Batch} drawn @param {Uint8Array} target */
const errors = (drawn, target) => {
  const x = toNumbers(target),
    size = drawn.data.length / drawn.n;
  return Array.from({ length: drawn.n }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += ((Math.min(1, Math.max(-1, drawn.data[k * size + i])) - x[i]) / 2) ** 2;
    return sum;
  });
};

/** Encode and draw again. @param {Run} run @param {Uint8Array} pixels @param {number | null | undefined} label
 * @param {Uint8Array} [target] what the error is taken against */
export const takeIn = async (run, pixels, label, target = pixels) => {
  const { w, sigma } = await run.encoded(pixels),
    classes = run.spec.num_classes,
    unknown = (label === null || label === undefined) && classes > 1,
    tried = unknown ? Array.from({ length: Math.min(classes, TRIED) }, (_, k) => k) : [run.label(label) ?? 0],
    codes = new Float32Array(tried.length * run.d);
  tried.forEach((_, k) => codes.set(w, k * run.d));
  const drawn = await run.images(codes, tried),
    off = errors(drawn, target),
    best = off.indexOf(Math.min(...off)),
    size = drawn.data.length / drawn.n;
  return {
    w,
    sigma,
    error: off[best],
    label: classes ? tried[best] : null,
    again: channelsLast(toBytes(drawn.data.slice(best * size, (best + 1) * size)), run.shape),
  };
};

/** The share of held-out images that are reconstructed worse. @param {Run} run @param {number} error */
const nearerThan = (run, error) => {
  const { errors: usual } = run.model;
  if (!usual) return null;
  const all = new Float32Array(fromBase64(usual).buffer);
  return +(all.filter((e) => e > error).length / all.length).toFixed(4);
};

/** The class of an image as a run counts classes. @param {Run} first @param {Run} run @param {number | null | undefined} known */
const classFor = (first, run, known) => {
  const same = JSON.stringify(run.told.card.data.classes) === JSON.stringify(first.told.card.data.classes);
  return run.spec.num_classes && same && known !== null && known !== undefined && known < run.spec.num_classes ? known : null;
};

/**
 * @param {string} name
 * @param {Run} first
 * @param {Uint8Array} pixels
 * @param {Uint8Array} clean
 * @param {{ known?: number | null, noise: boolean }} more
 */
const inOne = async (name, first, pixels, clean, { known, noise }) => {
  try {
    if (name !== first.name && !Run.known(name)) throw new Refused('site.beside');
    const run = await Run.of(name);
    if (String(run.shape) !== String(first.shape)) throw new Refused('site.shape');
    const { w, sigma, error, label, again } = await takeIn(run, pixels, classFor(first, run, known), clean),
      row = { run: name, w: b64(w), error, class: label, sigma: sigma && b64(sigma), percentile: noise ? null : nearerThan(run, error) };
    return { again, row };
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return { again: null, row: { run: name, problem: e.message } };
  }
};

/**
 * One image in many runs.
 * @param {{ run: string, runs: string[], image: Image, invert?: boolean, noise?: Noise | null, label?: number | null }} asked
 */
export const beside = async ({ run: name, runs, image, invert, noise, label }) => {
  const first = await Run.of(name),
    clean = await taken(first, image, invert),
    pixels = noise ? spoiled(clean, first.shape, noise) : clean,
    index = typeof image !== 'string' && 'index' in image ? image.index : null,
    known = index === null ? label : await first.held?.label(index),
    found = [];
  for (const one of new Set(runs)) found.push(await inOne(one, first, pixels, clean, { known, noise: !!noise }));
  const tiles = [channelsLast(pixels, first.shape), ...found.flatMap((f) => (f.again ? [f.again] : []))];
  if (noise) tiles.push(channelsLast(clean, first.shape));
  const all = new Uint8Array(tiles.length * clean.length);
  tiles.forEach((t, k) => all.set(t, k * clean.length));
  let off = 0;
  if (noise) for (let i = 0; i < clean.length; i++) off += ((pixels[i] - clean[i]) / 255) ** 2;
  return {
    picture: dataUrl(grid(all, first.shape, tiles.length)),
    runs: found.map((f) => f.row),
    ...(noise && { noise: off }),
    ...(index !== null && { index, label: known ?? null, attributes: await first.held?.attributes(index) }),
  };
};
