/* Maps that this person fitted: points (float32, x and y by turns) by run, weights and key ("15-0.1-cosine", as in explorer/own_maps.py).
 * They are kept in this browser; an owner's lie beside the run as well, and are there in every browser that she opens. */
import { remember, remembered } from '../../shell/dom.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { FitDone } from '../../shell/answers' */

const LIST = 'lx-own-maps',
  PER_RUN = 3,
  MOST = 6;
/** @type {Map<string, Float32Array>} */
const memory = new Map();
/** @param {string} run */
const asWritten = (run, weights = opened().info.card.weights_sha256.slice(0, 12)) => `${run}/${weights}`;
/** @returns {string[]} */
const listed = () => {
  try {
    const l = JSON.parse(remembered(LIST) || '[]');
    return Array.isArray(l) ? l.filter((k) => typeof k === 'string') : [];
  } catch {
    return [];
  }
};
/** @param {string | undefined} name */
const forget = (name) => {
  try {
    localStorage.removeItem(LIST + ':' + name);
  } catch {
    /* no storage */
  }
};
/** Write one, the oldest giving way; one that does not fit is kept until the page is closed. @param {string} name @param {string} text */
const store = (name, text) => {
  const run = name.slice(0, name.lastIndexOf('/') + 1),
    others = listed().filter((k) => k !== name),
    same = others.filter((k) => k.startsWith(run)),
    old = same.slice(0, Math.max(0, same.length - PER_RUN + 1)),
    list = others.filter((k) => !old.includes(k));
  old.forEach(forget);
  while (list.length >= MOST) forget(list.shift());
  while (!remember(LIST + ':' + name, text) && list.length) forget(list.shift());
  if (remembered(LIST + ':' + name) === text) list.push(name);
  remember(LIST, JSON.stringify(list));
};
/** @param {string} run */
const here = (run) => {
  const start = asWritten(run) + '/';
  return [...listed(), ...memory.keys()].filter((k) => k.startsWith(start)).map((k) => k.slice(start.length));
};
export const ownMaps = {
  /** promise of the keys of a run's own maps, the oldest first @param {string} run */
  keys: async (run) => {
    const there = (await lx.api(`own-maps/${encodeURIComponent(run)}`)).maps;
    return [...new Set([...there, ...here(run)])].slice(-PER_RUN);
  },
  /** promise of Float32Array; null where this browser and the server have none @param {string} run @param {string} key */
  points: async (run, key) => {
    const name = asWritten(run) + '/' + key,
      n = 2 * opened().info.points;
    if (!memory.has(name)) {
      const text = remembered(LIST + ':' + name);
      if (text) {
        try {
          memory.set(name, lx.f32(text));
        } catch {
          /* damaged */
        }
      }
    }
    const there = memory.get(name);
    if (there?.length === n) return there;
    memory.delete(name);
    if (!(await lx.api(`own-maps/${encodeURIComponent(run)}`)).maps.includes(key)) return null;
    const found = new Float32Array(await (await lx.bytes(`own-maps/${encodeURIComponent(run)}/${encodeURIComponent(key)}`)).arrayBuffer());
    memory.set(name, found);
    return found;
  },
  /** a new one, as the server tells it; ``kept``: the server keeps it, so this browser need not @param {FitDone} made */
  put: ({ run, weights, key, xy, kept }) => {
    const name = asWritten(run, weights) + '/' + key;
    memory.set(name, lx.f32(xy));
    if (!kept) store(name, xy);
  },
  /** [neighbours, minimum distance, metric] of a key; null for what is none @param {string} key */
  parts: (key) => /^(\d+)-([\d.]+)-([a-z]+)$/.exec(key)?.slice(1) ?? null,
};
