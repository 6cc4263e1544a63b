import { mounted } from './gradio_component.js';
import { lx } from './store.js';

const { element } = mounted('unsupported_view');

const why = element.querySelector('.lx-why'),
  go = element.querySelector('button');
/** @type {(() => unknown) | null} */
let target = null;
const fill = () => {
  const { run, runs, view } = lx.state;
  const empty = runs && !runs.length;
  document.body.classList.toggle('lx-empty', !!empty && view !== 'train');
  if (empty) {
    why.textContent = lx.t('runs.none');
    go.hidden = !lx.views.some((v) => v.name === 'train');
    go.textContent = lx.t('view.train');
    target = () => lx.show('train');
    return;
  }
  const best = lx.best(),
    other = best === run ? undefined : lx.runOf(best);
  why.textContent = lx.t('view.' + view + '.needs');
  go.hidden = !other;
  target = other ? () => lx.present() : null;
  if (other) go.textContent = lx.t('open.other', { title: other.title || other.family_title });
};
go.onclick = () => target?.();
for (const event of /** @type {const} */ (['runs', 'run', 'view', 'lang'])) lx.on(event, fill);
