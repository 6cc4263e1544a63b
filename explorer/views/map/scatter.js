/* What Plotly is told of the map: the points as they are drawn, and the part of the plane that is shown. */
import { PLAIN, plainLayout } from '../../shell/plot.js';

/** What a hand can do to the plot. */
export const HANDS = { ...PLAIN, scrollZoom: true, displaylogo: false, doubleClick: false, showTips: false };

/** @typedef {ArrayLike<number>} Places x or y of the points */

/** @param {number} n */
const size = (n) => {
  if (n > 30000) return 2.6;
  if (n > 6000) return 4.6;
  return n > 1500 ? 5 : 7;
};

/** The corners of all points. @param {Places} xs @param {Places} ys */
const bounds = (xs, ys) => {
  const lo = [Infinity, Infinity],
    hi = [-Infinity, -Infinity];
  if (!xs.length) return [-3, 3, -3, 3];
  for (let i = 0; i < xs.length; i++) {
    lo[0] = Math.min(lo[0], xs[i]);
    lo[1] = Math.min(lo[1], ys[i]);
    hi[0] = Math.max(hi[0], xs[i]);
    hi[1] = Math.max(hi[1], ys[i]);
  }
  return [lo[0], hi[0], lo[1], hi[1]];
};

/** Both axes; `ranges`: of x and y. @param {number[][]} ranges */
const axes = (ranges) => ({
  xaxis: { visible: false, fixedrange: false, range: ranges[0] },
  yaxis: { visible: false, fixedrange: false, range: ranges[1] },
});

/** Axes that show what is shown already. @param {{ xaxis: { range: number[] }, yaxis: { range: number[] } }} shown */
export const sameFrame = ({ xaxis, yaxis }) => axes([[...xaxis.range], [...yaxis.range]]);

/**
 * Axes that show all points, with room (pixels) for what is above and below.
 * @param {Places} xs
 * @param {Places} ys
 * @param {{ height: number, above: number, below: number }} room
 * @param {boolean} square x and y are measured alike
 */
export const wholeFrame = (xs, ys, { height, above, below }, square) => {
  const [left, right, bottom, top] = bounds(xs, ys),
    range = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ p, /** @type {number} */ q) => [
      a - (b - a) * (0.04 + p),
      b + (b - a) * (0.04 + q),
    ],
    both = axes([range(left, right, 0.02, 0.02), range(bottom, top, below / height, above / height)]);
  if (square) {
    Object.assign(both.xaxis, { constrain: 'range' });
    Object.assign(both.yaxis, { scaleanchor: 'x', scaleratio: 1, constrain: 'range' });
  }
  return both;
};

const SEEN = 0.74,
  DIMMED = 0.2;

/** Of the points, those that are looked for over all others. @param {boolean} hidden @param {Uint8Array | null} found */
const opacity = (hidden, found) => {
  if (hidden) return 0;
  return found ? Array.from(found, (is) => (is ? SEEN : DIMMED)) : SEEN;
};

/**
 * @param {Places} xs
 * @param {Places} ys
 * @param {object} colours of Plotly's markers
 * @param {number[] | null} marked the points that a lasso holds, null without one
 * @param {Uint8Array | null} found a 1 for each that a search does
 * @param {boolean} hidden
 */
export const trace = (xs, ys, colours, marked, found, hidden) => ({
  type: 'scattergl',
  mode: 'markers',
  x: xs,
  y: ys,
  hoverinfo: 'none',
  showlegend: false,
  selectedpoints: marked ?? undefined,
  marker: { ...colours, size: size(xs.length), opacity: opacity(hidden, found), line: { width: 0 } },
  selected: { marker: { opacity: hidden ? 0 : 0.95 } },
  unselected: { marker: { opacity: hidden ? 0 : 0.16 } },
});

/**
 * @param {object} frame
 * @param {boolean} lassoing
 * @param {number} revision another each time: Plotly forgets the lasso's outline then
 */
export const layout = (frame, lassoing, revision) => ({
  ...plainLayout({ l: 0, r: 0, t: 0, b: 0 }, 12),
  ...frame,
  hovermode: 'closest',
  hoverdistance: 14,
  clickanywhere: true,
  dragmode: lassoing ? 'lasso' : 'pan',
  selections: [],
  selectionrevision: revision,
});
