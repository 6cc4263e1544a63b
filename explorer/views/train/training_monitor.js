/* A training as it stands: how far it is, its figures, alarms and notes, the images that it draws, and the trainings before it. */
import { count, make } from '../../shell/dom.js';
import { figureLine, termName } from '../../shell/metric_text.js';
import { lx } from '../../shell/store.js';
import { leftBehind } from './left_behind.js';
import { LossCurves } from './loss_curves.js';
import { brief, clock, number, showNotes } from './training_words.js';

/** @import { Idle, Snapshot } from '../../shell/answers' */
/** @import { AskJob } from '../../shell/types' */
/** @typedef {{ ask: AskJob, watch: (name: string) => Promise<void> }} View */

/** Whether a training in this state is under way. @param {string | undefined} state */
export const isActive = (state) => ['starting', 'running', 'measuring'].includes(state ?? '');

/** @param {string} s */
const stateWord = (s) => lx.t('train.state.' + s);

/* rows of [key of its word, value, term] */
/** @param {Snapshot} s */
const figures = (s) => {
  /** @type {[string | null, string, string?][]} */
  const list = [['train.images', s.total ? `${number(s.images)} / ${number(s.total)}` : number(s.images)]];
  if (s.images_per_second) list.push(['train.speed', number(s.images_per_second)]);
  if (s.seconds_left !== null && s.seconds_left !== undefined) list.push(['train.left', clock(s.seconds_left)]);
  if (s.seconds) list.push(['train.spent', clock(s.seconds)]);
  for (const [k, line] of Object.entries(s.terms).slice(0, 1)) if (line.length) list.push([null, brief(line[line.length - 1][1]), k]);
  return list;
};

/* what is to be said of a training as it stands, beside its alarms */
/** @param {Snapshot} s */
const stateText = (s) => {
  const fetching = /^data:(.*)/
    .exec(s.message || '')?.[1]
    .trim()
    .replace(' of ', ' / ');
  if (s.state === 'starting') return fetching === undefined ? lx.t('train.starting') : lx.t('train.fetching', { what: fetching });
  if (s.state === 'measuring') return lx.t('train.measuring');
  if (s.state === 'stopped' || s.state === 'interrupted') return lx.t(leftBehind(s));
  if (s.error && lx.known(s.error.key)) return lx.t(s.error.key, s.error.values);
  return ['failed', 'diverged'].includes(s.state) ? s.message : '';
};

export class TrainingMonitor {
  #element;
  /** @type {View} */
  #view;
  /** @type {string | null} */
  #samplesOf = ''; /* when the images that are shown were drawn */
  #awaits = false; /* the focus is on the heading until there is a Resume */
  /** @type {Animation | null} */
  #slide = null;
  /** @type {Idle | Snapshot | null} */
  shot = null; /* the training as the server told of it last */
  curves;

  /** @param {any} element @param {View} view */
  constructor(element, view) {
    this.#element = element;
    this.#view = view;
    this.curves = new LossCurves(element);
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#element.querySelector(selector);
  }

  /** Another training: the images that are shown are not its own. */
  forgetSamples() {
    this.#samplesOf = '';
  }

  /** @param {Idle | Snapshot} s */
  show(s) {
    const { dataset } = this.#element,
      live = isActive(s.state),
      focused = document.activeElement;
    this.shot = s;
    dataset.state = s.state;
    dataset.name = s.name || '';
    dataset.images = s.state === 'idle' ? 0 : s.images;
    dataset.busy = live;
    this.#find('.lx-nothing').hidden = !!s.name;
    this.#find('.lx-watch').hidden = !s.name;
    this.#recent(s);
    if (s.state !== 'idle') {
      this.#find('.lx-run-name').textContent = s.name;
      this.#find('.lx-badge').textContent = stateWord(s.state);
      this.#progress(s);
      this.#figures(s);
      this.#result(s);
      this.#alarm(s);
      showNotes(this.#find('.lx-watch .lx-notes'), s.notes || []);
      this.#find('.lx-stop').hidden = !(live && s.can.stop);
      this.#find('.lx-resume').hidden = !s.can.resume;
      this.#find('.lx-delete').hidden = !s.can.delete;
      this.#find('.lx-see').hidden = !s.can.open;
      this.#find('.lx-see').classList.toggle('lx-accent', !live);
      if (this.#find('.lx-head').contains(focused)) this.focus(focused);
      if (s.samples_mtime !== this.#samplesOf) this.#samples(s);
      else if (!s.samples_mtime) this.#blank();
    }
    this.curves.show(s);
  }

  /** Focus a button of the head; where it is gone, Resume or until there is one the heading, which do no harm if pressed.
   * @param {any} button */
  focus(button) {
    const heading = this.#find('.lx-run-name'),
      resume = this.#find('.lx-resume'),
      gone = button.hidden || (button === heading && this.#awaits),
      harmless = resume.hidden ? heading : resume,
      to = gone ? harmless : button;
    this.#awaits = gone && to === heading;
    if (to !== document.activeElement) to.focus();
  }

  /** @param {Snapshot} s */
  #progress(s) {
    const bar = this.#find('.lx-progress'),
      share = s.total ? Math.min(1, s.images / s.total) : 0;
    this.#wait(bar, s.state === 'starting' || s.state === 'measuring');
    bar.firstChild.style.width = `${share * 100}%`;
    bar.setAttribute('aria-valuenow', Math.round(share * 100));
  }

  /** @param {any} bar @param {boolean} on */
  #wait(bar, on) {
    bar.classList.toggle('wait', on);
    if (!on) {
      this.#slide?.cancel();
      this.#slide = null;
    } else if (!matchMedia('(prefers-reduced-motion:reduce)').matches)
      this.#slide ??= bar.firstChild.animate([{ marginLeft: 0 }, { marginLeft: '70%' }], {
        duration: 1400,
        iterations: Infinity,
        direction: 'alternate',
        easing: 'ease-in-out',
      });
  }

  /** @param {Snapshot} s */
  #figures(s) {
    this.#find('.lx-figures').replaceChildren(
      ...figures(s).map(([key, value, name]) =>
        make('div', {}, make('dt', { textContent: key ? lx.t(key) : termName(String(name)) }), make('dd', { textContent: value })),
      ),
    );
  }

  /** Of a finished training its main figure, once it is in the list of runs. @param {Snapshot} s */
  #result(s) {
    const line = this.#find('.lx-result'),
      told = s.state === 'finished' && lx.state.runs?.find((r) => r.name === s.name)?.headline;
    line.hidden = !told;
    line.textContent = told ? figureLine(told) : '';
    line.title = told ? told.protocol : '';
  }

  /** @param {Snapshot} s */
  #alarm(s) {
    const note = this.#find('.lx-alarm'),
      alarms = Object.entries(s.alarms || {}),
      text = [...alarms.map(([name, values]) => lx.t('train.alarm.' + name, values)), stateText(s)].filter(Boolean).join(' ');
    note.hidden = !text;
    if (note.textContent !== text) note.textContent = text;
    note.classList.toggle('calm', !alarms.length && ['starting', 'measuring', 'stopped'].includes(s.state));
  }

  #blank() {
    this.#find('.lx-samples img').hidden = true;
    this.#find('.lx-blank').hidden = false;
    delete this.#element.dataset.samples;
  }

  /** @param {Snapshot} s */
  async #samples(s) {
    this.#samplesOf = s.samples_mtime;
    if (!s.samples_mtime) return this.#blank();
    try {
      const url = await this.#view.ask('job_samples', { name: s.name }),
        img = this.#find('.lx-samples img');
      if (!url || this.shot?.name !== s.name) return;
      img.src = url;
      img.alt = lx.t('train.samples');
      img.hidden = false;
      this.#find('.lx-blank').hidden = true;
      count(this.#element, 'samples');
    } catch {
      /* shown at the next save */
    }
  }

  /** @param {Idle | Snapshot} s */
  #recent(s) {
    const list = (s.recent || []).filter((r) => r.name !== s.name),
      host = this.#find('.lx-recent .lx-chips'),
      key = JSON.stringify([list, lx.state.lang]);
    this.#find('.lx-recent').hidden = !list.length;
    if (host.dataset.key === key) return;
    host.dataset.key = key;
    host.replaceChildren(
      ...list.map((r) =>
        make(
          'button',
          { type: 'button', className: 'lx-chip', onclick: () => this.#view.watch(r.name) },
          r.name,
          make('i', { textContent: stateWord(r.state) }),
        ),
      ),
    );
  }
}
