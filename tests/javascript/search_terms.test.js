import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Vocabulary, changes, fieldsOf, matching, textOf } from '../../explorer/views/map/search_terms.js';

const FACES = fieldsOf({
  classes: [],
  attributes: [
    ['glasses', ['no', 'yes']],
    ['hat', ['no', 'yes']],
    ['hair_colour', ['black', 'brown', 'pink']],
    ['top_colour', ['navy', 'black']],
    ['hair', ['sideComed', 'bald']],
    ['beard', ['none', 'fullBeard', 'chin']],
  ],
});
const spaced = (s) =>
  s
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
const ENGLISH = {
  field: spaced,
  category: (f, v) => {
    if (v === 'yes') return spaced(f);
    if (v === 'no') return 'no ' + spaced(f);
    return f === 'class' ? v : spaced(v);
  },
};
const KOREAN = {
  field: (f) => ({ glasses: '안경', hair_colour: '머리색' })[f] ?? spaced(f),
  category: (f, v) => ({ 'glasses yes': '안경', 'glasses no': '안경 없음', 'hair_colour black': '검은색' })[`${f} ${v}`] ?? v,
};
const faces = new Vocabulary(FACES, ENGLISH);
const means = (read) => read.terms.map(({ not, meaning }) => [not, ...meaning.any.map((a) => `${a.field}=${a.value}`)]);

test('several terms, a minus before what must not be, names of several words', () => {
  const read = faces.read('hat -glasses, hair colour black side comed');
  assert.deepEqual(means(read), [
    [false, 'hat=1'],
    [true, 'glasses=1'],
    [false, 'hair_colour=0'],
    [false, 'hair=0'],
  ]);
  assert.deepEqual([read.unknown, read.rest], [[], '']);
  assert.deepEqual(means(faces.read('no glasses')), [[false, 'glasses=0']]);
  assert.deepEqual(means(faces.read('−hat')), [[true, 'hat=1']], 'a typographic minus as well');
});

test('a word that several attributes have means any of them; a field with none means all others', () => {
  assert.deepEqual(means(faces.read('black')), [[false, 'hair_colour=0', 'top_colour=1']]);
  assert.deepEqual(means(faces.read('beard')), [[false, 'beard=1', 'beard=2']]);
  assert.deepEqual(means(faces.read('beard none')), [[false, 'beard=0']]);
  assert.deepEqual(faces.read('none').unknown, ['none'], 'none of what?');
});

test('classes may be digits or several words', () => {
  const clothes = new Vocabulary(fieldsOf({ classes: ['T-shirt', 'shirt', 'ankle boot'], attributes: [] }), ENGLISH);
  assert.deepEqual(means(clothes.read('ankle boot')), [[false, 'class=2']]);
  assert.deepEqual(means(clothes.read('-t-shirt SHIRT')), [
    [true, 'class=0'],
    [false, 'class=1'],
  ]);
  const digits = new Vocabulary(fieldsOf({ classes: ['0', '1', '2'], attributes: [] }), ENGLISH);
  assert.deepEqual(means(digits.read('2 -1')), [
    [false, 'class=2'],
    [true, 'class=1'],
  ]);
});

test('a word that is being typed is no mistake yet, and what may become of it is offered', () => {
  const read = faces.read('hat -gla');
  assert.deepEqual([means(read), read.unknown, read.rest, read.before], [[[false, 'hat=1']], [], 'gla', 'hat -']);
  assert.deepEqual(faces.begins('gla'), ['glasses', 'no glasses']);
  assert.ok(faces.begins('hair').includes('hair colour pink'));
  assert.deepEqual(faces.read('gla ').unknown, ['gla'], 'a blank ends it');
});

test('an unknown word brings the nearest known ones', () => {
  const read = faces.read('glases hat');
  assert.deepEqual([read.unknown, means(read)], [['glases'], [[false, 'hat=1']]]);
  assert.equal(faces.near('glases')[0], 'glasses');
  assert.deepEqual([changes('kitten', 'sitting'), changes('', 'abc'), changes('same', 'same')], [3, 3, 0]);
});

test('a link has the same words in every language', () => {
  const korean = new Vocabulary(FACES, KOREAN),
    raw = textOf(korean.read('안경 -머리색 검은색'), 'raw');
  assert.equal(raw, 'glasses:yes -hair_colour:black');
  assert.deepEqual(means(faces.read(raw)), means(korean.read('안경 -머리색 검은색')));
  assert.equal(textOf(faces.read(raw), 'said'), 'glasses, -hair colour black');
  for (const text of ['black', 'beard -hat', 'nothing of that'])
    assert.deepEqual(means(faces.read(textOf(faces.read(text), 'raw') + ' ')), means(faces.read(text + ' ')), text);
});

test('what matches is all terms together', () => {
  const columns = new Map([
    ['hat', Uint8Array.of(1, 1, 0, 1)],
    ['hair_colour', Uint8Array.of(0, 1, 0, 2)],
    ['top_colour', Uint8Array.of(0, 0, 0, 1)],
  ]);
  assert.deepEqual([...matching(faces.read('hat').terms, columns, 4)], [1, 1, 0, 1]);
  assert.deepEqual([...matching(faces.read('hat black').terms, columns, 4)], [1, 0, 0, 1]);
  assert.deepEqual([...matching(faces.read('-hat').terms, columns, 4)], [0, 0, 1, 0]);
  assert.deepEqual(
    [...matching(faces.read('hat pink, brown').terms, columns, 4)],
    [0, 1, 0, 1],
    'any of one field: an image has one value',
  );
  assert.deepEqual([...matching(faces.read('-brown -pink').terms, columns, 4)], [1, 0, 1, 0], 'none of those with a minus');
  assert.equal(matching([], columns, 4), null);
});
