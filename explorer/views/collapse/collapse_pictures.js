/* The two pictures of a training: the plane with points, modes, the critic's map and its arrows, and how many modes it had at each step. */
import { lx } from '../../shell/store.js';
import { brush, density } from '../../shell/pictures.js';

/** @import { HelloAnswer } from '../../shell/answers' */
/** @import { Frame, PanelFrame } from './collapse_frames.js' */
/** @typedef {CanvasRenderingContext2D} Brush */
/** @typedef {{ hello: HelloAnswer, output: string, table: Uint8ClampedArray, small: HTMLCanvasElement }} Plane output: what the critic's
 * answer is; small: a canvas that nobody sees */
/** @typedef {{ u: number, X: (v: number) => number, Y: (v: number) => number }} Place of the plane on the canvas, u pixels to 1 */
/** @typedef {{ critic: boolean, arrows: boolean }} Layers */

/* the critic's colours from "generated" over undecided to "real", and the modes' */
/** @typedef {[number[], number[], number[]]} Scale */
/** @typedef {{ scale: Scale, ink: string, arrow: string, hit: string, miss: string, grid: string }} Look */
/** @type {{ light: Look, dark: Look }} */
const LOOK = {
  light: {
    scale: [
      [246, 205, 190],
      [253, 252, 250],
      [183, 197, 255],
    ],
    ink: '#20222c',
    arrow: '#3c4150',
    hit: '#1d7a34',
    miss: '#8d8f98',
    grid: '#e6e3dc',
  },
  dark: {
    scale: [
      [96, 52, 46],
      [27, 29, 36],
      [52, 66, 140],
    ],
    ink: '#f4f5fa',
    arrow: '#b4bacb',
    hit: '#5fd07c',
    miss: '#747987',
    grid: '#2a2d36',
  },
};
export const look = () => (lx.state.theme === 'dark' ? LOOK.dark : LOOK.light);

/** A canvas as large as it is seen, wiped. @param {HTMLCanvasElement} canvas @returns {[Brush, number, number]} */
const sized = (canvas) => {
  const k = density(),
    w = canvas.clientWidth,
    h = canvas.clientHeight,
    x = brush(canvas);
  if (canvas.width !== Math.round(w * k) || canvas.height !== Math.round(h * k)) {
    canvas.width = Math.round(w * k);
    canvas.height = Math.round(h * k);
  }
  x.setTransform(k, 0, 0, k, 0, 0);
  x.clearRect(0, 0, w, h);
  return [x, w, h];
};
/**
 * For each mode whether one of the points lies within three standard deviations of it.
 * @param {HelloAnswer} hello @param {Int16Array} xy
 */
const covered = (hello, xy) => {
  const c = hello.centres,
    r = (hello.near * hello.sigma) ** 2,
    hit = new Uint8Array(c.length);
  for (let i = 0; i < xy.length; i += 2) {
    const x = xy[i] / hello.unit,
      y = xy[i + 1] / hello.unit;
    for (let k = 0; k < c.length; k++) if ((x - c[k][0]) ** 2 + (y - c[k][1]) ** 2 <= r) hit[k] = 1;
  }
  return hit;
};
/**
 * The critic's map: its colours from the lowest answer to the highest, of a probability from 0 to 1.
 * @param {Brush} x @param {number} S @param {Plane} p @param {PanelFrame} f
 */
const paintCritic = (x, S, p, f) => {
  const { side } = p.hello,
    s = brush(p.small),
    span = f.hi - f.lo;
  p.small.width = p.small.height = side;
  const im = s.createImageData(side, side);
  f.heat.forEach((heat, i) => {
    const v = p.output === 'probability' ? Math.round(255 * (f.lo + (span * heat) / 255)) : heat;
    for (let c = 0; c < 3; c++) im.data[4 * i + c] = p.table[3 * v + c];
    im.data[4 * i + 3] = 255;
  });
  s.putImageData(im, 0, 0);
  x.imageSmoothingEnabled = true;
  x.imageSmoothingQuality = 'high';
  x.drawImage(p.small, 0, 0, side, side, 0, 0, S, S);
};
/**
 * The true density: each mode's three standard deviations, filled, in a ring that says whether it is covered.
 * @param {Brush} x @param {number} S @param {HelloAnswer} hello @param {PanelFrame} f @param {Place} place
 */
const paintModes = (x, S, hello, f, { u, X, Y }) => {
  const hit = covered(hello, f.xy),
    ring = Math.max(7, 0.028 * S),
    reach = hello.near * hello.sigma * u,
    c = look();
  const disc = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ r) => {
    x.beginPath();
    x.arc(X(a), Y(b), r, 0, 7);
  };
  x.lineWidth = 1.5;
  hello.centres.forEach(([a, b], k) => {
    const g = x.createRadialGradient(X(a), Y(b), 0, X(a), Y(b), reach),
      colour = hit[k] ? c.hit : c.miss;
    g.addColorStop(0, colour + 'b0');
    g.addColorStop(1, colour + '18');
    x.fillStyle = g;
    disc(a, b, reach);
    x.fill();
    x.strokeStyle = colour;
    x.setLineDash(hit[k] ? [] : [3, 3]);
    disc(a, b, ring);
    x.stroke();
  });
  x.setLineDash([]);
};
/**
 * Where the critic draws points to: an arrow in each of n × n cells, as long as the root of its strength.
 * @param {Brush} x @param {number} S @param {number} n @param {PanelFrame} f
 */
const paintArrows = (x, S, n, f) => {
  const cell = S / n;
  x.strokeStyle = look().arrow;
  x.globalAlpha = 0.42;
  x.lineWidth = 1;
  x.beginPath();
  for (let i = 0; i < n * n; i++) {
    const dx = f.pull[2 * i] / 32767,
      dy = -f.pull[2 * i + 1] / 32767,
      m = Math.hypot(dx, dy);
    if (m < 1e-3) continue;
    const l = 0.86 * cell * Math.sqrt(m),
      [ex, ey] = [dx / m, dy / m],
      [cx, cy] = [((i % n) + 0.5) * cell, (Math.floor(i / n) + 0.5) * cell],
      [tx, ty] = [cx + (ex * l) / 2, cy + (ey * l) / 2],
      h = Math.min(3.5, 0.45 * l);
    x.moveTo(cx - (ex * l) / 2, cy - (ey * l) / 2);
    x.lineTo(tx, ty);
    x.moveTo(tx - h * (ex - 0.6 * ey), ty - h * (ey + 0.6 * ex));
    x.lineTo(tx, ty);
    x.lineTo(tx - h * (ex + 0.6 * ey), ty - h * (ey - 0.6 * ex));
  }
  x.stroke();
  x.globalAlpha = 1;
};
/** @param {Brush} x @param {number} S @param {number} unit @param {PanelFrame} f @param {Place} place */
const paintPoints = (x, S, unit, f, { X, Y }) => {
  const r = Math.max(1.1, S / 260);
  x.fillStyle = look().ink;
  x.globalAlpha = 0.6;
  for (let i = 0; i < f.xy.length; i += 2) {
    const a = X(f.xy[i] / unit),
      b = Y(f.xy[i + 1] / unit);
    if (a <= 0 || b <= 0 || a >= S || b >= S) continue;
    x.beginPath();
    x.arc(a, b, r, 0, 7);
    x.fill();
  }
  x.globalAlpha = 1;
};
/** @param {HTMLCanvasElement} canvas @param {Plane} p @param {PanelFrame} f @param {Layers} layers */
export const paintPlane = (canvas, p, f, layers) => {
  const [x, S] = sized(canvas),
    { hello } = p;
  if (!S) return;
  const { view } = hello,
    u = S / (2 * view);
  /** @type {Place} */
  const place = { u, X: (v) => (v + view) * u, Y: (v) => (view - v) * u };
  if (layers.critic) paintCritic(x, S, p, f);
  paintModes(x, S, hello, f, place);
  if (layers.arrows && f.longest > 0) paintArrows(x, S, hello.arrows, f);
  paintPoints(x, S, hello.unit, f, place);
};
/**
 * Panel i's modes in all frames, and a dot where the scrubber stands.
 * @param {HTMLCanvasElement} canvas
 * @param {Frame[]} frames
 * @param {{ i: number, at: number, k: number }} of k: how many modes there are
 */
export const paintCurve = (canvas, frames, { i, at, k }) => {
  const [x, w, h] = sized(canvas);
  if (!w) return;
  const c = look(),
    last = Math.max(frames[frames.length - 1].step, 1),
    X = (/** @type {number} */ s) => 2 + ((w - 4) * s) / last,
    Y = (/** @type {number} */ v) => h - 3 - ((h - 8) * v) / k;
  x.strokeStyle = c.grid;
  x.lineWidth = 1;
  for (const v of [0, k]) {
    x.beginPath();
    x.moveTo(0, Y(v));
    x.lineTo(w, Y(v));
    x.stroke();
  }
  const skip = Math.max(1, Math.floor(frames.length / (2 * w)));
  x.strokeStyle = lx.css('--accent');
  x.lineWidth = 1.5;
  x.lineJoin = 'round';
  x.beginPath();
  for (let j = 0; j < frames.length; j += j + skip < frames.length || j === frames.length - 1 ? skip : frames.length - 1 - j) {
    const f = frames[j];
    x.lineTo(X(f.step), Y(f.panels[i].modes));
  }
  x.stroke();
  x.fillStyle = lx.css('--accent');
  x.beginPath();
  x.arc(X(frames[at].step), Y(frames[at].panels[i].modes), 3, 0, 7);
  x.fill();
};
