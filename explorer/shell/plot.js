/* What all charts by Plotly have in common. */
import { lx } from './store.js';

/** No buttons of Plotly's over a chart, which grows with its box. */
export const PLAIN = { responsive: true, displayModeBar: false };

/**
 * The page's colours and font on the page's own ground.
 * @param {{ l: number, r: number, t: number, b: number }} margin
 * @param {number} size
 */
export const plainLayout = (margin, size) => ({
  margin,
  paper_bgcolor: 'rgba(0,0,0,0)',
  plot_bgcolor: 'rgba(0,0,0,0)',
  showlegend: false,
  font: { color: lx.css('--soft'), size, family: lx.css('--ui') },
});

/**
 * Curves over what the x axis counts: a unified hover, no zooming, lines of the page's colour.
 * @param {{ l: number, r: number, t: number, b: number }} margin
 * @param {number} size
 * @param {{ x: object, y: object }} axes what each says beside that
 */
export const curvesLayout = (margin, size, { x, y }) => {
  const axis = { fixedrange: true, gridcolor: lx.css('--line'), zeroline: false, linecolor: lx.css('--line') };
  return {
    ...plainLayout(margin, size),
    hovermode: 'x unified',
    hoverlabel: {
      bgcolor: lx.css('--panel'),
      bordercolor: lx.css('--line'),
      font: { color: lx.css('--ink'), size: size + 1, family: lx.css('--ui') },
    },
    xaxis: { ...axis, ...x },
    yaxis: { ...axis, ...y },
  };
};

/**
 * What a chart has in a file beside what the page draws of it, where the page says that around it: name: in the list of pictures and in the
 * file's own name; layout: over the chart's; traces: after its own.
 * @typedef {{ name?: string, layout?: Record<string, unknown>, traces?: object[] }} InFile
 */
/** @type {WeakMap<Element, () => InFile>} */
const inFile = new WeakMap();

/** Have a chart say in a file what the page says around it. @param {Element} chart @param {() => InFile} what asked for when it is saved */
export const forFile = (chart, what) => inFile.set(chart, what);

/** @param {Element} chart @returns {InFile} */
export const fileOf = (chart) => inFile.get(chart)?.() ?? {};

/** Words as Plotly writes them, who reads a few tags in them. @param {string} words */
export const plainText = (words) => words.replace(/&/g, '&amp;').replace(/</g, '&lt;');

const PAPER = { width: 720, height: 420 }; /* pixels: a panel of the page is small */

/**
 * Curves in a file: a title, what the axes are, and which colour is which.
 * @param {string} name of what the y axis has
 * @param {any} layout of the chart on the page
 * @returns {InFile}
 */
export const curvesForFile = (name, layout) => ({
  name,
  layout: {
    ...PAPER,
    margin: { l: 62, r: 16, t: 44, b: 84 },
    font: { ...layout.font, size: 13 },
    title: { text: plainText(name), x: 0.5, font: { size: 15 } },
    showlegend: true,
    legend: { orientation: 'h', x: 0.5, xanchor: 'center', y: -0.2 },
    xaxis: { ...layout.xaxis, title: { text: lx.t('plot.images'), font: { size: 13 } } },
    yaxis: layout.yaxis,
  },
});
