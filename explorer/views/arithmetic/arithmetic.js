/* Arithmetic: A - B + C of exemplars. Holds the three slots and asks for the sum; the gallery, the check and the link are modules of their
 * own. */
import { joined } from '../../shell/bytes.js';
import { button, count, entitle } from '../../shell/dom.js';
import { FilmDialogue } from '../../shell/film_dialogue.js';
import { LastAsked } from '../../shell/last_asked.js';
import { mounted } from '../../shell/gradio_component.js';
import { alike, weighed } from '../../shell/moves.js';
import { ownDirections } from '../../shell/own_directions.js';
import { blank, density, rounded, wipe } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { MOST, SLOTS, isExemplar, sumText, textSum } from './arithmetic_link.js';
import { ExemplarGallery, hasReal } from './exemplar_gallery.js';
import { drawExemplars, exemplarName } from './exemplars.js';
import { showCheck } from './sum_check.js';

/** @import { DrawSum } from '../../shell/answers' */
/** @import { Code, CodeAnswer } from '../../shell/types' */
/** @import { Parts } from './arithmetic_link.js' */
/** @typedef {keyof Parts} Slot */
/** @typedef {Omit<CodeAnswer<'sum'>, 'vector' | 'cells'> & { vector: Code, cells: Code, strength: number, seed: number }} Answer */

const { element } = mounted('arithmetic');

const $ = (/** @type {string} */ s) => element.querySelector(s);
let parts = /** @type {Parts | null} */ (null),
  mine = /** @type {string | null} */ (null),
  strength = 1,
  seed = 0,
  active = /** @type {Slot} */ ('a'),
  answer = /** @type {Answer | null} */ (null),
  lastAsked = new LastAsked(),
  label = /** @type {number | null} */ (null);
let pending = /** @type {number | null} */ (null); /* a neighbour that was clicked before its code was there */
const on = () => lx.state.view === 'arithmetic' && !!lx.state.info && lx.supports(lx.state.run, 'arithmetic');
/* the exemplars, where each slot has one */
const full = () => (parts && Object.values(parts).every((refs) => refs.length) ? parts : null);
const slot = (/** @type {Slot} */ s) => $(`.lx-slot[data-slot=${s}]`);

const write = (quiet = false) => {
  if (!parts || !on()) return;
  const { source, filters, offset } = gallery;
  lx.keep('abc', sumText({ parts, strength, seed, source, filters, offset }), quiet);
};

const gallery = new ExemplarGallery(element, {
  on,
  active: () => active,
  parts: () => parts,
  put: (s, ref) => {
    choose(s);
    add(s, ref);
  },
  toggle: (ref) => {
    if (parts?.[active].includes(ref)) remove(active, ref);
    else add(active, ref);
  },
  start: (first, own) => {
    parts = first;
    strength = 1;
    seed = 0;
    changed(own);
  },
  refused: () => {
    if (!parts) reset();
  },
  write: () => write(),
});

/* ---- putting exemplars in and taking them out ---- */
/** @param {Slot} s @param {string} ref */
const add = (s, ref) => {
  if (!parts || parts[s].includes(ref)) return;
  if (parts[s].length >= MOST) return lx.say(lx.t('arith.full', { n: MOST }));
  parts = { ...parts, [s]: [...parts[s], ref] };
  changed();
};
/** @param {Slot} s @param {(ref: string, k: number, all: string[]) => boolean} fits */
const keep = (s, fits) => {
  if (!parts) return;
  parts = { ...parts, [s]: parts[s].filter(fits) };
  changed();
};
/** @param {Slot} s @param {string} ref */
const remove = (s, ref) => keep(s, (r) => r !== ref);
/** @param {Slot} s */
const choose = (s) => {
  active = s;
  for (const k of SLOTS) {
    slot(k).classList.toggle('on', k === s);
    slot(k).setAttribute('aria-current', k === s);
  }
  gallery.tellHow();
  gallery.mark();
};
element.addEventListener('dragstart', (/** @type {any} */ e) => {
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
  /* the next click in the gallery fills the slot that was cleared */
  e.querySelector('.lx-empty').onclick = () => {
    choose(s);
    keep(s, () => false);
  };
  e.querySelector('.lx-last').onclick = () => {
    choose(s);
    keep(s, (_, k, all) => k === all.length - 1);
  };
  e.onclick = (/** @type {any} */ x) => {
    if (!x.target.closest('button')) choose(s);
  };
  e.onfocus = () => choose(s);
  e.onkeydown = (/** @type {KeyboardEvent} */ x) => {
    if (x.target === e && (x.key === 'Enter' || x.key === ' ')) {
      x.preventDefault();
      choose(s);
    }
  };
  e.ondragover = (/** @type {DragEvent} */ x) => {
    x.preventDefault();
    e.classList.add('over');
  };
  e.ondragleave = () => e.classList.remove('over');
  e.ondrop = (/** @type {DragEvent} */ x) => {
    x.preventDefault();
    e.classList.remove('over');
    const ref = x.dataTransfer?.getData('text/plain') ?? '',
      from = SLOTS.find((each) => each === element.dataset.dragging);
    if (!isExemplar(ref)) return;
    if (parts && from && from !== s) parts = { ...parts, [from]: parts[from].filter((r) => r !== ref) };
    choose(s);
    if (parts && !parts[s].includes(ref)) add(s, ref);
    else changed();
  };
}
/** @param {Parts} all */
const slotNames = (all) => {
  for (const s of SLOTS) {
    const said = { slot: s.toUpperCase(), n: all[s].length };
    slot(s).setAttribute('aria-label', lx.t('arith.slot', said));
    slot(s).querySelector('.lx-mean canvas').setAttribute('aria-label', lx.t('arith.mean', said));
    const [last, empty] = ['.lx-last', '.lx-empty'].map((name) => slot(s).querySelector(name));
    last.disabled = all[s].length < 2;
    empty.disabled = !all[s].length;
    for (const [b, key] of [
      [last, 'arith.last.help'],
      [empty, 'arith.clear.help'],
    ])
      entitle(b, lx.t(key, said));
  }
};
/** @param {Parts} all */
const slots = (all) => {
  slotNames(all);
  for (const s of SLOTS) {
    const host = slot(s).querySelector('.lx-thumbs');
    lx.stale([host], false);
    slot(s).dataset.count = all[s].length;
    host.replaceChildren(
      ...all[s].map((r) => {
        const b = button({ className: 'lx-out', data: { ref: r }, draggable: true, onclick: () => remove(s, r) }, blank(8, 8));
        entitle(b, lx.t('arith.remove', { what: exemplarName(r) }));
        return b;
      }),
    );
    drawExemplars([...host.querySelectorAll('canvas')], all[s]);
  }
};

/* ---- the sum ---- */
/** @param {Parts} of @param {Partial<DrawSum>} more */
const body = ({ a, b, c }, more) => ({ op: /** @type {const} */ ('sum'), a, b, c, ...more });
/* the sum's own numbers, as they are shown */
const dialled = () => ({ strength: +strength.toFixed(2), seed });
/**
 * Tiles with gaps, sharp on any screen.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2D} x
 * @param {ImageBitmap} im
 * @param {number} columns
 */
const paintTiles = (canvas, x, im, columns) => {
  const [, h, w] = opened().info.spec.shape,
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
  const of = full();
  if (!on() || !of) return;
  const canvas = $('.lx-nine canvas');
  lx.draw(canvas, body(of, dialled()), (x, im) => paintTiles(canvas, x, im, 3));
};
const means = () => {
  const of = full();
  if (!on() || !of) return;
  lx.stale(element.querySelectorAll('.lx-mean canvas'), true);
  const run = lx.state.run,
    [, h, w] = opened().info.spec.shape;
  lx.draw($('.lx-slot canvas'), body(of, { means: true }), (_, im) => {
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
let timer = 0,
  stop = /** @type {AbortController | null} */ (null),
  owed = false; /* owed: an answer still has to become the current code */
/** @param {boolean} own */
const ask = (own) => {
  owed ||= own;
  clearTimeout(timer);
  stop?.abort();
  judged(false);
  timer = setTimeout(async () => {
    const of = full();
    if (!on() || !of) return;
    stop = new AbortController();
    const run = lx.state.run,
      isLast = lastAsked.ask();
    try {
      const d = await lx.code(body(of, dialled()), stop.signal);
      if (!isLast() || run !== lx.state.run) return;
      const now = (answer = { ...d, vector: lx.f32(d.vector), cells: lx.f32(d.cells), ...dialled() });
      if (owed) {
        owed = false;
        lx.setCode(now.w, { kind: 'arithmetic' });
      }
      if (pending !== null) nth(now, pending);
      taken();
      delete element.dataset.error;
      element.dataset.strength = now.strength;
      verdict();
      count(element);
    } catch (e) {
      const { name, message } = /** @type {Error} */ (e);
      if (name !== 'AbortError' && isLast()) {
        answer = null;
        owed = false;
        pending = null;
        verdict();
        taken();
        element.dataset.error = message;
        lx.say(message, 'error');
      }
    }
  }, 60);
};
/* the check and the captions are of the sum that is shown, or dimmed */
/** @param {boolean} are */
const judged = (are) => lx.stale(element.querySelectorAll('.lx-verdict, .lx-said'), !are);
/* whether the sum is the current code, or stands beside it */
const taken = () => {
  const is = !!answer && alike(answer.w, lx.state.w, 1e-4);
  $('.lx-nth[data-k="4"]').classList.toggle('on', is);
  const p = $('.lx-arith-take');
  const beside = answer && lx.state.origin?.kind !== 'arithmetic' ? lx.t('arith.take') : '';
  p.textContent = parts && !full() ? lx.t('arith.missing') + ' ' + lx.t('arith.missing.how') : beside;
  element.dataset.taken = is;
};
/** One of the nine. @param {Answer} of @param {number} k */
const nth = (of, k) => {
  owed = false;
  pending = null;
  const d = of.w.length;
  lx.setCode(of.cells.slice(k * d, (k + 1) * d), { kind: 'arithmetic' });
};
const changed = (own = true) => {
  if (!parts) return;
  const all = parts;
  mine = lx.state.run;
  label = lx.state.label;
  element.dataset.ready = mine;
  answer = null;
  slots(all);
  gallery.mark();
  write();
  dial();
  for (const s of SLOTS) slot(s).classList.toggle('empty', !all[s].length);
  $('.lx-result').classList.toggle('empty', !full());
  for (const b of element.querySelectorAll('.lx-nth')) b.disabled = !full();
  pending = null;
  owed &&= own;
  taken();
  element.dataset.parts = SLOTS.map((s) => all[s].join('.')).join('~');
  if (full()) {
    means();
    nine();
    ask(own);
  } else {
    clearTimeout(timer);
    stop?.abort();
    lastAsked.drop();
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
$('.lx-strength input').oninput = () => {
  strength = +$('.lx-strength input').value;
  dial();
  nine();
  if (answer) lx.setCode(weighed(answer.w, answer.vector, 1, strength - answer.strength), { kind: 'arithmetic' });
  ask(!answer);
  write();
};
const films = new FilmDialogue($('.lx-film-dialogue'));
$('.lx-strength .lx-animate').onclick = () => {
  const sum = answer;
  if (!sum) return lx.say(lx.t('arith.film.none'));
  const at = (/** @type {number} */ v) => weighed(sum.w, sum.vector, 1, v - sum.strength);
  films.open({
    title: lx.t('film.animate', { what: lx.t('arith.strength') }),
    name: 'strength',
    ends: { low: -1, high: 3, step: 0.05, from: 0, to: 2 },
    shown: (t, { from, to }) => lx.number(from + t * (to - from)),
    asked: ({ from, to }) => ({ op: 'walk', keys: lx.b64(joined([at(from), at(to)])) }),
  });
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
  gallery.filters = [];
  gallery.offset = 0;
  lx.stale(element.querySelectorAll('.lx-mean canvas, .lx-nine canvas, .lx-thumbs'), true);
  judged(false);
  gallery.load(true);
};
for (let k = 0; k < 9; k++) {
  const onclick = () => {
    if (answer?.seed === seed && answer.strength === +strength.toFixed(2)) nth(answer, k);
    else pending = k;
  };
  $('.lx-cells9').append(button({ className: 'lx-nth', data: { k }, onclick }));
}
const cellNames = () => {
  for (const b of element.querySelectorAll('.lx-nth'))
    b.setAttribute('aria-label', lx.t(b.dataset.k === '4' ? 'arith.centre' : 'arith.neighbour', { n: +b.dataset.k + 1 }));
};

/* ---- the check ---- */
const verdict = () => {
  judged(true);
  const name = showCheck(element, answer);
  if (!named_) $('.lx-keep input').value = name;
};
let named_ = false;
$('.lx-keep input').oninput = () => {
  named_ = true;
};
/* ---- keeping it as a direction ---- */
const direction = () =>
  answer && parts && { name: $('.lx-keep input').value.trim() || 'A − B', vector: answer.vector, exemplars: { a: parts.a, b: parts.b } };
$('.lx-keep').onsubmit = (/** @type {SubmitEvent} */ e) => {
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
  lastAsked.drop();
  for (const c of element.querySelectorAll('.lx-mean canvas, .lx-nine canvas')) wipe(c);
  for (const host of element.querySelectorAll('.lx-thumbs')) host.replaceChildren();
  gallery.enter();
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
  const kept = textSum(lx.state.kept.abc, hasReal());
  owed = false;
  pending = null;
  if (mine !== lx.state.run || !kept) reset();
  mine = lx.state.run;
  label = lx.state.label;
  named_ = false;
  const { source, filters, offset } = kept || { source: hasReal() ? 'real' : 'samples', filters: [], offset: 0 };
  Object.assign(gallery, { source, filters, offset });
  if (kept) {
    ({ parts, strength, seed } = kept);
    changed(false);
  }
  gallery.load();
};
const enter = () => {
  if (!on()) return;
  if (mine !== lx.state.run || !parts) {
    restore();
    return;
  }
  if (label !== lx.state.label) {
    changed(lx.state.origin?.kind === 'arithmetic');
    gallery.load();
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
  if (parts) slotNames(parts);
  if (on()) {
    gallery.tellChoices();
    verdict();
    gallery.tellHow();
    taken();
  }
});
lx.on('theme', () => requestAnimationFrame(nine));
new ResizeObserver(() => {
  if (on()) nine();
}).observe($('.lx-nine'));
lx.translate(element);
element.dataset.mounted = 'true';
