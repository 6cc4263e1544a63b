/* The map in a file: what lies over the points on the page (names, legend, marker, path) as Plotly draws it, and a title. */
import { forFile, plainText } from '../../shell/plot.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { mapName } from './projections.js';
import { valueColour } from './colouring.js';

/** @import { InFile } from '../../shell/plot.js' */
/** @import { Placed } from './cluster_labels.js' */

const BELOW = 72; /* pixels for the legend, which on the page lies over the points */

const ink = () => lx.css('--ink');

/** A name of a cluster, with a line to its point where it had to move. @param {Placed} placed */
const annotation = ({ text, colour, x, y, moved: [dx, dy] }) => ({
  x,
  y,
  ax: dx,
  ay: dy,
  text: plainText(text),
  showarrow: !!(dx || dy),
  arrowhead: 0,
  arrowwidth: 1.2,
  arrowcolor: colour || ink(),
  bgcolor: lx.css('--panel'),
  bordercolor: colour || lx.css('--line'),
  borderpad: 2,
  font: { size: 12, color: ink() },
});

/** An entry of the legend, which no point is of. @param {string} name @param {number} value */
const entry = (name, value) => ({
  type: 'scatter',
  mode: 'markers',
  x: [null],
  y: [null],
  name: plainText(name),
  showlegend: true,
  marker: { color: valueColour(value), size: 9 },
});

/** @param {number[]} at @param {string} name */
const cross = ([x, y], name) => ({
  type: 'scatter',
  mode: 'markers',
  x: [x],
  y: [y],
  name: plainText(name),
  showlegend: true,
  marker: { symbol: 'circle-cross-open', size: 14, color: ink(), line: { width: 1.8 } },
});

/** @param {{ points: number[][], exact: boolean }} way */
const path = ({ points, exact }) => ({
  type: 'scatter',
  mode: exact ? 'lines' : 'markers',
  x: points.map((p) => p[0]),
  y: points.map((p) => p[1]),
  showlegend: false,
  line: { color: ink(), width: 1.5 },
  marker: { color: ink(), size: 5 },
});

/**
 * @typedef {{ projection: string, plot: any, bare?: () => boolean }} Pane one of the two panes
 * @typedef {{ at: number[] | null }} At the marker's place
 * @typedef {{ names?: { placed: Placed[] }, between?: { way: { points: number[][], exact: boolean } | null } }} Over
 */

/**
 * @param {Pane} pane @param {import('./colouring.js').Colouring} colouring @param {At} marker
 * @param {Over} over what the first pane has over its points
 * @returns {InFile}
 */
const mapInFile = (pane, colouring, marker, { names, between }) => {
  const { info, run } = opened(),
    shown = lx.runOf(run),
    name = [shown?.title || shown?.family_title || run, info.dataset?.title, mapName(pane.projection)].filter(Boolean).join(' · '),
    listed = colouring.labels ? colouring.names().map((n, k) => /** @type {const} */ ([n, k])) : [],
    chosen = listed.filter(([, k]) => !colouring.only.size || colouring.only.has(k));
  return {
    name,
    layout: {
      title: { text: plainText(name), x: 0.5, y: 0.97, font: { size: 15, color: ink() } },
      showlegend: true,
      height: pane.plot.clientHeight + BELOW,
      margin: { l: 0, r: 0, t: 0, b: BELOW },
      legend: { orientation: 'h', x: 0.5, xanchor: 'center', y: 0, yanchor: 'top', itemsizing: 'constant' },
      annotations: (names?.placed ?? []).map(annotation),
      selections: [],
    },
    traces: [
      ...(between?.way ? [path(between.way)] : []),
      ...chosen.map(([n, k]) => entry(n, k)),
      ...(marker.at ? [cross(marker.at, lx.t('code.title'))] : []),
    ],
  };
};

/** Have a pane's points saved with what lies over them. @param {Pane} pane @param {Parameters<typeof mapInFile>[1]} colouring
 * @param {At} marker @param {Over} over */
export const saveWhole = (pane, colouring, marker, over = {}) => forFile(pane.plot, () => mapInFile(pane, colouring, marker, over));
