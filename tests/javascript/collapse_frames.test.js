import assert from 'node:assert/strict';
import { test } from 'node:test';

import { framesOf } from '../../explorer/views/collapse/collapse_frames.js';
import { linkText, textLink } from '../../explorer/views/collapse/collapse_link.js';

const HELLO = { points: 2, side: 2, arrows: 1, panels: [{}, {}] };

/* a frame as training/live.py packs it: panel k's numbers begin at 10 k */
const packed = (index, step) => {
  const each = 44 + 4 * HELLO.points + HELLO.side ** 2 + 4 * HELLO.arrows ** 2,
    view = new DataView(new ArrayBuffer(28 + HELLO.panels.length * each));
  [view.byteLength, index, step].forEach((v, k) => view.setUint32(4 * k, v, true));
  view.setFloat32(12, 1.5, true);
  [1, 7, 9].forEach((v, k) => view.setUint32(16 + 4 * k, v, true));
  HELLO.panels.forEach((_, k) => {
    const at = 28 + k * each;
    for (let i = 0; i < 11; i++) view[[5, 9, 10].includes(i) ? 'setUint32' : 'setFloat32'](at + 4 * i, 10 * k + i, true);
    [-3, 4, 5, -6].forEach((v, i) => view.setInt16(at + 44 + 2 * i, v + k, true));
    [0, 85, 170, 255].forEach((v, i) => view.setUint8(at + 52 + i, v));
    [32767, -32767].forEach((v, i) => view.setInt16(at + 56 + 2 * i, v, true));
  });
  return new Uint8Array(view.buffer);
};

test('frames are read one after another, each panel where it stands', () => {
  const both = new Uint8Array([...packed(4, 120), ...packed(5, 121)]),
    [first, second, ...more] = framesOf(both.buffer, HELLO),
    { panels, ...told } = first.frame;
  assert.deepEqual([first.index, second.index, more], [4, 5, []]);
  assert.deepEqual(told, { step: 120, seconds: 1.5, state: 1, critic: 7, generator: 9 });
  assert.equal(second.frame.step, 121);
  const { xy, heat, pull, updates, ...numbers } = panels[1];
  assert.deepEqual(numbers, { lo: 10, hi: 11, longest: 12, kl: 13, good: 14, modes: 15, distance: 16, real: 17, fake: 18 });
  assert.deepEqual(
    [[...xy], [...heat], [...pull], updates],
    [
      [-2, 5, 6, -5],
      [0, 85, 170, 255],
      [32767, -32767],
      [19, 20],
    ],
  );
  assert.deepEqual(framesOf(new ArrayBuffer(0), HELLO), []);
});

test('a link says no more than is not usual, and is read back', () => {
  const usual = { data: 'ring', seed: 0, step: 0, speed: 0, layers: 3, turns: [] };
  assert.equal(linkText(usual), 'ring.0');
  for (const s of [usual, { ...usual, data: 'grid', seed: 7, step: 120, speed: 3, layers: 1, turns: [[120, 'critic', 50]] }])
    assert.deepEqual(textLink(linkText(s)), s);
  for (const text of [undefined, '', 'square.1', 'ring.1.2.3.9', 'ring.-1']) assert.deepEqual(textLink(text), usual);
  assert.equal(textLink('ring.99999999999').seed, 0, 'a seed that no process takes');
});
