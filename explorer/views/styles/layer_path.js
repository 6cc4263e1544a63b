/* A path on which one layer after another is mixed in. No window, no document. */

const MOST_KEYS = 12; /* of a path (server: films.py) */

/**
 * Which layers are mixed at each key of a path on which one after another joins, as evenly as so many keys allow.
 * @param {boolean[]} layers @returns {boolean[][]}
 */
export const joining = (layers, most = MOST_KEYS) => {
  const chosen = layers.flatMap((on, l) => (on ? [l] : [])),
    steps = Math.min(chosen.length, most - 1);
  return Array.from({ length: steps + 1 }, (_, k) => {
    const now = new Set(chosen.slice(0, steps ? Math.round((k * chosen.length) / steps) : 0));
    return layers.map((_, l) => now.has(l));
  });
};

/** How many layers are mixed in at a time of such a path. @param {number} t @param {boolean[]} layers */
export const mixedIn = (t, layers) => t * layers.filter(Boolean).length;
