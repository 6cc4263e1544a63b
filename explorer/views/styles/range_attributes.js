/* What each range of layers was measured to carry: a table of attributes by ranges, from the run's card. `title(x)`: a range in words.
 * data-rows: how many attributes it has. */
import { make } from '../../shell/dom.js';
import { howMeasured } from '../../shell/measured_how.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';

/** @import { RangeTold } from '../../shell/answers' */

const STRONG = 0.8;
/** @typedef {Record<string, number>} Shares of each range, 0 to 1 */

/**
 * Attributes that one range carries come first, coarse ones before fine ones.
 * @param {Record<string, Shares>} carried
 * @param {string[]} names
 */
const ordered = (carried, names) => {
  const best = (/** @type {Shares} */ row) => names.reduce((a, b) => ((row[b] || 0) > (row[a] || 0) ? b : a));
  return Object.entries(carried)
    .map(([field, row]) => ({ field, row, best: best(row) }))
    .sort((a, b) => names.indexOf(a.best) - names.indexOf(b.best) || b.row[b.best] - a.row[a.best]);
};

/** @param {number | undefined} v @param {boolean} best */
const share = (v, best) => {
  const strong = best && v !== undefined && v >= STRONG,
    td = make('td', { textContent: v === undefined ? '–' : `${percent(v)} %`, className: strong ? 'num lx-strong' : 'num' });
  td.style.setProperty('--share', String(v || 0));
  return td;
};

/**
 * @param {any} host
 * @param {(range: RangeTold) => string} title
 * @param {Record<string, Shares>} carried by attribute
 * @param {RangeTold[]} ranges
 * @param {string} protocol how it was measured, on how many pairs
 */
export const showCarried = (host, title, carried, ranges, protocol) => {
  const names = ranges.map((r) => r.name),
    rows = ordered(carried, names),
    heads = ranges.map((r) => make('th', { textContent: title(r), scope: 'col' })),
    one = rows.filter(({ row, best }) => row[best] >= STRONG).length;
  host.hidden = !rows.length;
  host.dataset.rows = rows.length;
  host
    .querySelector('table')
    .replaceChildren(
      make('tr', {}, make('td'), ...heads),
      ...rows.map(({ field, row, best }) =>
        make('tr', {}, make('th', { textContent: lx.field(field), scope: 'row' }), ...names.map((n) => share(row[n], n === best))),
      ),
    );
  host.querySelector('.lx-note > span').textContent = lx.t('sty.carried.note', { one, all: rows.length });
  howMeasured(host.querySelector('.lx-how'), protocol);
};
