/* An endless GIF (GIF89a): grey frames exactly, colours by one palette for all (median cut, Heckbert 1982). No window, no document. */

/** @import { Pixels } from './types' */

const COLOURS = 256,
  FINE = 5 /* bits of a channel that colours are told apart by while the palette is made */,
  SOME = 16; /* frames that the palette is made of */

/** @typedef {{ key: number, n: number, rgb: number[] }} Bin colours that are told apart no further, how many, and their sum */

/** @param {ArrayLike<number>} rgb @param {number} at */
const keyOf = (rgb, at) => ((rgb[at] >> (8 - FINE)) << (2 * FINE)) | ((rgb[at + 1] >> (8 - FINE)) << FINE) | (rgb[at + 2] >> (8 - FINE));

/** @param {Bin[]} bins @param {number} c */
const reach = (bins, c) => {
  let [low, high] = [Infinity, -Infinity];
  for (const { n, rgb } of bins) {
    low = Math.min(low, rgb[c] / n);
    high = Math.max(high, rgb[c] / n);
  }
  return high - low;
};

/** Of a box of colours two, of as many pixels each, along its longest side. @param {Bin[]} box @returns {Bin[][]} */
const cut = (box) => {
  const sides = [0, 1, 2].map((c) => reach(box, c)),
    c = sides.indexOf(Math.max(...sides)),
    sorted = [...box].sort((a, b) => a.rgb[c] / a.n - b.rgb[c] / b.n),
    half = sorted.reduce((sum, { n }) => sum + n, 0) / 2;
  let seen = 0,
    k = 0;
  while (k < sorted.length - 1 && (k === 0 || seen + sorted[k].n <= half)) seen += sorted[k++].n;
  return [sorted.slice(0, k), sorted.slice(k)];
};

/** The palette of some frames (COLOURS, 3), and the place in it of each key. @param {Pixels[]} frames */
export const palette = (frames) => {
  /** @type {Map<number, Bin>} */
  const bins = new Map();
  for (const { data } of frames)
    for (let i = 0; i < data.length; i += 3) {
      const key = keyOf(data, i),
        bin = bins.get(key) ?? { key, n: 0, rgb: [0, 0, 0] };
      bins.set(key, bin);
      bin.n++;
      for (let c = 0; c < 3; c++) bin.rgb[c] += data[i + c];
    }
  /** @type {Bin[][]} */
  let boxes = [[...bins.values()]];
  while (boxes.length < COLOURS) {
    const worth = boxes.map((b) =>
        b.length < 2 ? -1 : Math.max(reach(b, 0), reach(b, 1), reach(b, 2)) * b.reduce((s, { n }) => s + n, 0),
      ),
      k = worth.indexOf(Math.max(...worth));
    if (worth[k] < 0) break;
    boxes = [...boxes.slice(0, k), ...cut(boxes[k]), ...boxes.slice(k + 1)];
  }
  const colours = new Uint8Array(3 * COLOURS);
  boxes.forEach((box, k) => {
    const n = box.reduce((sum, bin) => sum + bin.n, 0);
    for (let c = 0; c < 3; c++) colours[3 * k + c] = Math.round(box.reduce((sum, { rgb }) => sum + rgb[c], 0) / n);
  });
  return colours;
};

/** Of each pixel its nearest colour. @param {Pixels} frame @param {Uint8Array} colours @param {Map<number, number>} known by keys */
const indexed = ({ data }, colours, known) => {
  const out = new Uint8Array(data.length / 3);
  for (let i = 0; i < out.length; i++) {
    const key = keyOf(data, 3 * i);
    let best = known.get(key);
    if (best === undefined) {
      let least = Infinity;
      for (let k = 0; k < COLOURS; k++) {
        let far = 0;
        for (let c = 0; c < 3; c++) far += (data[3 * i + c] - colours[3 * k + c]) ** 2;
        if (far < least) [least, best] = [far, k];
      }
      known.set(key, /** @type {number} */ (best));
    }
    out[i] = /** @type {number} */ (best);
  }
  return out;
};

/** Bytes as GIF's LZW of 8 bits, in blocks of at most 255. @param {Uint8Array} pixels */
export const lzw = (pixels) => {
  const CLEAR = 256,
    END = 257,
    MOST = 4096,
    /** @type {number[]} */
    bytes = [];
  let buffer = 0,
    bits = 0,
    width = 9,
    next = 258,
    /** @type {Map<number, number>} */
    table = new Map();
  const put = (/** @type {number} */ code) => {
    buffer |= code << bits;
    for (bits += width; bits >= 8; bits -= 8) {
      bytes.push(buffer & 255);
      buffer >>>= 8;
    }
  };
  put(CLEAR);
  let now = pixels[0];
  for (let i = 1; i < pixels.length; i++) {
    const key = now * 256 + pixels[i],
      found = table.get(key);
    if (found !== undefined) {
      now = found;
      continue;
    }
    put(now);
    if (next === MOST) {
      put(CLEAR);
      [table, next, width] = [new Map(), 258, 9];
    } else {
      table.set(key, next++);
      if (next > 1 << width && width < 12) width++;
    }
    now = pixels[i];
  }
  put(now);
  put(END);
  if (bits) bytes.push(buffer & 255);
  const out = [8];
  for (let k = 0; k < bytes.length; k += 255) out.push(Math.min(255, bytes.length - k), ...bytes.slice(k, k + 255));
  return Uint8Array.from([...out, 0]);
};

/** @param {number} v */
const short = (v) => [v & 255, v >> 8];

/** Hundredths of a second of each frame, shared out evenly; browsers play none shorter than two. @param {number} n @param {number} fps */
export const delays = (n, fps) => {
  const ends = Array.from({ length: n + 1 }, (_, k) => Math.round((k * 100) / fps));
  return ends.slice(1).map((end, k) => Math.max(2, end - ends[k]));
};

/** A file; the page stays alive meanwhile. @param {Pixels[]} frames all of one size @param {number} fps */
export const gif = async (frames, fps) => {
  const [{ width, height, channels }] = frames,
    few = Math.min(SOME, frames.length),
    some = Array.from({ length: few }, (_, k) => frames[Math.floor((k * frames.length) / few)]),
    colours = channels === 1 ? Uint8Array.from({ length: 3 * COLOURS }, (_, i) => Math.floor(i / 3)) : palette(some),
    /** @type {Map<number, number>} */
    known = new Map(),
    /** @type {BlobPart[]} */
    parts = [
      Uint8Array.from([...new TextEncoder().encode('GIF89a'), ...short(width), ...short(height), 0xf7, 0, 0]),
      /** @type {Uint8Array<ArrayBuffer>} */ (colours),
      Uint8Array.from([0x21, 0xff, 11, ...new TextEncoder().encode('NETSCAPE2.0'), 3, 1, 0, 0, 0]),
    ];
  for (const [k, delay] of delays(frames.length, fps).entries()) {
    await new Promise((go) => setTimeout(go));
    parts.push(Uint8Array.from([0x21, 0xf9, 4, 4, ...short(delay), 0, 0, 0x2c, 0, 0, 0, 0, ...short(width), ...short(height), 0]));
    parts.push(lzw(channels === 1 ? frames[k].data : indexed(frames[k], colours, known)));
  }
  return new Blob([...parts, Uint8Array.of(0x3b)], { type: 'image/gif' });
};
