/* The open run's title on a narrow screen; it opens the list of runs. */
import { mounted } from './gradio_component.js';
import { dataOf, titleOf } from './run_line.js';
import { lx } from './store.js';

const { element } = mounted('open_run_title');

const go = element.querySelector('button');
const tell = () => {
  const row = lx.runOf(lx.state.opening || lx.state.run);
  element.querySelector('b').textContent = row ? titleOf(row) : lx.t('runs');
  const data = row ? dataOf(row) : '';
  element.querySelector('i').textContent = lx.state.opening ? lx.t('run.opening') : data;
};
go.onclick = () => document.dispatchEvent(new Event('lx-runs'));
for (const event of /** @type {const} */ (['runs', 'run', 'lang', 'opening'])) lx.on(event, tell);
