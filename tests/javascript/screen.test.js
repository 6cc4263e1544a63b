import assert from 'node:assert/strict';
import { test } from 'node:test';

import { share, zoomOf } from '../../explorer/shell/screen.js';

test('a projector of any kind shows 880 × 540 at least, never smaller than on a desk', () => {
  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
    [1024, 768],
    [3840, 1200],
  ]) {
    const zoom = zoomOf(width, height);
    assert.ok(width / zoom >= 875 && height / zoom >= 535, `${width} × ${height}: ${zoom}`);
  }
  assert.equal(zoomOf(1920, 1080), 2);
  assert.equal(zoomOf(640, 400), 1);
});

test('the share of a box that is on the screen', () => {
  assert.equal(share(10, 20, 100), 1);
  assert.equal(share(-10, 10, 100), 0.5);
  assert.equal(share(90, 130, 100), 0.25);
  assert.equal(share(120, 130, 100), 0);
  assert.equal(share(-30, -10, 100), 0);
  assert.equal(share(5, 5, 100), 0);
});
