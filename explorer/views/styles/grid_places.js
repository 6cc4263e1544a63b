/* The places of the mixing grid, [row, column]: -1 is a source's row or column, all others are mixtures. */

/** @typedef {[row: number, column: number]} Place */

export const SIDE = 6;

/** The number of a place's source, rows first; of a mixture, its row's. @param {number[]} place */
export const sourceOf = ([r, c]) => (r < 0 ? SIDE + c : r);

/** @param {number[]} place */
export const isSource = ([r, c]) => r < 0 || c < 0;

/* all but the corner, which is neither */
export const PLACES = Array.from(
  { length: (SIDE + 1) ** 2 },
  (_, k) => /** @type {Place} */ ([Math.floor(k / (SIDE + 1)) - 1, (k % (SIDE + 1)) - 1]),
).slice(1);
