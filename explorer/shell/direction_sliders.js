/* Directions as sliders: what those of the Codes view, of Styles and of Reconstruct have in common. */
import { make, offer } from './dom.js';
import { lx } from './store.js';

/** @import { Found } from './types' */

/** A slider from -4 to 4 standard deviations, and what it says. */
export const dial = () => ({
  input: make('input', { type: 'range', className: 'lx-range', min: '-4', max: '4', step: '0.01' }),
  out: make('output', { className: 'num' }),
});

/** Put a slider where the code is; one that a hand is on stays as long as it is nearly there.
 * @param {ReturnType<typeof dial>} dial @param {number} value */
export const turn = ({ input, out }, value) => {
  if (document.activeElement !== input || Math.abs(+input.value - value) > 0.02) input.value = String(value);
  lx.range(input);
  out.textContent = lx.number(value, 1);
};

/** Attribute directions by field. @param {Found[]} directions */
export const byField = (directions) => {
  /** @type {Map<string, Found[]>} */
  const fields = new Map();
  for (const d of directions) if (d.name) fields.set(d.name[0], [...(fields.get(d.name[0]) || []), d]);
  return [...fields];
};

/** Fields of one category, which need no choice, before the others. @param {ReturnType<typeof byField>} fields */
export const plainFirst = (fields) => fields.sort((a, b) => Number(a[1].length > 1) - Number(b[1].length > 1));

/** The category of a field that moves most. @param {Found[]} directions */
export const clearest = (directions) => directions.reduce((a, b) => ((b.main?.change || 0) > (a.main?.change || 0) ? b : a));

/**
 * Which category of a field a slider moves.
 * @param {Found[]} directions
 * @param {Found} chosen
 * @param {(k: number) => void} pick is called when a person has chosen another
 */
export const categoryChoice = (directions, chosen, pick) => {
  const select = make('select', { className: 'lx-chip lx-cat', 'aria-label': lx.field(directions[0].name?.[0]) });
  offer(
    select,
    directions.map((d, k) => [k, lx.category(d.name?.[0], d.name?.[1])]),
    directions.indexOf(chosen),
  );
  select.onchange = () => pick(+select.value);
  return select;
};
