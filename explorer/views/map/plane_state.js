/* The map's part of a link: fields joined by "*", each a letter and its value; a state that is as on opening is no text at all. */
import { base64Of, fromBase64, urlSafe } from '../../shell/bytes.js';

/**
 * @typedef {object} Pane points on the screen, for whoever draws over them or points at them
 * @property {any} element what data attributes are told on
 * @property {any} stage the box of all panes
 * @property {any} plot Plotly's
 * @property {any} ring about the point that the hand is on
 * @property {Float32Array | null} xs places of the points, null before they are there
 * @property {Float32Array | null} ys
 * @property {string} projection which map it is
 * @property {string} mode what a hand does: pick, lasso or between
 * @property {() => boolean} bare whether no points are shown
 * @property {(x: number, y: number) => [number, number]} pixels where a place lies on the screen
 * @property {(i: number) => [number, number]} spot where a point does
 * @property {(i: number | null) => void} hovered the hand is on a point, or no longer
 * @property {() => void} whole shows all points
 * @property {(index: number, x?: number, y?: number) => boolean} pick in another mode: whether it was taken there
 */
/**
 * @typedef {object} First what the first pane has beside
 * @property {<T>(path: string, type: new (bytes: ArrayBuffer) => T) => Promise<T>} binary
 * @property {Uint8Array | null} found a 1 for each point that is looked for; null: nothing is
 * @property {(indices: number[]) => void} select points become a lasso's set
 * @property {(i: number, x: number, y: number) => void} tell
 * @property {() => void} hide
 * @property {() => string[]} offered
 * @property {(run: string, projection: string) => Promise<Float32Array | null>} points
 * @property {() => Promise<void>} split it has another size
 * @property {(index: number) => boolean} between a point of the second pane is an end of the path, in that mode: whether it is taken there
 * @property {() => void} over what lies over the points is drawn anew
 * @property {() => Promise<void>} load
 * @property {(fresh: boolean) => Promise<void>} paint fresh: all points are framed
 * @property {() => void} remember
 * @property {(x: number[], y: number[]) => Promise<void>} frame shows a part of the plane, which is nobody's choice
 * @property {() => void} gridChosen
 */
/** @typedef {Pane & First} PlaneMap */

/**
 * An end of a path: an image by its number, or (null) a place of a map.
 * @typedef {{ index: number } | { index: null, projection: string, x: number, y: number }} End
 */
/**
 * How the map is set; what is as on opening is left out. sets: of a written state as text, of a read one the images' numbers.
 * @template Set
 * @typedef {object} MapState
 * @property {string} [projection]
 * @property {string} [colour]
 * @property {number[] | null} [only]
 * @property {string} [search] what is looked for
 * @property {boolean | null} [grid]
 * @property {boolean | null} [names]
 * @property {boolean} [images]
 * @property {string} [space] of the 3-D map, where the eye stands
 * @property {string} [second] the map of the second pane
 * @property {number[] | null} [range]
 * @property {string} [mode]
 * @property {Set[]} sets
 * @property {number} [along]
 * @property {End[]} ends
 */

const MOST_TEXT = 200; /* letters of a search */

/** @param {Uint8Array | number[]} bytes */
const textOf = (bytes) => urlSafe(base64Of(bytes));
/**
 * Indices, ascending: "s" and steps of 7 bits a byte, or "b" and a bit for each of n, whichever is shorter.
 * @param {number[]} indices @param {number} n
 */
const pack = (indices, n) => {
  /** @type {number[]} */
  const steps = [],
    bits = new Uint8Array((n + 7) >> 3);
  let last = -1;
  for (const i of indices) {
    bits[i >> 3] |= 1 << (i & 7);
    for (let step = i - last - 1; ; step >>>= 7) {
      steps.push((step & 127) | (step > 127 ? 128 : 0));
      if (step < 128) break;
    }
    last = i;
  }
  return steps.length < bits.length ? 's' + textOf(steps) : 'b' + textOf(bits);
};
/** Back again; null for what is none. @param {string} text @param {number} n */
const unpack = (text, n) => {
  let bytes;
  try {
    bytes = fromBase64(text.slice(1));
  } catch {
    return null;
  }
  /** @type {number[]} */
  const found = [];
  if (text[0] === 'b')
    for (let i = 0; i < n; i++) {
      if ((bytes[i >> 3] >> (i & 7)) & 1) found.push(i);
    }
  if (text[0] === 's') {
    let last = -1,
      step = 0,
      shift = 0;
    for (const b of bytes) {
      step |= (b & 127) << shift;
      shift += 7;
      if (b < 128) {
        last += step + 1;
        step = shift = 0;
        if (last >= n || last < 0) return null;
        found.push(last);
      }
    }
  }
  return found.length ? found : null;
};
/** @param {number} v */
const short = (v) => String(+v.toPrecision(6));
/** @param {MapState<string>} s */
const write = (s) => {
  /** @type {string[]} */
  const out = [];
  /** @param {string} letter @param {string | undefined} value */
  const add = (letter, value) => {
    if (value) out.push(letter + encodeURIComponent(value));
  };
  add('p', s.projection);
  add('c', s.colour);
  add('f', s.only?.join('_'));
  add('q', s.search);
  if (typeof s.grid === 'boolean') add('g', String(Number(s.grid)));
  if (typeof s.names === 'boolean') add('n', String(Number(s.names)));
  add('t', s.images ? '1' : '');
  add('b', s.second);
  add('v', s.space);
  add('z', s.range?.map(short).join('_'));
  add('m', s.mode);
  for (const set of s.sets || []) add('l', set);
  add('d', s.along ? short(s.along) : '');
  for (const end of s.ends || [])
    add('e', end.index !== null ? String(end.index) : [end.projection, short(Number(end.x)), short(Number(end.y))].join('_'));
  return out.length ? out.join('*') : null;
};
/**
 * What a text says of a run with n points; fields that say nothing that can be are left out.
 * @param {string | undefined} text @param {number} n
 */
const read = (text, n) => {
  /** @type {MapState<number[]>} */
  const s = { sets: [], ends: [] };
  for (const f of (text || '').split('*')) {
    let v;
    try {
      v = decodeURIComponent(f.slice(1));
    } catch {
      continue;
    }
    const numbers = v.split('_').map(Number);
    if (f[0] === 'p') s.projection = v;
    if (f[0] === 'c') s.colour = v;
    if (f[0] === 'f') s.only = numbers.filter(Number.isInteger);
    if (f[0] === 'q') s.search = v.slice(0, MOST_TEXT);
    if (f[0] === 'g') s.grid = v === '1';
    if (f[0] === 't') s.images = v === '1';
    if (f[0] === 'b') s.second = v;
    if (f[0] === 'v') s.space = v;
    if (f[0] === 'n') s.names = v === '1';
    if (f[0] === 'z' && numbers.length === 4 && numbers.every(Number.isFinite)) s.range = numbers;
    if (f[0] === 'm' && ['lasso', 'between'].includes(v)) s.mode = v;
    if (f[0] === 'l' && s.sets.length < 2) {
      const set = unpack(v, n);
      if (set) s.sets.push(set);
    }
    if (f[0] === 'd' && Number.isFinite(numbers[0])) s.along = Math.max(-2, Math.min(2, numbers[0]));
    if (f[0] === 'e' && s.ends.length < 2) {
      const [p, x, y] = v.split('_');
      if (/^\d+$/.test(v) && +v < n) s.ends.push({ index: +v });
      else if (y !== undefined && Number.isFinite(+x) && Number.isFinite(+y)) s.ends.push({ index: null, projection: p, x: +x, y: +y });
    }
  }
  return s;
};

export const mapText = { pack, unpack, write, read };
