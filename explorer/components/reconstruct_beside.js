/* The image in every run that takes it, ranked: a card each with reconstruction, error map and error. `view`: mode(), edit(run).
 * data-n counts paintings, data-runs: the runs in the order of their rank. */
import { errorMap, short } from './reconstruct_error.js';
import { lx } from './store.js';

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
  fitting() {
    const me = lx.runOf(lx.state.run),
      shape = String(lx.state.info.spec.shape),
      near = (r) => (r.name === lx.state.run ? 0 : r.dataset === me?.dataset ? 1 : 2);
    const all = (lx.state.runs || []).filter((r) => r.encodes && String(r.shape) === shape).sort((a, b) => near(a) - near(b));
    return (all.some((r) => r.name === lx.state.run) ? all : [{ name: lx.state.run }, ...all]).slice(0, MOST);
  }

  #card(name) {
    const e = document.createElement('button'),
      pair = document.createElement('span'),
      text = document.createElement('span');
    e.type = 'button';
    e.className = 'lx-model';
    e.dataset.run = name;
    pair.className = 'lx-duo';
    pair.append(document.createElement('canvas'), document.createElement('canvas'));
    text.className = 'lx-model-text';
    for (const tag of ['b', 'i', 'u']) text.append(document.createElement(tag));
    const bar = document.createElement('s');
    bar.append(document.createElement('s'));
    e.append(pair, text, bar);
    e.onclick = () => this.#view.edit(name);
    return e;
  }

  paint() {
    if (!this.#given || !this.#rows.length) return;
    const ranked = [...this.#rows].sort((a, b) => a.error - b.error),
      worst = Math.max(...this.#rows.map((r) => r.error), 1e-9),
      grey = lx.state.info.spec.shape[0] === 1,
      focus = document.activeElement,
      mine = lx.runOf(lx.state.run);
    for (const [name, e] of this.#cards)
      if (!this.#rows.some((r) => r.run === name)) {
        e.remove();
        this.#cards.delete(name);
      }
    ranked.forEach((r, k) => {
      let e = this.#cards.get(r.run);
      if (!e) this.#cards.set(r.run, (e = this.#card(r.run)));
      if (this.#grid.children[k] !== e) {
        this.#grid.insertBefore(e, this.#grid.children[k] || null);
        if (focus === e) e.focus({ preventScroll: true });
      }
      const [out, off] = e.querySelectorAll('canvas'),
        [title, more, error] = e.querySelectorAll('b, i, u'),
        run = lx.runOf(r.run),
        other = run && mine && run.dataset !== mine.dataset;
      out.width = this.#size.w;
      out.height = this.#size.h;
      out.getContext('2d').drawImage(r.tile, 0, 0);
      errorMap(off, this.#given, r.pixels, this.#size.w, this.#size.h, grey, this.#view.mode());
      title.textContent = `${k + 1} · ${run?.title || run?.family_title || r.run}`;
      error.textContent = short(r.error);
      e.dataset.error = r.error;
      const says = [
        r.searched ? lx.t('rec.searched') : '',
        typeof r.percentile === 'number' ? lx.t('rec.rank', { p: Math.round(r.percentile * 100) }) : '',
        other ? lx.t('rec.learned', { title: run.dataset_title }) : '',
      ].filter(Boolean);
      more.textContent = other ? lx.t('rec.learned', { title: run.dataset_title }) : says[0] || '';
      e.classList.toggle('other', !!other);
      e.querySelector('s > s').style.width = (100 * r.error) / worst + '%';
      e.classList.toggle('on', r.run === lx.state.run);
      e.setAttribute('aria-current', r.run === lx.state.run);
      e.title = [`${lx.t('rec.squared')} ${short(r.error)}`, ...says, lx.t(r.run === lx.state.run ? 'rec.edit.this' : 'rec.edit')].join(
        ' · ',
      );
      e.setAttribute('aria-label', `${title.textContent}: ${e.title}`);
    });
    this.#host.hidden = this.#rows.length < 2 && !this.#host.dataset.more;
    this.#host.dataset.runs = ranked.map((r) => r.run).join(' ');
    this.#host.dataset.n = (+this.#host.dataset.n || 0) + 1;
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
