import { coded } from '../../shell/address.js';
import { button, count, entitle, make, progress } from '../../shell/dom.js';
import { mounted } from '../../shell/mounted.js';
import { alike, weighed } from '../../shell/moves.js';
import { ownDirections } from '../../shell/own.js';
import { blank, crop, density, rounded, wipe } from '../../shell/pictures.js';
import { untilReady } from '../../shell/poll.js';
import { lx } from '../../shell/store.js';

/** @import { AskGallery } from '../../shell/answers' */
/** @import { CodeAsked } from '../../shell/types' */

const { element } = mounted('arithmetic');

const $ = (s) => element.querySelector(s),
  SLOTS = ['a', 'b', 'c'],
  MOST = 12,
  PER = 48;
let parts = null,
  mine = null,
  strength = 1,
  seed = 0,
  active = 'a',
  source = 'samples',
  filters = [],
  offset = 0,
  fields = [],
  answer = null,
  ticket = 0,
  asked = 0,
  label = null;
let listed = null,
  pending = null; /* listed: what the gallery shows; pending: a neighbour that was clicked before its code was there */
const on = () => lx.state.view === 'arithmetic' && lx.state.info && lx.supports(lx.state.run, 'arithmetic');
const real = () => !!(lx.state.info.points && lx.state.info.dataset); /* an encoder's own space: real images are exemplars */
const full = () => parts && SLOTS.every((s) => parts[s].length);
const slot = (s) => $(`.lx-slot[data-slot=${s}]`);

/* ---- the link: A, B, C, strength, seed of the noise; where the gallery's images come from, what they show, and the first one's number
   ---- */
const write = (quiet = false) => {
  if (!parts || !on()) return;
  const shown = filters.map((f) => f.map(coded).join(':')).join('.');
  lx.keep('abc', [...SLOTS.map((s) => parts[s].join('.')), +strength.toFixed(2), seed, source[0], shown, offset].join('~'), quiet);
};
const filtersOf = (text) => {
  try {
    return text
      .split('.')
      .filter(Boolean)
      .map((f) => f.split(':').map(decodeURIComponent))
      .filter((f) => f.length === 2)
      .slice(0, 8);
  } catch {
    return [];
  }
};
const parse = (text) => {
  const [a, b, c, s, n, from, shown, first] = String(text || '').split('~');
  const list = (t) =>
      (t || '')
        .split('.')
        .filter((r) => /^[sr]\d{1,9}$/.test(r))
        .slice(0, MOST),
    found = { a: list(a), b: list(b), c: list(c) };
  if (n === undefined || !Object.values(found).some((list) => list.length)) return null;
  const drawn = from
    ? from === 'r'
    : Object.values(found)
        .flat()
        .some((r) => r[0] === 'r');
  return {
    parts: found,
    strength: Math.max(-1, Math.min(3, Number.isFinite(+s) ? +s : 1)),
    seed: Math.max(0, Math.floor(+n) || 0),
    source: drawn && real() ? 'real' : 'samples',
    filters: filtersOf(shown || ''),
    offset: Math.max(0, Math.min(1e6, Math.floor(+first) || 0)),
  };
};

/* ---- the gallery ---- */
const tiles = (canvases, refs) => {
  /* real images from their sheet, samples as the model draws them */
  const samples = refs.map((r, i) => [r, canvases[i]]).filter(([r]) => r[0] === 's');
  refs.forEach((r, i) => {
    if (r[0] === 'r') lx.tile(canvases[i], +r.slice(1)).catch(() => {});
  });
  if (!samples.length) return Promise.resolve();
  const asked = { op: 'exemplars', refs: samples.map(([r]) => r), columns: 12 };
  return lx
    .bytes('render', lx.whose(asked))
    .then((r) => r.blob())
    .then(createImageBitmap)
    .then((im) => {
      samples.forEach(([, c], k) => {
        crop(c, im, lx.state.info.spec.shape.slice(1), k);
        c.dataset.drawn = '1';
      });
      im.close();
    })
    .catch((e) => lx.say(e.message, 'error'));
};
const gallery = async (own = false) => {
  if (!on()) return;
  lx.stale(element.querySelectorAll('.lx-gallery, .lx-count'), true);
  const run = lx.state.run,
    me = ++asked,
    bar = $('.lx-progress');
  try {
    const d = await untilReady(
      () => lx.code({ op: 'gallery', source: /** @type {AskGallery['source']} */ (source), filters, offset, count: PER }),
      () => me === asked && run === lx.state.run && on(),
      (done) => {
        progress(bar, done);
        if (done !== null) $('.lx-how').textContent = lx.t('arith.reading');
      },
      350,
    );
    if (!d) return;
    fields = d.fields;
    listed = { run, source, filters: [...filters], offset };
    shelf(d);
    if (!parts) {
      const s = d.start;
      parts = { a: s.a, b: s.b, c: s.c };
      strength = 1;
      seed = 0;
      changed(own);
    }
  } catch (e) {
    if (me === asked) {
      bar.hidden = true;
      element.dataset.error = e.message;
      lx.say(e.message, 'error');
      unlisted();
    }
  }
};
/* what was asked for cannot be had: the words go back to what is shown, and where that is another run's, it goes */
const unlisted = () => {
  if (listed?.run === lx.state.run) (({ source, offset } = listed), (filters = [...listed.filters]));
  else {
    filters = [];
    offset = 0;
    bare();
  }
  if (!parts) reset();
  lx.stale(element.querySelectorAll('.lx-gallery, .lx-count'), false);
  choices();
  how();
  write();
};
const bare = () => {
  $('.lx-gallery').replaceChildren();
  $('.lx-count').textContent = '';
  fields = [];
  listed = null;
};
const shelf = (d) => {
  lx.stale(element.querySelectorAll('.lx-gallery, .lx-count'), false);
  const host = $('.lx-gallery'),
    had = host.contains(document.activeElement);
  host.replaceChildren(
    ...d.refs.map((r, i) => {
      const b = button({ className: 'lx-ex', data: { ref: r }, draggable: true, tabIndex: i ? -1 : 0 }, blank(8, 8));
      entitle(b, named(r));
      return b;
    }),
  );
  tiles([...host.querySelectorAll('canvas')], d.refs).then(() => {
    element.dataset.shown = d.refs.length;
  });
  marks();
  if (had) host.querySelector('button')?.focus();
  $('.lx-count').textContent = d.total ? `${offset + 1}–${offset + d.refs.length} / ${d.total}` : lx.t('arith.none');
  $('.lx-prev').disabled = !offset;
  $('.lx-next').disabled = offset + PER >= d.total;
  element.dataset.gallery = d.total;
  how();
  choices();
};
const named = (r) => (r[0] === 's' ? lx.t('origin.seed', { seed: r.slice(1) }) : lx.t('origin.point', { index: r.slice(1) }));
const how = () => {
  $('.lx-how').textContent =
    lx.t('arith.how', { slot: active.toUpperCase() }) +
    (fields.some((f) => f.measured) && !fields.some((f) => !f.measured) ? ' ' + lx.t('arith.nonet') : '');
};
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
const filterChip = ([f, v], i) => {
  const what = lx.phrase(f, v);
  return button({
    className: 'lx-chip on',
    textContent: what + ' ×',
    'aria-label': lx.t('arith.unfilter', { what }),
    onclick: () => {
      filters.splice(i, 1);
      offset = 0;
      gallery();
      write();
    },
  });
};
const choices = () => {
  const select = $('.lx-filter');
  select.hidden = !fields.length;
  select.replaceChildren(make('option', { value: '', textContent: lx.t('arith.filter') }), ...fields.map(groupOf));
  $('.lx-filters').replaceChildren(...filters.map(filterChip));
  for (const b of element.querySelectorAll('[data-source]')) {
    b.setAttribute('aria-checked', b.dataset.source === source);
    b.classList.toggle('on', b.dataset.source === source);
    b.parentElement.hidden = !real();
  }
};
$('.lx-filter').onchange = (e) => {
  if (e.target.value) {
    const [f, v] = e.target.value.split('\n');
    filters = [...filters.filter(([g]) => g !== f), [f, v]].slice(-8);
    offset = 0;
    gallery();
    write();
  }
};
for (const b of element.querySelectorAll('[data-source]'))
  b.onclick = () => {
    source = b.dataset.source;
    filters = [];
    offset = 0;
    gallery();
    write();
  };
$('.lx-prev').onclick = () => {
  offset = Math.max(0, offset - PER);
  gallery();
  write();
};
$('.lx-next').onclick = () => {
  offset += PER;
  gallery();
  write();
};

/* ---- putting exemplars in and taking them out ---- */
const add = (s, ref) => {
  if (!parts || parts[s].includes(ref)) return;
  if (parts[s].length >= MOST) return lx.say(lx.t('arith.full', { n: MOST }));
  parts = { ...parts, [s]: [...parts[s], ref] };
  changed();
};
const remove = (s, ref) => {
  parts = { ...parts, [s]: parts[s].filter((r) => r !== ref) };
  changed();
};
const choose = (s) => {
  active = s;
  for (const k of SLOTS) {
    slot(k).classList.toggle('on', k === s);
    slot(k).setAttribute('aria-current', k === s);
  }
  how();
  marks();
};
const marks = () => {
  for (const b of $('.lx-gallery').children) {
    const where = parts ? SLOTS.filter((s) => parts[s].includes(b.dataset.ref)) : [];
    b.dataset.in = where.join('').toUpperCase();
  }
};
const shelfHost = $('.lx-gallery');
shelfHost.onclick = (e) => {
  const b = e.target.closest('.lx-ex');
  if (!b) return;
  if (parts?.[active].includes(b.dataset.ref)) remove(active, b.dataset.ref);
  else add(active, b.dataset.ref);
};
shelfHost.onkeydown = (e) => {
  const b = e.target.closest('.lx-ex'),
    key = e.key.toLowerCase();
  if (!b || e.ctrlKey || e.metaKey || e.altKey) return;
  if (SLOTS.includes(key)) {
    e.preventDefault();
    choose(key);
    add(key, b.dataset.ref);
    return;
  }
  const all = [...shelfHost.children],
    per = all.filter((x) => x.offsetTop === all[0].offsetTop).length,
    step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: per, ArrowUp: -per }[e.key],
    to = all[all.indexOf(b) + step];
  if (!to) return;
  e.preventDefault();
  b.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
};
element.addEventListener('dragstart', (e) => {
  const b = e.target.closest?.('[data-ref]');
  if (!b) return;
  e.dataTransfer.setData('text/plain', b.dataset.ref);
  e.dataTransfer.effectAllowed = 'copyMove';
  element.dataset.dragging = b.closest('.lx-slot')?.dataset.slot || 'gallery';
});
element.addEventListener('dragend', () => {
  delete element.dataset.dragging;
});
for (const s of SLOTS) {
  const e = slot(s);
  e.onclick = (x) => {
    if (!x.target.closest('button')) choose(s);
  };
  e.onfocus = () => choose(s);
  e.onkeydown = (x) => {
    if (x.target === e && (x.key === 'Enter' || x.key === ' ')) {
      x.preventDefault();
      choose(s);
    }
  };
  e.ondragover = (x) => {
    x.preventDefault();
    e.classList.add('over');
  };
  e.ondragleave = () => e.classList.remove('over');
  e.ondrop = (x) => {
    x.preventDefault();
    e.classList.remove('over');
    const ref = x.dataTransfer.getData('text/plain'),
      from = element.dataset.dragging;
    if (!/^[sr]\d{1,9}$/.test(ref)) return;
    if (SLOTS.includes(from) && from !== s) parts = { ...parts, [from]: parts[from].filter((r) => r !== ref) };
    choose(s);
    if (parts && !parts[s].includes(ref)) add(s, ref);
    else changed();
  };
}
const slots = () => {
  for (const s of SLOTS) {
    const host = slot(s).querySelector('.lx-thumbs');
    lx.stale([host], false);
    slot(s).dataset.count = parts[s].length;
    slot(s).setAttribute('aria-label', lx.t('arith.slot', { slot: s.toUpperCase(), n: parts[s].length }));
    host.replaceChildren(
      ...parts[s].map((r) => {
        const b = button({ className: 'lx-out', data: { ref: r }, draggable: true, onclick: () => remove(s, r) }, blank(8, 8));
        entitle(b, lx.t('arith.remove', { what: named(r) }));
        return b;
      }),
    );
    tiles([...host.querySelectorAll('canvas')], parts[s]);
  }
};

/* ---- the sum ---- */
const body = (more) => ({ op: 'sum', a: parts.a, b: parts.b, c: parts.c, ...more });
/* tiles with gaps, sharp on any screen */
const paintTiles = (canvas, x, im, columns) => {
  const [, h, w] = lx.state.info.spec.shape,
    n = Math.round(im.width / w),
    k = density(),
    side = canvas.clientWidth || 210,
    gap = columns > 1 ? 4 : 0,
    cell = (side - gap * (n - 1)) / n;
  canvas.width = canvas.height = Math.round(side * k);
  x.imageSmoothingEnabled = cell * k < w;
  for (let i = 0; i < n * n; i++) {
    const r = Math.floor(i / n),
      c = i % n;
    rounded(x, im, [c * w, r * h, w, h], [c * (cell + gap) * k, r * (cell + gap) * k, cell * k], 7 * k);
  }
};
const nine = () => {
  if (!on() || !full()) return;
  const canvas = $('.lx-nine canvas');
  lx.draw(canvas, body({ strength: +strength.toFixed(2), seed }), (x, im) => paintTiles(canvas, x, im, 3));
};
const means = () => {
  if (!on() || !full()) return;
  lx.stale(element.querySelectorAll('.lx-mean canvas'), true);
  const run = lx.state.run,
    [, h, w] = lx.state.info.spec.shape;
  lx.draw($('.lx-slot canvas'), body({ means: true }), (_, im) => {
    if (run !== lx.state.run) return;
    SLOTS.forEach((s, k) => {
      const c = slot(s).querySelector('.lx-mean canvas');
      c.width = w;
      c.height = h;
      c.getContext('2d').drawImage(im, k * w, 0, w, h, 0, 0, w, h);
    });
    lx.stale(element.querySelectorAll('.lx-mean canvas'), false);
    count(element, 'means');
  });
};
let timer,
  stop,
  owed = false; /* owed: an answer still has to become the current code */
const ask = (own) => {
  owed ||= own;
  clearTimeout(timer);
  stop?.abort();
  judged(false);
  timer = setTimeout(async () => {
    if (!on() || !full()) return;
    stop = new AbortController();
    const run = lx.state.run,
      me = ++ticket;
    try {
      const d = await lx.code(/** @type {CodeAsked<'sum'>} */ (body({ strength: +strength.toFixed(2), seed })), stop.signal);
      if (me !== ticket || run !== lx.state.run) return;
      answer = { ...d, vector: lx.f32(d.vector), cells: lx.f32(d.cells), strength: +strength.toFixed(2), seed };
      if (owed) {
        owed = false;
        lx.setCode(answer.w, { kind: 'arithmetic' });
      }
      if (pending !== null) nth(pending);
      taken();
      delete element.dataset.error;
      element.dataset.strength = answer.strength;
      verdict();
      count(element);
    } catch (e) {
      if (e.name !== 'AbortError' && me === ticket) {
        answer = null;
        owed = false;
        pending = null;
        verdict();
        taken();
        element.dataset.error = e.message;
        lx.say(e.message, 'error');
      }
    }
  }, 60);
};
/* the check and the captions are of the sum that is shown, or dimmed */
const judged = (are) => lx.stale(element.querySelectorAll('.lx-verdict, .lx-said'), !are);
/* whether the sum is the current code, or stands beside it */
const taken = () => {
  const is = !!answer && alike(answer.w, lx.state.w, 1e-4);
  $('.lx-nth[data-k="4"]').classList.toggle('on', is);
  const p = $('.lx-take');
  p.textContent = full() && answer && lx.state.origin?.kind !== 'arithmetic' ? lx.t('arith.take') : '';
  element.dataset.taken = is;
};
const nth = (k) => {
  owed = false;
  pending = null;
  const d = answer.w.length;
  lx.setCode(answer.cells.slice(k * d, (k + 1) * d), { kind: 'arithmetic' });
};
const changed = (own = true) => {
  if (!parts) return;
  mine = lx.state.run;
  label = lx.state.label;
  element.dataset.ready = mine;
  answer = null;
  slots();
  marks();
  write();
  dial();
  for (const s of SLOTS) slot(s).classList.toggle('empty', !parts[s].length);
  $('.lx-result').classList.toggle('empty', !full());
  for (const b of element.querySelectorAll('.lx-nth')) b.disabled = !full();
  pending = null;
  owed &&= own;
  taken();
  element.dataset.parts = SLOTS.map((s) => parts[s].join('.')).join('~');
  if (full()) {
    means();
    nine();
    ask(own);
  } else {
    clearTimeout(timer);
    stop?.abort();
    ticket++;
    verdict();
    earlier();
    if (own) lx.say(lx.t('arith.missing'));
  }
};
/* without a sum the current code stays, and is called what it is then: the result of one before */
const earlier = () => {
  if (lx.state.origin?.kind === 'arithmetic' && lx.state.w) lx.setCode(lx.state.w, { kind: 'earlier' });
};
const dial = () => {
  const r = $('.lx-strength input');
  r.value = strength;
  lx.range(r);
  $('.lx-strength output').textContent = lx.number(strength);
};
$('.lx-strength input').oninput = (e) => {
  strength = +e.target.value;
  dial();
  nine();
  if (answer) lx.setCode(weighed(answer.w, answer.vector, 1, strength - answer.strength), { kind: 'arithmetic' });
  ask(!answer);
  write();
};
$('.lx-noise').onclick = () => {
  seed = lx.random();
  nine();
  ask(false);
  write();
};
$('.lx-again').onclick = () => {
  parts = null;
  answer = null;
  strength = 1;
  filters = [];
  offset = 0;
  lx.stale(element.querySelectorAll('.lx-mean canvas, .lx-nine canvas, .lx-thumbs'), true);
  judged(false);
  gallery(true);
};
for (let k = 0; k < 9; k++) {
  const onclick = () => {
    if (answer?.seed === seed && answer.strength === +strength.toFixed(2)) nth(k);
    else pending = k;
  };
  $('.lx-cells9').append(button({ className: 'lx-nth', data: { k }, onclick }));
}
const cellNames = () => {
  for (const b of element.querySelectorAll('.lx-nth'))
    b.setAttribute('aria-label', lx.t(b.dataset.k === '4' ? 'arith.centre' : 'arith.neighbour', { n: +b.dataset.k + 1 }));
};

/* ---- the check ---- */
const percent = (v) => Math.round(100 * v) + ' %';
const chip = (textContent, kind, title = '') => make('span', { className: 'lx-mark ' + kind, textContent, title });
const verdict = () => {
  judged(true);
  const host = $('.lx-verdict'),
    lines = answer?.lines || [];
  host.replaceChildren();
  const asked = lines.filter((l) => l.wanted.length),
    kept = lines.filter((l) => !l.wanted.length),
    lost = kept.filter((l) => !l.agrees);
  if (answer) {
    if (!lines.length) host.append(chip(lx.t('arith.unread'), ''));
    else if (!asked.length) host.append(chip(lx.t('arith.same'), 'warn', lx.t('arith.same.help')));
    for (const l of asked)
      host.append(
        chip(
          `${l.agrees ? '✓' : '✗'} ${lx.phrase(l.field, l.now)} ${l.measured ? '' : percent(l.sure)}`.trim(),
          l.agrees ? 'good' : 'warn',
          lx.t(l.measured ? 'arith.check.measured' : 'arith.check.asked', { what: l.wanted.map((v) => lx.phrase(l.field, v)).join(' / ') }),
        ),
      );
    if (kept.length)
      host.append(
        chip(lx.t('arith.kept', { n: kept.length - lost.length, of: kept.length }), lost.length ? '' : 'good', lx.t('arith.kept.help')),
      );
    for (const l of lost.slice(0, 5))
      host.append(
        chip(`${lx.field(l.field)}: ${lx.category(l.field, l.was)} → ${lx.category(l.field, l.now)}`, 'warn', lx.t('arith.lost.help')),
      );
  }
  const of = lx.state.info?.card.metrics || {},
    yes = of.arithmetic_changed,
    rest = of.arithmetic_kept;
  if (yes && rest) {
    const share = (m) => percent(m.unit === '%' ? m.value / 100 : m.value),
      e = chip(lx.t('arith.card', { changed: share(yes), kept: share(rest) }), 'card', yes.protocol || '');
    host.append(e);
    element.dataset.card = e.textContent;
  } else delete element.dataset.card;
  element.dataset.agrees = !asked.length ? '' : asked.every((l) => l.agrees);
  element.dataset.kept = kept.length ? `${kept.length - lost.length}/${kept.length}` : '';
  captions(asked);
  if (!named_)
    $('.lx-keep input').value = asked.length
      ? asked
          .slice(0, 1)
          .map((l) => lx.phrase(l.field, l.wanted[0]))
          .join()
      : 'A − B';
};
let named_ = false;
$('.lx-keep input').oninput = () => {
  named_ = true;
};
const captions = (asked) => {
  /* what the exemplars agree on: first what is asked, then where C is another */
  const said = answer?.said || [{}, {}, {}, {}],
    first = asked.map((l) => l.field),
    differ = Object.keys(said[0]).filter((f) => !first.includes(f) && said[2][f] && said[2][f] !== said[0][f] && said[1][f] === said[0][f]),
    show = [...first.slice(0, 1), ...differ.slice(0, 1)];
  const text = (k) =>
    show
      .filter((f) => said[k][f])
      .map((f) => lx.phrase(f, said[k][f]))
      .join(', ');
  SLOTS.forEach((s, k) => {
    slot(s).querySelector('.lx-said').textContent = text(k);
  });
  $('.lx-result .lx-said').textContent = text(3);
  element.dataset.said = answer ? [0, 1, 2, 3].map(text).join(' | ') : '';
};

/* ---- keeping it as a direction ---- */
const direction = () =>
  answer && { name: $('.lx-keep input').value.trim() || 'A − B', vector: answer.vector, exemplars: { a: parts.a, b: parts.b } };
$('.lx-keep').onsubmit = (e) => {
  e.preventDefault();
  const d = direction();
  if (!d) return;
  ownDirections.add(d);
  named_ = false;
  lx.say(lx.t('arith.saved', { name: d.name }));
  element.dataset.saved = d.name;
};
$('.lx-json').onclick = () => {
  const d = direction();
  if (d) ownDirections.download(d);
};

/* ---- opening the view, changing the run, the class, the language ---- */
/* nothing of another run, or of what is not there yet, under the words */
const reset = () => {
  parts = null;
  answer = null;
  pending = null;
  owed = false;
  clearTimeout(timer);
  stop?.abort();
  ticket++;
  for (const c of element.querySelectorAll('.lx-mean canvas, .lx-nine canvas')) wipe(c);
  for (const host of element.querySelectorAll('.lx-thumbs')) host.replaceChildren();
  if (listed?.run !== lx.state.run) bare();
  verdict();
  taken();
};
/* what the link keeps, or what a run opens with; the current code stays */
const restore = () => {
  if (!on()) {
    mine = null;
    return;
  }
  cellNames();
  choose(active);
  const kept = parse(lx.state.kept.abc);
  owed = false;
  pending = null;
  if (mine !== lx.state.run || !kept) reset();
  mine = lx.state.run;
  label = lx.state.label;
  named_ = false;
  ({ source, filters, offset } = kept || { source: real() ? 'real' : 'samples', filters: [], offset: 0 });
  if (kept) {
    ({ parts, strength, seed } = kept);
    changed(false);
  }
  gallery();
};
const enter = () => {
  if (!on()) return;
  if (mine !== lx.state.run || !parts) {
    restore();
    return;
  }
  if (label !== lx.state.label) {
    changed(lx.state.origin?.kind === 'arithmetic');
    gallery();
    return;
  } /* another class of a conditional model: the same noise */
  cellNames();
  choose(active);
  means();
  nine();
  taken();
  write(true);
};
lx.on('run', () => setTimeout(enter));
lx.on('restore', () => {
  mine = null;
  restore();
});
lx.on('view', () => requestAnimationFrame(enter));
lx.on('code', () => {
  if (!on()) return;
  if (parts && mine === lx.state.run && label !== lx.state.label) enter();
  taken();
});
lx.on('lang', () => {
  if (!lx.state.info) return;
  cellNames();
  if (on()) {
    choices();
    verdict();
    how();
    taken();
  }
});
lx.on('theme', () => requestAnimationFrame(nine));
new ResizeObserver(() => {
  if (on()) nine();
}).observe($('.lx-nine'));
lx.translate(element);
element.dataset.mounted = 'true';
