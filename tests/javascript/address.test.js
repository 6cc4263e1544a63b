import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressOf, placeOf } from '../../explorer/shell/address.js';

const HERE = 'https://example.org/app/?view=map&__theme=dark#';
const state = (more) => ({ run: 'a run', view: 'codes', lang: 'ko', w: null, origin: null, label: null, kept: {}, ...more });

test('an address says the state, and the state comes back', () => {
  const w = Float32Array.from([1.5, -2, 3e-7]),
    origin = { kind: 'point', index: 12, label: 3 },
    kept = { grid: 'class~code:c1~5', walk: 'wslerp*i12', seed: '7' };
  const href = addressOf(HERE, state({ w, origin, label: 0, kept })),
    url = new URL(href);
  assert.deepEqual(placeOf(href), { run: 'a run', view: 'codes', w, origin, label: 0, kept });
  assert.deepEqual(Object.fromEntries(url.searchParams), { view: 'codes', __theme: 'dark', run: 'a run', lang: 'ko' });
  assert.equal(url.pathname, '/app/');
});

test('what may be long stands behind #, where no server sees it', () => {
  const href = addressOf(HERE, state({ w: new Float32Array(4096).fill(0.1), kept: { mic: 'units' } }));
  assert.ok(href.split('#')[0].length < 100 && href.split('#')[1].length > 20000);
});

test('an older link says it in its query, and the next address no longer does', () => {
  const old = 'https://example.org/?run=a&w=AACAPw&o=%7B%22kind%22%3A%22sliders%22%7D&c=2&cmp=a%2Cb';
  assert.deepEqual(placeOf(old), {
    run: 'a',
    view: null,
    w: Float32Array.from([1]),
    origin: { kind: 'sliders' },
    label: 2,
    kept: { cmp: 'a,b' },
  });
  assert.deepEqual([...new URL(addressOf(old, state({}))).searchParams.keys()], ['run', 'view', 'lang']);
});

test('what is damaged is none: no code that fits a run, no origin, no class; texts without end are left out', () => {
  const at = placeOf(HERE + 'w=%F0%9F%90%B1&o=%7B&c=&unknown=1&sty=' + 'x'.repeat(2 ** 17 + 1));
  assert.equal(at.w.length, 0);
  assert.equal(at.origin, null);
  assert.ok(Number.isNaN(at.label));
  assert.deepEqual(at.kept, {});
  assert.deepEqual(placeOf('https://example.org/'), { run: null, view: null, kept: {} });
});
