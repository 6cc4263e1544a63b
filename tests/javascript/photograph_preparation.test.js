import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WORN, WRITTEN, cut, mannerOf, prepare } from '../../explorer/shell/photograph_preparation.js';

/* a "7" of two strokes: from (x, y), so large, with a pen so wide; how much of a pixel it covers */
const seven = (x, y, size, pen) => (px, py) => {
  const near = ([ax, ay], [bx, by]) => {
    const t = Math.max(0, Math.min(1, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)));
    return Math.hypot(px - ax - t * (bx - ax), py - ay - t * (by - ay));
  };
  const [a, b, c] = [
    [x, y],
    [x + 0.6 * size, y],
    [x + 0.2 * size, y + size],
  ];
  return Math.max(0, Math.min(1, pen / 2 + 0.5 - Math.min(near(a, b), near(b, c))));
};
let state = 1;
const noise = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647 - 0.5;
};
/* a picture of ground and figure: ground(x, y) the brightness of the paper, ink: what of it is left under the pen, or its own brightness */
const picture = (width, height, ground, figure, under) => {
  state = 1;
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const g = ground(x, y),
        f = figure(x, y);
      values[y * width + x] = Math.max(0, Math.min(255, g * (1 - f) + under(g) * f + 6 * noise()));
    }
  return { width, height, values };
};
const shadow = (x, y) => 215 - 0.35 * x - 0.12 * y - (x > 150 ? 25 : 0);

/* where the ink is, and how it lies */
const measured = (pixels, side = 28) => {
  let [m, sx, sy, l, r, t, b] = [0, 0, 0, side, -1, side, -1];
  pixels.forEach((v, p) => {
    const [x, y] = [p % side, Math.floor(p / side)];
    m += v;
    sx += v * (x + 0.5);
    sy += v * (y + 0.5);
    if (v > 60) [l, r, t, b] = [Math.min(l, x), Math.max(r, x), Math.min(t, y), Math.max(b, y)];
  });
  return {
    mass: [sx / m, sy / m],
    size: Math.max(r - l, b - t) + 1,
    dark: pixels.filter((v) => v < 8).length,
    bright: Math.max(...pixels),
  };
};
/* the same figure straight onto black, as MNIST has it */
const ideal = () =>
  prepare(
    picture(
      200,
      200,
      () => 0,
      seven(60, 40, 110, 13),
      () => 255,
    ),
    [28, 28],
    WRITTEN,
  ).pixels;
const apart = (a, b) => Math.sqrt(a.reduce((s, v, p) => s + (v - b[p]) ** 2, 0) / b.reduce((s, v) => s + v * v, 0));

test('a dark digit on shaded paper, light on dark, off-centre or small: all become the same MNIST digit', () => {
  const right = ideal(),
    cases = {
      shaded: [picture(240, 180, shadow, seven(30, 30, 90, 11), (g) => 0.3 * g), ['invert', 'level', 'crop', 'centre']],
      board: [
        picture(
          200,
          260,
          (x, y) => 40 + 0.1 * y,
          seven(90, 120, 100, 12),
          () => 220,
        ),
        ['level', 'centre'],
      ],
      small: [
        picture(
          300,
          300,
          (x) => 230 - 0.1 * x,
          seven(220, 30, 40, 5),
          () => 60,
        ),
        ['invert', 'level', 'crop', 'centre'],
      ],
    };
  for (const [name, [grey, done]] of Object.entries(cases)) {
    const found = prepare(grey, [28, 28], WRITTEN);
    assert.ok(found, name);
    for (const step of done) assert.ok(found.done.includes(step), `${name}: ${step} of ${found.done}`);
    assert.equal(found.done.includes('invert'), done.includes('invert'), name);
    const { mass, size, dark, bright } = measured(found.pixels);
    assert.ok(Math.abs(mass[0] - 14) < 0.4 && Math.abs(mass[1] - 14) < 0.4, `${name}: ${mass}`);
    assert.ok(size >= 19 && size <= 21, `${name}: ${size}`);
    assert.ok(dark > 500 && bright > 240, `${name}: ${dark} ${bright}`);
    assert.ok(apart(found.pixels, right) < 0.35, `${name}: ${apart(found.pixels, right)}`);
  }
});

test('dirt, and a dark table beside the paper, are not taken for the digit', () => {
  const digit = seven(90, 50, 90, 11),
    figure = (x, y) => (x < 20 || (x > 200 && x < 203 && y > 20 && y < 23) ? 1 : digit(x, y)),
    found = prepare(
      picture(240, 200, shadow, figure, () => 50),
      [28, 28],
      WRITTEN,
    );
  assert.ok(found.box.left > 80 && found.box.left + found.box.width < 160, JSON.stringify(found.box));
  assert.ok(apart(found.pixels, ideal()) < 0.35);
});

test('a thin pen is made wider, as MNIST writes', () => {
  const found = prepare(
    picture(300, 300, shadow, seven(60, 60, 160, 4), (g) => 0.3 * g),
    [28, 28],
    WRITTEN,
  );
  assert.ok(found.done.includes('thicken'));
  assert.ok(measured(found.pixels).bright > 230);
  assert.ok(apart(found.pixels, ideal()) < 0.45, String(apart(found.pixels, ideal())));
});

test('what is as MNIST has it already stays so', () => {
  const pixels = ideal(),
    again = prepare({ width: 28, height: 28, values: pixels }, [28, 28], WRITTEN);
  assert.ok(!again.done.includes('invert') && !again.done.includes('crop') && !again.done.includes('margin'), String(again.done));
  assert.ok(apart(again.pixels, pixels) < 0.3, String(apart(again.pixels, pixels)));
});

test('nothing is found where nothing is', () => {
  assert.equal(
    prepare(
      picture(
        120,
        120,
        shadow,
        () => 0,
        () => 0,
      ),
      [28, 28],
      WRITTEN,
    ),
    null,
  );
  assert.equal(prepare({ width: 40, height: 40, values: new Uint8Array(1600).fill(200) }, [28, 28], WRITTEN), null);
});

test('clothes fill the image and keep their shades', () => {
  const shirt = (x, y) => (x > 60 && x < 140 && y > 50 && y < 150 ? 0.5 + 0.5 * +(y >= 100) : 0),
    found = prepare(
      picture(
        220,
        200,
        () => 235,
        shirt,
        () => 30,
      ),
      [28, 28],
      WORN,
    );
  const column = [...Array(28)].map((_, j) => found.pixels[j * 28 + 14]);
  assert.ok(Math.min(...column) > 60, String(column));
  assert.ok(column[4] < 0.75 * column[24], 'the upper half is lighter');
  assert.ok(found.done.includes('invert') && !found.done.includes('thicken'));
});

test('only data sets of written and worn things have a manner', () => {
  assert.equal(mannerOf('mnist'), WRITTEN);
  assert.equal(mannerOf('fashion-mnist'), WORN);
  assert.equal(mannerOf('faces'), null);
});

test('a square of a picture is its mean, pixel by pixel', () => {
  const width = 8,
    data = new Uint8ClampedArray(4 * width * 6).map((_, p) => [10 * (Math.floor(p / 4) % width), 100, 200, 255][p % 4]);
  assert.deepEqual(
    [...cut({ width, height: 6, data }, { x: 2, y: 1, side: 4 }, [3, 2, 2])],
    [25, 100, 200, 45, 100, 200, 25, 100, 200, 45, 100, 200],
  );
  assert.deepEqual([...cut({ width, height: 6, data }, { x: 2, y: 1, side: 4 }, [1, 1, 1])], [Math.round(0.299 * 35 + 58.7 + 22.8)]);
  assert.equal(cut({ width, height: 6, data }, { x: 0, y: 0, side: 1 }, [3, 4, 4])[0], 0, 'enlarged');
});
