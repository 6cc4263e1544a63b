/* What is asked for cannot be done here: a sentence in the page's language, by its key. */
import { words } from '../../constants.js';

export class Refused extends Error {
  /** @param {string} key of a sentence */
  constructor(key) {
    const lang = document.documentElement.lang === 'ko' ? 'ko' : 'en';
    super(words[lang][key] ?? words.en[key] ?? key);
    this.name = 'Refused';
  }
}
