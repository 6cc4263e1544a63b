/* Where the eye of the 3-D map stands, about the middle of the points: [x, y, z], z upwards. No window, no document. */

/** As on opening. @type {[number, number, number]} */
export const EYE = [1.25, 1.25, 0.8];

const NEAR = 0.3 /* from the middle */,
  FAR = 6,
  STEEP = 1.5; /* radians from the horizon: never over the pole, where left and right change places */

/**
 * Turned about the middle, radians to the side and upwards.
 * @param {number[]} eye @param {number} side @param {number} up
 * @returns {[number, number, number]}
 */
export const turned = ([x, y, z], side, up) => {
  const r = Math.hypot(x, y, z),
    yaw = Math.atan2(y, x) + side,
    pitch = Math.max(-STEEP, Math.min(STEEP, Math.asin(z / r) + up));
  return [r * Math.cos(pitch) * Math.cos(yaw), r * Math.cos(pitch) * Math.sin(yaw), r * Math.sin(pitch)];
};

/** Nearer to the middle (below 1) or farther from it. @param {number[]} eye @param {number} by @returns {[number, number, number]} */
export const nearer = ([x, y, z], by) => {
  const r = Math.hypot(x, y, z),
    k = Math.max(NEAR, Math.min(FAR, r * by)) / r;
  return [x * k, y * k, z * k];
};

const TURN = 0.08,
  ZOOM = 0.9;
/** @type {Record<string, (eye: number[], often: number) => [number, number, number]>} */
const KEYS = {
  ArrowLeft: (eye, often) => turned(eye, -often * TURN, 0),
  ArrowRight: (eye, often) => turned(eye, often * TURN, 0),
  ArrowUp: (eye, often) => turned(eye, 0, often * TURN),
  ArrowDown: (eye, often) => turned(eye, 0, -often * TURN),
  '+': (eye, often) => nearer(eye, ZOOM ** often),
  '=': (eye, often) => nearer(eye, ZOOM ** often),
  '-': (eye, often) => nearer(eye, ZOOM ** -often),
  0: () => EYE,
};

/** Where a key takes the eye; null: nowhere. @param {string} key @param {number[]} eye @param {boolean} fast */
export const keyed = (key, eye, fast) => KEYS[key]?.(eye, fast ? 5 : 1) ?? null;

const FIELD = Math.tan(Math.PI / 8); /* half of what is seen at distance 1, in the shorter side of the picture */

/** By an eye: to the right, upwards and towards the eye, each of length 1, and how far the middle is. @param {number[]} eye */
export const sight = ([x, y, z]) => {
  const far = Math.hypot(x, y, z),
    towards = [x / far, y / far, z / far],
    flat = Math.hypot(towards[0], towards[1]),
    right = [-towards[1] / flat, towards[0] / flat, 0],
    up = [-towards[2] * right[1], towards[2] * right[0], flat];
  return { right, up, towards, far };
};

/** How many pixels 1 is at distance 1. @param {number} width @param {number} height of the picture */
export const unit = (width, height) => Math.min(width, height) / 2 / FIELD;

/**
 * Where points are on the picture: x, y and how far from the eye, one after another.
 * @param {ArrayLike<number>} xyz three numbers of each @param {number[]} eye @param {number} width @param {number} height
 */
export const projected = (xyz, eye, width, height) => {
  const { right, up, towards, far } = sight(eye),
    k = unit(width, height),
    out = new Float32Array(xyz.length);
  for (let i = 0; i < xyz.length; i += 3) {
    const [x, y, z] = [xyz[i], xyz[i + 1], xyz[i + 2]],
      depth = far - (x * towards[0] + y * towards[1] + z * towards[2]),
      at = k / depth;
    out[i] = width / 2 + (x * right[0] + y * right[1]) * at;
    out[i + 1] = height / 2 - (x * up[0] + y * up[1] + z * up[2]) * at;
    out[i + 2] = depth;
  }
  return out;
};

const CLOSE = 5,
  REACH = 12; /* pixels */

/**
 * The point that is meant at a place of the picture: of those close to it the one in front, else the nearest within reach; -1: none.
 * @param {ArrayLike<number>} spots of `projected` @param {number} x @param {number} y @param {(i: number) => boolean} seen
 */
export const meant = (spots, x, y, seen) => {
  let best = -1,
    least = Infinity;
  for (let i = 0; 3 * i < spots.length; i++) {
    const depth = spots[3 * i + 2],
      d = Math.hypot(spots[3 * i] - x, spots[3 * i + 1] - y);
    if (d > REACH || depth <= 0 || !seen(i)) continue;
    const worth = d <= CLOSE ? depth : 1e6 + d;
    if (worth < least) [best, least] = [i, worth];
  }
  return best;
};

/** As a link has it: "1" on opening. @param {number[]} eye */
export const eyeText = (eye) => (eye.every((v, k) => v === EYE[k]) ? '1' : eye.map((v) => +v.toPrecision(4)).join('_'));

/** Back again; null for what is none. @param {string} text @returns {[number, number, number] | null} */
export const textEye = (text) => {
  if (text === '1') return EYE;
  const v = text.split('_').map(Number),
    r = Math.hypot(...v);
  return v.length === 3 && r >= NEAR / 4 && r <= 4 * FAR ? [v[0], v[1], v[2]] : null;
};
