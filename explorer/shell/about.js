import { figureLine } from './metric_text.js';
import { lx } from './store.js';
import { pictureDialogue } from './save_pictures.js';

/** @import { Mounted } from './types' */

/** One for each view. @param {Mounted} mounted */
export default ({ element }) => {
  const fold = element.querySelector('details'),
    key = 'lx-about';
  try {
    fold.open = localStorage.getItem(key) !== 'closed';
  } catch {
    /* private browsing */
  }
  if (innerWidth <= 720) fold.open = false;
  fold.addEventListener('toggle', () => {
    try {
      if (innerWidth > 720) localStorage.setItem(key, fold.open ? 'open' : 'closed');
    } catch {
      /* private browsing */
    }
  });
  const figure = element.querySelector('.lx-figure');
  const measured = () => {
    const told = lx.state.info?.headline;
    figure.hidden = !told;
    figure.textContent = told ? figureLine(told) : '';
    figure.title = told?.protocol ?? '';
  };
  lx.on('run', (info) => {
    element.querySelector('.lx-eq').innerHTML = info.mathml; /* MathML that the server made of the family's own equation */
    element.querySelector('cite').textContent = info.paper ? '· ' + info.paper : '';
    measured();
  });
  lx.on('lang', measured);
  const sentences = element.querySelector('p [data-t]'),
    usual = sentences.dataset.t;
  const tell = () => {
    const elsewhere = `${usual}.elsewhere`; /* what is not known of a model that another program trained */
    sentences.dataset.t = lx.runOf(lx.state.run)?.elsewhere && lx.known(elsewhere) ? elsewhere : usual;
    sentences.textContent = lx.t(sentences.dataset.t);
  };
  for (const event of /** @type {const} */ (['runs', 'run'])) lx.on(event, tell);
  element.querySelector('.lx-pace-on').onclick = () => document.dispatchEvent(new Event('lx-pace'));
  pictureDialogue(element, () => element.closest('.lx-view'));
  lx.translate(element);
};
