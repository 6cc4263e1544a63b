import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chosen, order, rank } from '../../explorer/views/map/thumbnail_choice.js';

const N = 3000,
  places = Array.from({ length: N }, (_, i) => [(rank(2 * i + N) / 2 ** 32) * 600, (rank(2 * i + 1 + N) / 2 ** 32) * 400]);
const room = { side: 36, left: 18, top: 18, right: 582, bottom: 382, most: 1000 };
const ordered = order(N);
const at =
  (zoom, x = 0, y = 0) =>
  (i) => [(places[i][0] - x) * zoom, (places[i][1] - y) * zoom];

test('every point has its turn once, in an order that is nobody’s own and the same each time', () => {
  assert.equal(new Set(ordered).size, N);
  assert.deepEqual(order(N), ordered);
  const early = ordered.slice(0, 300).reduce((sum, i) => sum + i, 0) / 300;
  assert.ok(Math.abs(early - N / 2) < N / 10, 'the first of them are from everywhere');
});

test('none lies over another or out of sight, and no room is left', () => {
  const taken = chosen(ordered, at(1), room);
  taken.forEach((a, k) => taken.slice(k + 1).forEach((b) => assert.ok(Math.abs(a.x - b.x) >= 36 || Math.abs(a.y - b.y) >= 36)));
  assert.ok(taken.every(({ x, y }) => x >= 18 && x <= 582 && y >= 18 && y <= 382));
  const clear = (i) => taken.every((a) => Math.abs(a.x - places[i][0]) >= 36 || Math.abs(a.y - places[i][1]) >= 36);
  const inside = ([x, y]) => x >= 18 && x <= 582 && y >= 18 && y <= 382;
  assert.equal(
    places.findIndex((p, i) => inside(p) && clear(i)),
    -1,
  );
  assert.deepEqual(chosen(ordered, at(1), room), taken, 'and they are the same again');
});

test('nearer to the points more of the same part are shown', () => {
  const far = chosen(ordered, at(1), room).filter(({ x, y }) => x < 300 && y < 200),
    near = chosen(ordered, at(2), room);
  assert.ok(near.length > 2.5 * far.length);
  assert.equal(near[0].i, far[0].i, 'the first of them is the first still');
});

test('points that are not to be seen are passed over, and there are never more than asked for', () => {
  assert.deepEqual(
    chosen(ordered, (i) => (i % 2 ? null : at(1)(i)), room).filter(({ i }) => i % 2),
    [],
  );
  assert.equal(chosen(ordered, at(1), { ...room, most: 7 }).length, 7);
  assert.deepEqual(
    chosen(ordered, () => [NaN, NaN], room),
    [],
  );
});
