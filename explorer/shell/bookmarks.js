/* Places that a person kept, as a browser and a file keep them: each with all that a link has, a name and a small picture. Whatever is read
 * was written by anybody. No window, no document. */
import { KEPT } from './address.js';
import { f32 } from './bytes.js';

/**
 * @typedef {object} Bookmark
 * @property {string} name
 * @property {string} run
 * @property {string} title of the run, for where it is not
 * @property {string} view
 * @property {string} weights_sha256 of the run's network then
 * @property {string | null} w the code, base64 of little-endian float32
 * @property {object | null} origin
 * @property {number | null} label
 * @property {Record<string, string>} kept what views keep
 * @property {string} thumb a data: URL, or nothing
 */

export const FORMAT = 'latent-explorer-bookmarks';
const VERSION = 1;
export const MOST = 64; /* of a list */
export const LARGEST = 2 ** 23; /* letters of a file */
export const LONGEST = { name: 80, title: 120, run: 64, view: 32, kept: 2 ** 17, origin: 2000, w: 2 ** 19, thumb: 2 ** 16 };
const THUMB = /^data:image\/(png|webp|jpeg);base64,[A-Za-z0-9+/]+=*$/;

/** Words in one line, without what cannot be seen. @param {unknown} value @param {number} most */
export const line = (value, most) =>
  typeof value === 'string'
    ? value
        .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
        .trim()
        .slice(0, most)
    : '';

/** @param {unknown} text */
const isCode = (text) => {
  if (typeof text !== 'string' || text.length > LONGEST.w) return false;
  try {
    const w = f32(text);
    return w.length > 0 && w.every(Number.isFinite);
  } catch {
    return false;
  }
};

/** What views keep, of views that are known. @param {unknown} value @returns {Record<string, string>} */
const keptOf = (value) => {
  const found = Object.entries(value && typeof value === 'object' && !Array.isArray(value) ? value : {});
  return Object.fromEntries(
    found.filter(([key, text]) => Object.hasOwn(KEPT, key) && typeof text === 'string' && text && text.length <= LONGEST.kept),
  );
};

/** One place, checked; null where it is none. @param {any} value @returns {Bookmark | null} */
export const checked = (value) => {
  if (!value || typeof value !== 'object' || Array.isArray(value)) return null;
  const { w = null, origin = null, label = null, thumb = '', weights_sha256: weights = '' } = value,
    run = line(value.run, LONGEST.run),
    view = line(value.view, LONGEST.view);
  const fits =
    run === value.run &&
    !!run &&
    /^[a-z][a-z0-9_]*$/.test(view) &&
    view === value.view &&
    (w === null || isCode(w)) &&
    (origin === null || (typeof origin === 'object' && !Array.isArray(origin) && JSON.stringify(origin).length <= LONGEST.origin)) &&
    (label === null || (Number.isInteger(label) && label >= 0));
  if (!fits) return null;
  return {
    name: line(value.name, LONGEST.name) || run,
    run,
    title: line(value.title, LONGEST.title),
    view,
    weights_sha256: typeof weights === 'string' && /^[0-9a-f]{64}$/.test(weights) ? weights : '',
    w,
    origin,
    label,
    kept: keptOf(value.kept),
    thumb: typeof thumb === 'string' && thumb.length <= LONGEST.thumb && THUMB.test(thumb) ? thumb : '',
  };
};

/** A list as text. @param {Bookmark[]} places */
export const textOf = (places) => JSON.stringify({ format: FORMAT, version: VERSION, places }, null, 1);

/**
 * What a text says: places and how many of its entries are none, or the key of a sentence.
 * @param {string} text
 * @returns {{ places: Bookmark[], wrong: number } | { key: 'marks.notjson' | 'marks.notone' | 'marks.newer' | 'marks.large' }}
 */
export const read = (text) => {
  if (text.length > LARGEST) return { key: 'marks.large' };
  let told;
  try {
    told = JSON.parse(text);
  } catch {
    return { key: 'marks.notjson' };
  }
  if (told?.format !== FORMAT || !Array.isArray(told.places)) return { key: 'marks.notone' };
  if (told.version !== VERSION) return { key: 'marks.newer' };
  const places = told.places.map(checked).filter((/** @type {Bookmark | null} */ p) => p !== null);
  return { places, wrong: told.places.length - places.length };
};

/** Whether two are the same place, whatever they are called. @param {Bookmark} a @param {Bookmark} b */
export const same = (a, b) => {
  const of = (/** @type {Bookmark} */ { run, view, w, label, kept }) => JSON.stringify([run, view, w, label, Object.entries(kept).sort()]);
  return of(a) === of(b);
};

/**
 * A list with those of another that it has not, as far as there is room.
 * @param {Bookmark[]} here @param {Bookmark[]} more
 * @returns {{ places: Bookmark[], added: number, known: number, left: number }}
 */
export const joinedWith = (here, more) => {
  const places = [...here];
  let known = 0,
    left = 0;
  for (const place of more) {
    if (places.some((p) => same(p, place))) known++;
    else if (places.length >= MOST) left++;
    else places.push(place);
  }
  return { places, added: places.length - here.length, known, left };
};
