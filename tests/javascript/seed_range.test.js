import assert from 'node:assert/strict';
import { test } from 'node:test';

import { imagesOf, mostOf } from '../../explorer/shell/seed_range.js';

test('a batch has so many images, or a sentence says why it is none', () => {
  const ask = (first, last, classes = 1) => imagesOf({ first, last, classes, most: 256 });
  assert.deepEqual(ask(3, 3), { seeds: 1, images: 1 });
  assert.deepEqual(ask(0, 255), { seeds: 256, images: 256 });
  assert.deepEqual(ask(0, 24, 10), { seeds: 25, images: 250 });
  assert.deepEqual(ask(0, 256), { key: 'seeds.many', n: '257', most: 256 });
  assert.deepEqual(ask(0, 25, 10), { key: 'seeds.many', n: '260', most: 256 });
  assert.deepEqual(ask(0, 999999), { key: 'seeds.many', n: '1,000,000', most: 256 });
  assert.deepEqual(ask(5, 4), { key: 'seeds.order' });
  for (const [a, b] of [
    [-1, 3],
    [0.5, 3],
    [NaN, 3],
    [0, NaN],
    [0, 2 ** 60],
  ])
    assert.deepEqual(ask(a, b), { key: 'seeds.whole' });
});

test('large images are fewer', () => {
  assert.equal(mostOf([1, 28, 28]), 256);
  assert.equal(mostOf([3, 1024, 1024]), 16);
});
