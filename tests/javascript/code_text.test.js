import assert from 'node:assert/strict';
import { test } from 'node:test';

import { copied, fitting, read } from '../../explorer/shell/code_text.js';
import { fromNpy, npyOf } from '../../explorer/shell/npy.js';
import { expected } from './expected.js';

const w = (...numbers) => Float32Array.from(numbers);

test('numbers may be typed in any of the usual ways', () => {
  for (const text of [
    '1 -2.5 3e-1',
    '1, -2.5, .3',
    '[1, -2.5, 0.3]',
    '1;-2.5;0.3\n',
    '[[1], [-2.5], [0.3]]',
    'tensor(1, -2.5, 0.3)'.slice(6),
  ])
    assert.deepEqual(read(text, 1, 3), { w: w(1, -2.5, 0.3) }, text);
  assert.deepEqual(read('7', 1, 1), { w: w(7) });
});

test('a copied code says its run, its weights and its class', () => {
  const text = JSON.stringify({ run: 'a', weights_sha256: 'ff', shape: [1, 2], w: [1, 2], label: 3, origin: { kind: 'seed', seed: 4 } });
  assert.ok(copied(text));
  assert.deepEqual(read(text, 1, 2), { w: w(1, 2), run: 'a', weights: 'ff', label: 3 });
});

test('as many numbers as one layer has are for each layer', () => {
  assert.deepEqual(fitting([1, 2], 3, 2), w(1, 2, 1, 2, 1, 2));
  assert.deepEqual(fitting([1, 2, 3, 4], 3, 2), { key: 'code.count', n: 4, size: 6 });
});

test('what is no code says why', () => {
  for (const [text, key] of [
    ['', 'code.none'],
    ['  ', 'code.none'],
    ['hello', 'code.numbers'],
    ['1 2 x', 'code.numbers'],
    ['{"w": ["1"]}', 'code.numbers'],
    ['{"x": [1]}', 'code.numbers'],
    ['null', 'code.numbers'],
    ['1 2', 'code.count'],
    ['1 2 Infinity', 'code.infinite'],
    ['1 2 1e300', 'code.infinite'],
    ['true', 'code.numbers'],
  ])
    assert.equal(read(text, 1, 3).key, key, text);
  for (const text of ['hello', '[1, 2]', '{"w": 3}', 'null']) assert.ok(!copied(text), text);
});

test("what is saved is numpy's own file, byte for byte, and numpy's are read", () => {
  for (const { values, shape, float32, float64, big, fortran } of expected.arrays) {
    const bytes = Uint8Array.from(Buffer.from(float32, 'base64'));
    assert.deepEqual(npyOf(Float32Array.from(values), shape), bytes);
    for (const file of [float32, float64, big])
      assert.deepEqual(fromNpy(Uint8Array.from(Buffer.from(file, 'base64'))), { values: Float32Array.from(values), shape });
    if (shape.length > 1 && shape[0] > 1) assert.equal(fromNpy(Uint8Array.from(Buffer.from(fortran, 'base64'))), null);
  }
});

test('a file that is cut off, too long or something else is none', () => {
  const whole = npyOf(w(1, 2, 3), [3]);
  assert.ok(fromNpy(whole));
  for (const bytes of [whole.subarray(0, -1), whole.subarray(0, 20), whole.subarray(0, 3), w(1), Uint8Array.from([...whole, 0])])
    assert.equal(fromNpy(new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))), null);
});
