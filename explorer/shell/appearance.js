/* The look of the page: light and dark, colours, and Plotly, which is fetched when a chart needs it. */
import { plotly as plotlyPath } from '../constants.js';
import * as server from './server.js';
import { state } from './state.js';
import { t } from './words.js';

export const paintTheme = () => {
  document.body.classList.toggle('dark', state.theme === 'dark');
  document.documentElement.style.colorScheme = state.theme;
};

/** A classic script of the server's is run. @param {string} path */
const scripted = async (path) => {
  const s = document.createElement('script');
  s.src = await server.script(path);
  s.async = true;
  await new Promise((ok, no) => {
    s.onload = ok;
    s.onerror = no;
    document.head.append(s);
  });
};
/** @type {Promise<any> | null} */
let plotly = null;
export const loadPlotly = () =>
  (plotly ??= scripted(plotlyPath)
    .then(() => window.Plotly)
    .catch(() => {
      plotly = null;
      throw new Error(t('error.offline'));
    }));
/** @param {string} name */
export const css = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
/* ten colours that colour-blind people can tell apart (after Tol), lighter on dark */
const palettes = {
  light: ['#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#8c6d46', '#ee8866', '#5a5f73', '#44bb99'],
  dark: ['#5f93cc', '#ee6677', '#3fa552', '#d3c350', '#74d4f4', '#cc5599', '#a98556', '#f29a7c', '#959bb0', '#4fc7a5'],
};
/** Ten colours for classes. */
export const palette = () => (state.theme === 'dark' ? palettes.dark : palettes.light);
