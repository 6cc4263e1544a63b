/* The check of a sum: what the images of it are read to show, beside what was asked for and what was to be kept. */
import { make } from '../../shell/dom.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';
import { SLOTS } from './arithmetic_link.js';

/** @import { CardMetric, SumAnswer, SumLine } from '../../shell/answers' */

/** @typedef {{ said: SumAnswer['said'], lines: SumLine[] }} Judged */

/** @param {string} textContent @param {string} kind */
const chip = (textContent, kind, title = '') => make('span', { className: 'lx-mark ' + kind, textContent, title });

/** @param {SumLine} l */
const askedChip = (l) =>
  chip(
    `${l.agrees ? '✓' : '✗'} ${lx.phrase(l.field, l.now)} ${l.measured ? '' : `${percent(l.sure)} %`}`.trim(),
    l.agrees ? 'good' : 'warn',
    lx.t(l.measured ? 'arith.check.measured' : 'arith.check.asked', { what: l.wanted.map((v) => lx.phrase(l.field, v)).join(' / ') }),
  );

/** @param {SumLine[]} lines all @param {SumLine[]} asked @param {SumLine[]} kept @param {SumLine[]} lost */
const chipsOf = (lines, asked, kept, lost) => {
  const chips = asked.map(askedChip);
  if (!lines.length) chips.unshift(chip(lx.t('arith.unread'), ''));
  else if (!asked.length) chips.unshift(chip(lx.t('arith.same'), 'warn', lx.t('arith.same.help')));
  if (kept.length)
    chips.push(
      chip(lx.t('arith.kept', { n: kept.length - lost.length, of: kept.length }), lost.length ? '' : 'good', lx.t('arith.kept.help')),
    );
  for (const l of lost.slice(0, 5))
    chips.push(
      chip(`${lx.field(l.field)}: ${lx.category(l.field, l.was)} → ${lx.category(l.field, l.now)}`, 'warn', lx.t('arith.lost.help')),
    );
  return chips;
};

/* what the run's card says of many such sums; null where it says nothing */
const cardChip = () => {
  const of = lx.state.info?.card.metrics || {},
    changed = of.arithmetic_changed,
    kept = of.arithmetic_kept,
    share = (/** @type {CardMetric} */ m) => `${percent(m.unit === '%' ? m.value / 100 : m.value)} %`;
  return changed && kept ? chip(lx.t('arith.card', { changed: share(changed), kept: share(kept) }), 'card', changed.protocol || '') : null;
};

/* what the exemplars agree on: first what is asked, then where C is another */
/** @param {any} element @param {Judged | null} answer @param {SumLine[]} asked */
const caption = (element, answer, asked) => {
  const said = answer?.said || [{}, {}, {}, {}],
    first = asked.map((l) => l.field),
    differ = Object.keys(said[0]).filter((f) => !first.includes(f) && said[2][f] && said[2][f] !== said[0][f] && said[1][f] === said[0][f]),
    show = [...first.slice(0, 1), ...differ.slice(0, 1)];
  const text = (/** @type {number} */ k) =>
    show
      .filter((f) => said[k][f])
      .map((f) => lx.phrase(f, said[k][f]))
      .join(', ');
  SLOTS.forEach((s, k) => {
    element.querySelector(`.lx-slot[data-slot=${s}] .lx-said`).textContent = text(k);
  });
  element.querySelector('.lx-result .lx-said').textContent = text(3);
  element.dataset.said = answer ? [0, 1, 2, 3].map(text).join(' | ') : '';
};

/** Say it of an answer, or of none (null); what the direction can be called. @param {any} element @param {Judged | null} answer */
export const showCheck = (element, answer) => {
  const lines = answer?.lines || [],
    asked = lines.filter((l) => l.wanted.length),
    kept = lines.filter((l) => !l.wanted.length),
    lost = kept.filter((l) => !l.agrees),
    card = cardChip();
  element.querySelector('.lx-verdict').replaceChildren(...(answer ? chipsOf(lines, asked, kept, lost) : []), ...(card ? [card] : []));
  if (card) element.dataset.card = card.textContent;
  else delete element.dataset.card;
  element.dataset.agrees = !asked.length ? '' : asked.every((l) => l.agrees);
  element.dataset.kept = kept.length ? `${kept.length - lost.length}/${kept.length}` : '';
  caption(element, answer, asked);
  return asked.length ? lx.phrase(asked[0].field, asked[0].wanted[0]) : 'A − B';
};
