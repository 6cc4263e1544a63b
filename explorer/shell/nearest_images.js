import { button, count, entitle } from './dom.js';
import { mounted } from './gradio_component.js';
import { blank } from './pictures.js';
import { opened } from './state.js';
import { lx } from './store.js';

const { element } = mounted('nearest_images');

const row = element.querySelector('.lx-near'),
  K = 12;
for (let k = 0; k < 6; k++) {
  const b = button({ onclick: () => b.dataset.index && lx.point(+b.dataset.index) }, blank(28, 28));
  row.append(b);
}
let timer = 0;
/** @type {AbortController | null} */
let stop = null;
const ask = async () => {
  stop?.abort();
  stop = new AbortController();
  const { w, run } = opened();
  try {
    const d = await lx.code({ op: 'neighbours', w: lx.b64(w), k: K }, stop.signal);
    if (run !== lx.state.run) return;
    [...row.children].forEach((b, k) => {
      const i = d.indices[k];
      b.hidden = i === undefined;
      if (b.hidden) return;
      b.dataset.index = i;
      entitle(b, lx.t('origin.point', { index: i }) + (lx.names(d.labels[k]) ? ' · ' + lx.names(d.labels[k]) : ''));
      lx.tile(b.firstChild, i).catch(() => {});
    });
    const o = lx.state.origin;
    if (o?.kind === 'point' && (o.label === undefined || o.label === null) && d.indices.includes(o.index)) {
      o.label = d.labels[d.indices.indexOf(o.index)];
      document.dispatchEvent(new Event('lx-origin'));
    }
    count(element);
    document.dispatchEvent(new CustomEvent('lx-ratio', { detail: d }));
    document.dispatchEvent(new CustomEvent('lx-neighbours', { detail: { w, ...d } }));
  } catch (e) {
    if (/** @type {Error} */ (e).name !== 'AbortError') element.dataset.error = /** @type {Error} */ (e).message;
  }
};
lx.on('run', (info) => {
  element.classList.toggle('off', !info.points || !info.dataset);
  document.dispatchEvent(new CustomEvent('lx-ratio', { detail: null }));
});
lx.on('code', () => {
  clearTimeout(timer);
  const { info } = opened();
  if (info.points && info.dataset) timer = setTimeout(ask, 220);
});
lx.translate(element);
