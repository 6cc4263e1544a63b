/* Train: asks the server how a training stands as long as that is of interest, and stops, resumes, deletes and opens one. A training is
 * started in training_form.js and shown by training_monitor.js. */
import { count } from '../../shell/dom.js';
import { mounted } from '../../shell/gradio_component.js';
import { lx } from '../../shell/store.js';
import { TrainingForm } from './training_form.js';
import { TrainingMonitor, isActive } from './training_monitor.js';
import { refusal } from './training_words.js';

/** @import { Idle, Snapshot } from '../../shell/answers' */
/** @import { AskJob } from '../../shell/types' */

const { element, server } = mounted('train');

const $ = (/** @type {string} */ s) => element.querySelector(s);
/** @type {string | null} */
let watched = null;

/* Calls of the server; what it refuses is thrown as a sentence in the page's language, `told` says it again in another. */
/** @type {AskJob} */
const ask = async (name, asked) => {
  let d;
  try {
    d = await server?.[name](asked);
  } catch {
    throw new Error(lx.t('error.offline'));
  }
  if (!d || typeof d !== 'object' || !('value' in d)) {
    const told = () => refusal(d);
    throw Object.assign(new Error(told()), { notes: d?.values?.notes, told });
  }
  return d.value;
};
/** @param {string} name */
const watch = (name) => {
  watched = name;
  return tick();
};
const monitor = new TrainingMonitor(element, { ask, watch }),
  form = new TrainingForm(element, { ask, running: () => !!monitor.shot?.running?.length, started: watch });
/** @param {Idle | Snapshot} shot */
const show = (shot) => {
  monitor.show(shot);
  if (doubted && (doubted !== shot.name || !('can' in shot) || !shot.can.delete)) doubt('');
  form.allow();
};

/* ---- what the buttons do ---- */
/** @param {'job_stop' | 'job_resume' | 'job_delete'} name @param {() => void} [after] */
const act = (name, after) => async (/** @type {any} */ e) => {
  const b = e.currentTarget,
    of = monitor.shot?.name,
    focused = b === document.activeElement;
  if (!of) return;
  b.disabled = true;
  try {
    await ask(name, { name: of });
    await after?.();
    await tick();
    await form.load();
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
  } finally {
    b.disabled = false;
    if (focused && document.activeElement === document.body) monitor.focus(b); /* what is disabled loses the focus */
  }
};
$('.lx-stop').onclick = act('job_stop', () => {
  $('.lx-badge').textContent = lx.t('train.stopping');
});
$('.lx-resume').onclick = act('job_resume', () => {
  watched = monitor.shot?.name ?? null;
});
const remove = act('job_delete', () => {
  watched = null;
  monitor.forgetSamples();
  return lx.refresh();
});
/* asked in so many words, and for as long as it takes; of another run nothing was asked */
let doubted = '';
/** @param {string} name "": nothing is asked */
const doubt = (name) => {
  doubted = name;
  $('.lx-sure').hidden = !name;
  $('.lx-sure p').textContent = name ? lx.t('train.delete.sure', { name }) : '';
};
$('.lx-delete').onclick = () => {
  doubt(monitor.shot?.name ?? '');
  $('.lx-keep-it').focus();
};
$('.lx-keep-it').onclick = () => {
  doubt('');
  $('.lx-delete').focus();
};
$('.lx-sure').onkeydown = (/** @type {KeyboardEvent} */ e) => {
  if (e.key !== 'Escape') return;
  e.stopPropagation();
  $('.lx-keep-it').click();
};
$('.lx-for-good').onclick = (/** @type {Event} */ e) => {
  if (monitor.shot?.name === doubted) remove(e);
  doubt('');
};
$('.lx-see').onclick = async () => {
  const name = monitor.shot?.name;
  if (!name) return;
  await lx.refresh();
  if (!(await lx.open(name))) return;
  /* while it is still measured, a map has no points yet */
  const can = lx.views.map((v) => v.name).filter((v) => v !== 'train' && lx.supports(name, v));
  lx.show(can.find((v) => lx.state.info?.points || v !== 'map') || 'train');
};

/* ---- looking again: each second while something runs or the view is open; a hidden view asks less often ---- */
/** @type {{ name: string | null, state: string } | null} */
let before = null;
let timer = 0,
  asking = false,
  listed = false;
const tick = async () => {
  if (asking) return;
  asking = true;
  try {
    const s = await ask('job_snapshot', { name: watched });
    if (watched && s.name !== watched) watched = null;
    const change = before && before.name === s.name && before.state !== s.state;
    if (before?.name !== s.name) {
      monitor.forgetSamples();
      listed = false;
    }
    show(s);
    count(element, 'ticks');
    delete element.dataset.error;
    const opens = s.state !== 'idle' && s.can.open;
    if (change || (opens && !listed && isActive(s.state))) {
      listed = opens;
      lx.refresh();
    }
    if (change && s.state === 'finished' && lx.state.view !== 'train') lx.say(lx.t('train.done', { name: s.name }));
    if (change && !isActive(s.state)) form.load();
    before = { name: s.name, state: s.state };
  } catch (e) {
    element.dataset.error = /** @type {Error} */ (e).message;
  } finally {
    asking = false;
  }
  plan();
};
const plan = () => {
  clearTimeout(timer);
  const here = lx.state.view === 'train',
    live = isActive(monitor.shot?.state);
  let pause = 3000;
  if (live) pause = here ? 1000 : 2000;
  if (document.hidden) pause = 5000;
  if (here || live) timer = setTimeout(tick, pause);
};
lx.on('view', (v) => {
  requestAnimationFrame(() => monitor.curves.draw());
  if (v === 'train') {
    if (!form.loaded) form.load();
    tick();
  } else plan();
});
lx.on('run', (info) => {
  if (info.other_images) lx.say(lx.t('images.other'), 'error');
});
lx.on('lang', () => {
  form.fill();
  if (monitor.shot) show(monitor.shot);
});
lx.on('theme', () => requestAnimationFrame(() => monitor.curves.draw()));
lx.translate(element);
tick();
