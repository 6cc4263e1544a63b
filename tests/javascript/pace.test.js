import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Frames, serverTime } from '../../explorer/shell/pace_count.js';

test('frames a second are those of the last second', () => {
  const frames = new Frames();
  assert.equal(frames.add(0), null, 'one drawing is no rate');
  assert.equal(frames.add(50), 20);
  assert.equal(frames.add(100), 20);
  assert.equal(frames.add(5000), null, 'after a rest it begins anew');
  assert.equal(frames.add(5020), 50);
  const same = new Frames();
  same.add(7);
  assert.equal(same.add(7), null);
});

test('the server says its own time or nothing', () => {
  assert.equal(serverTime('draw;dur=12.3'), 12.3);
  assert.equal(serverTime('cache, draw;desc="x";dur=4'), 4);
  for (const none of [null, undefined, '', 'draw', 'draw;dur=x']) assert.equal(serverTime(none), null);
});
