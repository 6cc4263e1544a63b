import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IMAGE_LETTERS, TOO_LONG, imageText, steps, summed, textImage } from '../../explorer/shell/image_text.js';

const photograph = (n, channels) => Uint8Array.from({ length: n * n * channels }, (_, i) => 128 + 100 * Math.sin(i / (7 * channels)));
const drawing = (n) => Uint8Array.from({ length: n * n }, (_, i) => (i % 13 < 3 ? 255 : 0));

test('an image comes back as it was, the shorter of two ways', async () => {
  for (const [bytes, channels, way] of [
    [photograph(32, 3), 3, '1'],
    [drawing(28), 1, '0'],
  ]) {
    const text = await imageText(bytes, channels);
    assert.equal(text[0], way);
    assert.match(text, /^[01][\w-]+$/);
    assert.deepEqual(await textImage(text, bytes.length, channels), bytes);
  }
});

test('64 × 64 in colour always fits, and what is too long says so', async () => {
  const noise = (n) => Uint8Array.from({ length: n }, () => 256 * Math.random());
  assert.ok((await imageText(noise(64 * 64 * 3), 3)).length <= IMAGE_LETTERS);
  assert.equal(await imageText(noise(90 * 90 * 3), 3), TOO_LONG);
});

test('what is no image of this size is none', async () => {
  const text = await imageText(drawing(28), 1);
  for (const [wrong, length] of [
    [text, 27 * 27],
    [text.slice(0, -6), 784],
    ['2' + text.slice(1), 784],
    [TOO_LONG, 784],
    ['', 784],
    ['0' + 'A'.repeat(IMAGE_LETTERS), 784],
  ])
    assert.equal(await textImage(wrong, length, 1), null);
});

test('steps of a byte from the one before it in its channel, modulo 256', () => {
  assert.deepEqual(steps(Uint8Array.from([10, 200, 5, 201]), 2), Uint8Array.from([10, 200, 251, 1]));
  assert.deepEqual(summed(Uint8Array.from([10, 200, 251, 1]), 2), Uint8Array.from([10, 200, 5, 201]));
});
