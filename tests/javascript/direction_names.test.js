/* Names of directions that change the same most. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { apart, named } from '../../explorer/shell/direction_names.js';

/** @param {string | null} label @param {string[]} also @param {string} size @param {string | null} low @param {string | null} high */
const of = (label, also = [], size = '+1 σ', low = null, high = null) => ({ label, also, size, low, high });
/** @param {string} key @param {Record<string, string>} [values] */
const t = (key, values) => `${values?.what} [${key.slice(6)} ${values?.list}]`;
/** @param {ReturnType<typeof of>[]} all */
const names = (all) => apart(all).map((told, k) => named(t, all[k].label ?? 'mixed', told, all[k].label !== null));

test('a name that is there once stays as it is', () => {
  assert.deepEqual(names([of('width', ['ink']), of('slant')]), ['width', 'slant']);
});

test('of one name are told what else they change, but for what all of them change', () => {
  const all = [of('height'), of('height', ['width']), of('slant'), of('height', ['thickness', 'width'])];
  assert.deepEqual(names(all), ['height', 'height [also width]', 'slant', 'height [also thickness]']);
  assert.deepEqual(names([of('glasses', ['frames', 'top']), of('glasses', ['frames', 'eyes'])]), [
    'glasses [also top]',
    'glasses [also eyes]',
  ]);
});

test('as many things are told as are needed to differ', () => {
  const all = [of('up', ['ink', 'width']), of('up', ['ink', 'slant']), of('up')];
  assert.deepEqual(names(all), ['up [also ink, width]', 'up [also ink, slant]', 'up']);
});

test('where they change the same things, by how much', () => {
  const all = [of('stroke', ['ink'], '+0.5 σ'), of('stroke', ['ink'], '+0.3 σ')];
  assert.deepEqual(names(all), ['stroke +0.5 σ', 'stroke +0.3 σ']);
});

test('other ends are another name, but a direction and its reverse are alike', () => {
  const ends = [of('skin', ['hat'], '', 'dark', 'pale'), of('skin', ['beard'], '', 'pale', 'dark'), of('skin', [], '', 'tan', 'pale')];
  assert.deepEqual(names(ends), ['skin [also hat]', 'skin [also beard]', 'skin']);
});

test('where nothing clear was measured the little there was', () => {
  assert.deepEqual(names([of(null), of(null, ['width']), of(null)]), ['mixed', 'mixed [little width]', 'mixed']);
});
