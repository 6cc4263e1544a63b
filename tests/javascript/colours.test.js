import assert from 'node:assert/strict';
import { test } from 'node:test';

import { heat, steps, table } from '../../explorer/shell/colours.js';

test('an error is black, then red, yellow and white', () => {
  assert.deepEqual([0, 0.4, 0.75, 1].map(heat), [
    [0, 0, 0],
    [181, 69, 31],
    [255, 207, 74],
    [255, 255, 255],
  ]);
  assert.deepEqual(heat(0.2), [90.5, 34.5, 15.5]);
});

test('a scale of three colours ends in the outer ones and goes through the middle one', () => {
  const colours = table([
    [0, 0, 0],
    [100, 200, 50],
    [255, 0, 255],
  ]);
  assert.deepEqual([...colours.slice(0, 3)], [0, 0, 0]);
  assert.deepEqual([...colours.slice(-3)], [255, 0, 255]);
  assert.ok(Math.abs(colours[3 * 127 + 1] - 200) <= 1 && Math.abs(colours[3 * 128 + 1] - 200) <= 1);
});

test("Plotly's scale steps", () => {
  assert.deepEqual(steps(['a', 'b']), [
    [0, 'a'],
    [0.5, 'a'],
    [0.5, 'b'],
    [1, 'b'],
  ]);
});
