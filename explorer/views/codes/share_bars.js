/* A row of bars from zero on, with one level told beside them and some names below; elements, since a chart's library is megabytes. */
import { make } from '../../shell/dom.js';

/** The highest of 1, 2 and 5 times a power of ten that is not above a number. @param {number} most */
const level = (most) => {
  if (!(most > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(most));
  return /** @type {number} */ ([5, 2, 1].find((k) => k * power <= most * (1 + 1e-9))) * power;
};

/** A level in no more digits than it has. @param {number} v */
const short = (v) => (v >= 1 || !v ? String(Math.round(v)) : v.toFixed(Math.ceil(-Math.log10(v) - 1e-9)));

/**
 * @param {Element} host
 * @param {{ y: number[], names: (string | null)[], unit: string, told: (at: number) => string }} bars names: of some; told: what is said of
 *   one
 */
export const shareBars = (host, { y, names, unit, told }) => {
  const most = Math.max(0, ...y),
    at = level(most),
    height = (/** @type {number} */ v) => `${most ? (100 * v) / most : 0}%`,
    row = y.map((v, k) =>
      make(
        'span',
        { className: 'lx-share-bar', title: told(k) },
        make('i', { style: `height:${height(v)}` }),
        make('b', { className: 'xtick' }, names[k] ?? ''),
      ),
    );
  for (const [k, bar] of row.entries()) if (names[k] === null) bar.lastElementChild?.remove();
  host.replaceChildren(
    make(
      'div',
      { className: 'lx-share-levels' },
      make('span', { style: `bottom:${height(at)}` }, short(at) + unit),
      make('span', { style: 'bottom:0' }, '0' + unit),
    ),
    make('div', { className: 'lx-share-bars' }, make('u', { style: `bottom:${height(at)}` }), ...row),
  );
};
