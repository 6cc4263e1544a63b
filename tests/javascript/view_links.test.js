import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sumText, textSum } from '../../explorer/views/arithmetic/arithmetic_link.js';
import { pyramidText, textPyramid } from '../../explorer/views/pyramid/pyramid_link.js';
import { PLACES, SIDE, isSource, sourceOf } from '../../explorer/views/styles/grid_places.js';
import { stylesText, textStyles } from '../../explorer/views/styles/styles_link.js';

test('every place of the mixing grid but the corner stands once, and each source has its number', () => {
  assert.equal(PLACES.length, (SIDE + 1) ** 2 - 1);
  assert.deepEqual(PLACES[0], [-1, 0]);
  assert.deepEqual(
    PLACES.filter(isSource)
      .map(sourceOf)
      .sort((a, b) => a - b),
    Array.from({ length: 2 * SIDE }, (_, k) => k),
  );
});

test('a mixing grid comes back, and one of another run is none', () => {
  const spec = { num_layers: 3, levels: [4, 8] },
    base = Float32Array.from([0.5, -1, 2]);
  const state = {
    rows: [1, 2, 3, 4, 5, 6],
    columns: [7, 8, 9, 10, 11, 12],
    layers: [false, true, true],
    blend: 40,
    psi: -50,
    cutoff: 2,
    strengths: [100, 30],
    seed: null,
    pick: null,
    free: false,
    pair: [0, 6],
    real: false,
    held: [],
    files: '',
    base,
    otherPsi: 100,
  };
  const back = textStyles(stylesText(state), spec, 3);
  for (const name of [
    'rows',
    'columns',
    'layers',
    'blend',
    'psi',
    'cutoff',
    'strengths',
    'seed',
    'pick',
    'pair',
    'real',
    'base',
    'otherPsi',
  ])
    assert.deepEqual(back[name], state[name], name);
  assert.equal(back.own, true);
  assert.deepEqual(textStyles(stylesText({ ...state, pick: [-1, 3], base: null }), spec, 3).pick, [-1, 3]);
  assert.equal(textStyles(stylesText(state), { ...spec, num_layers: 4 }, 3), null);
  for (const text of [undefined, '', '~~~', 'x'.repeat(40)]) assert.equal(textStyles(text, spec, 3), null);
});

test('a sum comes back; without exemplars it is none', () => {
  const state = {
    parts: { a: ['s1', 's2'], b: ['r3'], c: [] },
    strength: 1.5,
    seed: 7,
    source: 'real',
    filters: [['hair.colour', 'dark:brown']],
    offset: 48,
  };
  assert.deepEqual(textSum(sumText(state), true), state);
  assert.equal(textSum(sumText(state), false).source, 'samples');
  assert.equal(textSum(sumText({ ...state, parts: { a: [], b: [], c: [] } }), true), null);
  assert.deepEqual(textSum('s1.x9.sq~~s2~9~-1', true), {
    parts: { a: ['s1'], b: [], c: ['s2'] },
    strength: 3,
    seed: 0,
    source: 'samples',
    filters: [],
    offset: 0,
  });
});

test('a pyramid comes back, with seeds, numbers and what is unknown', () => {
  const sizes = [2, 3],
    numbers = Float32Array.from([1, -2, 0.25]),
    state = { source: 'held', image: '12', blend: [80], a: [5, null], b: [null, numbers], drawn: [true] };
  assert.deepEqual(textPyramid(pyramidText(state), sizes), state);
  assert.equal(textPyramid(pyramidText(state), [2, 3, 4]), null);
  assert.equal(textPyramid(pyramidText({ ...state, b: [null, numbers.slice(1)] }), sizes).b[1], null);
  assert.equal(textPyramid('h12~101~5.-~-.-~1', sizes), null);
});
