/* The code of the image in use, moved along the attributes that the run's codes were found to tell apart: one slider for each field,
 * several categories behind a choice. data-n: sliders shown; data-state: finding, ready or none. `view`: set(w, origin), changed(). */
import { CLEAR, coordinate, effect, findDirections, moved } from './direction_moves.js';
import { lx } from './store.js';

const MOST = 8;

export class Edit {
  #view;
  #host;
  #list;
  #mine = '';
  #rows = [];
  #asked = 0;
  #tries = 0;
  #wish = [];
  #row = (all) => {
    const e = document.createElement('div'),
      name = document.createElement('label'),
      input = document.createElement('input'),
      out = document.createElement('output');
    e.className = 'lx-edit';
    input.type = 'range';
    input.className = 'lx-range';
    input.min = -4;
    input.max = 4;
    input.step = 0.01;
    out.className = 'num';
    const item = { d: all[0], all, input, out, e, pick: () => {} };
    let choice = null;
    if (all.length > 1) {
      choice = document.createElement('select');
      choice.className = 'lx-chip';
      choice.append(
        ...all.map((d, i) => {
          const o = document.createElement('option');
          o.value = i;
          return o;
        }),
      );
      item.pick = (i) => {
        choice.value = i;
        item.d = all[i];
        item.write();
      };
      choice.onchange = () => {
        item.pick(+choice.value);
        this.sync();
        this.#view.changed();
      };
    }
    item.write = () => {
      const d = item.d,
        says = effect(d);
      name.textContent = choice ? lx.field(d.name[0]) : lx.phrase(...d.name);
      input.setAttribute('aria-label', lx.phrase(...d.name));
      e.dataset.name = d.name.join(' ');
      e.title = [says.main, says.side, says.accuracy].filter(Boolean).join(' · ');
      if (choice) {
        choice.setAttribute('aria-label', lx.field(d.name[0]));
        all.forEach((x, i) => (choice.options[i].textContent = lx.category(x.name[0], x.name[1])));
      }
    };
    input.oninput = () => {
      this.#view.set(moved(item.d, +input.value), { kind: 'found' });
    };
    e.append(name, ...(choice ? [choice] : []), input, out);
    item.write();
    this.#rows.push(item);
    return e;
  };
  ask = async () => {
    if (!this.#shown() || this.#mine === this.#key()) {
      this.sync();
      return;
    }
    const me = ++this.#asked,
      wanted = this.#key();
    this.#mine = wanted;
    this.#rows = [];
    this.#list.replaceChildren();
    this.#host.hidden = false;
    this.#state('finding');
    this.#host.dataset.n = 0;
    try {
      const found = await findDirections(() => me === this.#asked && this.#shown() && wanted === this.#key());
      if (!found) {
        if (me === this.#asked) this.#mine = '';
        return;
      }
      this.#list.append(...this.#fields(found).map(this.#row));
      this.#choose();
      this.#host.dataset.n = this.#rows.length;
      this.#state(this.#rows.length ? 'ready' : 'none');
      this.sync();
      this.#tries = 0;
    } catch (e) {
      if (me === this.#asked && this.#tries++ < 3) {
        this.#mine = '';
        setTimeout(this.ask, 2000);
      } else this.#state('none');
    }
  };

  constructor(host, view) {
    this.#host = host;
    this.#view = view;
    this.#list = this.#find('.lx-edits');
  }

  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #key() {
    return lx.state.run + ' ' + lx.state.label;
  }

  #shown() {
    return lx.state.view === 'reconstruct';
  }

  #gain(d) {
    return d.main ? Math.abs(d.main.change) : 0;
  }

  /* fields that move clearly, the strongest first; each with its categories, the clearest chosen */
  #fields(found) {
    const by = new Map();
    for (const d of found) if (d.kind === 'attribute') (by.get(d.name[0]) || by.set(d.name[0], []).get(d.name[0])).push(d);
    return [...by.values()]
      .map((all) => [...all].sort((a, b) => this.#gain(b) - this.#gain(a)))
      .filter((all) => this.#gain(all[0]) >= CLEAR)
      .sort((a, b) => this.#gain(b[0]) - this.#gain(a[0]))
      .slice(0, MOST);
  }

  sync() {
    if (!lx.state.w || this.#host.hidden) return;
    for (const r of this.#rows) {
      if (r.d.vector.length !== lx.state.w.length) continue;
      const v = coordinate(r.d);
      if (document.activeElement !== r.input || Math.abs(+r.input.value - v) > 0.02) r.input.value = v;
      lx.range(r.input);
      r.out.textContent = lx.number(v, 1);
    }
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
