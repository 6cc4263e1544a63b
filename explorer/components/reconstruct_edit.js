/* The code of the image in use, moved along the attributes that the run's codes were found to tell apart: one slider for each field,
 * several categories behind a choice. data-n: sliders shown; data-state: finding, ready or none. `view`: set(w, origin), changed(). */
import { CLEAR, coordinate, effect, findDirections, moved } from './direction_moves.js';
import { byField, categoryChoice, dial, turn } from './direction_sliders.js';
import { make } from './dom.js';
import { lx } from './store.js';

const MOST = 8;

const runKey = () => lx.state.run + ' ' + lx.state.label;

const shown = () => lx.state.view === 'reconstruct';

const gain = (d) => (d.main ? Math.abs(d.main.change) : 0);

/* fields that move clearly, the strongest first; each with its categories, the clearest chosen */
const fields = (found) => {
  return byField(found.filter((d) => d.kind === 'attribute'))
    .map(([, all]) => [...all].sort((a, b) => gain(b) - gain(a)))
    .filter((all) => gain(all[0]) >= CLEAR)
    .sort((a, b) => gain(b[0]) - gain(a[0]))
    .slice(0, MOST);
};

export class Edit {
  #view;
  #host;
  #list;
  #mine = '';
  #rows = [];
  #asked = 0;
  #tries = 0;
  #wish = [];

  constructor(host, view) {
    this.#host = host;
    this.#view = view;
    this.#list = this.#find('.lx-edits');
  }

  #find(selector) {
    return this.#host.querySelector(selector);
  }

  async ask() {
    if (!shown() || this.#mine === runKey()) {
      this.sync();
      return;
    }
    const me = ++this.#asked,
      wanted = runKey();
    this.#mine = wanted;
    this.#rows = [];
    this.#list.replaceChildren();
    this.#host.hidden = false;
    this.#state('finding');
    this.#host.dataset.n = 0;
    try {
      const found = await findDirections(() => me === this.#asked && shown() && wanted === runKey());
      if (!found) {
        if (me === this.#asked) this.#mine = '';
        return;
      }
      this.#list.append(...fields(found).map((all) => this.#row(all)));
      this.#choose();
      this.#host.dataset.n = this.#rows.length;
      this.#state(this.#rows.length ? 'ready' : 'none');
      this.sync();
      this.#tries = 0;
    } catch {
      if (me === this.#asked && this.#tries++ < 3) {
        this.#mine = '';
        setTimeout(() => this.ask(), 2000);
      } else this.#state('none');
    }
  }

  #row(all) {
    const name = make('label'),
      { input, out } = dial(),
      e = make('div', { className: 'lx-edit' }),
      item = { d: all[0], all, input, out, pick: () => {} };
    item.write = () => {
      const says = effect(item.d);
      name.textContent = all.length > 1 ? lx.field(item.d.name[0]) : lx.phrase(...item.d.name);
      input.setAttribute('aria-label', lx.phrase(...item.d.name));
      e.dataset.name = item.d.name.join(' ');
      e.title = [says.main, says.side, says.accuracy].filter(Boolean).join(' · ');
    };
    input.oninput = () => this.#view.set(moved(item.d, +input.value), { kind: 'found' });
    e.append(name, ...(all.length > 1 ? [this.#choice(item)] : []), input, out);
    item.write();
    this.#rows.push(item);
    return e;
  }

  #choice(item) {
    const { all } = item,
      write = item.write,
      choice = categoryChoice(all, item.d, (k) => {
        item.pick(k);
        this.sync();
        this.#view.changed();
      });
    choice.className = 'lx-chip';
    item.pick = (k) => {
      choice.value = k;
      item.d = all[k];
      item.write();
    };
    /* words, in another language as well */
    item.write = () => {
      write();
      choice.setAttribute('aria-label', lx.field(item.d.name[0]));
      all.forEach((d, k) => (choice.options[k].textContent = lx.category(...d.name)));
    };
    return choice;
  }

  sync() {
    if (!lx.state.w || this.#host.hidden) return;
    for (const r of this.#rows) if (r.d.vector.length === lx.state.w.length) turn(r, coordinate(r.d));
  }

  /* categories that a link asks for: "field category" */
  #choose() {
    for (const r of this.#rows) {
      const i = r.all.findIndex((d) => this.#wish.includes(d.name.join(' ')));
      if (i > 0) r.pick(i);
    }
  }

  #state(name) {
    this.#host.dataset.state = name;
    this.#find('.lx-edit-note').textContent = lx.t('rec.change.' + name);
  }

  get chosen() {
    return this.#rows.length ? this.#rows.filter((r) => r.d !== r.all[0]).map((r) => r.d.name.join(' ')) : this.#wish;
  }

  restore(names) {
    this.#wish = names;
    for (const r of this.#rows) r.pick(0);
    this.#choose();
    this.sync();
  }

  tell() {
    for (const r of this.#rows) r.write();
    if (this.#host.dataset.state) this.#state(this.#host.dataset.state);
  }
}
