import { mounted } from './mounted.js';
import { coordinate, effect, findDirections, moved, sign, title } from './direction_moves.js';
import { lx } from './store.js';
import './own.js';

const { element } = mounted('directions');

const $ = (s) => element.querySelector(s),
  VALUES = [-3, -2, -1, 0, 1, 2, 3],
  KINDS = ['attribute', 'own', 'closed form', 'principal'];
let shown = false,
  found = null,
  mine = null,
  label = null,
  rows = [],
  selected = null,
  asked = 0;
const here = () => lx.state.view === 'codes' && lx.state.info && lx.supports(lx.state.run, 'codes');
const on = () => shown && here();

/* ---- the link: whether directions are shown, and the chosen one by its name or number; its value is the code's ---- */
const KEYS = { attribute: 'a', own: 'o', 'closed form': 'c', principal: 'p' };
let wish = ''; /* the one that a link asks for, until the list is there */
const plain = (v) => encodeURIComponent(v).replaceAll('~', '%7E');
const keyOf = (d, k) => [KEYS[d.kind], ...(d.kind === 'attribute' ? d.name : [d.kind === 'own' ? d.name : k])].map(plain).join('~');
const write = (quiet) => {
  if (lx.state.view !== 'codes') return;
  const chosen = selected ? keyOf(selected.d, selected.k) : wish;
  lx.keep('dir', !shown ? null : chosen ? '1~' + chosen : '1', quiet);
};
/* the row of the direction that is wished for; of a field with several categories the row with that one chosen */
const wished = () => {
  for (const r of rows) {
    const i = (r.all || [r.d]).findIndex((d) => keyOf(d, r.k) === wish);
    if (i >= 0) {
      r.pick?.(i);
      return r;
    }
  }
  return null;
};

/* ---- the list ---- */
const slider = (d, k, more) => {
  const row = document.createElement('div'),
    head = document.createElement('button'),
    input = document.createElement('input'),
    out = document.createElement('output'),
    text = document.createElement('p');
  row.className = 'lx-dir';
  head.type = 'button';
  head.className = 'lx-dir-name';
  input.type = 'range';
  input.className = 'lx-range';
  input.min = -4;
  input.max = 4;
  input.step = 0.01;
  out.className = 'num';
  const item = { d, k, row, input, out };
  const tell = () => {
    head.textContent = more && item.d.kind === 'attribute' ? lx.field(item.d.name[0]) : title(item.d, k);
    input.setAttribute('aria-label', title(item.d, k));
    const e = effect(item.d);
    text.replaceChildren();
    if (e.text) text.textContent = e.text;
    else {
      const b = document.createElement('b');
      b.textContent = e.main;
      b.className = e.clear ? '' : 'dim';
      text.append(b, e.side ? ' · ' + e.side : '');
      row.title = [e.main, e.side, e.accuracy].filter(Boolean).join(' · ');
    }
    row.dataset.effect = text.textContent;
  };
  item.tell = tell;
  head.onclick = () => {
    select(item);
    write();
  };
  input.onfocus = () => {
    select(item);
    write();
  };
  input.oninput = () => {
    select(item, true);
    lx.setCode(moved(item.d, +input.value), { kind: 'found' });
  };
  const line = document.createElement('div');
  line.className = 'lx-dir-line';
  line.append(head, ...(more ? more(item) : []), input, out);
  row.append(line, text);
  tell();
  rows.push(item);
  return row;
};
const byField = (all, f) => {
  /* a field of several categories: one slider, its category chosen */
  const best = all.reduce((a, b) => ((b.main?.change || 0) > (a.main?.change || 0) ? b : a));
  return slider(best, all.indexOf(best), (item) => {
    const s = document.createElement('select');
    s.className = 'lx-chip lx-cat';
    s.setAttribute('aria-label', lx.field(f));
    s.append(
      ...all.map((d, i) => {
        const o = document.createElement('option');
        o.value = i;
        o.textContent = lx.category(f, d.name[1]);
        return o;
      }),
    );
    s.value = all.indexOf(best);
    item.all = all;
    item.pick = (i) => {
      s.value = i;
      item.d = all[i];
      item.tell();
    };
    s.onchange = () => {
      item.pick(+s.value);
      select(item);
      sync();
      write();
    };
    return [s];
  });
};
const build = () => {
  const host = $('.lx-groups'),
    kept = selected && { kind: selected.d.kind, title: title(selected.d, selected.k) };
  rows = [];
  selected = null;
  host.replaceChildren();
  if (!found) {
    bare();
    return;
  }
  const own = lx.own.list().map((d) => {
    const n = Math.hypot(...d.vector),
      known = measures.get(d.name + n);
    return {
      kind: 'own',
      name: d.name,
      vector: d.vector.map((v) => v / n),
      sigma: known?.sigma ?? null,
      main: known?.main,
      side: known?.side || [],
      statistic: known?.statistic,
      raw: d,
      n,
    };
  });
  for (const kind of KINDS) {
    const all = kind === 'own' ? own : found.filter((d) => d.kind === kind);
    if (!all.length && kind !== 'own') continue;
    const section = document.createElement('section'),
      h = document.createElement('h2'),
      p = document.createElement('p');
    section.dataset.kind = kind;
    h.className = 'lx-h';
    h.textContent = lx.t('dir.kind.' + kind);
    p.className = 'lx-note';
    p.textContent = lx.t('dir.why.' + kind);
    section.append(h, p);
    if (kind === 'attribute') {
      const fields = new Map();
      for (const d of all) (fields.get(d.name[0]) || fields.set(d.name[0], []).get(d.name[0])).push(d);
      const each = [...fields].sort((a, b) => (a[1].length > 1) - (b[1].length > 1));
      for (const [f, list] of each) section.append(list.length > 1 ? byField(list, f) : slider(list[0], 0));
    } else if (kind === 'own') {
      const tools = document.createElement('div'),
        open = document.createElement('button'),
        file = document.createElement('input');
      tools.className = 'lx-own-tools';
      open.type = 'button';
      open.className = 'lx-btn lx-small lx-open-own';
      open.textContent = lx.t('dir.open');
      file.type = 'file';
      file.accept = '.json,application/json';
      file.hidden = true;
      open.onclick = () => file.click();
      file.onchange = () => {
        take(file.files[0]);
        file.value = '';
      };
      tools.append(open, file);
      all.forEach((d, k) => {
        if (d.sigma === null) {
          measure(d);
          d.sigma = 1;
        }
        section.append(
          slider(d, k, () => [
            small('↓', 'dir.download', d, () => lx.own.download(d.raw)),
            small('×', 'dir.remove', d, () => lx.own.remove(d.name)),
          ]),
        );
      });
      section.append(tools);
    } else all.forEach((d, k) => section.append(slider(d, k)));
    host.append(section);
  }
  element.dataset.found = found.length;
  element.dataset.own = own.length;
  select((wish && wished()) || rows.find((r) => kept && r.d.kind === kept.kind && title(r.d, r.k) === kept.title) || rows[0]);
  wish = '';
  sync();
};
/* no list: no strip of another run's direction, and no words about it */
const bare = () => {
  const c = $('.lx-seven canvas');
  c.getContext('2d').clearRect(0, 0, c.width, c.height);
  $('.lx-which').textContent = $('.lx-tells').textContent = '';
  delete element.dataset.selected;
  for (const b of element.querySelectorAll('.lx-cells7 button')) {
    b.classList.remove('on');
    b.disabled = true;
  }
};
const small = (text, key, d, act) => {
  const b = document.createElement('button');
  b.type = 'button';
  b.className = 'lx-dir-tool';
  b.textContent = text;
  b.title = lx.t(key, { name: d.name });
  b.setAttribute('aria-label', b.title);
  b.onclick = act;
  return b;
};
const measures = new Map();
const measure = async (d) => {
  const key = d.name + d.n,
    run = lx.state.run;
  if (measures.has(key)) return;
  measures.set(key, null);
  try {
    const m = await lx.code({ op: 'measure', vector: lx.b64(d.raw.vector) });
    measures.set(key, m);
    if (run === lx.state.run && on()) build();
  } catch (e) {
    measures.delete(key);
    lx.say(e.message, 'error');
  }
};
const take = async (f) => {
  if (!f) return;
  try {
    if (f.size > 4 * 2 ** 20) throw new Error(lx.t('dir.notone'));
    const d = lx.own.read(await f.text());
    lx.own.add(d);
    lx.say(lx.t(d.other ? 'dir.other' : 'dir.opened', { name: d.name }));
  } catch (e) {
    lx.say(e.message, 'error');
    element.dataset.error = e.message;
  }
};
lx.own.changed(() => {
  if (on()) build();
});
const sync = () => {
  if (!on() || !lx.state.w) return;
  for (const r of rows) {
    const v = coordinate(r.d);
    if (document.activeElement !== r.input || Math.abs(+r.input.value - v) > 0.02) r.input.value = v;
    lx.range(r.input);
    r.out.textContent = lx.number(v, 1);
  }
};

/* ---- the strip: the current code with the selected direction at -3 … 3 ---- */
const select = (item, quiet) => {
  if (!item) return;
  const was = selected;
  selected = item;
  for (const r of rows) r.row.classList.toggle('on', r === item);
  const e = effect(item.d);
  $('.lx-which').textContent = title(item.d, item.k);
  $('.lx-tells').textContent = e.text || [e.main, e.side, e.accuracy].filter(Boolean).join(' · ');
  element.dataset.selected = title(item.d, item.k);
  if (was !== item || !quiet) strip();
};
const strip = () => {
  if (!on() || !selected) return;
  for (const b of element.querySelectorAll('.lx-cells7 button')) b.disabled = false;
  const d = selected.d,
    w = new Float32Array(lx.state.w.length * VALUES.length);
  VALUES.forEach((v, k) => w.set(moved(d, v), k * lx.state.w.length));
  const canvas = $('.lx-seven canvas'),
    [, h, ww] = lx.state.info.spec.shape,
    at = Math.max(-3, Math.min(3, Math.round(coordinate(d))));
  canvas.setAttribute('aria-label', lx.t('dir.strip', { name: title(d, selected.k) }));
  for (const b of element.querySelectorAll('.lx-cells7 button')) b.classList.toggle('on', +b.dataset.value === at);
  lx.draw(canvas, { op: 'grid', w: lx.b64(w), columns: VALUES.length }, (x, im) => {
    if (!selected) return;
    const n = VALUES.length,
      W = canvas.clientWidth || 600,
      k = Math.min(devicePixelRatio || 1, 2),
      gap = 5,
      side = (W - gap * (n - 1)) / n;
    canvas.width = W * k;
    canvas.height = side * k;
    x.imageSmoothingEnabled = side * k < ww;
    for (let i = 0; i < n; i++) {
      x.save();
      x.beginPath();
      x.roundRect(i * (side + gap) * k, 0, side * k, side * k, 8 * k);
      x.clip();
      x.drawImage(im, i * ww, 0, ww, h, i * (side + gap) * k, 0, side * k, side * k);
      x.restore();
    }
    element.dataset.strip = (+element.dataset.strip || 0) + 1;
  });
};
for (const v of VALUES) {
  const b = document.createElement('button'),
    i = document.createElement('i');
  b.type = 'button';
  b.dataset.value = v;
  i.textContent = sign(v) + (v ? ' σ' : '');
  b.append(i);
  b.setAttribute('aria-label', sign(v) + ' σ');
  b.onclick = () => selected && lx.setCode(moved(selected.d, v), { kind: 'found' });
  $('.lx-cells7').append(b);
}

/* ---- asking for them: worked out on the server in the background ---- */
const ask = async () => {
  if (!on()) return;
  if (mine === lx.state.run && label === lx.state.label && found) {
    build();
    return;
  }
  const run = lx.state.run,
    me = ++asked,
    bar = $('.lx-progress');
  label = lx.state.label;
  mine = run;
  found = null;
  build();
  measures.clear();
  delete element.dataset.found;
  try {
    const all = await findDirections(
      () => me === asked && run === lx.state.run && (on() || (mine = null)),
      (done) => {
        bar.hidden = $('.lx-finding').hidden = false;
        bar.firstChild.style.width = 100 * done + '%';
        bar.setAttribute('aria-valuenow', Math.round(100 * done));
      },
    );
    if (!all) return;
    found = all;
    build();
  } catch (e) {
    mine = null;
    element.dataset.error = e.message;
    lx.say(e.message, 'error');
  } finally {
    if (me === asked) bar.hidden = $('.lx-finding').hidden = true;
  }
};
const face = (name) => {
  shown = name === 'found';
  for (const b of element.querySelectorAll('[data-face]')) {
    b.setAttribute('aria-checked', b.dataset.face === name);
    b.classList.toggle('on', b.dataset.face === name);
    b.tabIndex = b.dataset.face === name ? 0 : -1;
  }
  document.getElementById('view-codes')?.classList.toggle('lx-found-on', shown);
  $('.lx-found').hidden = !shown;
  element.dataset.on = shown;
  if (shown) ask();
  else window.dispatchEvent(new Event('resize'));
  document.dispatchEvent(new Event('lx-face'));
};
for (const b of element.querySelectorAll('[data-face]'))
  b.onclick = () => {
    face(b.dataset.face);
    write();
  };
$('.lx-switch').onkeydown = (e) => {
  if (['ArrowLeft', 'ArrowRight'].includes(e.key)) {
    e.preventDefault();
    const b = $(`[data-face=${shown ? 'grid' : 'found'}]`);
    b.focus();
    b.click();
  }
};
const live = () => {
  if (!on()) return;
  if (mine !== lx.state.run || label !== lx.state.label) ask();
  else {
    sync();
    strip();
  }
};
face('grid');
lx.on('run', () =>
  setTimeout(() => {
    if (on()) {
      ask();
      write(true);
    }
  }),
);
lx.on('restore', () => {
  const [is, ...key] = String(lx.state.kept.dir || '').split('~');
  wish = is === '1' ? key.join('~') : '';
  face(is === '1' ? 'found' : 'grid');
});
lx.on('view', () => requestAnimationFrame(() => on() && ask()));
lx.on('code', live);
lx.on('lang', () => {
  if (on()) build();
});
let width = 0;
new ResizeObserver(() => {
  const now = $('.lx-seven').clientWidth;
  if (now && now !== width) {
    width = now;
    strip();
  }
}).observe($('.lx-seven'));
lx.translate(element);
element.dataset.mounted = 'true';
