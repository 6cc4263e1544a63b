/* The held-out images of a data set: cut from its small files, or from others where those alone are exact; and what is known of each. */
import { fromBase64 } from '../../shell/bytes.js';
import * as files from './files.js';
import { channelsLast, grid } from './pixels.js';

/** @import { DatasetTold } from '../../shell/answers' */
/** @import { Pixels, Whole } from './types' */

/** @type {Map<string, Promise<Uint8ClampedArray>>} */
const sheets = new Map();
/** @type {Map<string, Promise<Uint8Array>>} */
const fields = new Map();

/** @template T @param {Map<string, Promise<T>>} kept @param {string} key @param {() => Promise<T>} make */
const once = (kept, key, make) => {
  let found = kept.get(key);
  if (!found) {
    kept.set(key, (found = make()));
    found.catch(() => kept.delete(key));
  }
  return found;
};

/** @param {Blob} blob */
const decoded = async (blob) => {
  const image = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' }),
    canvas = new OffscreenCanvas(image.width, image.height),
    context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  context.drawImage(image, 0, 0);
  image.close();
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
};

/** @param {string} url a data: URL */
const pictured = (url) => decoded(new Blob([fromBase64(url.slice(url.indexOf(',') + 1))]));

/** @param {string} path @returns {Promise<Uint8ClampedArray>} */
const sheet = (path) => once(sheets, path, async () => decoded(new Blob([await files.bytes(path)])));

/** One data set's held-out images. */
export class Held {
  #told;
  #whole;

  /** @param {DatasetTold} told @param {Whole | null} whole */
  constructor(told, whole) {
    this.#told = told;
    this.#whole = whole;
  }

  get n() {
    return this.#told.n;
  }

  /** The image as bytes (C, H, W). @param {number} index */
  async image(index) {
    const { name } = this.#told,
      whole = this.#whole,
      picture = whole?.known[index];
    if (picture) return this.#cut(await once(sheets, picture, () => pictured(picture)), 1, 0);
    const { columns, per_sheet: per } = whole ?? this.#told,
      path = `data/${whole?.folder ?? 'tiles'}/${name}/${Math.floor(index / per)}.webp`;
    return this.#cut(await sheet(path), columns, index % per);
  }

  /** @param {Uint8ClampedArray} all @param {number} columns @param {number} at */
  #cut(all, columns, at) {
    const { tile, channels } = this.#told,
      [h, w] = tile,
      out = new Uint8Array(channels * h * w);
    for (let y = 0; y < h; y++) {
      let from = ((Math.floor(at / columns) * h + y) * columns + (at % columns)) * w * 4;
      for (let x = 0; x < w; x++, from += 4) for (let c = 0; c < channels; c++) out[(c * h + y) * w + x] = all[from + c];
    }
    return out;
  }

  /** What the k-th of the small files holds, where the site was written without it. @param {number} k @returns {Promise<Pixels>} */
  async tiles(k) {
    const { tile, channels, columns, per_sheet: per } = this.#told,
      [h, w] = tile,
      shape = [channels, h, w],
      n = Math.max(0, Math.min(per, this.n - k * per)),
      all = new Uint8Array(n * channels * h * w);
    for (let i = 0; i < n; i++) all.set(channelsLast(await this.image(k * per + i), shape), i * channels * h * w);
    return grid(all, shape, columns);
  }

  /** Of all images a row of numbers each: their classes where they have any, then each attribute. */
  #known() {
    const path = `data/fields/${this.#told.name}.bin`;
    return once(fields, path, () => files.bytes(path));
  }

  /** Its class, null where it has none. @param {number} index @returns {Promise<number | null>} */
  async label(index) {
    return this.#told.classes.length && index < this.n ? (await this.#known())[index] : null;
  }

  /** What it shows, field by field. @param {number} index @returns {Promise<Record<string, string>>} */
  async attributes(index) {
    const { attributes, classes, n } = this.#told;
    if (!attributes.length || index >= n) return {};
    const known = await this.#known();
    return Object.fromEntries(attributes.map(([name, names], k) => [name, names[known[(k + +!!classes.length) * n + index]]]));
  }
}
