/* Names for the clusters of a map: where each stands, worked out from the points alone, and how the labels keep off each other. No window,
 * no document. */

/** @import { Field } from './search_terms.js' */
/** @typedef {{ field: string, value: number, at: number, share: number }} Name at: the point it stands at; share: of the points there */
/** @typedef {[left: number, top: number, right: number, bottom: number]} Box */

const CELLS = [6, 64] /* along a side of the grid, fewest and most */,
  FEW = 0.01 /* of all points, and at least FEWEST: too few to be a cluster */,
  FEWEST = 8,
  PURE = 0.8 /* of the points of a place that must have the attribute that names it, */,
  TIMES = 2 /* and how much more often than elsewhere */,
  APART = 0.12 /* of the map's size: nearer than that there is one name */,
  MOST = 8;

/** How often each cell of a grid of side × side is hit. @param {Int32Array} cells @param {number[]} points @param {number} side */
const counts = (cells, points, side) => {
  const out = new Float64Array(side * side);
  for (const i of points) out[cells[i]]++;
  return out;
};

/** A cell's own and its neighbours' counts. @param {Float64Array} of @param {number} cell @param {number} side @param {number[]} weights */
const around = (of, cell, side, [own, beside, corner]) => {
  const x = cell % side,
    y = Math.floor(cell / side);
  let sum = 0;
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++) {
      const X = x + dx,
        Y = y + dy;
      if (X < 0 || Y < 0 || X >= side || Y >= side) continue;
      sum += of[Y * side + X] * [own, beside, corner][Math.abs(dx) + Math.abs(dy)];
    }
  return sum;
};

/** The corners of all points, and how wide and high. @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys */
const extent = (xs, ys) => {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < xs.length; i++) {
    left = Math.min(left, xs[i]);
    right = Math.max(right, xs[i]);
    bottom = Math.min(bottom, ys[i]);
    top = Math.max(top, ys[i]);
  }
  return { left, bottom, width: right - left || 1, height: top - bottom || 1 };
};

/**
 * Where some points lie densest: of the grid's cells the fullest, its neighbours counting by half and by a quarter; of the points in and
 * about it the one in their middle. share: of all points there.
 * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys @param {number[]} points numbers of some of them, at least one
 */
export const densest = (xs, ys, points) => {
  const { left, bottom, width, height } = extent(xs, ys),
    side = Math.max(CELLS[0], Math.min(CELLS[1], Math.round(Math.sqrt(points.length)))),
    cells = Int32Array.from(xs, (x, i) => {
      const column = Math.min(side - 1, Math.floor(((x - left) / width) * side));
      return Math.min(side - 1, Math.floor(((ys[i] - bottom) / height) * side)) * side + column;
    }),
    some = counts(cells, points, side);
  let best = 0,
    most = -1;
  for (let c = 0; c < some.length; c++) {
    const full = some[c] ? around(some, c, side, [1, 0.5, 0.25]) : -1;
    if (full > most) [best, most] = [c, full];
  }
  const near = points.filter(
      (i) => Math.max(Math.abs((cells[i] % side) - (best % side)), Math.abs(row(cells[i], side) - row(best, side))) < 2,
    ),
    x = near.reduce((sum, i) => sum + xs[i], 0) / near.length,
    y = near.reduce((sum, i) => sum + ys[i], 0) / near.length,
    far = (/** @type {number} */ i) => ((xs[i] - x) / width) ** 2 + ((ys[i] - y) / height) ** 2;
  const all = counts(
    cells,
    Array.from(xs, (_, i) => i),
    side,
  );
  return { at: near.reduce((a, b) => (far(b) < far(a) ? b : a)), share: near.length / around(all, best, side, [1, 1, 1]) };
};
/** @param {number} cell @param {number} side */
const row = (cell, side) => Math.floor(cell / side);

/** The points that have each value of a field. @param {ArrayLike<number>} column @param {number} values @param {number} n */
const byValue = (column, values, n) => {
  /** @type {number[][]} */
  const out = Array.from({ length: values }, () => []);
  for (let i = 0; i < n; i++) out[column[i]]?.push(i);
  return out;
};

/**
 * A name for each class, where it is densest. Of images without classes the attributes that name a cluster: where at least PURE of the
 * points have one, TIMES as often as all points do; the clearest first, and no two at one place.
 * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys
 * @param {Field[]} fields @param {Map<string, ArrayLike<number>>} columns of each field its value by point
 * @returns {Name[]}
 */
export const clusterNames = (xs, ys, fields, columns) => {
  const n = xs.length,
    classes = fields.find(({ field }) => field === 'class'),
    asked = classes ? [classes] : fields,
    least = classes ? 1 : Math.max(FEWEST, FEW * n);
  const all = asked.flatMap(({ field, values }) =>
    byValue(columns.get(field) || [], values.length, n).flatMap((points, value) =>
      points.length < least ? [] : [{ field, value, often: points.length / n, ...densest(xs, ys, points) }],
    ),
  );
  const names = all.map(({ field, value, at, share }) => ({ field, value, at, share }));
  if (classes) return names;
  const { width, height } = extent(xs, ys),
    clear = all.filter(({ share, often }) => share >= PURE && share >= TIMES * often);
  clear.sort((a, b) => b.share ** 2 / b.often - a.share ** 2 / a.often || a.at - b.at);
  /** @type {Name[]} */
  const kept = [];
  for (const { field, value, at, share } of clear) {
    const far = (/** @type {Name} */ k) => Math.hypot((xs[k.at] - xs[at]) / width, (ys[k.at] - ys[at]) / height);
    if (kept.length < MOST && kept.every((k) => far(k) > APART)) kept.push({ field, value, at, share });
  }
  return kept;
};

/** @param {Box} a @param {Box} b */
export const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/* where a label may stand instead of on its place, as shares of its own width and height */
const PLACES = [
  [0, 0],
  [0, -0.8],
  [0, 0.8],
  [0.7, 0],
  [-0.7, 0],
  [0, -1.6],
  [0, 1.6],
  [1.2, -0.8],
  [-1.2, -0.8],
  [1.2, 0.8],
  [-1.2, 0.8],
];

/**
 * The middle of each label, one after another on its place or beside it, such that it covers neither another nor what is in the way; null
 * where there is no room for it.
 * @param {{ spot: number[] | null, width: number, height: number }[]} labels spot: its place, null where that is out of sight
 * @param {Box[]} taken @param {number} width @param {number} height of what is seen
 */
export const arranged = (labels, taken, width, height) => {
  const boxes = [...taken];
  return labels.map(({ spot, width: w, height: h }) => {
    if (!spot || spot[0] < 0 || spot[1] < 0 || spot[0] > width || spot[1] > height) return null;
    for (const [dx, dy] of PLACES) {
      const x = spot[0] + dx * w,
        y = spot[1] + dy * h;
      /** @type {Box} */
      const box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
      if (box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > height || boxes.some((b) => overlap(b, box))) continue;
      boxes.push(box);
      return [x, y];
    }
    return null;
  });
};

/**
 * The line from a label that had to move to the point that it names: where it leaves the label's edge (pixels from its middle), how long
 * it is, and its direction in radians; null where the point lies under the label or at its edge.
 * @param {number[]} spot of the point: x, y @param {number[]} place of the label's middle
 * @param {number} width of the label @param {number} height
 */
export const leader = ([x, y], [px, py], width, height) => {
  const dx = x - px,
    dy = y - py,
    far = Math.hypot(dx, dy),
    from = far * Math.min(width / 2 / Math.abs(dx), height / 2 / Math.abs(dy));
  return far - from > 1 ? { from, long: far - from, turn: Math.atan2(dy, dx) } : null;
};
