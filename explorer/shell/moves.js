/* Moves in code space, as explorer/latent/moves.py makes them. A code is a flat array of layers × width numbers. No window, no document. */

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
const dot = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** @typedef {import('./types').Code} Code */
/** @typedef {{ vector: ArrayLike<number>, sigma: number }} Along a direction of length 1, and the codes' standard deviation along it */

/** Length of a code. @param {ArrayLike<number>} w */
export const norm = (w) => Math.sqrt(dot(w, w));

/** p · a + q · b. @param {Float32Array} a @param {ArrayLike<number>} b @param {number} p @param {number} q */
export const weighed = (a, b, p, q) => Float32Array.from(a, (v, i) => p * v + q * b[i]);

/** The straight way from a to b. @param {Float32Array} a @param {ArrayLike<number>} b @param {number} t */
export const lerp = (a, b, t) => weighed(a, b, 1 - t, t);

/**
 * The way on the arc between a and b (Shoemake 1985), straight where they point the same or the opposite way.
 * @param {Code} a @param {Code} b @param {number} t
 */
export const slerp = (a, b, t) => {
  const lengths = dot(a, a) * dot(b, b),
    angle = lengths ? Math.acos(Math.min(1, Math.max(-1, dot(a, b) / Math.sqrt(lengths)))) : 0,
    sine = Math.sin(angle);
  return sine < 1e-4 ? lerp(a, b, t) : weighed(a, b, Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine);
};

/**
 * Where a path through keyframes is at t, 0 to 1: the keyframes before and after, and the share between them.
 * @param {number} t @param {number} count @param {boolean} loop whether it ends where it began
 */
export const segment = (t, count, loop) => {
  const parts = loop ? count : count - 1,
    first = Math.min(Math.floor(t * parts), parts - 1);
  return { first, second: (first + 1) % count, share: t * parts - first };
};

/**
 * The code at t of a path through keyframes.
 * @param {Code[]} codes @param {number} t @param {string} way lerp or slerp @param {boolean} loop
 */
export const alongPath = (codes, t, way, loop) => {
  if (codes.length < 2) return codes[0];
  const { first, second, share } = segment(t, codes.length, loop);
  return (way === 'slerp' ? slerp : lerp)(codes[first], codes[second], share);
};

/**
 * Truncation (Karras et al. 2019): layers before the cutoff are drawn to the average.
 * @param {Code} w @param {ArrayLike<number>} average one layer @param {number} psi @param {number} cutoff
 */
export const truncated = (w, average, psi, cutoff) => {
  const width = average.length;
  return w.map((v, i) => (Math.floor(i / width) < cutoff ? average[i % width] + psi * (v - average[i % width]) : v));
};

/**
 * Style mixing: the second code's layers where the mask has them, by a share.
 * @param {Code} a @param {Code} b @param {boolean[]} layers @param {number} share
 */
export const mixStyles = (a, b, layers, share) => {
  const width = a.length / layers.length;
  return a.map((v, i) => (layers[Math.floor(i / width)] ? v + share * (b[i] - v) : v));
};

/**
 * The coordinate of a code along a direction, in the codes' standard deviation along it.
 * @param {Code} w @param {ArrayLike<number>} mean @param {Along} direction
 */
export const coordinate = (w, mean, direction) => {
  const { vector, sigma } = direction;
  let sum = 0;
  for (let i = 0; i < w.length; i++) sum += (w[i] - mean[i]) * vector[i];
  return sum / sigma;
};

/**
 * The code with another coordinate along a direction.
 * @param {Code} w @param {ArrayLike<number>} mean @param {Along} direction @param {number} value
 */
export const moved = (w, mean, direction, value) => {
  const by = (value - coordinate(w, mean, direction)) * direction.sigma;
  return Float32Array.from(w, (v, i) => v + by * direction.vector[i]);
};

/** What is added to b to get a; null where they are the same but for rounding. @param {Code} a @param {Code} b */
export const difference = (a, b) => {
  const d = a.map((v, i) => v - b[i]);
  return d.some((v) => Math.abs(v) > 1e-4) ? d : null;
};

/** Whether two codes are the same but for rounding. @param {Code | null} a @param {Code | null} b */
export const alike = (a, b, tolerance = 1e-3) =>
  !!a && !!b && a.length === b.length && a.every((v, i) => Math.abs(v - b[i]) <= tolerance * (1 + Math.abs(v)));

/** Of some values the one that is nearest, by its number. @param {number[]} values @param {number} v */
export const nearest = (values, v) => values.reduce((best, x, k) => (Math.abs(x - v) < Math.abs(values[best] - v) ? k : best), 0);

/**
 * Where a code lies on a map, from where its nearest images lie: they weigh by the fourth power of how near they are.
 * @param {ArrayLike<number>} xs @param {ArrayLike<number>} ys @param {number[]} indices of neighbours @param {number[]} distances
 * @returns {[number, number] | null} null: none of them is on the map
 */
export const amongNeighbours = (xs, ys, indices, distances) => {
  let x = 0,
    y = 0,
    sum = 0;
  indices.forEach((i, k) => {
    if (i >= xs.length) return;
    const weight = 1 / (distances[k] ** 4 + 1e-9);
    x += xs[i] * weight;
    y += ys[i] * weight;
    sum += weight;
  });
  return sum ? [x / sum, y / sum] : null;
};

/**
 * Weights of the eight nearest on a map, as latent/neighbours.py gives them (Franke & Nielson 1980): ((R - r) / (R · r))², r being how
 * far one lies and R how far the ninth does. On top of an image it is that image alone; where all lie equally far, they weigh the same.
 * @param {number[]} distances the nearest first, nine of them where there are so many
 */
export const shepard = (distances) => {
  const near = distances.slice(0, 8),
    reach = distances.length > 8 ? distances[8] : 1.5 * distances[distances.length - 1];
  if (near[0] < 1e-9) return near.map((r) => +(r < 1e-9));
  if (reach - near[0] < 1e-6 * reach) return near.map(() => 1);
  return near.map((r) => ((reach - r) / (reach * r)) ** 2);
};
