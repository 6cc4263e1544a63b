/* What may be looked for on the map: the names of a data set's classes and attributes, and what is typed, read as terms of them. No window,
 * no document: lx's words come in. */

/**
 * A field of the data set: "class" or an attribute, with its values.
 * @typedef {{ field: string, values: string[] }} Field
 */
/**
 * What one name means: any of some values. raw: its name in the link, the same in every language; said: in the page's language.
 * @typedef {{ any: { field: string, value: number }[], raw: string, said: string }} Meaning
 */
/** @typedef {{ not: boolean, meaning: Meaning }} Term */
/** @typedef {{ terms: Term[], unknown: string[], rest: string, before: string }} Read */
/**
 * The words of the page for a field and for a value of it: lx.field, lx.category.
 * @typedef {{ field: (f: string) => string, category: (f: string, v: string) => string }} Say
 */

const MINUS = /^[-−–]/;
const BARE = ['none', 'yes', 'no']; /* say nothing without their field */

/** @param {string} text */
const wordsOf = (text) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .split(/[\s,_:=]+/)
    .filter(Boolean);

/** @param {string} text */
const keyOf = (text) => wordsOf(text).join(' ');

/** A raw name as words: "sideComed" is "side comed". @param {string} s */
const spaced = (s) => s.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ');

/**
 * Fields of a data set, classes first.
 * @param {{ classes?: string[], attributes?: [string, string[]][] } | null} dataset
 * @returns {Field[]}
 */
export const fieldsOf = (dataset) => [
  ...(dataset?.classes?.length ? [{ field: 'class', values: dataset.classes }] : []),
  ...(dataset?.attributes || []).map(([field, values]) => ({ field, values })),
];

/* a link's name of a value: words that are read again */
/** @param {string} field @param {string} value */
const rawOf = (field, value) => `${field}:${value}`.replace(/\s+/g, '_');

export class Vocabulary {
  /** @type {Map<string, Meaning>} */
  #names = new Map();
  /** @type {Meaning[]} */
  #listed = [];
  #longest = 1;

  /** @param {Field[]} fields @param {Say} say */
  constructor(fields, say) {
    /* names that leave no doubt come first, those of one word that several fields may share after them */
    for (const f of fields) f.values.forEach((v, value) => this.#value(f.field, v, value, say));
    for (const f of fields) {
      f.values.forEach((v, value) => {
        if (BARE.includes(v)) return;
        for (const alias of [v, spaced(v), say.category(f.field, v)]) this.#add(alias, [{ field: f.field, value }], v, '');
      });
      this.#some(f, say);
    }
  }

  /**
   * "hair colour black", and "glasses" and "no glasses" of what is there or not.
   * @param {string} f @param {string} v @param {number} value @param {Say} say
   */
  #value(f, v, value, say) {
    const any = [{ field: f, value }],
      raw = rawOf(f, v),
      own = say.category(f, v),
      plain = f === 'class' || ['yes', 'no'].includes(v),
      said = plain ? own : `${say.field(f)} ${own}`;
    for (const alias of [raw, spaced(f) + ' ' + spaced(v), say.field(f) + ' ' + own]) this.#add(alias, any, raw, said);
    if (plain) this.#add(own, any, raw, said);
    if (v === 'yes') for (const alias of [f, say.field(f)]) this.#add(alias, any, raw, said);
    const meant = this.#names.get(keyOf(raw));
    if (meant) this.#listed.push(meant);
  }

  /** "beard": any value of it but none. @param {Field} f @param {Say} say */
  #some({ field, values }, say) {
    const none = values.indexOf('none');
    if (none < 0) return;
    const any = values.map((_, value) => ({ field, value })).filter(({ value }) => value !== none);
    for (const alias of [field, say.field(field)]) this.#add(alias, any, field, say.field(field));
  }

  /** @param {string} alias @param {Meaning['any']} any @param {string} raw @param {string} said */
  #add(alias, any, raw, said) {
    const key = keyOf(alias),
      there = this.#names.get(key);
    if (!key) return;
    this.#longest = Math.max(this.#longest, key.split(' ').length);
    if (!there) this.#names.set(key, { any: [...any], raw: raw.replace(/\s+/g, '_'), said: said || alias });
    else if (!there.raw.includes(':') && !said)
      for (const a of any) if (!there.any.some((b) => b.field === a.field && b.value === a.value)) there.any.push(a);
  }

  get empty() {
    return !this.#names.size;
  }

  /** The longest name that begins at a word. @param {string[]} words @param {number} at @returns {[Meaning, number] | null} */
  #at(words, at) {
    for (let n = Math.min(this.#longest, words.length - at); n > 0; n--) {
      const found = this.#names.get(words.slice(at, at + n).join(' '));
      if (found) return [found, n];
    }
    return null;
  }

  /**
   * What a text asks for. A minus before a name: without it. `rest`: the last word, where it may still become a name and is none yet;
   * `before`: what stands before it.
   * @param {string} text @returns {Read}
   */
  read(text) {
    const words = wordsOf(text),
      bare = words.map((w) => w.replace(MINUS, '')),
      parts = [...text.matchAll(/[^\s,_:=]+/g)];
    /** @type {Read} */
    const out = { terms: [], unknown: [], rest: '', before: text };
    const begun = /[\s,_:=]$/.test(text) ? -1 : words.length - 1;
    for (let k = 0; k < words.length;) {
      const not = MINUS.test(words[k]) && bare[k] !== '',
        found = this.#at([bare[k], ...words.slice(k + 1)], 0);
      if (found) {
        out.terms.push({ not, meaning: found[0] });
        k += found[1];
        continue;
      }
      const open = begun >= 0 && this.begins(bare.slice(k).join(' ')).length > 0;
      if (open || (k === begun && bare[k] === '')) {
        out.rest = [bare[k], ...words.slice(k + 1)].join(' ');
        out.before = text.slice(0, (parts[k]?.index ?? text.length) + (not || bare[k] === '' ? 1 : 0));
        break;
      }
      if (bare[k]) out.unknown.push(bare[k]);
      k++;
    }
    return out;
  }

  /** Names that begin so, the plainest of each meaning. @param {string} start @param {number} most */
  begins(start, most = 8) {
    const key = keyOf(start);
    /** @type {Set<Meaning>} */
    const found = new Set(key ? [] : this.#listed);
    if (key) for (const [name, meaning] of this.#names) if (name.startsWith(key)) found.add(meaning);
    const said = [...new Set([...found].map((m) => m.said))],
      same = said.filter((s) => keyOf(s).startsWith(key));
    return [...new Set([...same, ...said])].slice(0, most);
  }

  /** Known names that are nearest to a word, by the letters to change. @param {string} word @param {number} most */
  near(word, most = 3) {
    const key = keyOf(word);
    const all = [...this.#names].map(([name, m]) => ({ said: m.said, far: changes(key, name) / Math.max(key.length, name.length) }));
    all.sort((a, b) => a.far - b.far);
    return [...new Set(all.map((a) => a.said))].slice(0, most);
  }
}

/** Letters to add, drop or change from one word to another (Levenshtein 1966). @param {string} a @param {string} b */
export const changes = (a, b) => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length];
};

/** The terms as text: in the page's words, or (raw) as a link has them. @param {Read} read @param {'said' | 'raw'} how */
export const textOf = ({ terms, unknown }, how) =>
  [...terms.map(({ not, meaning }) => (not ? '-' : '') + meaning[how]), ...unknown].join(how === 'raw' ? ' ' : ', ');

/**
 * Which of n images the terms hold for: a 1 each; null without a term. An image has one value of a field, so several values of one
 * ("4, 9") mean any of them; terms of different fields, and those with a minus, must all hold.
 * @param {Term[]} terms @param {Map<string, ArrayLike<number>>} columns of each field its value by image @param {number} n
 */
export const matching = (terms, columns, n) => {
  if (!terms.length) return null;
  const out = new Uint8Array(n).fill(1);
  for (const { not, any } of groupsOf(terms)) {
    const values = any.map(({ field, value }) => /** @type {const} */ ([columns.get(field), value]));
    for (let i = 0; i < n; i++) if (values.some(([column, value]) => column?.[i] === value) === not) out[i] = 0;
  }
  return out;
};

/** What must hold: each term, but those for values of one field together. @param {Term[]} terms */
const groupsOf = (terms) => {
  /** @type {{ not: boolean, any: Meaning['any'] }[]} */
  const out = [];
  /** @type {Map<string, Meaning['any']>} */
  const ofField = new Map();
  for (const { not, meaning } of terms) {
    const fields = new Set(meaning.any.map((a) => a.field)),
      [field] = fields;
    const there = !not && fields.size === 1 ? ofField.get(field) : undefined;
    if (there) there.push(...meaning.any);
    else {
      const any = [...meaning.any];
      out.push({ not, any });
      if (!not && fields.size === 1) ofField.set(field, any);
    }
  }
  return out;
};
