/* What is asked for cannot be done here: a sentence in the page's language, by its key. */
import { words } from '../../constants.js';

export class Refused extends Error {
  /** @param {string} key of a sentence @param {Record<string, string | number>} [vars] what its braces stand for */
  constructor(key, vars = {}) {
    const lang = document.documentElement.lang === 'ko' ? 'ko' : 'en',
      sentence = words[lang][key] ?? words.en[key] ?? key;
    super(sentence.replace(/\{(\w+)\}/g, (whole, name) => String(vars[name] ?? whole)));
    this.name = 'Refused';
  }
}
