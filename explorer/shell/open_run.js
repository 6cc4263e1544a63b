/* The open run above the list. Its owner may name and describe it, where it did not come with the program. */
import { mounted } from './gradio_component.js';
import { line, picture, titleOf } from './run_line.js';
import { lx } from './store.js';

const { element } = mounted('open_run');

const $ = (/** @type {string} */ selector) => element.querySelector(selector);
const shown = $('.lx-now'),
  form = $('.lx-naming'),
  wrong = $('.lx-naming-wrong');
const open = () => lx.runOf(lx.state.run);
const tell = () => {
  const row = lx.runOf(lx.state.opening || lx.state.run),
    opening = !!lx.state.opening;
  shown.hidden = !row || !form.hidden;
  if (!row) return;
  const image = $('img'),
    address = picture(row);
  if (image.getAttribute('src') !== address) image.src = address;
  image.hidden = false;
  $('b').textContent = titleOf(row);
  const cannot = lx.supports(row.name) ? line(row) : lx.t('run.cannot');
  $('i').textContent = opening ? lx.t('run.opening') : cannot;
  shown.classList.toggle('opening', opening);
  shown.setAttribute('aria-busy', String(opening));
  $('.lx-now-edit').hidden = opening || !row.own || !lx.state.training;
  $('.lx-now-said').textContent = row.description;
  $('.lx-now-said').hidden = !row.description;
  element.dataset.run = row.name;
};
/** @param {boolean} on */
const edit = (on) => {
  const row = open();
  form.hidden = !on || !row;
  wrong.hidden = true;
  if (on && row) {
    form.dataset.run = row.name;
    $('.lx-naming-title').value = titleOf(row);
    $('.lx-naming-title').placeholder = row.family_title;
    $('.lx-naming-words').value = row.description;
  }
  tell();
  if (on) $('.lx-naming-title').select();
};
$('.lx-now-edit').onclick = () => edit(true);
const back = () => {
  edit(false);
  $('.lx-now-edit').focus();
};
$('.lx-naming-cancel').onclick = back;
form.addEventListener('keydown', (/** @type {KeyboardEvent} */ e) => {
  if (e.key !== 'Escape') return;
  e.stopPropagation();
  back();
});
form.onsubmit = async (/** @type {Event} */ e) => {
  e.preventDefault();
  const save = $('[type=submit]');
  save.disabled = true;
  try {
    await lx.api('name', { run: form.dataset.run, title: $('.lx-naming-title').value, description: $('.lx-naming-words').value });
    await lx.refresh();
    back();
    lx.say(lx.t('run.edit.saved'));
  } catch (problem) {
    wrong.hidden = false;
    wrong.textContent = /** @type {Error} */ (problem).message;
    $('.lx-naming-title').focus(); /* the button that was pressed cannot have it now */
  } finally {
    save.disabled = false;
  }
};
lx.on('run', () => {
  if (form.dataset.run !== lx.state.run) edit(false);
});
for (const event of /** @type {const} */ (['runs', 'run', 'view', 'lang', 'opening'])) lx.on(event, tell);
lx.translate(element);
