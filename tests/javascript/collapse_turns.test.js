import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  aloneOf,
  frameOf,
  reached,
  textTurns,
  turnsLeft,
  turnsOf,
  turnsText,
  withTurn,
} from '../../explorer/views/collapse/collapse_turns.js';

/* three steps of both, 5 of D in two frames, 2 of G, a step, 4 of D */
const FRAMES = [
  [0, 0, 0],
  [1, 0, 0],
  [3, 0, 0],
  [3, 3, 0],
  [3, 5, 0],
  [3, 5, 2],
  [4, 5, 2],
  [4, 9, 2],
].map(([step, critic, generator]) => ({ step, critic, generator }));
const TURNS = [
  [3, 'critic', 5],
  [3, 'generator', 2],
  [4, 'critic', 4],
];

test('turns are told from the frames, in their order, and come back from a link', () => {
  assert.deepEqual(turnsOf(FRAMES, 7), TURNS);
  assert.deepEqual(turnsOf(FRAMES, 3), [[3, 'critic', 3]]);
  assert.deepEqual(turnsOf(FRAMES, 2), []);
  assert.equal(turnsText(TURNS), '-3d5-3g2-4d4');
  assert.deepEqual(textTurns('-3d5-3g2-4d4'), TURNS);
  assert.deepEqual(textTurns('-3d0'), [[3, 'critic', 1]]);
  assert.deepEqual(textTurns('-3x5--<b>'), []);
  assert.equal(textTurns('-1d1'.repeat(999)).length, 200);
  assert.deepEqual([aloneOf(TURNS, 'critic'), aloneOf(TURNS, 'generator')], [9, 2]);
});

test('a turn goes on with the last one of its side at its step', () => {
  assert.deepEqual(withTurn([[3, 'critic', 5]], [3, 'critic', 2]), [[3, 'critic', 7]]);
  assert.deepEqual(withTurn([[3, 'critic', 5]], [4, 'critic', 2]).length, 2);
  assert.deepEqual(withTurn([[3, 'critic', 5]], [3, 'generator', 2]).length, 2);
});

test('a place is one frame, and only of a training that came there the same way', () => {
  assert.equal(frameOf(FRAMES, { step: 3, turns: [[3, 'critic', 5]] }), 4);
  assert.equal(frameOf(FRAMES, { step: 3, turns: [] }), 2);
  assert.equal(frameOf(FRAMES, { step: 4, turns: [[1, 'critic', 5], TURNS[1]] }), -1, 'as many, but at another step');
  assert.ok(reached(FRAMES[6], { step: 4, turns: TURNS.slice(0, 2) }) && !reached(FRAMES[6], { step: 4, turns: TURNS }));
});

test('what is left of a way is told, and another way is none', () => {
  const wanted = { step: 6, turns: TURNS };
  assert.deepEqual(turnsLeft({ step: 0, turns: [] }, wanted), TURNS);
  assert.deepEqual(turnsLeft({ step: 3, turns: [[3, 'critic', 3]] }, wanted), [[3, 'critic', 2], ...TURNS.slice(1)]);
  assert.deepEqual(turnsLeft({ step: 4, turns: TURNS.slice(0, 2) }, wanted), TURNS.slice(2));
  assert.equal(turnsLeft({ step: 4, turns: TURNS.slice(0, 1) }, wanted), null, 'it is past a turn that it did not take');
  assert.equal(turnsLeft({ step: 4, turns: [[3, 'critic', 3]] }, wanted), null);
  assert.equal(turnsLeft({ step: 3, turns: [[3, 'generator', 2]] }, wanted), null);
  assert.equal(turnsLeft({ step: 7, turns: TURNS }, wanted), null);
});
