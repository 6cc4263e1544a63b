/* What the code keeps and loses: a classifier reads held-out images and their reconstructions; a table of the two readings, and the most
 * frequent confusions in words. Worked out once a run, asked for until it is there. data-run: whose table is shown, data-kept: the
 * share. */
import { make, offer, progress } from '../../shell/dom.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';

/** @import { ConfusionTold, FieldKept, KeptAnswer } from '../../shell/answers' */

/** @param {FieldKept} f @param {number} k */
const categoryName = (f, k) => (f.name === 'class' ? f.categories[k] : lx.category(f.name, f.categories[k]));

/** @param {FieldKept} f @param {number} k @param {'row' | 'col'} scope */
const headOf = (f, k, scope) => {
  return make('th', { scope }, make('span', { textContent: categoryName(f, k) }));
};

/** @param {FieldKept} f @param {ConfusionTold} c */
const confusionItem = (f, c) => {
  const n = percent(c.count / c.of);
  return make('li', {
    textContent: lx.t('rec.kept.becomes', { was: categoryName(f, c.was), now: categoryName(f, c.now), n }),
    title: lx.t('rec.kept.exact', { count: c.count, of: c.of }),
  });
};

/** @param {FieldKept} f @param {number[]} row @param {number} i */
const rowOf = (f, row, i) => {
  const whole = row.reduce((a, b) => a + b, 0);
  return make(
    'tr',
    {},
    headOf(f, i, 'row'),
    ...row.map((v, j) => {
      const part = whole ? v / whole : 0,
        strength = i === j ? 100 * part * 0.45 : Math.min(85, 100 * Math.sqrt(part) * 1.4),
        td = make('td', { textContent: v || '', className: i === j ? 'same' : 'lost' });
      td.style.setProperty('--k', strength + '%');
      td.title = `${categoryName(f, i)} → ${categoryName(f, j)}: ${v} / ${whole}`;
      return td;
    }),
  );
};

export class Kept {
  #host;
  #table;
  #list;
  #pick;
  /** @type {KeptAnswer | null} */
  #found = null;
  #timer = 0;
  #field = 0;

  /** @param {any} host */
  constructor(host) {
    this.#host = host;
    this.#table = this.#find('table');
    this.#list = this.#find('ul');
    this.#pick = this.#find('select');
    this.#pick.onchange = () => {
      this.#field = +this.#pick.value;
      this.tell();
    };
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  async #ask() {
    clearTimeout(this.#timer);
    const { run } = lx.state;
    if (!run || lx.state.view !== 'reconstruct' || this.#found) return;
    try {
      const d = await lx.api('code', { run, op: 'kept' });
      if (run !== lx.state.run) return;
      this.#host.hidden = d.ready && !d.fields.length;
      if (this.#host.hidden) return; /* no classifier of this data set: nothing to tell */
      if (d.ready === false) {
        progress(this.#find('.lx-waiting'), d.done);
        this.#timer = setTimeout(() => this.#ask(), 900);
      } else {
        this.#found = d;
        this.tell();
      }
    } catch (e) {
      this.#host.hidden = true;
      lx.say(/** @type {Error} */ (e).message, 'error');
    }
  }

  tell() {
    this.#find('.lx-waiting').hidden = !!this.#found;
    this.#find('.lx-told').hidden = !this.#found;
    if (!this.#found) return;
    const { fields, images } = this.#found,
      f = fields[this.#field] || fields[0];
    this.#find('.lx-share').textContent = lx.t('rec.kept.share', {
      p: percent(f.share),
      what: lx.field(f.name),
      n: images.toLocaleString(lx.state.lang),
    });
    this.#pick.hidden = fields.length < 2;
    offer(
      this.#pick,
      fields.map((g, k) => [k, `${lx.field(g.name)} · ${percent(g.share)} %`]),
      this.#field,
    );
    const confusions = f.confusions.map((c) => confusionItem(f, c));
    this.#list.replaceChildren(...(confusions.length ? confusions : [make('li', { textContent: lx.t('rec.kept.none') })]));
    const heads = f.categories.map((_, k) => headOf(f, k, 'col'));
    this.#table.replaceChildren(
      make('tr', {}, make('td', { textContent: lx.t('rec.kept.corner') }), ...heads),
      ...f.counts.map((row, i) => rowOf(f, row, i)),
    );
    this.#find('.lx-counts').classList.toggle(
      'long',
      f.categories.some((_, k) => categoryName(f, k).length > 3),
    );
    this.#host.dataset.run = lx.state.run;
    this.#host.dataset.kept = f.share;
  }

  enter() {
    this.#found = null;
    this.#field = 0;
    this.#host.hidden = true;
    delete this.#host.dataset.run;
    this.tell();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), 1500);
  }

  resume() {
    if (!this.#found) this.#ask();
  }
}
