/* What a visitor sees while something is on its way: what it is, how much of it is there, and the picture that the run begins with; never a
 * black square without a word. */
import { listen } from './download_progress.js';

const MB = 2 ** 20;
let begun = false; /* a picture has been drawn, or it was said why not */
/** @type {import('./download_progress.js').Told | null} */
let now = null;

const box = /** @type {HTMLElement} */ (document.getElementById('lx-loading')),
  bar = /** @type {HTMLElement} */ (box.querySelector('i')),
  words = /** @type {HTMLElement} */ (box.querySelector('span'));

/** @param {number} bytes */
const inMB = (bytes) => (bytes / MB).toFixed(1);

/** @returns {string} */
const sentence = () => {
  if (!now) return window.lx.t('site.loading.start');
  const what = window.lx.t('site.loading.' + now.kind),
    vars = { what, got: inMB(now.got), size: inMB(now.size) };
  return window.lx.t(now.size ? 'site.loading.of' : 'site.loading.some', vars);
};

const tell = () => {
  const waits = !!now || !begun;
  box.hidden = !waits;
  document.body.toggleAttribute('data-loading', waits);
  if (!waits || !window.lx) return;
  words.textContent = sentence();
  box.setAttribute('aria-label', now ? window.lx.t('site.loading.' + now.kind) : words.textContent);
  bar.style.width = now?.size ? `${(100 * now.got) / now.size}%` : '';
  if (now?.size) box.setAttribute('aria-valuenow', String(Math.round((100 * now.got) / now.size)));
  else box.removeAttribute('aria-valuenow');
};

const end = () => {
  begun = true;
  document.body.dataset.begun = '';
  tell();
};

/** The picture of the code that the run begins with is there before its network is. @param {HTMLCanvasElement} canvas */
const first = (canvas) => {
  const { info, w } = window.lx.state,
    picture = info?.picture;
  canvas.classList.remove('lx-begins');
  if (!picture || !w.every((/** @type {number} */ v, /** @type {number} */ i) => v === info.default.w[i])) return;
  const image = new Image();
  image.onload = () => {
    if (window.lx.state.info !== info || canvas.dataset.network === info.card.name) return;
    Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).drawImage(image, 0, 0);
    canvas.classList.add('lx-begins');
  };
  image.src = picture;
};

/** Once the page's modules are there. */
export const wait = () => {
  const hero = /** @type {HTMLCanvasElement} */ (document.querySelector('.lx-hero canvas')),
    host = /** @type {HTMLElement} */ (hero.parentElement);
  listen((told) => {
    now = told;
    tell();
  });
  window.lx.on('lang', tell);
  window.lx.on('run', () => first(hero));
  document.addEventListener('lx-drawn', (/** @type {CustomEvent} */ { detail: { canvas } }) => {
    if (canvas === hero) {
      hero.dataset.network = window.lx.state.run;
      hero.classList.remove('lx-begins');
    }
    end();
  });
  new MutationObserver(() => host.dataset.error && end()).observe(host, { attributeFilter: ['data-error'] });
};
