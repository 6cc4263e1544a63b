import assert from 'node:assert/strict';
import { test } from 'node:test';

import { walkText } from '../../explorer/views/walk/film_state.js';
import { mapText } from '../../explorer/views/map/plane_state.js';
import { recText, textRec } from '../../explorer/views/reconstruct/reconstruct_link.js';

const random = (seed) => () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;

test('a walk comes back: images and seeds by their numbers, codes to a shade', () => {
  const draw = random(1),
    layer = Array.from({ length: 8 }, () => 6 * draw() - 3),
    w = Float32Array.from([...layer, ...layer, ...layer.map((v) => -v)]);
  const keys = [
    { w, origin: { kind: 'point', index: 12 } },
    { w, origin: { kind: 'sample', seed: 7 } },
    { w, origin: { kind: 'image' } },
  ];
  const text = walkText.write({ way: 'slerp', both: true, looped: false, length: 8, keys }, 3),
    back = walkText.read(text, 3, 8);
  assert.match(text, /^wslerp\*b1\*o0\*t8\*i12\*s7\*v[\w-]+$/);
  assert.deepEqual([back.way, back.both, back.looped, back.length], ['slerp', true, false, 8]);
  assert.deepEqual(back.keys.slice(0, 2), [{ index: 12 }, { seed: 7 }]);
  back.keys[2].w.forEach((v, i) => assert.ok(Math.abs(v - w[i]) <= 3 / 32767));
  assert.deepEqual(back.keys[2].w.slice(0, 8), back.keys[2].w.slice(8, 16)); /* a layer that comes twice is written once */
});

test('a walk as on opening is no text, and damaged fields are left out', () => {
  assert.equal(walkText.write({ way: null, both: null, looped: true, length: null, keys: [] }, 1), null);
  const back = walkText.read('wbent*b2*t5*i1x*s99999999999*v!!*vAAAA*i3', 1, 4);
  assert.deepEqual(back, { way: null, both: false, looped: true, length: null, keys: [{ index: 3 }] });
  assert.equal(walkText.read(Array(20).fill('s1').join('*'), 1, 4).keys.length, 12);
});

test('sets of images come back, few of many and many of few', () => {
  for (const [n, every] of [
    [70000, 7000],
    [70000, 2],
    [10, 3],
    [9, 1],
  ]) {
    const set = Array.from({ length: Math.ceil(n / every) }, (_, k) => k * every);
    assert.deepEqual(mapText.unpack(mapText.pack(set, n), n), set);
  }
  assert.equal(mapText.pack([0, 69999], 70000)[0], 's'); /* steps are shorter there */
  assert.equal(mapText.unpack('s' + 'AAAA', 2), null); /* a number beyond the last image */
  assert.equal(mapText.unpack('b!!', 9), null);
});

test('a map comes back', () => {
  const state = {
    projection: 'own:15-0.1-cosine',
    colour: 'skin',
    only: [1, 4],
    grid: false,
    range: [-1.5, 2, -3, 4.25],
    mode: 'lasso',
    sets: [mapText.pack([2, 5], 9)],
    along: -0.5,
    ends: [
      { index: 3, w: null },
      { index: null, projection: 'umap', x: 1.25, y: -2, w: null },
    ],
  };
  const { sets, ends, ...rest } = mapText.read(mapText.write(state), 9);
  assert.deepEqual(rest, {
    projection: 'own:15-0.1-cosine',
    colour: 'skin',
    only: [1, 4],
    grid: false,
    range: [-1.5, 2, -3, 4.25],
    mode: 'lasso',
    along: -0.5,
  });
  assert.deepEqual(sets, [[2, 5]]);
  assert.deepEqual(ends, [{ index: 3 }, { index: null, projection: 'umap', x: 1.25, y: -2 }]);
  assert.equal(
    mapText.write({ projection: '', colour: '', only: null, grid: null, range: null, mode: '', sets: [], along: 0, ends: [] }),
    null,
  );
  assert.deepEqual(mapText.read('z1_2*d9*%*e12*mnone', 9), { sets: [], ends: [], along: 2 });
});

test('the input of Reconstruct comes back', () => {
  const state = {
    source: 'draw',
    image: '0abc',
    noise: { kind: 'block', amount: 15, seed: 3 },
    mode: 'absolute',
    centre: false,
    a: 'h7',
    at: 40,
    chosen: ['skin dark', 'a.b~c'],
    searched: ['run 1'],
    prep: null,
  };
  assert.deepEqual(textRec(recText(state)), state);
  const photo = { ...state, source: 'file', prep: { prepared: false, done: ['invert', 'crop', 'centre'], other: '1x-_9' } };
  assert.deepEqual(textRec(recText(photo)), photo);
  for (const bad of ['q.0a', 'pxx.0a', 'p.<b>', 'piii']) assert.equal(textRec(`f0abc~~s1~~~~~${bad}`).prep, null);
  const usual = {
    source: 'held',
    image: '5',
    noise: null,
    mode: 'signed',
    centre: true,
    a: '',
    at: 100,
    chosen: [],
    searched: [],
    prep: null,
  };
  assert.equal(recText({ ...usual, image: 5 }), 'h5~~s1');
  assert.deepEqual(textRec('h5~~s1'), usual);
  assert.equal(textRec(''), null);
  assert.equal(textRec('h5~g101.1').noise, null); /* more than all of it */
});
