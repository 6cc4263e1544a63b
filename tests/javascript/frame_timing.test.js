import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Frames, serverTime } from '../../explorer/shell/frame_timing.js';

test('frames a second are those of the last second', () => {
  const frames = new Frames();
  assert.deepEqual(
    [0, 50, 100].map((t) => frames.add(t)),
    [null, null, null],
    'three drawings are no drag',
  );
  assert.equal(frames.add(150), 20);
  assert.equal(frames.add(5000), null, 'after a rest it begins anew');
  frames.add(5020);
  frames.add(5040);
  assert.equal(frames.add(5060), 50);
  const same = new Frames();
  assert.ok([7, 7, 7, 7].map((t) => same.add(t)).every((v) => v === null));
});

test('the server says its own time or nothing', () => {
  assert.equal(serverTime('draw;dur=12.3'), 12.3);
  assert.equal(serverTime('cache, draw;desc="x";dur=4'), 4);
  for (const none of [null, undefined, '', 'draw', 'draw;dur=x']) assert.equal(serverTime(none), null);
});
