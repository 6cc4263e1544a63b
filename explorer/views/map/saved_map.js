/* The map in a file: what lies over the points on the page (names, legend, marker, path) as Plotly draws it, and a title. */
import { forFile, plainText } from '../../shell/plot.js';
import { dataOf, titleOf } from '../../shell/run_line.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { mapName } from './projections.js';
import { valueColour } from './colouring.js';

/** @import { InFile } from '../../shell/plot.js' */
/** @import { Placed } from './cluster_labels.js' */

const BELOW = 72; /* pixels for the legend, which on the page lies over the points */

const AXIS = 40; /* pixels for the numbers at an axis and its name */

const ink = () => lx.css('--ink');

/** A name of a cluster. @param {Placed} placed */
const annotation = ({ text, colour, x, y, moved: [dx, dy] }) => ({
  x,
  y,
  xshift: dx,
  yshift: -dy,
  text: plainText(text),
  showarrow: false,
  bgcolor: lx.css('--panel'),
  bordercolor: colour || lx.css('--line'),
  borderpad: 2,
  font: { size: 12, color: ink() },
});

/** The line from a name that had to move to its point, which the name lies over. @param {Placed} placed */
const leader = ({ colour, x, y, moved: [dx, dy] }) => ({
  type: 'line',
  xsizemode: 'pixel',
  ysizemode: 'pixel',
  xanchor: x,
  yanchor: y,
  x0: 0,
  y0: 0,
  x1: dx,
  y1: -dy,
  line: { color: colour || ink(), width: 1.5 },
});

/** Both axes of the plane that is the code itself; those of another map mean nothing. @param {any} layout */
const axes = ({ xaxis, yaxis }) => {
  const shown = { visible: true, showgrid: false, zeroline: false, linecolor: lx.css('--line'), ticks: 'outside', nticks: 7 };
  return {
    xaxis: { ...xaxis, ...shown, title: { text: 'z<sub>1</sub>', standoff: 4 } },
    yaxis: { ...yaxis, ...shown, title: { text: 'z<sub>2</sub>', standoff: 4 } },
  };
};

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
    name = [...(shown ? [titleOf(shown), dataOf(shown)] : [run]), mapName(pane.projection)].join(' · '),
    plane = pane.projection === 'code',
    [left, below] = plane ? [AXIS, BELOW + AXIS] : [0, BELOW],
    placed = names?.placed ?? [],
    counted = lx.t('map.saved', { n: info.points.toLocaleString(lx.state.lang) }),
    listed = colouring.labels ? colouring.names().map((n, k) => /** @type {const} */ ([n, k])) : [],
    chosen = listed.filter(([, k]) => !colouring.only.size || colouring.only.has(k));
  return {
    name,
    layout: {
      title: { text: plainText(`${name} · ${counted}`), x: 0.5, y: 0.97, font: { size: 15, color: ink() } },
      showlegend: true,
      width: pane.plot.clientWidth + left,
      height: pane.plot.clientHeight + below,
      margin: { l: left, r: 0, t: 0, b: below },
      ...(plane ? axes(pane.plot.layout) : {}),
      legend: {
        orientation: 'h',
        x: 0.5,
        xanchor: 'center',
        y: (BELOW - below) / pane.plot.clientHeight,
        yanchor: 'top',
        itemsizing: 'constant',
      },
      shapes: placed.filter(({ moved: [dx, dy] }) => dx || dy).map(leader),
      annotations: placed.map(annotation),
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
