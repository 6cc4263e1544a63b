import { button, make } from './dom.js';
import { arrow, figureLine, figureText, metricName } from './figures.js';
import { mounted } from './mounted.js';
import { arrowKeys } from './radios.js';
import { lx } from './store.js';

/** @import { Run } from './types' */

const { element } = mounted('picker');

const list = element.querySelector('.lx-runs'),
  none = element.querySelector('.lx-none'),
  damaged = element.querySelector('.lx-damaged');
/** @param {Run} r */
const facts = (r) =>
  [r.dataset_title, r.num_layers > 1 ? lx.t('run.layers', { n: r.num_layers }) : lx.t('run.size', { n: r.w_dim })].join(' · ');
/** What is told under a run's name; a number keeps its sign, and an arrow its unit. @param {Run} r */
const told = (r) => {
  const h = r.headline;
  if (!h) return [facts(r)];
  const number = make('span', { className: 'lx-headline', textContent: h.text }),
    unit = figureText(h).slice(h.text.length);
  return [`${facts(r)} · ${metricName(h.name)} `, number, unit, ...(h.better ? ['\u00a0', arrow(h)] : [])];
};
/** @param {Run} r */
const tip = (r) => [r.family_title, facts(r), ...(r.headline ? [figureLine(r.headline)] : [])].join(' · ');
/** @param {Run} r @param {boolean} chosen @param {boolean} reached whether Tab comes to it */
const card = (r, chosen, reached) => {
  const fits = lx.supports(r.name),
    image = make('img', {
      src: lx.base() + 'thumb/' + encodeURIComponent(r.name) + '?v=' + r.images_seen,
      alt: '',
      width: 38,
      height: 38,
      loading: 'lazy',
    }),
    text = make(
      'span',
      {},
      make('b', { textContent: r.title || r.family_title }),
      make('i', {}, ...(fits ? told(r) : [lx.t('run.cannot')])),
    );
  return button(
    {
      className: ['lx-run', chosen && 'on', !fits && 'dim'].filter(Boolean).join(' '),
      data: { run: r.name },
      role: 'radio',
      'aria-checked': chosen,
      tabIndex: reached ? 0 : -1,
      title: fits ? tip(r) : lx.t('view.' + lx.state.view + '.needs'),
      onclick: () => lx.open(r.name),
    },
    image,
    text,
  );
};
const fill = () => {
  const every = lx.state.runs || [],
    runs = [...every.filter((r) => lx.supports(r.name)), ...every.filter((r) => !lx.supports(r.name))],
    current = lx.state.run,
    focused = /** @type {HTMLElement} */ (document.activeElement),
    kept = list.contains(focused) && focused.dataset.run;
  list.replaceChildren(...runs.map((r) => card(r, r.name === current, r.name === current || (!current && r === runs[0]))));
  none.hidden = !lx.state.runs || runs.length > 0;
  if (kept) list.querySelector(`[data-run="${CSS.escape(kept)}"]`)?.focus();
  const bad = Object.values(lx.state.problems || {});
  damaged.hidden = !bad.length;
  damaged.querySelector('summary').textContent = lx.t('runs.damaged', { n: bad.length });
  damaged.querySelector('ul').replaceChildren(...bad.map((why) => make('li', { textContent: why })));
  element.dataset.n = runs.length;
};
arrowKeys(list);
for (const event of /** @type {const} */ (['runs', 'run', 'view', 'lang'])) lx.on(event, fill);
addEventListener('focus', () => lx.state.runs && lx.refresh());
lx.translate(element);
