import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bmp, channelsFirst, channelsLast, grid, toBytes, toNumbers } from '../../explorer/site/browser/pixels.js';
import { PCG64, Twister, standardNormal } from '../../explorer/site/browser/random.js';
import { statistics } from '../../explorer/site/browser/statistics.js';
import { expected, near } from './expected.js';

test('a seed draws what it draws in Python: torch, in whole blocks, and numpy', () => {
  for (const { seed, width, uniform, normal, even } of expected.seeds) {
    near([...new Twister(seed).uniform(width)], uniform);
    near([...standardNormal(new Twister(seed), 2, width)], normal);
    near([...new PCG64(seed).uniform(width, -0.25, 0.25)], even);
  }
});

test('more numbers than the generator holds at once', () => {
  const one = new Twister(3).uniform(2000),
    parts = new Twister(3);
  assert.deepEqual([...parts.uniform(700), ...parts.uniform(1300)], [...one]);
  assert.throws(() => new Twister(3).normal(20), RangeError);
});

test('an image in grey is measured as in Python', () => {
  for (const { image, height, width, ink, slant, thickness, spread } of expected.measured) {
    const found = statistics(Uint8Array.from(image), height, width);
    near([found.ink, found.slant, found.thickness, found.width], [ink, slant, thickness, spread]);
  }
});

test('numbers become bytes within one of what Python makes of them, and the bytes the same numbers', () => {
  const x = Float32Array.from({ length: 513 }, (_, k) => (k - 256) / 200);
  toBytes(x).forEach((v, k) => assert.ok(Math.abs(v - (Math.min(1, Math.max(-1, x[k])) + 1) * 127.5) <= 0.5 + 1e-4));
  assert.deepEqual([...toBytes([NaN, Infinity, -Infinity, 0])], [0, 255, 0, 128]);
  const all = Uint8Array.from({ length: 256 }, (_, k) => k);
  assert.deepEqual([...toBytes(toNumbers(all))], [...all]);
});

test('channels go last and come back', () => {
  const x = Uint8Array.from({ length: 2 * 3 * 4 * 5 }, (_, k) => k),
    last = channelsLast(x, [3, 4, 5]);
  assert.deepEqual([...last.slice(0, 3)], [0, 20, 40]);
  assert.deepEqual([...channelsFirst(last, [3, 4, 5])], [...x]);
});

test('tiles stand in rows, and what lacks is black', () => {
  const { width, height, data } = grid(Uint8Array.from([1, 2, 3, 4, 5, 6]), [1, 1, 2], 2);
  assert.deepEqual([width, height], [4, 2]);
  assert.deepEqual([...data], [1, 2, 3, 4, 5, 6, 0, 0]);
});

test('a picture file has its rows from below, blue first', () => {
  const file = bmp({ width: 1, height: 2, channels: 3, data: Uint8Array.from([1, 2, 3, 4, 5, 6]) });
  assert.equal(String.fromCharCode(file[0], file[1]), 'BM');
  assert.deepEqual([...file.slice(54)], [6, 5, 4, 0, 3, 2, 1, 0]);
});
