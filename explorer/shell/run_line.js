/* A run in a line of words: data set, size, and its main figure in its own unit. */
import { lx } from './store.js';

/** @import { Headline } from './answers' */
/** @import { Run } from './types' */

/** A share is shown as a percentage; of the counts of something none has decimals. @param {Headline} headline @param {boolean} share */
const figure = ({ value, unit }, share) => {
  if (share) return (100 * value).toFixed(1);
  if (unit.startsWith('of ') && Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1).replace('-', '−');
};
/** @param {string} unit @param {boolean} share */
const unitOf = (unit, share) => {
  if (share || unit === '%') return ' %';
  if (unit.startsWith('×')) return ' ×';
  return unit.match(/^of (\d+)$/) ? unit.replace('of ', '/') : '';
};
/** @param {Headline} h */
const headline = (h) => {
  const share = h.unit === '' && h.value >= 0 && h.value <= 1,
    title = lx.known('metric.' + h.name) ? lx.t('metric.' + h.name) : h.name.replaceAll('_', ' ');
  return `${title} ${figure(h, share)}${unitOf(h.unit, share)}`;
};
/** @param {Run} r */
export const line = (r) => {
  const parts = [r.dataset_title, r.num_layers > 1 ? lx.t('run.layers', { n: r.num_layers }) : lx.t('run.size', { n: r.w_dim })];
  if (r.headline) parts.push(headline(r.headline));
  return parts.join(' · ');
};
/** @param {Run} r */
export const titleOf = (r) => r.title || r.family_title;

/** Where a run's small picture is. @param {Run} r */
export const picture = (r) => lx.base() + 'thumb/' + encodeURIComponent(r.name) + '?v=' + r.images_seen;
