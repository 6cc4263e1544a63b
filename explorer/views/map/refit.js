/* The form's foot: what a fit under way says, and its end. Events of the document: "lx-fitting" {run, share, ahead} while it goes on
 * (null: it no longer does), "lx-fitted" {run, key, kept, xy}. Gradio's button calls window.lxFit(neighbours, distance, metric). */
import { LastAsked } from '../../shell/last_asked.js';
import { mounted } from '../../shell/gradio_component.js';
import { address } from '../../shell/server.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { Fitting } from '../../shell/types' */

const { element } = mounted('refit');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  now = $('.lx-fit-now'),
  bar = $('progress'),
  out = $('output'),
  wrong = $('.lx-fit-wrong');
/** @type {string | null} */
let id = null;
let lastAsked = new LastAsked(),
  listening = new AbortController();
/** @param {Fitting | null} detail */
const tell = (detail) => {
  now.hidden = !detail;
  element.dataset.state = detail ? 'fitting' : 'idle';
  document.dispatchEvent(new CustomEvent('lx-fitting', { detail }));
  if (!detail) return;
  const { share, ahead } = detail;
  if (share === null) bar.removeAttribute('value');
  else bar.value = share;
  out.textContent = share === null ? lx.t('map.fit.waits', { n: ahead }) : lx.t('map.fit.share', { n: Math.round(100 * share) });
  element.dataset.share = share ?? '';
};
/** @param {string} sentence */
const refuse = (sentence) => {
  wrong.textContent = sentence;
  wrong.hidden = !sentence;
};
window.lxFit = async (n, distance, metric) => {
  const isLast = lastAsked.ask(),
    { run } = opened();
  listening.abort();
  listening = new AbortController();
  refuse('');
  tell({ run, share: 0 });
  try {
    const made = (await lx.api('fit', { run, n_neighbors: n, min_dist: distance, metric, replaces: id || '' })).id;
    if (!isLast()) {
      lx.api(`fit/${made}/stop`, {}).catch(() => {});
      return;
    }
    id = made;
    for (;;) {
      const told = await lx.api(`fit/${made}`, undefined, listening.signal);
      if (!isLast()) return;
      if (told.state === 'done') {
        id = null;
        tell(null);
        document.dispatchEvent(new CustomEvent('lx-fitted', { detail: told }));
        return;
      }
      tell(told.state === 'fitting' ? { run, share: told.share } : { run, share: null, ahead: told.ahead });
    }
  } catch (e) {
    if (!isLast()) return;
    id = null;
    tell(null);
    refuse(/** @type {Error} */ (e).message);
  }
};
$('.lx-fit-stop').onclick = () => {
  lastAsked.drop();
  listening.abort();
  const gone = id;
  id = null;
  tell(null);
  if (gone) lx.api(`fit/${gone}/stop`, {}).catch((e) => lx.say(e.message, 'error'));
};
addEventListener('pagehide', () => {
  if (id) navigator.sendBeacon(address(`fit/${id}/stop`));
});
lx.on('run', () => refuse(''));
lx.translate(element);
