import assert from 'node:assert/strict';
import { test } from 'node:test';

import { percent } from '../../explorer/shell/percent.js';

test('a share that is not all is never told as all, nor one that is not none as none', () => {
  assert.equal(percent(1990 / 2000), '99.5');
  assert.equal(percent(1999 / 2000), '> 99.9');
  assert.equal(percent(9999 / 10000), '> 99.9');
  assert.equal(percent(0.004), '0.4');
  assert.equal(percent(1e-9), '< 0.1');
  for (const digits of [0, 1, 2])
    for (let k = 1; k < 20000; k++)
      assert.ok(!['0', '100'].includes(String(Number(percent(k / 20000, digits)))), `${k} of 20000 with ${digits} digits`);
});

test('all, none and what lies between are rounded as ever', () => {
  assert.equal(percent(1), '100');
  assert.equal(percent(0), '0');
  assert.equal(percent(1, 1), '100.0');
  assert.equal(percent(0.5049), '50');
  assert.equal(percent(0.98765, 1), '98.8');
});
