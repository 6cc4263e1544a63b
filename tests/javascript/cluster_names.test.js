import assert from 'node:assert/strict';
import { test } from 'node:test';

import { arranged, clusterNames, densest, leader, overlap } from '../../explorer/views/map/cluster_names.js';

/* points about a middle, the same each time */
let seed = 1;
const random = () => ((seed = (seed * 16807) % 2147483647) / 2147483647) * 2 - 1;
const cloud = (n, x, y, r) => Array.from({ length: n }, () => [x + r * random(), y + r * random()]);
const split = (points) => [points.map((p) => p[0]), points.map((p) => p[1])];
const range = (from, to) => Array.from({ length: to - from }, (_, k) => from + k);

test('a class in two far parts is named in the fuller one, not in the empty middle', () => {
  const [xs, ys] = split([...cloud(200, -10, 0, 1), ...cloud(120, 10, 0, 1)]);
  const { at, share } = densest(xs, ys, range(0, 320));
  assert.ok(Math.abs(xs[at] + 10) < 1 && Math.abs(ys[at]) < 1 && share === 1);
  assert.deepEqual(densest(xs, ys, range(0, 320)), { at, share }, 'and there again');
});

test('a single point, and points all at one place', () => {
  assert.equal(densest([3, 5], [1, 1], [1]).at, 1);
  assert.equal(densest([2, 2, 2], [2, 2, 2], [0, 1, 2]).share, 1);
});

test('every class that has points is named, also one that lies among others', () => {
  const [xs, ys] = split([...cloud(100, 0, 0, 1), ...cloud(100, 8, 8, 1), ...cloud(30, 0.5, 0, 0.3)]);
  const column = [...Array(100).fill(0), ...Array(100).fill(2), ...Array(30).fill(3)];
  const names = clusterNames(xs, ys, [{ field: 'class', values: ['a', 'b', 'c', 'd'] }], new Map([['class', column]]));
  assert.deepEqual(
    names.map((n) => n.value),
    [0, 2, 3],
  );
  assert.ok(names.every((n) => column[n.at] === n.value));
});

test('of attributes those alone that set a cluster apart, one for each cluster', () => {
  const [xs, ys] = split([...cloud(150, 0, 0, 1), ...cloud(150, 9, 0, 1)]),
    hat = xs.map((x) => Number(x > 4.5)),
    pink = hat.map((v, i) => Number(v && i % 2)) /* one in two of the same cluster */,
    mixed = xs.map((_, i) => (i % 4 === 0 ? 1 : 0));
  const fields = ['mixed', 'pink', 'hat'].map((field) => ({ field, values: ['no', 'yes'] }));
  const names = clusterNames(
    xs,
    ys,
    fields,
    new Map([
      ['hat', hat],
      ['pink', pink],
      ['mixed', mixed],
    ]),
  );
  assert.deepEqual(names.map(({ field, value }) => `${field} ${value}`).sort(), ['hat 0', 'hat 1']);
  assert.deepEqual(clusterNames(xs, ys, [fields[0]], new Map([['mixed', mixed]])), [], 'nothing is said where nothing is so');
});

test('labels cover neither each other nor what is in the way, and one without room is left out', () => {
  const label = (x, y) => ({ spot: [x, y], width: 40, height: 16 });
  const labels = [...range(0, 9).map(() => label(100, 100)), label(20, 8), { ...label(0, 0), spot: null }, label(500, 100)];
  const places = arranged(labels, [[0, 0, 200, 24]], 200, 200),
    boxes = places.filter(Boolean).map(([x, y]) => [x - 20, y - 8, x + 20, y + 8]);
  assert.deepEqual(places[0], [100, 100]);
  assert.ok(boxes.length >= 7 && boxes.every((b) => b[1] >= 24 && b[0] >= 0 && b[2] <= 200 && b[3] <= 200));
  boxes.forEach((a, k) => boxes.slice(k + 1).forEach((b) => assert.ok(!overlap(a, b))));
  assert.deepEqual(places.slice(-2), [null, null]);
  assert.deepEqual(arranged([label(100, 100)], [[0, 0, 200, 200]], 200, 200), [null]);
});

test('a label that had to move is led to its point, from its edge', () => {
  assert.deepEqual(leader([100, 100], [100, 60], 40, 16), { from: 8, long: 32, turn: Math.PI / 2 });
  assert.deepEqual(leader([20, 100], [100, 100], 40, 16), { from: 20, long: 60, turn: Math.PI });
  assert.equal(leader([100, 100], [100, 100], 40, 16), null);
  assert.equal(leader([100, 100], [115, 100], 40, 16), null, 'under the label');
});
