/* Which runs the picker shows, and under which headings. No window, no document. */

/** @import { Run } from './types' */

/** In this order; what has none of them stands under its data set's title. */
const GROUPS = ['own', 'digits', 'clothes', 'faces', 'points'];

/** @typedef {{ key: string, title: string, runs: Run[] }} Group `key`: of its words, '' where `title` is what it is called */

/** @param {string} text */
const plain = (text) => text.normalize('NFKC').toLowerCase();

/**
 * Whether all words of a search are in what is told of a run; `more`: what is told of it in the page's language.
 * @param {Run} run @param {string} search
 */
export const found = (run, search, more = '') => {
  const told = plain([run.title, run.family_title, run.family, run.name, run.dataset_title, run.dataset, run.description, more].join(' '));
  return plain(search)
    .split(/\s+/)
    .every((word) => told.includes(word));
};

/** @param {Run} run */
export const groupOf = (run) => (run.own ? 'own' : run.group);

/**
 * One's own runs, then the others by what they were trained on, in the order in which they come.
 * @param {Run[]} runs
 * @returns {Group[]}
 */
export const grouped = (runs) => {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const run of runs) {
    const key = groupOf(run),
      id = key || ' ' + run.dataset_title,
      group = groups.get(id) ?? { key, title: key ? '' : run.dataset_title, runs: [] };
    group.runs.push(run);
    groups.set(id, group);
  }
  const place = (/** @type {Group} */ { key }) => (GROUPS.includes(key) ? GROUPS.indexOf(key) : GROUPS.length);
  return [...groups.values()].sort((a, b) => place(a) - place(b) || a.title.localeCompare(b.title) || a.key.localeCompare(b.key));
};

/**
 * What is shown, in groups, and what does not fit the view, which is folded away.
 * @param {Run[]} runs @param {(run: Run) => boolean} fits @param {(run: Run) => boolean} wanted
 */
export const listed = (runs, fits, wanted) => {
  const all = runs.filter(wanted);
  return { groups: grouped(all.filter(fits)), others: all.filter((run) => !fits(run)) };
};
