/* Directions of the current run: the coordinate of a code along one, moving it there, and what a direction does, in words. Shared by the
 * Codes view and Reconstruct, each of which has this file before its own. */
import { apart, named } from './direction_names.js';
import * as moves from './moves.js';
import { untilReady } from './poll.js';
import { opened } from './state.js';
import { percent } from './percent.js';
import { lx } from './store.js';

/** @import { ChangeTold, DirectionTold, StatisticTold } from './answers' */
/** @import { Measured } from './direction_names.js' */
/** @import { Described, Found } from './types' */
/** @typedef {{ vector: Float32Array, sigma: number }} Along a direction to move along */

export const CLEAR = 0.15;
/** @param {number} v */
export const sign = (v) => (v > 0 ? '+' + v : String(v).replace('-', '−'));

/* ---- moving: the coordinate of the current code along a direction, in the codes' standard deviation from their mean ---- */
/** @param {Along} d */
export const coordinate = (d, w = opened().w) => moves.coordinate(w, opened().info.mean, d);
/** @param {Along} d @param {number} value */
export const moved = (d, value, w = opened().w) => moves.moved(w, opened().info.mean, d, value);

/* ---- what a direction does, in words ---- */
/** Percentage points per sigma, of a share's change from -2 to 2. @param {number} v */
const points = (v) => lx.t('dir.points', { n: sign(Math.round((100 * v) / 4)) });
/** @param {ChangeTold} c */
const told = (c) =>
  c.high === 'yes' || c.low === 'yes'
    ? `${lx.phrase(c.field, 'yes')} ${points(c.high === 'yes' ? c.change : -c.change)}`
    : `${lx.field(c.field)} ${lx.category(c.field, c.low)} → ${lx.category(c.field, c.high)} ${points(c.change)}`;
/** @param {StatisticTold} statistic */
const size = ({ change }) => `${sign(+(change / 4).toFixed(1))} σ`;
/** @param {StatisticTold} statistic */
const statisticText = (statistic) => `${lx.t('effect.' + statistic.label)} ${size(statistic)}`;
/** @param {Described} d @returns {Measured} */
const measured = ({ main, statistic, side }) => {
  const also = [...new Set((side || []).map((c) => lx.field(c.field)))];
  if (main) return { label: lx.field(main.field), low: main.low, high: main.high, size: points(main.change), also };
  return statistic?.label ? { label: lx.t('effect.' + statistic.label), size: size(statistic), also } : { label: null, size: '', also };
};
/** @param {Described} d @param {number} k its place among all */
export const title = (d, k) => {
  if (typeof d.name === 'string' && d.name) return d.name;
  if (d.name) return lx.phrase(d.name[0], d.name[1]);
  const among = d.among || [d],
    all = among.map(measured),
    at = among.indexOf(d),
    { label } = all[at],
    shared = all.filter((m) => m.label === label).length > 1;
  if (!label) return [k + 1, ...(all[at].also.length ? [named(lx.t, lx.t('effect.unclear'), apart(all)[at], false)] : [])].join(' · ');
  const ends = shared && d.main ? `: ${lx.category(d.main.field, d.main.low)} → ${lx.category(d.main.field, d.main.high)}` : '';
  return `${k + 1} · ${named(lx.t, label + ends, apart(all)[at], true)}`;
};
/** @param {Described} d */
export const effect = (d) => {
  if (!d.statistic) return { text: lx.t('dir.measuring') };
  const clear = d.main && Math.abs(d.main.change) >= CLEAR,
    statistic = !d.main && d.statistic.label,
    also = (d.side || []).map(told);
  let main = lx.t('dir.unclear');
  if (clear && d.main) main = told(d.main);
  else if (statistic) main = statisticText(d.statistic);
  return {
    clear: clear || !!statistic,
    main,
    side: also.length ? lx.t('dir.also', { list: also.slice(0, 3).join(', ') }) : '',
    accuracy: d.accuracy === null || d.accuracy === undefined ? '' : lx.t('dir.accuracy', { p: percent(d.accuracy) }),
  };
};

/** Directions as they came: each knows those of its kind, among which it is named. @param {DirectionTold[]} told @returns {Found[]} */
export const received = (told) => {
  const all = told.map((d) => ({ ...d, vector: lx.f32(d.vector) }));
  return all.map((d) => Object.assign(d, { among: all.filter((other) => other.kind === d.kind) }));
};

/**
 * Asks for them: they are worked out on the server in the background. Null once `wanted()` is false; `progress(share)` meanwhile.
 * @param {() => unknown} wanted
 * @param {(share: number | null) => void} [progress]
 */
export const findDirections = async (wanted, progress = () => {}) => {
  const d = await untilReady(() => lx.code({ op: 'directions' }), wanted, progress);
  return d && received(d.directions);
};
