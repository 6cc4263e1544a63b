import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as moves from '../../explorer/shell/moves.js';
import { expected, near } from './expected.js';

const code = (...values) => Float32Array.from(values);

test('a path is where Python has it, straight or on the arc, open or closed', () => {
  for (const { keys, method, loop, t, w } of expected.paths)
    near(
      moves.alongPath(
        keys.map((k) => code(...k)),
        t,
        method,
        loop,
      ),
      w,
    );
});

test('halfway on the arc between two axes both have the root of a half', () => {
  near(moves.slerp(code(1, 0), code(0, 1), 0.5), [Math.SQRT1_2, Math.SQRT1_2]);
  near(moves.lerp(code(1, 0), code(0, 1), 0.5), [0.5, 0.5]);
  assert.ok(Math.abs(moves.norm(moves.slerp(code(3, 0), code(0, 3), 0.3)) - 3) < 1e-6);
});

test('keyframes share the time evenly, and a loop comes back to the first', () => {
  assert.deepEqual(moves.segment(0.5, 3, false), { first: 1, second: 2, share: 0 });
  assert.deepEqual(moves.segment(1, 3, false), { first: 1, second: 2, share: 1 });
  assert.deepEqual(moves.segment(0.75, 2, true), { first: 1, second: 0, share: 0.5 });
});

test('truncation is what Python makes of it', () => {
  for (const { w, average, psi, cutoff, out } of expected.truncations) near(moves.truncated(code(...w), average, psi, cutoff), out);
});

test('mixed styles are what Python makes of them', () => {
  for (const { a, b, layers, share, w } of expected.mixes) near(moves.mixStyles(code(...a), code(...b), layers, share), w);
});

test('a coordinate along a direction is set, and nothing across it changes', () => {
  const mean = code(1, 1, 1),
    direction = { vector: code(0.6, 0.8, 0), sigma: 2 },
    w = code(4, 5, 9);
  assert.ok(Math.abs(moves.coordinate(w, mean, direction) - (0.6 * 3 + 0.8 * 4) / 2) < 1e-6); /* 2.5 */
  const to = moves.moved(w, mean, direction, -1);
  assert.ok(Math.abs(moves.coordinate(to, mean, direction) + 1) < 1e-6);
  near(to, [4 - 7 * 0.6, 5 - 7 * 0.8, 9]); /* from 2.5 to -1 standard deviations of 2 */
});

test('a place among images on a map weighs their codes as Python does', () => {
  for (const { points, at, weights } of expected.places) {
    const far = points.map(([x, y], i) => [Math.hypot(x - at[0], y - at[1]), i]).sort((a, b) => a[0] - b[0]),
      nine = far.slice(0, 9),
      found = moves.shepard(nine.map(([r]) => r)),
      sum = found.reduce((a, b) => a + b);
    const all = points.map(() => 0);
    found.forEach((v, k) => (all[nine[k][1]] = v / sum));
    if (new Set(found).size > 1) near(all, weights, 1e-4);
    else near([...all].sort(), [...weights].sort(), 1e-4); /* all equally far: any eight of them */
  }
});

test('a code lies among its neighbours on the map, nearest to the nearest', () => {
  assert.deepEqual(moves.amongNeighbours([0, 2], [0, 4], [0, 1], [1, 1]), [1, 2]);
  const [x, y] = moves.amongNeighbours([0, 2], [0, 4], [0, 1], [1, 2]); /* weights 1 and 1/16 */
  near([x, y], [2 / 17, 4 / 17], 1e-6);
  assert.equal(moves.amongNeighbours([0], [0], [5], [1]), null);
});

test('the difference of two codes is none where rounding alone parts them', () => {
  assert.equal(moves.difference(code(1, 2), code(1, 2.00001)), null);
  near(moves.difference(code(1, 2), code(1, 1)), [0, 1]);
  assert.ok(moves.alike(code(1, 1000), code(1, 1000.5)) && !moves.alike(code(1, 2), code(1, 2.1)) && !moves.alike(code(1), code(1, 1)));
});

test('the nearest of some values, the first where two are', () => {
  assert.equal(moves.nearest([-3, -2, -1, 0, 1], -1.4), 2);
  assert.equal(moves.nearest([0, 1], 0.5), 0);
});
