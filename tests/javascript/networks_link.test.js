import assert from 'node:assert/strict';
import { test } from 'node:test';

import { restoredDials, textDials } from '../../explorer/views/microscope/networks_link.js';

test('dials come back from a link, and what does not fit is half of both', () => {
  assert.deepEqual(restoredDials(textDials('my.run~2', [0, 70, 100]), 3), { name: 'my.run~2', at: [0, 70, 100] });
  assert.deepEqual(restoredDials('b.0_70', 3), { name: 'b', at: [50, 50, 50] });
  assert.deepEqual(restoredDials('b.0_70_101', 3).at, [50, 50, 50]);
  assert.deepEqual(restoredDials('', 1), { name: '', at: [50] });
  assert.deepEqual(restoredDials('%E0%A4%A.1', 1), { name: '', at: [1] });
});
