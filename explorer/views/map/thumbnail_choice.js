/* Which points of a map are shown as small images: as many as there is room for, none over another, and the same ones each time. No window,
 * no document. */

/** A point's rank among all, the same on every visit: its number, well mixed (Steele et al. 2014, SplitMix). @param {number} i */
export const rank = (i) => {
  let h = Math.imul(i + 1, 0x9e3779b9);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** The points of n in the order of their ranks. @param {number} n */
export const order = (n) => Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => rank(a) - rank(b) || a - b);

/**
 * One after another in their order, each that lies in sight and clear of all taken before: no nearer to one than `side` in both x and y.
 * Nearer to the points there is room for more of them, and whoever was first in a place before is so still.
 * @param {ArrayLike<number>} ordered
 * @param {(i: number) => ArrayLike<number> | null | undefined} spot where a point lies on the screen, in pixels; nothing: it is not shown
 * @param {{ side: number, left: number, top: number, right: number, bottom: number, most: number }} room
 */
export const chosen = (ordered, spot, { side, left, top, right, bottom, most }) => {
  /** @type {Map<string, number[][]>} */
  const cells = new Map();
  /** @type {{ i: number, x: number, y: number }[]} */
  const out = [];
  for (let k = 0; k < ordered.length && out.length < most; k++) {
    const at = spot(ordered[k]);
    if (!at) continue;
    const [x, y] = [at[0], at[1]];
    if (!(x >= left && x <= right && y >= top && y <= bottom)) continue;
    const column = Math.floor(x / side),
      row = Math.floor(y / side);
    let clear = true;
    for (let c = column - 1; clear && c <= column + 1; c++)
      for (let r = row - 1; clear && r <= row + 1; r++)
        for (const [X, Y] of cells.get(c + ',' + r) || []) if (Math.abs(X - x) < side && Math.abs(Y - y) < side) clear = false;
    if (!clear) continue;
    const cell = column + ',' + row;
    cells.set(cell, [...(cells.get(cell) || []), [x, y]]);
    out.push({ i: ordered[k], x, y });
  }
  return out;
};
