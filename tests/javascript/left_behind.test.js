import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { leftBehind } from '../../explorer/views/train/left_behind.js';

const words = ['en', 'ko'].map((l) => JSON.parse(readFileSync(new URL(`../../explorer/views/train/${l}.json`, import.meta.url), 'utf8')));

test('that a training can go on is said only where it can', () => {
  const can = { stop: false, delete: true, resume: false };
  const of = (state, resumable, open) => leftBehind({ state, resumable, can: { ...can, open } });
  for (const state of ['stopped', 'interrupted']) {
    const keys = [of(state, true, true), of(state, false, true), of(state, false, false)];
    for (const told of words) assert.equal(new Set(keys.map((k) => told[k] ?? 'no words')).size, 3);
    const [goes, opens, lost] = keys.map((k) => words[0][k]);
    assert.match(goes, /can go on/);
    assert.match(opens, /cannot go on/);
    assert.match(lost, /before anything was saved/);
  }
});
