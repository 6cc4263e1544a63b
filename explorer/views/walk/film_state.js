/* Walk's part of a link: fields joined by "*", each a letter and its value. A keyframe is an image's index ("i12"), a seed ("s7"), or
 * its code ("v…"): each different layer once, 16 bits a number between minus and plus the largest, which is nearer than a shade of 255. */
import { LENGTHS } from '../../shell/film_player.js';
import { base64Of, fromBase64, urlSafe } from '../../shell/bytes.js';

/** @import { Code, Keyframe } from '../../shell/types' */
/** @typedef {{ way: string | null, both: boolean | null, looped: boolean, length: number | null }} Look how a walk is made */
/** @typedef {{ index?: number, seed?: number, w?: Code }} Key a keyframe as a link names it */

/** @param {Uint8Array} bytes */
const textOf = (bytes) => urlSafe(base64Of(bytes));
/** @param {Code} a @param {Code} b */
const same = (a, b) => a.every((v, i) => v === b[i]);
/**
 * Codes (layers × width) as text: which of the different layers each is, the largest number, the numbers.
 * @param {Code} w @param {number} layers
 */
const pack = (w, layers) => {
  const width = w.length / layers;
  /** @type {Code[]} */
  const different = [];
  /** @type {number[]} */
  const which = [];
  for (let l = 0; l < layers; l++) {
    const one = w.subarray(l * width, (l + 1) * width),
      k = different.findIndex((o) => same(o, one));
    which.push(k < 0 ? different.push(one) - 1 : k);
  }
  const largest = Math.fround(Math.max(...different.map((o) => Math.max(...o.map(Math.abs))))) || 1;
  const out = new DataView(new ArrayBuffer(layers + 4 + 2 * width * different.length));
  which.forEach((k, l) => out.setUint8(l, k));
  out.setFloat32(layers, largest, true);
  different.forEach((o, k) => o.forEach((v, i) => out.setInt16(layers + 4 + 2 * (k * width + i), Math.round((v / largest) * 32767), true)));
  return textOf(new Uint8Array(out.buffer));
};
/** Back again; null for what is none of this run's. @param {string} text @param {number} layers @param {number} width */
const unpack = (text, layers, width) => {
  let bytes;
  try {
    bytes = fromBase64(text);
  } catch {
    return null;
  }
  const many = (bytes.length - layers - 4) / (2 * width);
  if (many < 1 || !Number.isInteger(many)) return null;
  const from = new DataView(bytes.buffer),
    largest = from.getFloat32(layers, true),
    w = new Float32Array(layers * width);
  for (let l = 0; l < layers; l++) {
    const k = from.getUint8(l);
    if (k >= many || !Number.isFinite(largest)) return null;
    for (let i = 0; i < width; i++) w[l * width + i] = (from.getInt16(layers + 4 + 2 * (k * width + i), true) / 32767) * largest;
  }
  return w;
};
/** @param {Keyframe} k @param {number} layers */
const key = (k, layers) => {
  const o = k.origin;
  if (o?.kind === 'point' && Number.isInteger(o.index)) return 'i' + o.index;
  if ((o?.kind === 'seed' || o?.kind === 'sample') && Number.isInteger(o.seed)) return 's' + o.seed;
  return 'v' + pack(k.w, layers);
};
/** @param {Look & { keys: Keyframe[] }} s @param {number} layers */
const write = (s, layers) => {
  const out = [
    s.way && 'w' + s.way,
    s.both !== null && 'b' + Number(s.both),
    !s.looped && 'o0',
    s.length && 't' + s.length,
    ...s.keys.map((k) => key(k, layers)),
  ];
  return out.filter(Boolean).join('*') || null;
};
/**
 * Fields that say nothing that can be are left out.
 * @param {string | undefined} text @param {number} layers @param {number} width
 */
const read = (text, layers, width) => {
  /** @type {Look & { keys: Key[] }} */
  const s = { way: null, both: null, looped: true, length: null, keys: [] };
  for (const f of (text || '').split('*')) {
    const v = f.slice(1),
      number = /^\d{1,10}$/.test(v) ? +v : null;
    if (f[0] === 'w' && ['lerp', 'slerp'].includes(v)) s.way = v;
    if (f[0] === 'b') s.both = v === '1';
    if (f[0] === 'o') s.looped = false;
    if (f[0] === 't' && number !== null && LENGTHS.includes(number)) s.length = number;
    if (f[0] === 's' && number !== null) s.keys.push({ seed: number });
    if (f[0] === 'i' && number !== null) s.keys.push({ index: number });
    if (f[0] === 'v') {
      const w = unpack(v, layers, width);
      if (w) s.keys.push({ w });
    }
  }
  s.keys = s.keys.slice(0, 12);
  return s;
};

export const walkText = { write, read };
