/* Names of a list of directions, told apart by what was measured of them: where several change the same most, each is told with what
 * else it changes, or by how much. Pure: words come from whoever asks. */

/**
 * What was measured of a direction, in words: `label` is what it changes most, null where nothing clear came out; `low` and `high` its
 * categories at either end, where it has such; `size`: by how much; `also`: what else it changes, the strongest first.
 * @typedef {{ label: string | null, low?: string | null, high?: string | null, size: string, also: string[] }} Measured
 */
/** @typedef {{ also: string[], size: string }} Apart what its name must tell beside its label: other things it changes; by how much */

/* a direction and its reverse are alike: the one's sigma is the other's minus sigma */
/** @param {Measured} m */
const kin = ({ label, low, high }) => [label, ...[low ?? '', high ?? ''].sort()].join('\n');

/** How many words of each list have to be told for all lists to differ; the longest's where they never do. @param {string[][]} lists */
const enough = (lists) => {
  const longest = Math.max(...lists.map((l) => l.length));
  for (let n = 1; n < longest; n++) if (new Set(lists.map((l) => l.slice(0, n).join('\n'))).size === lists.length) return n;
  return longest;
};

/** @param {Measured[]} group of one name @returns {Apart[]} */
const within = (group) => {
  if (group.length < 2) return group.map(() => ({ also: [], size: '' }));
  const own = group.map((m) => m.also.filter((word) => group.some((other) => !other.also.includes(word)))),
    n = enough(own),
    told = own.map((words) => words.slice(0, n)),
    times = (/** @type {string[]} */ words) => told.filter((t) => t.join('\n') === words.join('\n')).length;
  return told.map((also, k) => ({ also, size: group[k].label !== null && times(also) > 1 ? group[k].size : '' }));
};

/** What tells each of a list's directions from the others of its name. @param {Measured[]} all @returns {Apart[]} */
export const apart = (all) => {
  /** @type {Map<string, number[]>} */
  const groups = new Map();
  for (const [k, m] of all.entries()) groups.set(kin(m), [...(groups.get(kin(m)) || []), k]);
  /** @type {Apart[]} */
  const out = [];
  for (const places of groups.values()) for (const [i, told] of within(places.map((k) => all[k])).entries()) out[places[i]] = told;
  return out;
};

/**
 * A name with what tells it apart: "height (also slant)", "height +0.5 σ".
 * @param {(key: string, values?: Record<string, string>) => string} t
 * @param {string} what
 * @param {Apart} told
 * @param {boolean} clear whether anything clear was measured
 */
export const named = (t, what, { also, size }, clear) => {
  const sized = size ? `${what} ${size}` : what;
  return also.length ? t(clear ? 'apart.also' : 'apart.little', { what: sized, list: also.join(', ') }) : sized;
};
