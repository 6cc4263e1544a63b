/* The open run's title on a narrow screen; it opens the list of runs. */
import { mounted } from './gradio_component.js';
import { dataOf, shownTitles, titleOf } from './run_line.js';
import { lx } from './store.js';

const { element } = mounted('open_run_title');

const go = element.querySelector('button');
const tell = () => {
  const { opening, run, view } = lx.state,
    row = lx.runOf(opening || run),
    titles = row && opening ? [titleOf(row)] : shownTitles(),
    data = row && lx.views.find((v) => v.name === view)?.inspector ? dataOf(row) : '';
  element.querySelector('b').textContent = titles.join(' · ') || lx.t('runs');
  element.querySelector('i').textContent = opening ? lx.t('run.opening') : data;
};
go.onclick = () => document.dispatchEvent(new Event('lx-runs'));
for (const event of /** @type {const} */ (['runs', 'run', 'view', 'lang', 'opening', 'showing'])) lx.on(event, tell);
