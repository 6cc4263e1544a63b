/* How numbers, times and notes of a training are written, and the words of what a family brings. */
import { make } from '../../shell/dom.js';
import { lx } from '../../shell/store.js';
import { LEFT_OUT } from './train_files.js';

/** @import { NoteTold, Problem } from '../../shell/answers' */
/** @typedef {Pick<NoteTold, 'kind'> & Partial<NoteTold>} Note what the browser itself notes has a kind and a number alone */

/** The page's word of a key, or `other`. @param {string} key @param {string} other */
export const word = (key, other) => (lx.known(key) ? lx.t(key) : other);

/** @param {number} v */
export const number = (v) => v.toLocaleString(lx.state.lang, { maximumFractionDigits: 0 });

/** A bound of a setting. @param {number} v */
export const bound = (v) => (v !== 0 && Math.abs(v) < 0.001 ? v.toExponential().replace('-', '−') : v.toLocaleString(lx.state.lang));

/** What the server refused, in the page's language; a setting has its label, and its bounds are written as beside its field.
 * @param {Partial<Problem> | null | undefined} problem */
export const refusal = (problem) => {
  const { key = '', values = {}, error = '' } = problem ?? {};
  if (!key || !lx.known(key)) return error || lx.t('error.offline');
  if (!values.setting) return lx.t(key, values);
  return lx.t(key, {
    ...values,
    setting: word('setting.' + values.setting, String(values.setting).replaceAll('_', ' ')),
    low: bound(values.low ?? 0),
    high: bound(values.high ?? 0),
    choices: (values.choices ?? []).map((/** @type {any} */ c) => word('choice.' + c, String(c))).join(', '),
  });
};

/** Four digits of it. @param {number} v */
export const brief = (v) => {
  const a = Math.abs(v);
  let text = String(+v.toPrecision(4));
  if (a !== 0 && (a < 0.001 || a >= 1e6)) text = v.toExponential(1);
  else if (a >= 1000) text = number(v);
  return text.replace('-', '−');
};

/** Seconds as a clock shows them. @param {number} seconds */
export const clock = (seconds) => {
  const s = Math.max(0, Math.round(seconds)),
    h = Math.floor(s / 3600),
    m = Math.floor(s / 60) % 60,
    r = String(s % 60).padStart(2, '0');
  return h ? `${h}:${String(m).padStart(2, '0')}:${r}` : `${m}:${r}`;
};

/** @param {Note} note */
const nameIn = (note) => {
  /* of a setting, its words: "Pixel model: Gaussian" */
  const [key, value] = (note.name || '').split(' = ');
  return note.kind === 'suited' && value ? `${word('setting.' + key, key)}: ${word('choice.' + value, value)}` : note.name;
};

/** @param {Note} note */
const said = (note) => {
  const told = lx.t('note.' + note.kind, {
    ...note,
    name: nameIn(note),
    n: number(note.n || 0),
    low: brief(note.low || 0),
    high: brief(note.high || 0),
  });
  return note.name && LEFT_OUT.has(note.kind) ? lx.t('note.first', { told, name: note.name }) : told;
};

/** A list of what is noted of images or of a training; none is hidden. @param {HTMLElement} host @param {Note[]} notes */
export const showNotes = (host, notes) => {
  host.replaceChildren(...notes.map((n) => make('li', { textContent: lx.known('note.' + n.kind) ? said(n) : n.sentence || '' })));
  host.hidden = !notes.length;
};
