/* The gallery that exemplars are taken from: samples or real images, of chosen attributes, a page at a time. */
import { button, entitle, make, progress } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { blank } from '../../shell/pictures.js';
import { untilReady } from '../../shell/poll.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { SLOTS } from './arithmetic_link.js';
import { drawExemplars, exemplarName } from './exemplars.js';

/** @import { FieldCounted, GalleryAnswer } from '../../shell/answers' */
/** @import { Parts, Sum } from './arithmetic_link.js' */
/** @typedef {keyof Parts} Slot */
/** @typedef {Pick<Sum, 'source' | 'filters' | 'offset'>} Place what a page shows */
/**
 * @typedef {object} View
 * @property {() => boolean} on
 * @property {() => Slot} active the slot that a click fills
 * @property {() => Parts | null} parts the slots' exemplars
 * @property {(slot: Slot, exemplar: string) => void} put
 * @property {(exemplar: string) => void} toggle
 * @property {(parts: Parts, own: boolean) => void} start what a run opens with
 * @property {() => void} refused
 * @property {() => void} write
 */

const PER = 48;

/** Whether a run's own real images can be exemplars: it has an encoder, and there are images. */
export const hasReal = () => {
  const { points, dataset } = opened().info;
  return !!(points && dataset);
};

/** @param {FieldCounted} f */
const groupOf = (f) => {
  const g = make('optgroup', { label: lx.field(f.name) + (f.measured ? ` (${lx.t('arith.measured')})` : '') });
  g.append(
    ...f.categories.map((v, i) =>
      make('option', {
        value: f.name + '\n' + v,
        textContent: `${lx.category(f.name, v)} · ${f.counts[i]}`,
        disabled: !f.counts[i],
      }),
    ),
  );
  return g;
};

export class ExemplarGallery {
  #element;
  #view;
  #host;
  /** @type {FieldCounted[]} */
  #fields = [];
  /** @type {Place & { run: string | null } | null} */
  #listed = null; /* what it shows */
  #lastAsked = new LastAsked();
  /** @type {Sum['source']} */
  source = 'samples';
  /** @type {Sum['filters']} */
  filters = []; /* [field, category] */
  offset = 0;

  /** @param {any} element @param {View} view */
  constructor(element, view) {
    this.#element = element;
    this.#view = view;
    this.#host = this.#find('.lx-gallery');
    this.#find('.lx-filter').onchange = () => {
      const { value } = this.#find('.lx-filter');
      if (!value) return;
      const [f, v] = value.split('\n');
      this.#turn({ filters: [...this.filters.filter(([g]) => g !== f), /** @type {[string, string]} */ ([f, v])].slice(-8), offset: 0 });
    };
    for (const b of element.querySelectorAll('[data-source]'))
      b.onclick = () => this.#turn({ source: b.dataset.source, filters: [], offset: 0 });
    this.#find('.lx-prev').onclick = () => this.#turn({ offset: Math.max(0, this.offset - PER) });
    this.#find('.lx-next').onclick = () => this.#turn({ offset: this.offset + PER });
    this.#host.onclick = (/** @type {any} */ e) => {
      const b = e.target.closest('.lx-ex');
      if (b) view.toggle(b.dataset.ref);
    };
    this.#host.onkeydown = (/** @type {any} */ e) => this.#key(e);
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#element.querySelector(selector);
  }

  /** Dimmed while another page is on its way. @param {boolean} on */
  #dim(on) {
    lx.stale(this.#element.querySelectorAll('.lx-gallery, .lx-count'), on);
  }

  /** @param {Partial<Place>} to */
  #turn(to) {
    Object.assign(this, to);
    this.load();
    this.#view.write();
  }

  /** Ask for it; `own`: a person asked for other exemplars to begin with. */
  async load(own = false) {
    if (!this.#view.on()) return;
    this.#dim(true);
    const { run } = lx.state,
      isLast = this.#lastAsked.ask(),
      bar = this.#find('.lx-progress');
    try {
      const d = await untilReady(
        () => lx.code({ op: 'gallery', source: this.source, filters: this.filters, offset: this.offset, count: PER }),
        () => isLast() && run === lx.state.run && this.#view.on(),
        (done) => {
          progress(bar, done);
          if (done !== null) this.#find('.lx-how').textContent = lx.t('arith.reading');
        },
        350,
      );
      if (!d) return;
      this.#fields = d.fields;
      this.#listed = { run, source: this.source, filters: [...this.filters], offset: this.offset };
      this.#show(d);
      if (!this.#view.parts()) this.#view.start({ a: d.start.a, b: d.start.b, c: d.start.c }, own);
    } catch (e) {
      if (!isLast()) return;
      bar.hidden = true;
      const { message } = /** @type {Error} */ (e);
      this.#element.dataset.error = message;
      lx.say(message, 'error');
      this.#refused();
    }
  }

  /* what was asked for cannot be had: the words go back to what is shown, and where that is another run's, it goes */
  #refused() {
    if (this.#listed?.run === lx.state.run) {
      const { source, filters, offset } = this.#listed;
      Object.assign(this, { source, filters: [...filters], offset });
    } else {
      this.filters = [];
      this.offset = 0;
      this.#empty();
    }
    this.#view.refused();
    this.#dim(false);
    this.tellChoices();
    this.tellHow();
    this.#view.write();
  }

  #empty() {
    this.#host.replaceChildren();
    this.#find('.lx-count').textContent = '';
    this.#fields = [];
    this.#listed = null;
  }

  /** Nothing of another run stays. */
  enter() {
    if (this.#listed?.run !== lx.state.run) this.#empty();
  }

  /** @param {GalleryAnswer} d */
  #show(d) {
    const host = this.#host,
      had = host.contains(document.activeElement),
      { offset } = this;
    this.#dim(false);
    host.replaceChildren(
      ...d.refs.map((r, i) => {
        const b = button({ className: 'lx-ex', data: { ref: r }, draggable: true, tabIndex: i ? -1 : 0 }, blank(8, 8));
        entitle(b, exemplarName(r));
        return b;
      }),
    );
    drawExemplars([...host.querySelectorAll('canvas')], d.refs).then(() => {
      this.#element.dataset.shown = d.refs.length;
    });
    this.mark();
    if (had) host.querySelector('button')?.focus();
    this.#find('.lx-count').textContent = d.total ? `${offset + 1}–${offset + d.refs.length} / ${d.total}` : lx.t('arith.none');
    this.#find('.lx-prev').disabled = !offset;
    this.#find('.lx-next').disabled = offset + PER >= d.total;
    this.#element.dataset.gallery = d.total;
    this.tellHow();
    this.tellChoices();
  }

  tellHow() {
    const measured = this.#fields.some((f) => f.measured) && this.#fields.every((f) => f.measured);
    this.#find('.lx-how').textContent =
      lx.t('arith.how', { slot: this.#view.active().toUpperCase() }) + (measured ? ' ' + lx.t('arith.nonet') : '');
  }

  /** @param {string[]} filter @param {number} i */
  #chip([f, v], i) {
    const what = lx.phrase(f, v);
    return button({
      className: 'lx-chip on',
      textContent: what + ' ×',
      'aria-label': lx.t('arith.unfilter', { what }),
      onclick: () => this.#turn({ filters: this.filters.filter((_, k) => k !== i), offset: 0 }),
    });
  }

  tellChoices() {
    const select = this.#find('.lx-filter');
    select.hidden = !this.#fields.length;
    select.replaceChildren(make('option', { value: '', textContent: lx.t('arith.filter') }), ...this.#fields.map(groupOf));
    this.#find('.lx-filters').replaceChildren(...this.filters.map((f, i) => this.#chip(f, i)));
    for (const b of this.#element.querySelectorAll('[data-source]')) {
      b.setAttribute('aria-checked', b.dataset.source === this.source);
      b.classList.toggle('on', b.dataset.source === this.source);
      b.parentElement.hidden = !hasReal();
    }
  }

  /** Which slots an image is in. */
  mark() {
    const parts = this.#view.parts();
    for (const b of this.#host.children) {
      const where = parts ? SLOTS.filter((s) => parts[s].includes(b.dataset.ref)) : [];
      b.dataset.in = where.join('').toUpperCase();
    }
  }

  /** @param {any} e of the keyboard */
  #key(e) {
    const b = e.target.closest('.lx-ex'),
      key = e.key.toLowerCase();
    if (!b || e.ctrlKey || e.metaKey || e.altKey) return;
    const slot = SLOTS.find((s) => s === key);
    if (slot) {
      e.preventDefault();
      this.#view.put(slot, b.dataset.ref);
      return;
    }
    const all = [...this.#host.children],
      per = all.filter((x) => x.offsetTop === all[0].offsetTop).length,
      steps = new Map([
        ['ArrowRight', 1],
        ['ArrowLeft', -1],
        ['ArrowDown', per],
        ['ArrowUp', -per],
      ]),
      to = all[all.indexOf(b) + (steps.get(e.key) ?? NaN)];
    if (!to) return;
    e.preventDefault();
    b.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }
}
