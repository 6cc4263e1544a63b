/* One setting of a training, of a kind that the server names: how it is shown, read, and recognised in a link. */
import { make, offer } from '../../shell/dom.js';
import { lx } from '../../shell/store.js';
import { bound, word } from './training_words.js';

/** @import { SettingTold } from '../../shell/answers' */

/** @typedef {SettingTold['default']} Setting a value of one */
/* a check box, a choice, a line to type in */
/** @param {SettingTold} s @param {Setting} value */
const inputOf = (s, value) => {
  if (s.kind === 'bool') return make('input', { type: 'checkbox', checked: value });
  if (s.choices) {
    const select = make('select', { className: 'lx-input' });
    offer(
      select,
      s.choices.map((c) => [c, word('choice.' + c, String(c))]),
      value,
    );
    return select;
  }
  return make('input', {
    type: 'text',
    className: 'lx-input',
    inputMode: MODES[s.kind] || 'text',
    autocomplete: 'off',
    value: Array.isArray(value) ? value.join(', ') : value,
  });
};

/** @type {Record<string, string>} */
const MODES = { int: 'numeric', float: 'decimal' };

/** Whether a value is a number that a setting may be. @param {SettingTold} s @param {unknown} v @returns {v is number} */
export const isWithin = (s, v) =>
  typeof v === 'number' && (s.kind !== 'int' || Number.isInteger(v)) && v >= (s.low ?? -Infinity) && v <= (s.high ?? Infinity);

/* what was typed, as it is where it is no number that the setting may be: the server says what is */
/** @param {SettingTold} s @param {HTMLInputElement | HTMLSelectElement} input @returns {Setting} */
const valueOf = (s, input) => {
  const text = input.value.trim();
  if (input instanceof HTMLInputElement && s.kind === 'bool') return input.checked;
  if (s.choices) return typeof s.default === 'number' ? Number(text) : text;
  const number = Number(text.replaceAll(/[\s_]/g, '') || NaN);
  return s.kind !== 'numbers' && isWithin(s, number) ? number : text;
};

/** Whether a link's value can be one of a setting. @param {SettingTold} s @param {any} v */
export const fits = (s, v) => {
  if (s.kind === 'bool') return typeof v === 'boolean';
  if (s.choices) return s.choices.includes(v);
  return s.kind === 'int' || s.kind === 'float' ? Number.isFinite(v) : typeof v === 'string';
};

/** @param {Setting} v */
const shownAs = (v) => (Array.isArray(v) ? v.join(', ') : String(v));
/** A value as a person reads it. @param {Setting} v */
const told = (v) => (typeof v === 'string' ? word('choice.' + v, v) : shownAs(v));
/** Whether what was typed is a setting's value. @param {Setting} typed @param {Setting} v */
const same = (typed, v) =>
  Array.isArray(v)
    ? String(typed)
        .split(/[\s,]+/)
        .join() === v.join()
    : typed === v;

/**
 * A row of the form. `decide(value)`: what a person's images make of the setting, undefined where they leave it to the recipe.
 * @param {SettingTold} s
 * @param {Setting} plain the recipe's value
 * @param {Setting | undefined} edited what a person typed instead
 * @param {boolean} enabled
 * @param {(value: Setting | undefined) => void} changed of what she types now, undefined where that is what would be taken anyway
 */
export const settingField = (s, plain, edited, enabled, changed) => {
  const row = make('div', { className: 'lx-setting' }),
    input = inputOf(s, edited ?? plain),
    fit = make('small', { className: 'lx-setting-fit', hidden: true }),
    title = word('setting.' + s.name, s.name.replaceAll('_', ' ')),
    ranged = ['int', 'float', 'numbers'].includes(s.kind) && !(s.low === null && s.high === null),
    range = ranged ? ` · ${bound(s.low ?? 0)} … ${bound(s.high ?? 0)}` : '';
  let taken = plain,
    typing = false; /* and not yet done */
  input.dataset.setting = s.name;
  input.setAttribute('aria-label', title);
  input.disabled = !enabled;
  input.oninput = () => {
    typing = true;
  };
  input.onchange = () => {
    typing = false;
    const v = valueOf(s, input);
    edited = same(v, taken) ? undefined : v;
    input.classList.toggle('bad', s.kind in MODES && !s.choices && !isWithin(s, v));
    row.classList.toggle('changed', edited !== undefined);
    changed(edited);
  };
  const decide = (/** @type {Setting | undefined} */ value) => {
    taken = value ?? plain;
    if (edited === undefined && !typing && s.kind !== 'bool') input.value = shownAs(taken);
    fit.hidden = same(taken, plain) || edited !== undefined;
    fit.textContent = fit.hidden ? '' : lx.t('train.setting.fit', { value: told(plain) });
  };
  row.classList.toggle('changed', edited !== undefined);
  row.append(
    make('label', { className: 'lx-field' }, make('span', { textContent: title }), input),
    fit,
    make('small', { textContent: word('setting.' + s.name + '.help', s.help) + range }),
  );
  return { row, decide };
};
