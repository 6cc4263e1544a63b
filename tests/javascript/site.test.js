import assert from 'node:assert/strict';
import { test } from 'node:test';

import { coming, listen } from '../../explorer/site/browser/download_progress.js';
import { crc32 } from '../../explorer/site/browser/crc.js';
import { delays, lzw, palette } from '../../explorer/site/browser/gif.js';
import { bmp, channelsFirst, channelsLast, grid, toBytes, toNumbers } from '../../explorer/site/browser/pixels.js';
import { PCG64, Twister, standardNormal } from '../../explorer/site/browser/random.js';
import { statistics } from '../../explorer/site/browser/statistics.js';
import { zipped } from '../../explorer/site/browser/zip.js';
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

/** Pixels of LZW's blocks, as a reader of GIF has them. @param {Uint8Array} blocks */
const read = (blocks) => {
  const bytes = [],
    out = [];
  for (let at = 1; blocks[at]; at += blocks[at] + 1) bytes.push(...blocks.slice(at + 1, at + 1 + blocks[at]));
  let [bit, width, table, before] = [0, 9, [], null];
  for (;;) {
    let code = 0;
    for (let k = 0; k < width; k++, bit++) code |= ((bytes[bit >> 3] >> (bit & 7)) & 1) << k;
    if (code === 257) return out;
    if (code === 256) {
      [width, table, before] = [9, Array.from({ length: 258 }, (_, k) => [k]), null];
      continue;
    }
    const entry = table[code] ?? [...before, before[0]];
    out.push(...entry);
    if (before && table.length < 4096) table.push([...before, entry[0]]);
    if (table.length === 1 << width && width < 12) width++;
    before = entry;
  }
};

test('a GIF is read as it was written, beyond the codes that it has', () => {
  const noise = Uint8Array.from({ length: 30000 }, (_, k) => (k * k * 2654435761) >>> 24),
    plain = new Uint8Array(5000);
  for (const pixels of [noise, plain, noise.slice(0, 1)]) assert.deepEqual(read(lzw(pixels)), [...pixels]);
});

test('a GIF is as long as its film, and of few colours keeps all', () => {
  const seconds = delays(48, 24).reduce((a, b) => a + b, 0);
  assert.equal(seconds, 200);
  assert.ok(delays(10, 90).every((hundredths) => hundredths >= 2));
  const data = Uint8Array.from([255, 0, 0, 0, 128, 255, 255, 0, 0, 9, 9, 9]),
    found = palette([{ width: 4, height: 1, channels: 3, data }]),
    colours = Array.from({ length: 256 }, (_, k) => found.slice(3 * k, 3 * k + 3).join());
  for (const colour of ['255,0,0', '0,128,255', '9,9,9']) assert.ok(colours.includes(colour), colour);
});

test('a zip says where its files lie, and their checksums', async () => {
  const body = new TextEncoder().encode('123456789'),
    file = new Uint8Array(await zipped([['a.txt', body]]).arrayBuffer()),
    view = new DataView(file.buffer);
  assert.equal(crc32(body), 0xcbf43926); /* the check value of CRC-32 */
  assert.equal(view.getUint32(14, true), 0xcbf43926);
  const end = file.length - 22,
    list = view.getUint32(end + 16, true);
  assert.deepEqual([view.getUint32(end, true), view.getUint16(end + 10, true), view.getUint32(list, true)], [0x06054b50, 1, 0x02014b50]);
  assert.equal(new TextDecoder().decode(file.slice(30, 35)), 'a.txt');
});

test('what is on its way is told with how much of it is there', () => {
  const told = [];
  listen((now) => told.push(now));
  const words = coming('data/run/a.json'),
    network = coming('data/model/a/draw.onnx.planes'),
    images = coming('data/tiles/b/0.webp');
  network.of(100);
  network.came(40);
  assert.deepEqual(told.at(-1), { kind: 'network', got: 40, size: 0 }, 'hosts that pack do not say how large a file is');
  for (const file of [words, images]) file.of(10);
  assert.deepEqual(told.at(-1), { kind: 'network', got: 40, size: 120 });
  network.came(60);
  network.end();
  assert.deepEqual(told.at(-1), { kind: 'images', got: 100, size: 120 });
  images.end();
  words.end();
  assert.equal(told.at(-1), null);
});
