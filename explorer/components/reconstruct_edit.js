/* The code of the image in use, moved along the attributes that the run's codes were found to tell apart: one slider for each field, several
 * categories behind a choice. data-n: sliders shown; data-state: finding, ready or none. `view`: set(w, origin), changed(). */
import { CLEAR, coordinate, effect, findDirections, moved } from './direction_moves.js';
import { lx } from './store.js';

export const makeEdit = (host, view) => {
  const q = (s) => host.querySelector(s),
    list = q('.lx-edits'),
    MOST = 8;
  let mine = '',
    rows = [],
    asked = 0,
    tries = 0,
    wish = [];
  const key = () => lx.state.run + ' ' + lx.state.label,
    shown = () => lx.state.view === 'reconstruct';
  const gain = (d) => (d.main ? Math.abs(d.main.change) : 0);
  /* fields that move clearly, the strongest first; each with its categories, the clearest chosen */
  const fields = (found) => {
    const by = new Map();
    for (const d of found) if (d.kind === 'attribute') (by.get(d.name[0]) || by.set(d.name[0], []).get(d.name[0])).push(d);
    return [...by.values()]
      .map((all) => [...all].sort((a, b) => gain(b) - gain(a)))
      .filter((all) => gain(all[0]) >= CLEAR)
      .sort((a, b) => gain(b[0]) - gain(a[0]))
      .slice(0, MOST);
  };
  const row = (all) => {
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
        sync();
        view.changed();
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
      view.set(moved(item.d, +input.value), { kind: 'found' });
    };
    e.append(name, ...(choice ? [choice] : []), input, out);
    item.write();
    rows.push(item);
    return e;
  };
  const sync = () => {
    if (!lx.state.w || host.hidden) return;
    for (const r of rows) {
      if (r.d.vector.length !== lx.state.w.length) continue;
      const v = coordinate(r.d);
      if (document.activeElement !== r.input || Math.abs(+r.input.value - v) > 0.02) r.input.value = v;
      lx.range(r.input);
      r.out.textContent = lx.number(v, 1);
    }
  };
  /* categories that a link asks for: "field category" */
  const choose = () => {
    for (const r of rows) {
      const i = r.all.findIndex((d) => wish.includes(d.name.join(' ')));
      if (i > 0) r.pick(i);
    }
  };
  const state = (name) => {
    host.dataset.state = name;
    q('.lx-edit-note').textContent = lx.t('rec.change.' + name);
  };
  const ask = async () => {
    if (!shown() || mine === key()) {
      sync();
      return;
    }
    const me = ++asked,
      wanted = key();
    mine = wanted;
    rows = [];
    list.replaceChildren();
    host.hidden = false;
    state('finding');
    host.dataset.n = 0;
    try {
      const found = await findDirections(() => me === asked && shown() && wanted === key());
      if (!found) {
        if (me === asked) mine = '';
        return;
      }
      list.append(...fields(found).map(row));
      choose();
      host.dataset.n = rows.length;
      state(rows.length ? 'ready' : 'none');
      sync();
      tries = 0;
    } catch (e) {
      if (me === asked && tries++ < 3) {
        mine = '';
        setTimeout(ask, 2000);
      } else state('none');
    }
  };
  return {
    ask,
    sync,
    get chosen() {
      return rows.length ? rows.filter((r) => r.d !== r.all[0]).map((r) => r.d.name.join(' ')) : wish;
    },
    restore: (names) => {
      wish = names;
      for (const r of rows) r.pick(0);
      choose();
      sync();
    },
    tell: () => {
      for (const r of rows) r.write();
      if (host.dataset.state) state(host.dataset.state);
    },
  };
};
