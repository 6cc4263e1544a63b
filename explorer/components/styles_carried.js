/* What each range of layers was measured to carry: a table of attributes by ranges, from the run's card. `title(x)`: a range in words.
 * data-rows: how many attributes it has. */
import { lx } from './store.js';

export const makeStyleCarried = (host, title) => {
  const STRONG = 0.8,
    table = host.querySelector('table'),
    note = host.querySelector('.lx-note');
  const cell = (tag, text, extra = {}) => Object.assign(document.createElement(tag), { textContent: text, ...extra });
  const percent = (v) => `${Math.round(100 * v)} %`;
  const share = (v, best) => {
    const td = cell('td', v === undefined ? '–' : percent(v), { className: best && v >= STRONG ? 'num lx-strong' : 'num' });
    td.style.setProperty('--share', v || 0);
    return td;
  };
  /** Attributes that one range carries come first, coarse ones before fine ones. */
  const ordered = (carried, names) => {
    const best = (row) => names.reduce((a, b) => ((row[b] || 0) > (row[a] || 0) ? b : a));
    return Object.entries(carried)
      .map(([field, row]) => ({ field, row, best: best(row) }))
      .sort((a, b) => names.indexOf(a.best) - names.indexOf(b.best) || b.row[b.best] - a.row[a.best]);
  };
  return (carried, ranges) => {
    const names = ranges.map((r) => r.name),
      rows = ordered(carried, names);
    host.hidden = !rows.length;
    host.dataset.rows = rows.length;
    const head = document.createElement('tr');
    head.append(cell('td', ''), ...ranges.map((r) => cell('th', title(r), { scope: 'col' })));
    table.replaceChildren(
      head,
      ...rows.map(({ field, row, best }) => {
        const tr = document.createElement('tr');
        tr.append(cell('th', lx.field(field), { scope: 'row' }), ...names.map((n) => share(row[n], n === best)));
        return tr;
      }),
    );
    const one = rows.filter(({ row, best }) => row[best] >= STRONG).length;
    note.textContent = lx.t('sty.carried.note', { one, all: rows.length });
  };
};
