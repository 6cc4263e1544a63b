/* What Python works out of the same numbers (tests/explorer/test_javascript.py), and how near is near enough. */
import assert from 'node:assert/strict';
import fs from 'node:fs';

export const expected = JSON.parse(fs.readFileSync(new URL('expected.json', import.meta.url), 'utf-8'));

export const near = (found, wanted, tolerance = 2e-5) => {
  assert.equal(found.length, wanted.length);
  found.forEach((v, k) => assert.ok(Math.abs(v - wanted[k]) <= tolerance * (1 + Math.abs(wanted[k])), `${k}: ${v} is not ${wanted[k]}`));
};
