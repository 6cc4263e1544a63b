import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found, grouped, listed } from '../../explorer/shell/picker_list.js';

const row = (name, more = {}) => ({
  name,
  title: name.toUpperCase(),
  description: '',
  own: false,
  family: 'vae',
  family_title: 'Variational autoencoder',
  dataset: 'mnist',
  dataset_title: 'MNIST',
  group: 'digits',
  ...more,
});
const names = (groups) => groups.map((g) => [g.key || g.title, ...g.runs.map((r) => r.name)]);

test('own runs come first, then digits, clothes, faces, points, then each other data set by its title', () => {
  const runs = [
    row('z', { group: '', dataset_title: 'Zebras' }),
    row('p', { group: 'points' }),
    row('f', { group: 'faces' }),
    row('c', { group: 'clothes' }),
    row('d'),
    row('a', { group: '', dataset_title: 'Apples' }),
    row('e'),
    row('mine', { own: true, group: 'faces' }),
  ];
  assert.deepEqual(names(grouped(runs)), [
    ['own', 'mine'],
    ['digits', 'd', 'e'],
    ['clothes', 'c'],
    ['faces', 'f'],
    ['points', 'p'],
    ['Apples', 'a'],
    ['Zebras', 'z'],
  ]);
  assert.deepEqual(grouped([]), []);
});

test('every word of a search must be found, wherever it is told and however it is written', () => {
  const run = row('sleepy', { description: 'Trained over Night, ελ ＡＢ', title: '졸린 VAE' });
  for (const search of ['', 'SLEEPY', 'night vae', 'variational mnist', '졸린', 'ab', '  trained\tover ', 'digits'])
    assert.ok(found(run, search.trim(), 'Digits'), search);
  for (const search of ['sleepless', 'vae faces', '.*']) assert.ok(!found(run, search, 'Digits'), search);
});

test('what does not fit the view is apart, what is not wanted nowhere', () => {
  const runs = [row('a'), row('b'), row('ab'), row('c')],
    { groups, others } = listed(
      runs,
      (r) => r.name !== 'b',
      (r) => r.name !== 'c',
    );
  assert.deepEqual(names(groups), [['digits', 'a', 'ab']]);
  assert.deepEqual(
    others.map((r) => r.name),
    ['b'],
  );
});
