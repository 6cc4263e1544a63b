/* Directions of the chosen layers' styles as sliders on the current code: principal ones of W, those of the layers' weights, attributes,
 * one's own. A slider stands at the code's coordinate along its direction within these layers. `view`: layers, found(n). */
import { effect, title } from './direction_moves.js';
import { lx } from './store.js';
import './own.js';

export const makeStyleDirections = (host, view, on) => {
  const $ = (s) => host.querySelector(s),
    KINDS = ['attribute', 'own', 'principal', 'closed form'],
    bar = $('.lx-progress');
  let rows = [],
    selected = null,
    seen = false,
    timer,
    asked = 0,
    mine = '',
    styled = [],
    named = [],
    namedOf = '',
    typed = false;
  const key = () => [lx.state.run, lx.state.label, view.layers.map(Number).join('')].join();
  /* one step of a direction: what a slider adds to the code from 0 to 1, in the chosen layers alone */
  const step = (d) => {
    const D = lx.state.info.spec.w_dim;
    return d.vector.map((v, i) => (view.layers[Math.floor(i / D)] ? v * d.sigma : 0));
  };
  const along = (s, w = lx.state.w) => {
    const { mean } = lx.state.info;
    let a = 0,
      b = 0;
    for (let i = 0; i < w.length; i++) {
      a += (w[i] - mean[i]) * s[i];
      b += s[i] * s[i];
    }
    return b > 0 ? a / b : 0;
  };
  const slider = (d, k, choices) => {
    const row = document.createElement('div'),
      line = document.createElement('div'),
      head = document.createElement('button'),
      input = document.createElement('input'),
      out = document.createElement('output'),
      text = document.createElement('p');
    row.className = 'lx-dir';
    line.className = 'lx-dir-line';
    head.type = 'button';
    head.className = 'lx-dir-name';
    input.type = 'range';
    input.className = 'lx-range';
    input.min = -4;
    input.max = 4;
    input.step = 0.01;
    out.className = 'num';
    const item = { d, k, row, input, out, s: step(d) };
    item.write = () => {
      head.textContent = choices ? lx.field(item.d.name[0]) : title(item.d, k);
      input.setAttribute('aria-label', title(item.d, k));
      const e = item.d.kind === 'own' ? { main: '', clear: false } : item.d.statistic ? effect(item.d) : { main: lx.t('sty.unmeasured') },
        b = document.createElement('b');
      b.textContent = e.main;
      b.className = e.clear ? '' : 'dim';
      text.replaceChildren(b, ...[e.side, e.accuracy].filter(Boolean).map((t) => ' · ' + t));
      row.title = text.textContent;
    };
    head.onclick = () => select(item);
    input.onfocus = () => select(item);
    input.oninput = () => {
      select(item);
      const by = +input.value - along(item.s);
      lx.setCode(
        lx.state.w.map((v, i) => v + by * item.s[i]),
        { kind: 'found' },
      );
    };
    line.append(head);
    if (choices) {
      const s = document.createElement('select');
      s.className = 'lx-chip lx-cat';
      s.setAttribute('aria-label', lx.field(d.name[0]));
      s.append(
        ...choices.map((c, i) => {
          const o = document.createElement('option');
          o.value = i;
          o.textContent = lx.category(c.name[0], c.name[1]);
          return o;
        }),
      );
      s.value = choices.indexOf(d);
      s.onchange = () => {
        item.d = choices[+s.value];
        item.s = step(item.d);
        item.write();
        select(item);
        sync();
      };
      line.append(s);
    }
    line.append(input, out);
    row.append(line, text);
    item.write();
    rows.push(item);
    return row;
  };
  const build = () => {
    const was = selected && title(selected.d, selected.k) + selected.d.kind;
    rows = [];
    selected = null;
    const own = lx.own.list().map((d) => ({ kind: 'own', name: d.name, vector: d.vector, sigma: 1, side: [] })),
      all = [...styled, ...named, ...own];
    $('.lx-groups').replaceChildren(
      ...KINDS.flatMap((kind) => {
        const of = all.filter((d) => d.kind === kind);
        if (!of.length) return [];
        const section = document.createElement('section'),
          h = document.createElement('h3'),
          p = document.createElement('p'),
          fields = new Map();
        section.dataset.kind = kind;
        h.textContent = lx.t('sty.kind.' + kind);
        p.className = 'lx-note';
        p.textContent = lx.t('sty.why.' + kind);
        section.append(h, p);
        if (kind !== 'attribute') section.append(...of.map((d, k) => slider(d, k)));
        else {
          for (const d of of) fields.set(d.name[0], [...(fields.get(d.name[0]) || []), d]);
          for (const list of [...fields.values()].sort((a, b) => (a.length > 1) - (b.length > 1))) {
            const best = list.reduce((a, b) => ((b.main?.change || 0) > (a.main?.change || 0) ? b : a));
            section.append(slider(best, 0, list.length > 1 ? list : null));
          }
        }
        return [section];
      }),
    );
    select(rows.find((r) => title(r.d, r.k) + r.d.kind === was) || rows[0]);
    sync();
    view.found(rows.length);
  };
  const select = (item) => {
    if (!item) return;
    selected = item;
    for (const r of rows) r.row.classList.toggle('on', r === item);
    if (!typed)
      $('.lx-keep input').value = title(item.d, item.k)
        .replace(/^\d+ · /, '')
        .slice(0, 40);
  };
  const sync = () => {
    if (!on() || !lx.state.w) return;
    for (const r of rows) {
      const v = along(r.s);
      if (document.activeElement !== r.input || Math.abs(+r.input.value - v) > 0.02) r.input.value = v;
      lx.range(r.input);
      r.out.textContent = lx.number(v, 1);
    }
  };
  $('.lx-keep input').oninput = () => {
    typed = true;
  };
  $('.lx-keep').onsubmit = (e) => {
    e.preventDefault();
    if (!selected) return;
    const name = $('.lx-keep input').value.trim() || title(selected.d, selected.k);
    typed = false;
    lx.own.add({ name, vector: selected.s });
    lx.say(lx.t('arith.saved', { name }));
    host.dataset.saved = name;
  };
  const told = () => {
    $('.lx-turn-which').textContent = lx.t(view.layers.some(Boolean) ? 'sty.directions.note' : 'sty.directions.none');
  };
  /* worked out on the server in the background: asked for when the panel is in sight */
  const poll = async (body, still) => {
    for (;;) {
      const d = await lx.code(body);
      if (!still()) return null;
      if (d.ready) {
        bar.hidden = true;
        return d.directions.map((x) => ({ ...x, vector: lx.f32(x.vector) }));
      }
      bar.hidden = false;
      bar.firstChild.style.width = 100 * d.done + '%';
      bar.setAttribute('aria-valuenow', Math.round(100 * d.done));
      await new Promise((f) => setTimeout(f, 500));
      if (!still()) return null;
    }
  };
  const ask = () => {
    told();
    clearTimeout(timer);
    if (!on() || !seen) return;
    timer = setTimeout(async () => {
      const me = ++asked,
        now = key(),
        still = () => me === asked && on() && key() === now;
      if (now === mine) {
        build();
        return;
      }
      try {
        styled = [];
        if (view.layers.some(Boolean)) {
          const d = await poll({ op: 'style_directions', layers: view.layers }, still);
          if (!d) return;
          styled = d;
        }
        mine = now;
        build();
        const whose = [lx.state.run, lx.state.label].join();
        if (namedOf !== whose) {
          named = [];
          const d = await poll({ op: 'directions' }, () => on() && [lx.state.run, lx.state.label].join() === whose);
          if (!d) return;
          named = d.filter((x) => x.kind === 'attribute');
          namedOf = whose;
          build();
        }
      } catch (e) {
        bar.hidden = true;
        lx.say(e.message, 'error');
      }
    }, 250);
  };
  lx.own.changed(() => {
    if (on() && mine) build();
  });
  new IntersectionObserver((all) => {
    seen = all.some((x) => x.isIntersecting);
    if (seen) ask();
  }).observe(host);
  return {
    ask,
    sync,
    build: () => {
      if (mine) build();
      told();
    },
    clear: () => {
      mine = namedOf = '';
      styled = [];
      named = [];
      rows = [];
      selected = null;
      $('.lx-groups').replaceChildren();
    },
  };
};
