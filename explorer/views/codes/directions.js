import { joined } from '../../shell/bytes.js';
import { coordinate, effect, findDirections, moved, sign, title } from '../../shell/direction_moves.js';
import { byField, categoryChoice, clearest, dial, plainFirst, turn } from '../../shell/direction_sliders.js';
import { button, count, entitle, make, onNewSize, progress } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { mounted } from '../../shell/gradio_component.js';
import { ownDirections } from '../../shell/own_directions.js';
import { tileRow, wipe } from '../../shell/pictures.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { DirectionTold } from '../../shell/answers' */
/** @import { Found, OwnDirection } from '../../shell/types' */
/** @typedef {Omit<Found, 'statistic' | 'name' | 'sigma' | 'among' | 'accuracy'> & { kind: 'own', name: string, sigma: number | null,
 *   statistic?: Found['statistic'], raw: OwnDirection, n: number }} Own a person's, of length 1; n: what it was; until it is measured
 *   without sigma and statistic */
/** @typedef {(Found | Own) & { sigma: number }} Shown */
/**
 * @typedef {object} Row a slider
 * @property {Shown} d what it moves along
 * @property {number} k its place among all
 * @property {HTMLElement} row
 * @property {HTMLInputElement} input
 * @property {HTMLOutputElement} out
 * @property {() => void} tell its words
 * @property {Found[]} [all] the categories of its field, where there are several
 * @property {(k: number) => void} [pick] one of them
 */

const { element } = mounted('directions');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  VALUES = [-3, -2, -1, 0, 1, 2, 3],
  KINDS = ['attribute', 'own', 'closed form', 'principal'];
let shown = false,
  found = /** @type {Found[] | null} */ (null),
  mine = /** @type {string | null} */ (null),
  label = /** @type {number | null} */ (null),
  rows = /** @type {Row[]} */ ([]),
  selected = /** @type {Row | null} */ (null),
  lastAsked = new LastAsked();
const here = () => lx.state.view === 'codes' && !!lx.state.info && lx.supports(lx.state.run, 'codes');
const on = () => shown && here();

/* ---- the link: whether directions are shown, and the chosen one by its name or number; its value is the code's ---- */
/** @type {Record<string, string>} */
const KEYS = { attribute: 'a', own: 'o', 'closed form': 'c', principal: 'p' };
let wish = ''; /* the one that a link asks for, until the list is there */
/** @param {string | number} v */
const plain = (v) => encodeURIComponent(v).replaceAll('~', '%7E');
/** @param {Pick<Shown, 'kind' | 'name'>} d @param {number} k */
const keyOf = (d, k) => [KEYS[d.kind], ...(['attribute', 'own'].includes(d.kind) ? [d.name ?? ''].flat() : [k])].map(plain).join('~');
/** @param {boolean} [quiet] */
const write = (quiet) => {
  if (lx.state.view !== 'codes') return;
  const chosen = selected ? keyOf(selected.d, selected.k) : wish,
    text = chosen ? '1~' + chosen : '1';
  lx.keep('dir', shown ? text : null, quiet);
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
/* a direction's row; `more(item)`: what stands between its name and its slider. Of a field with several categories `all`, and `pick` */
/** @param {Shown} d @param {number} k @param {(item: Row) => HTMLElement[]} [more] */
const slider = (d, k, more) => {
  const head = button({ className: 'lx-dir-name' }),
    text = make('p'),
    { input, out } = dial(),
    row = make('div', { className: 'lx-dir' });
  const tell = () => {
    const e = effect(item.d);
    head.textContent = more && item.d.kind === 'attribute' ? lx.field(item.d.name?.[0]) : title(item.d, k);
    input.setAttribute('aria-label', title(item.d, k));
    if (e.text) text.replaceChildren(e.text);
    else {
      text.replaceChildren(make('b', { textContent: e.main, className: e.clear ? '' : 'dim' }), e.side ? ' · ' + e.side : '');
      row.title = [e.main, e.side, e.accuracy].filter(Boolean).join(' · ');
    }
    row.dataset.effect = text.textContent;
  };
  /** @type {Row} */
  const item = { d, k, row, input, out, tell };
  head.onclick = input.onfocus = () => {
    select(item);
    write();
  };
  input.oninput = () => {
    select(item, true);
    lx.setCode(moved(item.d, +input.value), { kind: 'found' });
  };
  row.append(make('div', { className: 'lx-dir-line' }, head, ...(more ? more(item) : []), input, out), text);
  item.tell();
  rows.push(item);
  return row;
};
/* a field of several categories: one slider, its category chosen */
/** @param {Found[]} all */
const fieldSlider = (all) => {
  const best = clearest(all);
  return slider(best, all.indexOf(best), (item) => {
    const choice = categoryChoice(all, best, (k) => {
      pick(k);
      select(item);
      sync();
      write();
    });
    const pick = (/** @type {number} */ k) => {
      choice.value = String(k);
      item.d = all[k];
      item.tell();
    };
    Object.assign(item, { all, pick });
    return [choice];
  });
};
/* one's own as the others are: of length 1, with what was measured of it */
const ownOnes = () =>
  ownDirections.list().map((d) => {
    const n = Math.hypot(...d.vector),
      known = measures.get(d.name + n);
    /** @type {Own} */
    const own = {
      kind: 'own',
      name: d.name,
      vector: d.vector.map((v) => v / n),
      sigma: known?.sigma ?? null,
      main: known?.main ?? null,
      side: known?.side || [],
      statistic: known?.statistic,
      raw: d,
      n,
    };
    return own;
  });
/** @param {Own} d @param {number} k */
const ownRow = (d, k) => {
  if (d.sigma === null) measure(d);
  return slider({ ...d, sigma: d.sigma ?? 1 }, k, () => [
    small('↓', 'dir.download', d, () => ownDirections.download(d.raw)),
    small('×', 'dir.remove', d, () => ownDirections.remove(d.name)),
  ]);
};
const ownTools = () => {
  const file = make('input', { type: 'file', accept: '.json,application/json', hidden: true }),
    open = button({ className: 'lx-btn lx-small lx-open-own', textContent: lx.t('dir.open'), onclick: () => file.click() });
  file.onchange = () => {
    take(file.files?.[0]);
    file.value = '';
  };
  return make('div', { className: 'lx-own-tools' }, open, file);
};
/** @param {Found[]} all */
const attributeRows = (all) => plainFirst(byField(all)).map(([, list]) => (list.length > 1 ? fieldSlider(list) : slider(list[0], 0)));
/** @param {string} kind @param {HTMLElement[]} list */
const section = (kind, list) =>
  make(
    'section',
    { data: { kind } },
    make('h2', { className: 'lx-h', textContent: lx.t('dir.kind.' + kind) }),
    make('p', { className: 'lx-note', textContent: lx.t('dir.why.' + kind) }),
    ...list,
  );
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
  const own = ownOnes();
  for (const kind of KINDS) {
    const all = found.filter((d) => d.kind === kind);
    if (kind === 'own') host.append(section(kind, [...own.map(ownRow), ownTools()]));
    else if (all.length) host.append(section(kind, kind === 'attribute' ? attributeRows(all) : all.map((d, k) => slider(d, k))));
  }
  element.dataset.found = found.length;
  element.dataset.own = own.length;
  select((wish ? wished() : null) || rows.find((r) => kept && r.d.kind === kept.kind && title(r.d, r.k) === kept.title) || rows[0]);
  wish = '';
  sync();
};
/* no list: no strip of another run's direction, and no words about it */
const bare = () => {
  wipe($('.lx-seven canvas'));
  $('.lx-which').textContent = $('.lx-tells').textContent = '';
  delete element.dataset.selected;
  for (const b of element.querySelectorAll('.lx-cells7 button')) {
    b.classList.remove('on');
    b.disabled = true;
  }
};
/** @param {string} textContent @param {string} key @param {{ name: string }} d @param {() => void} onclick */
const small = (textContent, key, d, onclick) => {
  const b = button({ className: 'lx-dir-tool', textContent, onclick });
  entitle(b, lx.t(key, { name: d.name }));
  return b;
};
/** @type {Map<string, DirectionTold | null>} by name and length; null: it is asked for */
const measures = new Map();
/** @param {Own} d */
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
    lx.say(/** @type {Error} */ (e).message, 'error');
  }
};
/** @param {File | undefined} f */
const take = async (f) => {
  if (!f) return;
  try {
    if (f.size > 4 * 2 ** 20) throw new Error(lx.t('dir.notone'));
    const d = ownDirections.read(await f.text());
    ownDirections.add(d);
    lx.say(lx.t(d.other ? 'dir.other' : 'dir.opened', { name: d.name }));
  } catch (e) {
    const { message } = /** @type {Error} */ (e);
    lx.say(message, 'error');
    element.dataset.error = message;
  }
};
ownDirections.changed(() => {
  if (on()) build();
});
const sync = () => {
  if (on() && lx.state.w) for (const r of rows) turn(r, coordinate(r.d));
};

/* ---- the strip: the current code with the selected direction at -3 … 3 ---- */
/** @param {Row | undefined} item @param {boolean} [quiet] */
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
  const d = selected.d,
    canvas = $('.lx-seven canvas'),
    at = Math.max(-3, Math.min(3, Math.round(coordinate(d))));
  canvas.setAttribute('aria-label', lx.t('dir.strip', { name: title(d, selected.k) }));
  for (const b of element.querySelectorAll('.lx-cells7 button')) {
    b.disabled = false;
    b.classList.toggle('on', +b.dataset.value === at);
  }
  const w = lx.b64(joined(VALUES.map((v) => moved(d, v))));
  lx.draw(canvas, { op: 'grid', w, columns: VALUES.length }, (x, im) => {
    if (!selected) return;
    tileRow(x, im, { n: VALUES.length, tile: opened().info.spec.shape.slice(1), gap: 5, width: 600 });
    count(element, 'strip');
  });
};
for (const v of VALUES)
  $('.lx-cells7').append(
    button(
      { data: { value: v }, 'aria-label': sign(v) + ' σ', onclick: () => selected && lx.setCode(moved(selected.d, v), { kind: 'found' }) },
      make('i', { textContent: sign(v) + (v ? ' σ' : '') }),
    ),
  );

/* ---- asking for them: worked out on the server in the background ---- */
const ask = async () => {
  if (!on()) return;
  if (mine === lx.state.run && label === lx.state.label && found) {
    build();
    return;
  }
  const run = lx.state.run,
    isLast = lastAsked.ask(),
    bar = $('.lx-progress');
  label = lx.state.label;
  mine = run;
  found = null;
  build();
  measures.clear();
  delete element.dataset.found;
  try {
    const all = await findDirections(
      () => isLast() && run === lx.state.run && (on() || (mine = null)),
      (done) => {
        progress(bar, done);
        $('.lx-finding').hidden = done === null;
      },
    );
    if (!all) return;
    found = all;
    build();
  } catch (e) {
    mine = null;
    const { message } = /** @type {Error} */ (e);
    element.dataset.error = message;
    lx.say(message, 'error');
  } finally {
    if (isLast()) bar.hidden = $('.lx-finding').hidden = true;
  }
};
/** @param {string} name */
const face = (name) => {
  shown = name === 'found';
  check(element.querySelectorAll('[data-face]'), (b) => b.dataset.face === name);
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
arrowKeys($('.lx-switch'));
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
onNewSize($('.lx-seven'), strip, (box) => box.clientWidth);
lx.translate(element);
element.dataset.mounted = 'true';
