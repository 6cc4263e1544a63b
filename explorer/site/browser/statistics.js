/* What is measured of an image in grey. No window, no document. */

/** Ink, slant, width and thickness of an image in grey (explorer/latent/statistics.py). @param {Uint8Array} bytes @param {number} h
 * @param {number} w */
export const statistics = (bytes, h, w) => {
  let [total, right, up, edges] = [1e-6, 0, 0, 1e-6];
  const at = (/** @type {number} */ x) => (x - (w - 1) / 2) / w,
    high = (/** @type {number} */ y) => ((h - 1) / 2 - y) / h,
    ink = (/** @type {number} */ y, /** @type {number} */ x) => bytes[y * w + x] / 255;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const m = ink(y, x);
      total += m;
      right += m * at(x);
      up += m * high(y);
      if (y) edges += Math.abs(m - ink(y - 1, x));
      if (x) edges += Math.abs(m - ink(y, x - 1));
    }
  right /= total;
  up /= total;
  let [xx, yy, xy] = [0, 0, 0];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const m = ink(y, x) / total,
        [dx, dy] = [at(x) - right, high(y) - up];
      xx += m * dx * dx;
      yy += m * dy * dy;
      xy += m * dx * dy;
    }
  return { ink: (total - 1e-6) / (h * w), slant: xy / (yy + 1e-6), width: Math.sqrt(xx), thickness: total / edges };
};
