import { remember, remembered } from './dom.js';
import { mounted } from './gradio_component.js';
import { dataOf, titleOf } from './run_line.js';
import { lx } from './store.js';

const { element } = mounted('welcome');

const box = element.querySelector('.lx-welcome'),
  KEY = 'lx-welcomed';
let wanted = !remembered(KEY) && !lx.linked;
const tell = () => {
  const row = lx.runOf(lx.state.run),
    start = 'start.' + lx.state.view,
    kinds = [
      ...(lx.state.training ? [] : ['.visitor']),
      ...(row && !row.encodes ? ['.generator'] : []),
      ...(row?.group ? ['.' + row.group] : []),
      '',
    ],
    words = start + (kinds.find((kind) => lx.known(start + kind)) ?? '');
  box.hidden = !wanted || !row || !lx.known(words) || !lx.supports(row.name);
  if (box.hidden || !row) return;
  const about = lx.views.find((v) => v.name === lx.state.view)?.inspector;
  box.querySelector('b').textContent = about
    ? lx.t(row.elsewhere ? 'welcome.elsewhere' : 'welcome', { title: titleOf(row), data: dataOf(row) })
    : '';
  box.querySelector('span').textContent = lx.t(words);
};
box.querySelector('button').onclick = () => {
  wanted = false;
  remember(KEY, 'true');
  tell();
};
for (const event of /** @type {const} */ (['runs', 'run', 'view', 'lang'])) lx.on(event, tell);
lx.translate(element);
