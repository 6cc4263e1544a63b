import assert from 'node:assert/strict';
import { test } from 'node:test';

import { b64, base64Of, f32, fromBase64, joined, urlPlain, urlSafe } from '../../explorer/shell/bytes.js';
import { expected } from './expected.js';

test("codes are Python's text, and come back bit by bit", () => {
  for (const { w, text } of expected.texts) {
    const code = Float32Array.from(w);
    assert.equal(b64(code), text);
    assert.deepEqual(f32(text), code);
  }
});

test('a part of an array is its own numbers alone', () => {
  const all = Float32Array.from([1, 2, 3, 4]);
  assert.deepEqual(f32(b64(all.subarray(1, 3))), Float32Array.from([2, 3]));
});

test('letters of an address say the same', () => {
  for (let n = 0; n < 40; n++) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 37 + 251) % 256),
      text = base64Of(bytes);
    assert.match(urlSafe(text), /^[\w-]*$/);
    assert.equal(urlPlain(urlSafe(text)), text);
    assert.deepEqual(fromBase64(urlSafe(text)), bytes);
  }
});

test('more bytes than a call takes arguments', () => {
  const bytes = new Uint8Array(300000).fill(7);
  assert.deepEqual(fromBase64(base64Of(bytes)), bytes);
  assert.equal(base64Of(bytes), Buffer.from(bytes).toString('base64'));
});

test('codes one after another', () => {
  assert.deepEqual(joined([Float32Array.from([1, 2]), Float32Array.from([3])]), Float32Array.from([1, 2, 3]));
});
