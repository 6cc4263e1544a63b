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
