import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LONGEST, MOST, checked, joinedWith, line, read, same, textOf } from '../../explorer/shell/bookmarks.js';
import { b64 } from '../../explorer/shell/bytes.js';

const PLACE = {
  name: 'a face',
  run: 'vae-faces',
  title: 'VAE',
  view: 'walk',
  weights_sha256: 'a'.repeat(64),
  w: b64(Float32Array.from([0.5, -1])),
  origin: { kind: 'seed', seed: 4 },
  label: 2,
  kept: { walk: 'wslerp', seed: '3' },
  thumb: 'data:image/png;base64,AAAA',
};

test('a list comes back from its text', () => {
  assert.deepEqual(read(textOf([PLACE, { ...PLACE, w: null, origin: null, label: null }])), {
    places: [PLACE, { ...PLACE, w: null, origin: null, label: null }],
    wrong: 0,
  });
});

test('a place that is none is left out, what is odd in one is dropped', () => {
  for (const wrong of [
    { run: '' },
    { run: 5 },
    { run: 'x'.repeat(65) },
    { run: 'a\nb' },
    { view: 'Walk!' },
    { view: null },
    { w: 'no base64!' },
    { w: b64(Float32Array.from([NaN])) },
    { w: '' },
    { w: [1, 2] },
    { origin: 'seed' },
    { origin: { kind: 'x'.repeat(LONGEST.origin) } },
    { label: -1 },
    { label: '2' },
  ])
    assert.equal(checked({ ...PLACE, ...wrong }), null, JSON.stringify(wrong).slice(0, 60));
  for (const none of [null, 5, 'x', [], undefined]) assert.equal(checked(none), null);
  const odd = checked({
    ...PLACE,
    name: ' two\n\u202elines\u0000 ',
    kept: { walk: 'w', other: 'x', seed: 5, map: '' },
    thumb: 'javascript:1',
    more: 1,
  });
  assert.deepEqual(odd, { ...PLACE, name: 'two lines', kept: { walk: 'w' }, thumb: '' });
  assert.equal(checked({ ...PLACE, name: 7 }).name, 'vae-faces');
  for (const thumb of ['data:image/svg+xml;base64,AAAA', 'https://example.org/x.png', 'data:image/png;base64,A"A', 7])
    assert.equal(checked({ ...PLACE, thumb }).thumb, '');
});

test('what is no list says so', () => {
  assert.deepEqual(read('{'), { key: 'marks.notjson' });
  for (const text of [
    'null',
    '[]',
    '{}',
    '{"format":"latent-explorer-direction","version":1,"places":[]}',
    '{"format":"latent-explorer-bookmarks"}',
  ])
    assert.deepEqual(read(text), { key: 'marks.notone' });
  assert.deepEqual(read('{"format":"latent-explorer-bookmarks","version":2,"places":[]}'), { key: 'marks.newer' });
  assert.deepEqual(read(' '.repeat(2 ** 23 + 1)), { key: 'marks.large' });
});

test('lists are joined: each place once, no more than there is room for', () => {
  const other = { ...PLACE, run: 'gan' },
    renamed = { ...PLACE, name: 'another name', thumb: '', kept: { seed: '3', walk: 'wslerp' } };
  assert.ok(same(PLACE, renamed) && !same(PLACE, other));
  assert.deepEqual(joinedWith([PLACE], [renamed, other, other]), { places: [PLACE, other], added: 1, known: 2, left: 0 });
  const many = Array.from({ length: MOST }, (_, k) => ({ ...PLACE, label: k + 10 }));
  const { added, left, places } = joinedWith([PLACE], many);
  assert.deepEqual([added, left, places.length], [MOST - 1, 1, MOST]);
});

test('a name is one line of what can be seen', () => {
  assert.equal(line('  a\t b\u200b\n', 80), 'a b');
  assert.equal(line('x'.repeat(100), 80).length, 80);
  assert.equal(line(5, 80), '');
});
