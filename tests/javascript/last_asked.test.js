import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LastAsked } from '../../explorer/shell/last_asked.js';

test('an answer counts only where nothing was asked after it', async () => {
  const asked = new LastAsked(),
    shown = [],
    /** @type {Map<string, () => void>} */ gates = new Map();
  const ask = async (/** @type {string} */ question) => {
    const isLast = asked.ask();
    await /** @type {Promise<void>} */ (new Promise((go) => gates.set(question, go)));
    if (isLast()) shown.push(question);
  };
  const all = [ask('first'), ask('second'), ask('third')];
  for (const question of ['third', 'first', 'second']) gates.get(question)?.();
  await Promise.all(all);
  assert.deepEqual(shown, ['third']);
  const late = ask('late');
  asked.drop();
  gates.get('late')?.();
  await late;
  assert.deepEqual(shown, ['third'], 'what was dropped shows nothing');
});

test('a part of the last question ends with it, and is none itself', () => {
  const asked = new LastAsked(),
    whole = asked.ask(),
    part = asked.same();
  assert.ok(whole() && part());
  asked.ask();
  assert.ok(!whole() && !part());
});
