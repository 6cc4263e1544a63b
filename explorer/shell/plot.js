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
