import { codeDialogue, codeText } from './code_file.js';
import { count } from './dom.js';
import { latest } from './one_in_flight.js';
import { mounted } from './gradio_component.js';
import { blank, brush } from './pictures.js';
import { opened } from './state.js';
import { percent } from './percent.js';
import { lx } from './store.js';

/** @import { NeighboursAnswer } from './answers' */
/** @import { Code } from './types' */

const { element, trigger } = mounted('hero');

const canvas = element.querySelector('canvas'),
  origin = element.querySelector('.lx-origin'),
  honest = element.querySelector('.lx-honest');
/* the sliders beside follow a hand elsewhere so many milliseconds apart: each time the page's framework goes through all of them */
const APART = 200;
/** @type {NeighboursAnswer | null} */
let near = null;
let follow = 0,
  followed = -APART,
  slid = false,
  noisy = false;
const sliders = () => {
  follow = 0;
  followed = performance.now();
  element.dataset.run = lx.state.run;
  trigger('follow');
};
const followSoon = () => {
  if (!follow) follow = setTimeout(sliders, Math.max(0, followed + APART - performance.now()));
};
/* a hand on one of them is heard at the input itself: told by the page's framework it would come a frame later */
const sliderOf = (/** @type {EventTarget | null} */ input) => /** @type {Element} */ (input).closest('[id^=lx-slider-]');
document.addEventListener('input', ({ target }) => {
  const slider = sliderOf(target),
    { value } = /** @type {HTMLInputElement} */ (target);
  if (!slider || value === '') return;
  slid = true;
  try {
    lx.slide(+slider.id.slice('lx-slider-'.length), +value);
  } finally {
    slid = false;
  }
});
/* what was left empty in its box, or half written, goes back to what the code is */
document.addEventListener('focusout', ({ target }) => {
  if (sliderOf(target)) followSoon();
});
const words = () => {
  origin.textContent = lx.originText();
  origin.title = origin.textContent;
};
/* how far off real images a code lies, among them: farther than nineteen of twenty of them from their own nearest is far */
const FAR = 0.95;
/** @param {NeighboursAnswer} told */
const mixed = ({ labels }) => {
  /** @type {Map<number, number>} */
  const often = new Map();
  for (const k of labels) if (k !== null && k >= 0) often.set(k, (often.get(k) || 0) + 1);
  const [first, second] = [...often].sort((a, b) => b[1] - a[1]);
  return second && first[1] < 0.75 * labels.length
    ? ' ' + lx.t('honest.mixed', { n: labels.length, a: lx.names(first[0]), i: first[1], b: lx.names(second[0]), j: second[1] })
    : '';
};
const tell = () => {
  if (!lx.state.info) return;
  const far = near !== null && near.beyond > FAR,
    self = near !== null && near.ratio < 0.02,
    ratio = near?.ratio.toFixed(1);
  honest.classList.toggle('warn', far);
  if (near === null || self) {
    honest.textContent = self ? lx.t('honest.self') : '';
    honest.title = '';
    return;
  }
  honest.textContent = lx.t(far ? 'honest.far' : 'honest.near', { ratio }) + mixed(near);
  honest.title = lx.t('honest.help', { ratio, share: Math.floor(100 * near.beyond) });
};
/* the class that a model's own head reads; codes are read beside their sliders */
const own = element.querySelector('.lx-own-read');
/** @type {number[] | null} */
let read = null;
const reads = () => !!lx.state.info && lx.state.info.spec.reads && !lx.state.info.spec.codes.length;
const say = () => {
  own.hidden = !read || !reads();
  if (!read || own.hidden) return;
  const k = read.indexOf(Math.max(...read));
  own.dataset.reads = k;
  own.textContent = lx.t('own.reads', { label: lx.names(k), p: percent(read[k]) });
};
const question = latest(
  async (/** @type {string | null} */ run, /** @type {Code} */ w) => {
    const d = await lx.code({ op: 'read', w: lx.b64(w) });
    if (run !== lx.state.run) return;
    read = d.read.class ?? null;
    say();
    count(own);
  },
  () => {
    own.hidden = true;
  },
);
const ask = () => {
  const { run, w } = opened();
  if (reads()) question(run, w);
  else {
    read = null;
    say();
  }
};
const picture = () => lx.draw(canvas, { op: 'image', w: lx.b64(opened().w), ...(lx.state.noise && { noise: lx.state.noise }) });
lx.on('code', () => {
  ask();
  picture();
  words();
  if (!slid || element.dataset.run !== lx.state.run) followSoon();
});
lx.on('lang', () => {
  words();
  tell();
  say();
  if (lx.state.w) trigger('follow');
});
lx.on('noise', (n) => {
  if (n || noisy) picture();
  noisy = !!n;
});
document.addEventListener('lx-origin', words);
document.addEventListener('lx-ratio', (e) => {
  near = e.detail;
  element.dataset.ratio = near?.ratio ?? null;
  element.dataset.beyond = near?.beyond ?? '';
  tell();
});
/** @param {string} suffix */
const name = (suffix) => `${lx.state.run}-${lx.state.origin?.kind || 'code'}${suffix}`;
element.querySelector('.lx-seed').onclick = () => lx.sample();
element.querySelector('.lx-save').onclick = () => {
  const big = blank(8 * canvas.width, 8 * canvas.height),
    x = brush(big);
  x.imageSmoothingEnabled = false;
  x.drawImage(canvas, 0, 0, big.width, big.height);
  big.toBlob((b) => b && lx.save(b, name('.png')), 'image/png');
};
element.querySelector('.lx-copy').onclick = () => lx.copy(codeText(), lx.t('copied.code'));
codeDialogue(element, name);
lx.translate(element);
