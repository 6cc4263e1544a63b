/* Sliders over the strongest directions of the current run's codes: coordinates in units of each direction's standard deviation. */
import { apart, named } from './direction_names.js';
import * as moves from './moves.js';
import { opened, state } from './state.js';
import { category, field, known, t } from './words.js';

/** @import { Code, Info, Origin } from './types' */

/** @param {number} k */
export const coordinate = (k, w = opened().w) => moves.coordinate(w, opened().info.mean, opened().info.directions[k]);
/** @param {number} k @param {number} value */
export const moved = (k, value, w = opened().w) => moves.moved(w, opened().info.mean, opened().info.directions[k], value);
/* what a strong direction was measured to change, in words (direction_names.js) */
/** @param {Info['directions'][number]} d */
const measured = ({ label, low, high, effect, also }) => {
  const word = (/** @type {string} */ of) => (known('effect.' + of) ? t('effect.' + of) : field(of)),
    size = (+(effect / 4).toFixed(1)).toLocaleString('en', { signDisplay: 'always' }).replace('-', '−');
  return { label: low ? field(label) : label && word(label), low, high, size: low ? '' : size + ' σ', also: also.map(word) };
};
/** @param {number} k */
export const label = (k) => {
  const all = opened().info.directions,
    { label: of, low, high } = all[k],
    told = all.map(measured),
    does = low ? `${field(of)}: ${category(of, low)} → ${category(of, high)}` : (told[k].label ?? t('effect.unclear'));
  return `${k + 1} · ${named(t, does, apart(told)[k], of !== null)}`;
};
/** @param {(w: Code, origin: Origin) => void} change @returns {(k: number, value: number) => void} */
export const slideBy = (change) => (k, value) => {
  if (state.info?.directions[k] && Number.isFinite(value)) change(moved(k, value), { kind: 'sliders' });
};
const REACH = 4; /* standard deviations to either side; a code that lies farther out widens its slider */
/** @param {number} k */
const update = (k) => {
  if (!state.info?.directions[k]) return { __type__: 'update', visible: false };
  const value = +coordinate(k).toFixed(2),
    [minimum, maximum] = [Math.min(-REACH, Math.floor(value)), Math.max(REACH, Math.ceil(value))];
  return { __type__: 'update', visible: true, label: label(k), value, minimum, maximum };
};
/** @param {number} n */
export const sliderUpdates = (n) => Array.from({ length: n }, (_, k) => update(k));
/* Gradio's components that follow the language: [key, property] of each, in the page's head (page.py) */
/** @returns {[string, string][]} */
const labels = () => JSON.parse(/** @type {HTMLElement} */ (document.getElementById('lx-relabel')).textContent);
export const relabels = () => labels().map(([key, prop]) => ({ __type__: 'update', [prop]: t(key) }));
