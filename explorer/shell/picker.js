/* The list of runs. Arrow keys move among the rows that can be seen, and open none: Enter, Space or a click does. */
import { button, make } from './dom.js';
import { mounted } from './gradio_component.js';
import { found, groupOf, listed } from './picker_list.js';
import { dataTitle, line, lineParts, picture, tip, titleOf } from './run_line.js';
import { lx } from './store.js';

/** @import { Group } from './picker_list' */
/** @import { Run } from './types' */

const { element } = mounted('picker');

const find = element.querySelector('.lx-find'),
  [list, folded] = element.querySelectorAll('.lx-runs'),
  none = element.querySelector('.lx-run-none'),
  others = element.querySelector('.lx-unfit'),
  damaged = element.querySelector('.lx-damaged');
/* rows and headings that are there already, so that a list of hundreds is not made anew at each change */
/** @type {Map<string, { told: string, row: HTMLElement }>} */
const rows = new Map();
/** @type {Map<string, HTMLElement>} */
const sections = new Map();

/** @param {Run} r */
const made = (r) =>
  button(
    {
      className: 'lx-run',
      data: { run: r.name },
      role: 'option',
      title: tip(r),
      onclick: () => lx.open(r.name),
    },
    make('img', { src: picture(r), alt: '', width: 38, height: 38, loading: 'lazy', decoding: 'async' }),
    make(
      'span',
      {},
      make('b', { textContent: titleOf(r) }),
      ...(r.own ? [' ', make('em', { textContent: lx.t('run.own') })] : []),
      make('i', {}, ...lineParts(r)),
    ),
  );
/** @param {Run} r */
const rowOf = (r) => {
  const told = line(r),
    key = [titleOf(r), told, r.description, r.own, r.images_seen, lx.state.lang].join('\n');
  let known = rows.get(r.name);
  if (known?.told !== key) rows.set(r.name, (known = { told: key, row: made(r) }));
  const { row } = known,
    on = r.name === lx.state.run,
    opening = r.name === lx.state.opening;
  row.classList.toggle('on', on);
  row.classList.toggle('opening', opening);
  row.setAttribute('aria-selected', String(on));
  row.setAttribute('aria-busy', String(opening));
  row.tabIndex = -1;
  return row;
};
/** @param {HTMLElement} host @param {HTMLElement[]} children */
const put = (host, children) => {
  if (children.length !== host.children.length || children.some((c, k) => c !== host.children[k])) host.replaceChildren(...children);
};
/** @param {Group} group */
const sectionOf = ({ key, title, runs }) => {
  const id = key || ' ' + title,
    words = key && lx.known('group.' + key) ? lx.t('group.' + key) : dataTitle(title) || key,
    section = sections.get(id) || make('div', { role: 'group', className: 'lx-run-group', data: { group: key || title } });
  sections.set(id, section);
  section.setAttribute('aria-label', words);
  const head = /** @type {HTMLElement} */ (section.firstElementChild) || make('p', { className: 'lx-run-head', 'aria-hidden': true });
  const text = `${words} · ${runs.length}`;
  if (head.textContent !== text) head.textContent = text;
  put(section, [head, ...runs.map(rowOf)]);
  return section;
};
/** Those that can be reached by keys. @returns {HTMLElement[]} */
const reachable = () => [...list.querySelectorAll('.lx-run'), ...(others.open ? folded.querySelectorAll('.lx-run') : [])];
/** The one row that Tab comes to. @param {HTMLElement | undefined} to */
const reach = (to) => {
  for (const row of reachable()) row.tabIndex = row === to ? 0 : -1;
};
const fill = () => {
  const focused = /** @type {HTMLElement} */ (document.activeElement),
    kept = element.contains(focused) && focused.dataset.run,
    search = find.value.trim(),
    runs = lx.state.runs || [],
    { groups, others: rest } = listed(
      runs,
      (r) => lx.supports(r.name),
      (r) => !search || found(r, search, lx.t('group.' + groupOf(r))),
    );
  put(list, groups.map(sectionOf));
  list.hidden = !groups.length;
  others.hidden = !rest.length;
  others.querySelector('summary').textContent = lx.t('run.others', { n: rest.length });
  folded.setAttribute('aria-label', lx.t('run.others', { n: rest.length }));
  put(folded, others.open ? rest.map(rowOf) : []);
  none.hidden = !lx.state.runs || (runs.length > 0 && (!search || groups.length + rest.length > 0));
  none.textContent = lx.t(runs.length ? 'run.find.none' : 'runs.none');
  const all = reachable();
  reach(all.find((row) => row.dataset.run === kept) || all.find((row) => row.dataset.run === lx.state.run) || all[0]);
  if (kept) all.find((row) => row.dataset.run === kept)?.focus({ preventScroll: true });
  const bad = Object.values(lx.state.problems || {});
  damaged.hidden = !bad.length;
  damaged.querySelector('summary').textContent = lx.t('runs.damaged', { n: bad.length });
  damaged.querySelector('ul').replaceChildren(...bad.map((why) => make('li', { textContent: why })));
  for (const name of rows.keys()) if (!lx.runOf(name)) rows.delete(name);
  find.placeholder = lx.t('run.find');
  element.dataset.n = runs.length;
};
/* the open run's row is in sight, unless a hand is looking for another. Rows out of sight have a supposed height: those above take their
   own as they come into sight, in the next frames, and move it */
const insight = (times = 3) => {
  const row = lx.state.run && reachable().find((r) => r.dataset.run === lx.state.run);
  if (!row || find.value) return;
  row.scrollIntoView({ block: 'nearest' });
  if (times > 1) requestAnimationFrame(() => insight(times - 1));
};
/** @type {Record<string, (at: number, n: number) => number>} */
const goes = {
  ArrowDown: (at, n) => Math.min(at + 1, n - 1),
  ArrowUp: (at) => at - 1,
  PageDown: (at, n) => Math.min(at + 8, n - 1),
  PageUp: (at) => Math.max(at - 8, 0),
  Home: () => 0,
  End: (at, n) => n - 1,
};
element.addEventListener('keydown', (/** @type {KeyboardEvent} */ e) => {
  const all = reachable(),
    at = all.indexOf(/** @type {HTMLElement} */ (e.target)),
    go = goes[e.key];
  if (at < 0 || !go || e.ctrlKey || e.metaKey || e.altKey) return;
  e.preventDefault();
  const to = go(at, all.length);
  if (to < 0) {
    find.focus();
    return;
  }
  reach(all[to]);
  all[to].focus();
});
find.addEventListener('keydown', (/** @type {KeyboardEvent} */ e) => {
  const first = reachable()[0];
  if (e.isComposing) return;
  if (e.key === 'ArrowDown' && first) {
    e.preventDefault();
    reach(first);
    first.focus();
  } else if (e.key === 'Enter' && first && find.value.trim()) lx.open(String(first.dataset.run));
  else if (e.key === 'Escape' && find.value) {
    e.stopPropagation();
    find.value = '';
    searched();
  }
});
const searched = () => {
  fill();
  element.querySelector('.lx-run-list').scrollTop = 0;
  if (!find.value) insight();
};
find.addEventListener('input', searched);
others.addEventListener('toggle', () => {
  fill();
  if (others.open) insight();
});
for (const event of /** @type {const} */ (['runs', 'run', 'view', 'lang'])) {
  lx.on(event, () => {
    fill();
    if (event !== 'lang') insight();
  });
}
lx.on('opening', fill);
document.addEventListener('lx-drawer', () => insight());
addEventListener('focus', () => lx.state.runs && lx.refresh());
lx.translate(element);
