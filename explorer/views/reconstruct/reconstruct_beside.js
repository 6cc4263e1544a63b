/* The image in every run that takes it, ranked: a card each with reconstruction, error map and error. `view`: mode(), edit(run).
 * data-n counts paintings, data-runs: the runs in the order of their rank. */
import { button, count, make } from '../../shell/dom.js';
import { dataOf } from '../../shell/run_line.js';
import { errorMap, short } from './reconstruct_error.js';
import { lx } from '../../shell/store.js';

const MOST = 12;

export class Beside {
  #view;
  #host;
  #grid;
  #cards = new Map();
  #rows = [];
  #given = null;
  #size = null;
  #extra = [];

  constructor(host, view) {
    this.#host = host;
    this.#view = view;
    this.#grid = host.querySelector('.lx-models');
  }

  /** Runs that encode images of the current run's shape, as the picker lists them: itself first, then those of its data set. */
  static fitting() {
    const me = lx.runOf(lx.state.run),
      shape = String(lx.state.info.spec.shape),
      rank = (r) => Number(r.name !== lx.state.run) + Number(r.dataset !== me?.dataset),
      all = (lx.state.runs || []).filter((r) => r.encodes && String(r.shape) === shape).sort((a, b) => rank(a) - rank(b));
    return (all.some((r) => r.name === lx.state.run) ? all : [{ name: lx.state.run }, ...all]).slice(0, MOST);
  }

  #card(name) {
    return button(
      { className: 'lx-model', data: { run: name }, onclick: () => this.#view.edit(name) },
      make('span', { className: 'lx-duo' }, make('canvas'), make('canvas')),
      make('span', { className: 'lx-model-text' }, make('b'), make('i'), make('u')),
      make('s', {}, make('s')),
    );
  }

  paint() {
    if (!this.#given || !this.#rows.length) return;
    const ranked = [...this.#rows].sort((a, b) => a.error - b.error),
      focus = document.activeElement;
    for (const [name, e] of this.#cards)
      if (!this.#rows.some((r) => r.run === name)) {
        e.remove();
        this.#cards.delete(name);
      }
    ranked.forEach((r, k) => {
      if (!this.#cards.has(r.run)) this.#cards.set(r.run, this.#card(r.run));
      const e = this.#cards.get(r.run);
      if (this.#grid.children[k] !== e) {
        this.#grid.insertBefore(e, this.#grid.children[k] || null);
        if (focus === e) e.focus({ preventScroll: true });
      }
      this.#picture(e, r);
      this.#tell(e, r, k);
    });
    this.#host.hidden = this.#rows.length < 2 && !this.#host.dataset.more;
    this.#host.dataset.runs = ranked.map((r) => r.run).join(' ');
    count(this.#host);
  }

  #picture(e, r) {
    const [out, off] = e.querySelectorAll('canvas'),
      { w, h } = this.#size;
    out.width = w;
    out.height = h;
    out.getContext('2d').drawImage(r.tile, 0, 0);
    errorMap(off, this.#given, r.pixels, w, h, lx.state.info.spec.shape[0] === 1, this.#view.mode());
  }

  #tell(e, r, k) {
    const [title, more, error] = e.querySelectorAll('b, i, u'),
      run = lx.runOf(r.run),
      mine = lx.runOf(lx.state.run),
      other = run && mine && run.dataset !== mine.dataset,
      here = r.run === lx.state.run,
      worst = Math.max(...this.#rows.map((row) => row.error), 1e-9),
      learned = other ? lx.t('rec.learned', { title: dataOf(run) }) : '';
    const says = [
      r.searched ? lx.t('rec.searched') : '',
      typeof r.percentile === 'number' ? lx.t('rec.rank', { p: Math.round(r.percentile * 100) }) : '',
      learned,
    ].filter(Boolean);
    title.textContent = `${k + 1} · ${run?.title || run?.family_title || r.run}`;
    error.textContent = short(r.error);
    more.textContent = learned || says[0] || '';
    e.dataset.error = r.error;
    e.classList.toggle('other', !!other);
    e.classList.toggle('on', here);
    e.setAttribute('aria-current', here);
    e.querySelector('s > s').style.width = (100 * r.error) / worst + '%';
    e.title = [`${lx.t('rec.squared')} ${short(r.error)}`, ...says, lx.t(here ? 'rec.edit.this' : 'rec.edit')].join(' · ');
  }

  show(found, pixels, canvas) {
    this.#given = pixels;
    this.#size = { w: canvas.width, h: canvas.height };
    this.#rows = [...found, ...this.#extra];
    this.paint();
  }

  /** Rows of runs that have no encoder: codes that were searched for. */
  join(found) {
    this.#rows = [...this.#rows.filter((r) => !r.searched), ...found];
    this.#extra = found;
    this.paint();
  }

  clear() {
    this.#rows = [];
    this.#extra = [];
    this.#given = null;
    for (const e of this.#cards.values()) e.remove();
    this.#cards.clear();
    this.#host.hidden = true;
    delete this.#host.dataset.runs;
  }

  rows() {
    return this.#rows;
  }
}
