import { howMeasured } from './measured_how.js';
import { figureLine } from './metric_text.js';
import { lx } from './store.js';
import { pictureDialogue } from './save_pictures.js';

/** @import { Mounted } from './types' */

/* a window of so few pixels shows the view itself, and its words when they are asked for */
const LOW = 760;

/** One for each view. @param {Mounted} mounted */
export default ({ element }) => {
  const fold = element.querySelector('details'),
    key = 'lx-about',
    cramped = innerWidth <= 720 || innerHeight <= LOW;
  try {
    fold.open = localStorage.getItem(key) !== 'closed';
  } catch {
    /* private browsing */
  }
  if (cramped) fold.open = false;
  fold.addEventListener('toggle', () => {
    try {
      if (!cramped) localStorage.setItem(key, fold.open ? 'open' : 'closed');
    } catch {
      /* private browsing */
    }
  });
  const figure = element.querySelector('.lx-figure'),
    how = element.querySelector('.lx-how'),
    ofRun = lx.views.find((v) => element.closest('.lx-view')?.id === 'view-' + v.name)?.inspector; /* the open one, which it shows */
  const measured = () => {
    const told = lx.state.info?.headline;
    figure.hidden = !told || !ofRun;
    figure.textContent = told ? figureLine(told) : '';
    howMeasured(how, (ofRun && told?.protocol) || '');
  };
  lx.on('run', (info) => {
    /* MathML that the server made of the family's own equation */
    element.querySelector('.lx-eq').innerHTML = ofRun ? info.mathml : '';
    element.querySelector('cite').textContent = ofRun && info.paper ? '· ' + info.paper : '';
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
