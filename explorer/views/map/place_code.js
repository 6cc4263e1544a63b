/* From a place of a map to the code that lies there. */
import { shepard } from '../../shell/moves.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { ownMaps } from './fitted_maps.js';

/** @import { Code } from '../../shell/types' */

/** What is said of one's own map that is nowhere any more. @param {string} key */
export const gone = (key) => {
  const [n, d, metric] = ownMaps.parts(key) || [];
  return lx.t('map.own.gone', { n, d, metric });
};

/**
 * The code of a place of the map `on`. On a map of one's own its neighbours are weighed here, as the server does it on the shipped one.
 * @param {any} map `map.projection`, .xs, .ys: the one that is shown
 * @param {number} x @param {number} y
 * @returns {Promise<{ w: Code, approximate: boolean, ratio?: number }>}
 */
export const placeCode = async (map, x, y, on = map.projection) => {
  if (!on.startsWith('own:')) return lx.code({ op: 'place', projection: on, x, y });
  const { run, info } = opened();
  const other = on === map.projection ? null : await ownMaps.points(run, on.slice(4)),
    { xs, ys } = map;
  if (on !== map.projection && !other) throw new Error(gone(on.slice(4)));
  const far = (/** @type {number} */ i) => (other ? Math.hypot(other[2 * i] - x, other[2 * i + 1] - y) : Math.hypot(xs[i] - x, ys[i] - y));
  const near = Array.from({ length: info.points }, (_, i) => [far(i), i])
    .sort((a, b) => a[0] - b[0])
    .slice(0, 9);
  const asked = { run, indices: near.slice(0, 8).map(([, i]) => i), weights: shepard(near.map(([r]) => r)) };
  return { w: lx.f32((await lx.api('mix', asked)).w), approximate: true };
};
