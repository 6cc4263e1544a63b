/* The held-out images of a data set: cut from its sheets, and what is known of each. */
import * as files from './files.js';

/** @import { DatasetTold } from '../../shell/answers' */

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

/** @param {string} path */
const decoded = async (path) => {
  const blob = await (await files.response(path)).blob(),
    image = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' }),
    canvas = new OffscreenCanvas(image.width, image.height),
    context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  context.drawImage(image, 0, 0);
  image.close();
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
};

/** One data set's held-out images. */
export class Held {
  #told;

  /** @param {DatasetTold} told */
  constructor(told) {
    this.#told = told;
  }

  get n() {
    return this.#told.n;
  }

  /** The image as bytes (C, H, W). @param {number} index */
  async image(index) {
    const { name, tile, columns, per_sheet: per, channels } = this.#told,
      path = `data/sheet/${name}/${Math.floor(index / per)}.webp`,
      all = await once(sheets, path, () => decoded(path)),
      [h, w] = tile,
      at = index % per,
      out = new Uint8Array(channels * h * w);
    for (let y = 0; y < h; y++) {
      let from = ((Math.floor(at / columns) * h + y) * columns + (at % columns)) * w * 4;
      for (let x = 0; x < w; x++, from += 4) for (let c = 0; c < channels; c++) out[(c * h + y) * w + x] = all[from + c];
    }
    return out;
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
