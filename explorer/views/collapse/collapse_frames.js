/* A training's frames as the process sends them (process.py): bytes to numbers. */

/** @import { HelloAnswer } from '../../shell/answers' */
/**
 * @typedef {object} PanelFrame one training at one step
 * @property {number} lo the critic's lowest answer on the map @property {number} hi its highest
 * @property {number} longest of the arrows
 * @property {number} kl @property {number} good @property {number} modes @property {number} distance
 * @property {number} real the critic's mean answer to real points @property {number} fake to generated ones
 * @property {number[]} updates of critic and generator so far
 * @property {Int16Array} xy the generated points, in 1 / unit
 * @property {Uint8Array} heat the critic's map, row by row, from lo to hi
 * @property {Int16Array} pull where the critic draws points to: x and y of each cell
 */
/**
 * @typedef {object} Frame
 * @property {number} step @property {number} seconds
 * @property {number} state of the training: 0 is paused, 1 is playing
 * @property {number} critic updates of it alone @property {number} generator updates of it alone
 * @property {PanelFrame[]} panels
 */

/* states of a frame's training that end it */
export const OVER = 2,
  DIVERGED = 3;
const HEAD = 28,
  PANEL = 44;

/** @param {DataView<ArrayBuffer>} view @param {number} p where the panel begins @param {HelloAnswer} hello @returns {PanelFrame} */
const panelOf = (view, p, { points, side, arrows }) => {
  const v = (/** @type {number} */ i) => view.getFloat32(p + 4 * i, true),
    xy = p + PANEL,
    heat = xy + 4 * points,
    pull = heat + side * side;
  return {
    lo: v(0),
    hi: v(1),
    longest: v(2),
    kl: v(3),
    good: v(4),
    modes: view.getUint32(p + 20, true),
    distance: v(6),
    real: v(7),
    fake: v(8),
    updates: [view.getUint32(p + 36, true), view.getUint32(p + 40, true)],
    xy: new Int16Array(view.buffer, xy, 2 * points),
    heat: new Uint8Array(view.buffer, heat, side * side),
    pull: new Int16Array(view.buffer, pull, 2 * arrows * arrows),
  };
};

/** All frames of an answer, each with its number. @param {ArrayBuffer} buffer @param {HelloAnswer} hello */
export const framesOf = (buffer, hello) => {
  const view = new DataView(buffer),
    { points, side, arrows, panels } = hello,
    size = PANEL + 4 * points + side * side + 4 * arrows * arrows;
  /** @type {{ index: number, frame: Frame }[]} */
  const found = [];
  for (let o = 0; o + HEAD <= buffer.byteLength; o += view.getUint32(o, true))
    found.push({
      index: view.getUint32(o + 4, true),
      frame: {
        step: view.getUint32(o + 8, true),
        seconds: view.getFloat32(o + 12, true),
        state: view.getUint32(o + 16, true),
        critic: view.getUint32(o + 20, true),
        generator: view.getUint32(o + 24, true),
        panels: panels.map((_, k) => panelOf(view, o + HEAD + k * size, hello)),
      },
    });
  return found;
};
