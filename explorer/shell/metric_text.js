/* A measured figure as it is read, everywhere on the page: its name, the number with its unit, which way is better, and what to set it
 * beside. The numbers are written by Python (training/metric_registry.py), the words are here. */
import { make } from './dom.js';
import { lx } from './store.js';

/** @import { FigureTold } from './answers' */

/** @param {string} name */
export const metricName = (name) => (lx.known('metric.' + name) ? lx.t('metric.' + name) : name.replaceAll('_', ' '));

/** A term of a loss, "phase/term" or "phase/term_32" where each size has its own. @param {string} term */
export const termName = (term) => {
  const [, of, side] = /^(.*?)(?:_(\d+))?$/.exec(term) || ['', term],
    name = lx.known('term.' + of) ? lx.t('term.' + of) : of.replaceAll('_', ' ').replace('/', ' · ');
  return side ? `${name} · ${side} px` : name;
};

/** The number with its unit. @param {Pick<FigureTold, 'text' | 'unit'>} figure */
export const figureText = ({ text, unit }) => (unit ? `${text} ${lx.t('unit.' + unit)}` : text);

/** Which way is better, in words; "" where neither is. @param {string | null} better */
export const wayText = (better) => (better ? lx.t('figure.' + better) : '');

/** What 1 of it means. @param {Pick<FigureTold, 'one' | 'name'>} figure */
export const oneText = ({ one, name }) => (one ? lx.t('figure.one', { what: lx.t(`metric.${name}.one`) }) : '');

/** What guessing has, and what the paper has. @param {Pick<FigureTold, 'chance' | 'paper' | 'source' | 'unit'>} figure */
export const besideTexts = ({ chance, paper, source, unit }) => [
  chance && lx.t('figure.chance', { text: chance }),
  paper && lx.t('figure.paper', { source, text: figureText({ text: paper, unit }) }),
];

/** What a name means that not everybody knows, in a sentence; "" where it says itself. @param {string} name */
export const aboutText = (name) => (lx.known('figure.about.' + name) ? lx.t('figure.about.' + name) : '');

/** All of it in one line. @param {FigureTold} figure */
export const figureLine = (figure) => {
  const hints = [wayText(figure.better), oneText(figure), ...besideTexts(figure), aboutText(figure.name)].filter(Boolean);
  return [`${metricName(figure.name)} ${figureText(figure)}`, ...hints].join(' · ');
};

/** An arrow for which way is better, and its words for whoever hovers or hears it. @param {FigureTold} figure */
export const arrow = ({ better }) =>
  make('span', {
    className: 'lx-way',
    role: 'img',
    'aria-label': wayText(better),
    title: wayText(better),
    textContent: better === 'lower' ? '↓' : '↑',
  });
