/* Colour scales. A colour is [red, green, blue], 0 to 255. No window, no document. */

/**
 * The colour at v of a scale.
 * @param {[number, ...number[]][]} stops a number and its colour each, the numbers from 0 to 1
 * @param {number} v
 */
const at = (stops, v) => {
  const next = Math.max(
      1,
      stops.findIndex(([where]) => where >= v),
    ),
    [from, ...a] = stops[next - 1],
    [to, ...b] = stops[next],
    t = (v - from) / (to - from);
  return a.map((c, k) => c + (b[k] - c) * t);
};

/** @type {[number, ...number[]][]} */
const HEAT = [
  [0, 0, 0, 0],
  [0.4, 181, 69, 31],
  [0.75, 255, 207, 74],
  [1, 255, 255, 255],
];

/** How large an error is, from black over red and yellow to white. @param {number} v 0 to 1 */
export const heat = (v) => at(HEAT, v);

/** A scale of three colours at 256 places, one after another. @param {[number[], number[], number[]]} colours */
export const table = ([low, middle, high]) => {
  const colours = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++)
    colours.set(
      at(
        [
          [0, ...low],
          [0.5, ...middle],
          [1, ...high],
        ],
        i / 255,
      ),
      3 * i,
    );
  return colours;
};

/** A scale of Plotly's that steps from colour to colour. @param {string[]} colours */
export const steps = (colours) =>
  colours.flatMap((c, k) => [
    [k / colours.length, c],
    [(k + 1) / colours.length, c],
  ]);
