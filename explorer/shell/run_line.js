/* A run in a line of words: data set, size, and its main figure. */
import { make } from './dom.js';
import { arrow, figureLine, figureText, metricName } from './metric_text.js';
import { address } from './server.js';
import { lx } from './store.js';

/** @import { Run } from './types' */

/** A data set's title in the page's language, where there is a word for it. @param {string} title */
export const dataTitle = (title) => (lx.known('dataset.' + title) ? lx.t('dataset.' + title) : title);

/** Its data set, or that there is none of it here. @param {Run} r */
export const dataOf = (r) => dataTitle(r.dataset_title) || lx.t('run.no_images');

/** What it was trained on, and how large its code is. @param {Run} r */
const facts = (r) => [dataOf(r), r.num_layers > 1 ? lx.t('run.layers', { n: r.num_layers }) : lx.t('run.size', { n: r.w_dim })].join(' · ');

/** @param {Run} r */
export const line = (r) => (r.headline ? `${facts(r)} · ${metricName(r.headline.name)} ${figureText(r.headline)}` : facts(r));

/** The same for a row: a number keeps its sign, and an arrow its unit. @param {Run} r @returns {(string | HTMLElement)[]} */
export const lineParts = (r) => {
  const h = r.headline;
  if (!h) return [facts(r)];
  const number = make('span', { className: 'lx-headline', textContent: h.text }),
    unit = figureText(h).slice(h.text.length);
  return [`${facts(r)} · ${metricName(h.name)} `, number, unit, ...(h.better ? ['\u00a0', arrow(h)] : [])];
};

/** All of it, for whoever rests on the row. @param {Run} r */
export const tip = (r) => [r.description || r.family_title, facts(r), ...(r.headline ? [figureLine(r.headline)] : [])].join(' · ');

/** @param {Run} r */
export const titleOf = (r) => r.title || r.family_title;

/** @param {string} name */
const listedTitle = (name) => {
  const row = lx.runOf(name);
  return row ? [titleOf(row)] : [];
};

/** What the open view shows pictures of: the open run, but in a view that has no use for it those that it names (lx.showing), or none. */
export const shownTitles = () => {
  const { run, runs, info, view, showing } = lx.state;
  if (!lx.views.find((v) => v.name === view)?.inspector) return showing?.view === view ? showing.runs.flatMap(listedTitle) : [];
  const row = runs?.find((r) => r.name === run),
    title = row ? titleOf(row) : info?.card.title || info?.card.name;
  return title ? [title] : [];
};

/** Where a run's small picture is. @param {Run} r */
export const picture = (r) => address(`thumb/${encodeURIComponent(r.name)}?v=${r.images_seen}`);
