/* Images as bytes: from a network's numbers, in rows of tiles, as files that a browser shows. No window, no document. */
import { base64Of } from '../../shell/bytes.js';

/** @import { Batch, Pixels } from './types' */

/** Numbers in [-1, 1] as bytes; beyond it is clipped, NaN is black. @param {ArrayLike<number>} x */
export const toBytes = (x) => {
  const out = new Uint8Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const v = x[i];
    if (v >= 1) out[i] = 255;
    else if (v > -1) out[i] = (v + 1) * 127.5 + 0.5;
  }
  return out;
};

/** Bytes as networks take them: in [-1, 1]. @param {ArrayLike<number>} bytes */
export const toNumbers = (bytes) => Float32Array.from(bytes, (v) => Math.fround(v / 127.5) - 1);

/** Tables (n, rows, columns) as (n, columns, rows). @template {Uint8Array | Float32Array} T @param {T} x @param {number} rows
 * @param {number} columns */
const turned = (x, rows, columns) => {
  if (rows === 1 || columns === 1) return x;
  const out = /** @type {T} */ (x.slice());
  for (let at = 0; at < x.length; at += rows * columns)
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[at + c * rows + r] = x[at + r * columns + c];
  return out;
};

/** Images (n, C, H, W) as (n, H, W, C). @template {Uint8Array | Float32Array} T @param {T} x @param {number[]} shape C, H, W */
export const channelsLast = (x, [c, h, w]) => turned(x, c, h * w);

/** Images (n, H, W, C) as (n, C, H, W). @template {Uint8Array | Float32Array} T @param {T} x @param {number[]} shape C, H, W */
export const channelsFirst = (x, [c, h, w]) => turned(x, h * w, c);

/**
 * Tiles (n, H, W, C) in rows of so many; those that lack in the last row are black.
 * @param {Uint8Array} tiles @param {number[]} shape C, H, W @param {number} columns
 * @returns {Pixels}
 */
export const grid = (tiles, [channels, h, w], columns) => {
  const n = tiles.length / (channels * h * w),
    rows = Math.ceil(n / columns),
    line = w * channels,
    data = new Uint8Array(rows * h * columns * line);
  for (let k = 0; k < n; k++)
    for (let y = 0; y < h; y++) {
      const to = ((Math.floor(k / columns) * h + y) * columns + (k % columns)) * line,
        from = (k * h + y) * line;
      data.set(tiles.subarray(from, from + line), to);
    }
  return { width: columns * w, height: rows * h, channels, data };
};

/** Images of a network in rows. @param {Batch} x @param {number[]} shape @param {number} columns */
export const tiled = (x, shape, columns) => grid(channelsLast(toBytes(x.data), shape), shape, columns);

/**
 * As a BMP file of 24 bits, upside down as that format has it: nothing to compress, which takes a browser no time.
 * @param {Pixels} image
 */
export const bmp = ({ width, height, channels, data }) => {
  const line = (width * 3 + 3) & ~3,
    out = new Uint8Array(54 + line * height),
    head = new DataView(out.buffer);
  head.setUint16(0, 0x424d);
  head.setUint32(2, out.length, true);
  head.setUint32(10, 54, true);
  head.setUint32(14, 40, true);
  head.setInt32(18, width, true);
  head.setInt32(22, height, true);
  head.setUint16(26, 1, true);
  head.setUint16(28, 24, true);
  head.setUint32(34, line * height, true);
  const [red, green, blue] = channels === 3 ? [0, 1, 2] : [0, 0, 0];
  for (let y = 0; y < height; y++) {
    let to = 54 + (height - 1 - y) * line;
    for (let from = y * width * channels; from < (y + 1) * width * channels; from += channels) {
      out[to++] = data[from + blue];
      out[to++] = data[from + green];
      out[to++] = data[from + red];
    }
  }
  return out;
};

/** As a data: URL. @param {Pixels} image */
export const dataUrl = (image) => 'data:image/bmp;base64,' + base64Of(bmp(image));

/** Each pixel as a square. @param {Pixels} image @param {number} factor @returns {Pixels} */
export const enlarged = ({ width, height, channels, data }, factor) => {
  const out = new Uint8Array(data.length * factor * factor),
    line = width * factor * channels;
  for (let y = 0; y < height * factor; y++)
    for (let x = 0; x < width * factor; x++)
      for (let c = 0; c < channels; c++)
        out[y * line + x * channels + c] = data[(Math.floor(y / factor) * width + Math.floor(x / factor)) * channels + c];
  return { width: width * factor, height: height * factor, channels, data: out };
};
