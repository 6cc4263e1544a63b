/* Directions of the current run: the coordinate of a code along one, moving it there, and what a direction does, in words. Shared by the
 * Codes view and Reconstruct, each of which has this file before its own. */
import { lx } from './store.js';

export const CLEAR = 0.15;
export const sign = (v) => (v > 0 ? '+' + v : String(v).replace('-', '−'));

/* ---- moving: the coordinate of the current code along a direction, in the codes' deviation from their mean ---- */
export const coordinate = (d, w = lx.state.w) => {
  const { mean } = lx.state.info;
  let s = 0;
  for (let i = 0; i < w.length; i++) s += (w[i] - mean[i]) * d.vector[i];
  return s / d.sigma;
};
export const moved = (d, value, w = lx.state.w) => {
  const by = (value - coordinate(d, w)) * d.sigma;
  return Float32Array.from(w, (v, i) => v + by * d.vector[i]);
};

/* ---- what a direction does, in words ---- */
export const points = (v) => sign(Math.round((100 * v) / 4)); /* per sigma, of a change from -2 to 2 */
export const told = (c) =>
  c.high === 'yes' || c.low === 'yes'
    ? `${lx.phrase(c.field, 'yes')} ${points(c.high === 'yes' ? c.change : -c.change)}`
    : `${lx.field(c.field)} ${lx.category(c.field, c.low)} → ${lx.category(c.field, c.high)} ${points(c.change)}`;
export const title = (d, k) =>
  d.name && typeof d.name === 'string'
    ? d.name
    : d.name
      ? lx.phrase(d.name[0], d.name[1])
      : d.main
        ? `${k + 1} · ${lx.field(d.main.field)}`
        : d.statistic?.label
          ? `${k + 1} · ${lx.t('effect.' + d.statistic.label)}`
          : `${k + 1}`;
export const effect = (d) => {
  if (!d.statistic) return { text: lx.t('dir.measuring') };
  const clear = d.main && Math.abs(d.main.change) >= CLEAR,
    also = d.side.map(told),
    stat = !d.main && d.statistic.label;
  return {
    clear: clear || !!stat,
    main: clear
      ? told(d.main)
      : stat
        ? `${lx.t('effect.' + d.statistic.label)} ${sign(+(d.statistic.change / 4).toFixed(1))} σ`
        : lx.t('dir.unclear'),
    side: also.length ? lx.t('dir.also', { list: also.slice(0, 3).join(', ') }) : '',
    accuracy: d.accuracy === null || d.accuracy === undefined ? '' : lx.t('dir.accuracy', { p: Math.round(100 * d.accuracy) }),
  };
};

/* ---- asking for them: worked out on the server in the background. Answers null once `wanted()` is false; `progress(share)` meanwhile ---- */
export const findDirections = async (wanted, progress = () => {}) => {
  for (;;) {
    const d = await lx.code({ op: 'directions' });
    if (!wanted()) return null;
    if (d.ready) return d.directions.map((x) => ({ ...x, vector: lx.f32(x.vector) }));
    progress(d.done);
    await new Promise((f) => setTimeout(f, 500));
    if (!wanted()) return null;
  }
};
