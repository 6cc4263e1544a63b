import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Player, endsOf, turned } from '../../explorer/shell/film_player.js';
import { joining, mixedIn } from '../../explorer/views/styles/layer_path.js';

test('ends of a film lie on the dial, differ, and are not too far apart', () => {
  const dial = { low: -1, high: 1.5 };
  assert.equal(endsOf(dial, -1, 1.5), null);
  assert.equal(endsOf(dial, 1, -1), null); /* backwards is a way, too */
  for (const [a, b] of [
    [-1.1, 1],
    [0, 1.6],
    [NaN, 1],
    [0, Infinity],
  ])
    assert.equal(endsOf(dial, a, b), 'film.ends');
  assert.equal(endsOf(dial, 0.5, 0.5), 'film.same');
  assert.equal(endsOf({ low: 0, high: 1e9, apart: 239 }, 5, 244), null);
  assert.equal(endsOf({ low: 0, high: 1e9, apart: 239 }, 5, 245), 'film.apart');
});

test('there and back is at the end half way, and where it began at the end', () => {
  assert.deepEqual(
    [0, 0.25, 0.5, 0.75, 1].map((t) => turned(t, true)),
    [0, 0.5, 1, 0.5, 0],
  );
  assert.equal(turned(0.75, false), 0.75);
});

test('layers join one after another, the last key has all', () => {
  const mask = [true, false, true, true];
  assert.deepEqual(joining(mask), [
    [false, false, false, false],
    [true, false, false, false],
    [true, false, true, false],
    [true, false, true, true],
  ]);
  const many = joining(Array(18).fill(true));
  assert.equal(many.length, 12);
  assert.deepEqual([many[0], many[11]], [Array(18).fill(false), Array(18).fill(true)]);
  for (let k = 1; k < 12; k++) assert.ok(many[k].filter(Boolean).length > many[k - 1].filter(Boolean).length);
  assert.equal(mixedIn(0.5, mask), 1.5);
});

test('a player goes round where it is looped, and stops at its end where it is not', () => {
  let frames = [];
  const run = (looped) => {
    let now = 0;
    const waiting = [],
      heard = [];
    globalThis.requestAnimationFrame = (fn) => waiting.push(fn);
    const { now: real } = performance;
    performance.now = () => now;
    const player = new Player({
      seconds: () => 4,
      looped: () => looped,
      frame: () => frames.push(+player.t.toFixed(3)),
      changed: () => heard.push(player.playing),
      ended: () => heard.push('ended'),
    });
    player.t = 0.5;
    player.start();
    for (let k = 0; k < 4 && waiting.length; k++) waiting.shift()((now += 1000));
    performance.now = real;
    delete globalThis.requestAnimationFrame;
    return heard;
  };
  assert.deepEqual(run(true), [true]);
  assert.deepEqual(frames, [0.75, 0, 0.25, 0.5]);
  frames = [];
  assert.deepEqual(run(false), [true, false, 'ended']);
  assert.deepEqual(frames, [0.75, 1]);
});
