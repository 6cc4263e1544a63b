/* What is on its way from the site's host, and how much of it is there. No window, no document. */

/** @typedef {{ got: number, size: number, path: string }} Coming size: 0 where the host does not say */
/** @typedef {{ got: number, size: number, kind: Kind }} Told of all that is on its way; size: 0 where some host did not say */
/** @typedef {'network' | 'codes' | 'images' | 'charts'} Kind */

/** @type {[RegExp, Kind][]} what most is waited for, first */
const KINDS = [
  [/^runtime\/ort|\.onnx/, 'network'],
  [/^data\/near\//, 'codes'],
  [/^runtime\/plotly/, 'charts'],
  [/^data\/(tiles|sheet|exact)\//, 'images'],
];

/** @type {Set<Coming>} */
const all = new Set();
/** @type {Set<(told: Told | null) => void>} */
const heard = new Set();
/** @type {{ got: number, size: number }} of files of this burst that are there */
let done = { got: 0, size: 0 };

/** What a file is to whom waits for it. @param {string} path */
const kindOf = (path) => KINDS.find(([like]) => like.test(path))?.[1];

/** @returns {Told | null} */
const told = () => {
  const kinds = new Set([...all].map(({ path }) => kindOf(path))),
    kind = KINDS.find(([, k]) => kinds.has(k))?.[1];
  if (!kind) return null;
  const known = [...all].every(({ size }) => size > 0);
  return {
    kind,
    got: [...all].reduce((sum, { got }) => sum + got, done.got),
    size: known ? [...all].reduce((sum, { size }) => sum + size, done.size) : 0,
  };
};

const tell = () => {
  const now = told();
  if (!all.size) done = { got: 0, size: 0 };
  for (const fn of heard) fn(now);
};

/** Hears of what is on its way at each change; null: nothing is. @param {(told: Told | null) => void} fn */
export const listen = (fn) => {
  heard.add(fn);
  fn(told());
};

/** A file is asked for. @param {string} path */
export const coming = (path) => {
  /** @type {Coming} */
  const file = { path, got: 0, size: 0 };
  all.add(file);
  tell();
  return {
    /** @param {number} size bytes in all, 0: unknown */
    of(size) {
      file.size = size;
      tell();
    },
    /** @param {number} n more bytes */
    came(n) {
      file.got += n;
      tell();
    },
    end() {
      if (!all.delete(file)) return;
      done = { got: done.got + file.got, size: done.size + file.got };
      tell();
    },
  };
};
