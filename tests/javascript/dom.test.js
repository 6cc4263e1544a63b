import assert from 'node:assert/strict';
import { test } from 'node:test';

import { named } from '../../explorer/shell/dom.js';

test('a name has what is read on the button in it, once', () => {
  assert.equal(named('Layer 1, unit 375', '375'), 'Layer 1, unit 375');
  assert.equal(named('Layer 1, unit 375', '37'), 'Layer 1, unit 375, 37');
  assert.equal(named('1번 층, 375번 유닛', ' 375 '), '1번 층, 375번 유닛, 375');
  assert.equal(named('Take test image 12', '−0.25'), 'Take test image 12, −0.25');
});

test('signs and pictures are no words', () => {
  for (const seen of ['', ' ', '×', '‹', '✎']) assert.equal(named('Remove keyframe 2', seen), 'Remove keyframe 2');
});
