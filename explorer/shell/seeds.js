/* The dialogue "Seeds…" of the inspector: a batch of seeds of the open run as a zip or on a sheet, which the server makes. */
import { offer } from './dom.js';
import { mounted } from './gradio_component.js';
import { imagesOf, mostOf } from './seed_range.js';
import { opened } from './state.js';
import { lx } from './store.js';

/** @import { Files } from './answers' */
/** @typedef {Files['seeds']} Batch */

const COUNT = 16;
const EACH = 'each';

const { element } = mounted('seeds');

/** @param {string} selector @returns {any} */
const $ = (selector) => element.querySelector(selector);
const dialog = /** @type {HTMLDialogElement} */ ($('dialog')),
  first = $('.lx-seeds-first'),
  last = $('.lx-seeds-last'),
  count = $('.lx-seeds-count'),
  ofClass = $('.lx-seeds-classes select'),
  psi = $('.lx-seeds-psi input'),
  problem = $('[role=alert]');
const info = () => opened().info;

const asked = () => {
  const { spec } = info(),
    each = spec.num_classes > 0 && ofClass.value === EACH;
  return imagesOf({
    first: first.valueAsNumber,
    last: last.valueAsNumber,
    classes: each ? spec.num_classes : 1,
    most: mostOf(spec.shape),
  });
};
const psiOf = () => (info().truncates && psi.valueAsNumber !== 1 ? psi.valueAsNumber : null);
const told = () => {
  const found = asked(),
    value = psiOf();
  let wrong = 'key' in found ? lx.t(found.key, { n: found.n, most: found.most }) : '';
  if (!wrong && value !== null && !(value >= -2 && value <= 2)) wrong = lx.t('seeds.psi.wrong');
  problem.textContent = wrong;
  $('.lx-seeds-told').textContent = 'images' in found && !wrong ? lx.t('seeds.told', { n: found.images }) : '';
  for (const kind of ['zip', 'sheet']) $('.lx-seeds-' + kind).disabled = !!wrong;
};
first.oninput = () => {
  if (Number.isSafeInteger(first.valueAsNumber) && count.valueAsNumber > 0) last.value = first.valueAsNumber + count.valueAsNumber - 1;
  told();
};
last.oninput = () => {
  const n = last.valueAsNumber - first.valueAsNumber + 1;
  count.value = n > 0 ? n : '';
  told();
};
count.oninput = () => {
  last.value = count.valueAsNumber > 0 ? first.valueAsNumber + count.valueAsNumber - 1 : '';
  told();
};
ofClass.onchange = psi.oninput = told;

const open = () => {
  if (!lx.state.info) return;
  const { spec, truncates } = info(),
    { origin, label } = lx.state,
    from = Number.isSafeInteger(origin?.seed) && origin.seed >= 0 ? origin.seed : 0,
    names = Array.from({ length: spec.num_classes }, (_, k) => [k, lx.names(k)]);
  if (first.value === '' || dialog.dataset.run !== lx.state.run) {
    Object.assign(first, { value: from });
    last.value = from + COUNT - 1;
    count.value = COUNT;
    psi.value = 1;
  }
  dialog.dataset.run = String(lx.state.run);
  $('.lx-seeds-classes').hidden = !spec.num_classes;
  $('.lx-seeds-psi').hidden = !truncates;
  offer(ofClass, [...names, [EACH, lx.t('seeds.each', { n: spec.num_classes })]], label ?? EACH);
  dialog.showModal();
  told();
};
/** @param {Batch['format']} format */
const save = async (format) => {
  const { run, label } = opened(),
    found = asked(),
    value = psiOf();
  if (!('seeds' in found)) return;
  const buttons = ['zip', 'sheet'].map((kind) => $('.lx-seeds-' + kind));
  for (const b of buttons) b.disabled = true;
  lx.say(lx.t('seeds.saving'));
  try {
    /** @type {Batch} */
    const body = { run, first: first.valueAsNumber, count: found.seeds, format, ...(value !== null && { psi: value }) };
    if (label !== null) Object.assign(body, ofClass.value === EACH ? { each_class: true } : { label: +ofClass.value });
    const answer = await lx.bytes('seeds', body),
      name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
    lx.save(await answer.blob(), name ?? `${run}-seeds.${format === 'zip' ? 'zip' : 'png'}`);
    lx.say(lx.t('film.saved'));
    element.dataset.saved = format;
    told();
  } catch (e) {
    told();
    problem.textContent = /** @type {Error} */ (e).message;
  }
};
$('.lx-seeds-zip').onclick = () => save('zip');
$('.lx-seeds-sheet').onclick = () => save('sheet');
$('.lx-seeds-close').onclick = () => dialog.close();
document.addEventListener('click', (e) => {
  if (/** @type {Element} */ (e.target).closest('.lx-batch')) open();
});
lx.on('run', () => dialog.open && dialog.close());
lx.translate(element);
