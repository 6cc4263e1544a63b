import assert from 'node:assert/strict';
import { test } from 'node:test';

import { EYE, eyeText, keyed, meant, nearer, projected, sight, textEye, turned } from '../../explorer/views/map/camera_3d.js';

const far = (eye) => Math.hypot(...eye);
const close = (a, b) => a.forEach((v, k) => assert.ok(Math.abs(v - b[k]) < 1e-9, `${a} is not ${b}`));

test('turning keeps the distance, and four quarters are once round', () => {
  close(turned([2, 0, 0], Math.PI / 2, 0), [0, 2, 0]);
  let eye = EYE;
  for (let k = 0; k < 4; k++) eye = turned(eye, Math.PI / 2, 0);
  close(eye, EYE);
  assert.ok(Math.abs(far(turned(EYE, 0.3, 0.4)) - far(EYE)) < 1e-9);
});

test('upwards it stops before the pole, nearer and farther at their ends', () => {
  const top = turned(EYE, 0, 9);
  assert.ok(top[2] / far(top) < 1 && top[2] / far(top) > 0.99);
  assert.ok(Math.abs(far(nearer(EYE, 1e-9)) - 0.3) < 1e-9 && Math.abs(far(nearer(EYE, 1e9)) - 6) < 1e-9);
});

test('keys turn and zoom, shift goes faster, nought is where it began', () => {
  const once = keyed('ArrowRight', EYE, false),
    fast = keyed('ArrowRight', EYE, true);
  let eye = EYE;
  for (let k = 0; k < 5; k++) eye = keyed('ArrowRight', eye, false);
  close(eye, fast);
  close(keyed('ArrowLeft', once, false), EYE);
  assert.ok(far(keyed('+', EYE, false)) < far(EYE) && far(keyed('-', EYE, false)) > far(EYE));
  assert.deepEqual(keyed('0', once, false), EYE);
  assert.equal(keyed('x', EYE, false), null);
});

test('a link has where it stands, and nonsense is nowhere', () => {
  assert.equal(eyeText(EYE), '1');
  assert.deepEqual(textEye('1'), EYE);
  const eye = [0.1234567, -2, 1e-5];
  assert.deepEqual(textEye(eyeText(eye)), [0.1235, -2, 0.00001]);
  for (const text of ['', '2', '1_2', '0_0_0', 'a_b_c', '1_2_3_4', '1e9_0_0']) assert.equal(textEye(text), null, text);
});

test('the picture’s axes are at right angles, the middle is in the middle and what is nearer is larger', () => {
  const { right, up, towards } = sight([1, 2, 0.5]),
    dot = (a, b) => a.reduce((sum, v, k) => sum + v * b[k], 0);
  for (const [a, b, is] of [
    [right, up, 0],
    [right, towards, 0],
    [up, towards, 0],
    [right, right, 1],
    [up, up, 1],
  ])
    assert.ok(Math.abs(dot(a, b) - is) < 1e-9);
  assert.ok(up[2] > 0, 'z is upwards');
  const at = projected([0, 0, 0, 0.5, 0.1, 0, -0.5, 0.1, 0], [2, 0, 0], 600, 400);
  assert.deepEqual([...at.slice(0, 3)], [300, 200, 2]);
  assert.ok(at[3] - 300 > at[6] - 300 && at[6] > 300, 'y is to the right of who looks along x');
  assert.ok(at[5] < 2 && at[8] > 2);
});

test('of the points close to the hand the one in front is meant, and none that is faint or far', () => {
  const spots = [100, 100, 2, 103, 100, 1, 130, 100, 0.5, 100, 111, 0.2],
    all = () => true;
  assert.equal(meant(spots, 100, 100, all), 1);
  assert.equal(
    meant(spots, 100, 100, (i) => i !== 1),
    0,
  );
  assert.equal(meant(spots, 100, 120, all), 3);
  assert.equal(meant(spots, 60, 60, all), -1);
});
