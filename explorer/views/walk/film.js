import { joined } from '../../shell/bytes.js';
import { button, count, entitle, make, offer, onNewSize } from '../../shell/dom.js';
import { LENGTHS, Player } from '../../shell/film_player.js';
import { saveFilm } from '../../shell/film_saving.js';
import { LastAsked } from '../../shell/last_asked.js';
import { walkText } from './film_state.js';
import { mounted } from '../../shell/gradio_component.js';
import { alongPath, norm } from '../../shell/moves.js';
import { blank } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { DrawWalk } from '../../shell/answers' */
/** @import { Code, Keyframe, Origin } from '../../shell/types' */
/** @import { Key } from './film_state.js' */
/** @typedef {NonNullable<DrawWalk['method']>} Way */

const { element } = mounted('film');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  screens = { lerp: $('.lx-shot-lerp canvas'), slerp: $('.lx-shot-slerp canvas') },
  play = $('.lx-play'),
  scrub = $('.lx-transport input'),
  out = $('output'),
  row = $('.lx-keys'),
  strips = { lerp: $('.lx-contact-lerp canvas'), slerp: $('.lx-contact-slerp canvas') },
  contact = $('.lx-contacts'),
  chart = $('.lx-norm');
const length = $('.lx-length'),
  loop = $('.lx-loop'),
  why = $('.lx-why-way');
/** @type {Way[]} */
const WAYS = ['lerp', 'slerp'];
let way = WAYS[0];
let looped = true,
  both = false,
  filling = /** @type {string | null} */ (null),
  chosen = /** @type {boolean | null} */ (null),
  usual = /** @type {Keyframe[] | null} */ (null),
  shownLabel = /** @type {number | null} */ (null),
  restored = false,
  bringing = false; /* the keyframes of a link are on their way */
const lastAsked = new LastAsked();
const keys = () => lx.state.keys,
  codes = () => keys().map((k) => k.w);
const on = () => lx.state.view === 'walk' && !!lx.state.info && lx.supports(lx.state.run, 'walk');
/* the code at time u of the path, by a way */
const path = (u = player.t, how = way) => alongPath(codes(), u, how, looped);
const ways_ = () => (both ? WAYS : [way]);
/* pictures of another run or class are dimmed until those of this one are there */
const stale = () => {
  lx.stale([...Object.values(screens), ...Object.values(strips), chart], true);
  row.replaceChildren();
};
const frame = () => {
  if (!on() || !keys().length) return;
  const { t } = player;
  out.textContent = Math.round(t * 100) + ' %';
  scrub.value = t;
  lx.range(scrub);
  scrub.setAttribute('aria-valuetext', out.textContent);
  element.dataset.time = t.toFixed(4);
  for (const how of ways_())
    lx.draw(
      screens[how],
      keys().length < 2 ? { op: 'image', w: lx.b64(keys()[0].w) } : { op: 'walk', keys: cached(), t, method: how, loop: looped },
    );
  chart.style.setProperty('--t', 100 * t + '%');
  tell();
  const n = keys().length,
    parts = looped ? n : Math.max(n - 1, 1),
    k = Math.round(t * parts) % n;
  [...row.querySelectorAll('.lx-key')].forEach((e, i) => e.classList.toggle('on', i === k));
};
let memo = /** @type {{ keys: Keyframe[], text: string } | null} */ (null);
const cached = () => {
  const now = memo?.keys === keys() ? memo : { keys: keys(), text: lx.b64(joined(codes())) };
  memo = now;
  return now.text;
};
const label = () => {
  play.textContent = lx.t(player.playing ? 'film.pause' : 'film.play');
  play.setAttribute('aria-pressed', player.playing);
  element.dataset.playing = player.playing;
};
const take = () => {
  const w = path();
  if (w) {
    lx.setCode(w, { kind: 'walk', t: +player.t.toFixed(4) });
  }
};
const player = new Player({ seconds: () => +length.value, looped: () => looped, frame: () => frame(), changed: label, ended: take });
play.onclick = () => {
  if (!player.playing && keys().length < 2) lx.say(lx.t('walk.few'));
  else player.toggle();
};
scrub.oninput = () => {
  player.halt();
  player.t = +scrub.value;
  frame();
};
scrub.onchange = take;
for (const b of element.querySelectorAll('[data-way]'))
  b.onclick = () => {
    way = b.dataset.way === 'slerp' ? 'slerp' : 'lerp';
    ways();
    frame();
    strip();
    remember();
  };
loop.onclick = () => {
  looped = !looped;
  loop.setAttribute('aria-pressed', looped);
  frame();
  strip();
  remember();
};
const twin = $('.lx-both');
twin.onclick = () => {
  both = chosen = !both;
  ways();
  frame();
  strip();
  remember();
};
length.onchange = () => remember();
for (const how of WAYS)
  screens[how].onclick = () => {
    way = how;
    ways();
    frame();
    remember();
  };
const mode = () => {
  twin.setAttribute('aria-pressed', both);
  element.dataset.both = both;
  element.querySelector('.lx-film').classList.toggle('lx-doubled', both);
  for (const how of WAYS) {
    const off = !ways_().includes(how);
    $('.lx-shot-' + how).hidden = off;
    $('.lx-contact-' + how).hidden = off;
  }
};
/* of two ways side by side the chosen one is saved, and the buttons say which */
const savers = () => {
  const name = lx.t('walk.' + way);
  for (const format of ['gif', 'mp4']) {
    const b = $('.lx-' + format),
      save = lx.t('film.' + format);
    b.textContent = both ? `${save} · ${name}` : save;
    b.title = both ? lx.t('walk.save.one', { way: name }) : '';
  }
};
/* where a normal prior's codes lie: at √d, give or take 0.7 (White 2016) */
const shell = () => {
  const s = lx.state.info?.spec;
  return s && s.prior === 'normal' && s.num_layers === 1 && s.w_dim === s.z_dim ? Math.sqrt(s.w_dim) : null;
};
/* how far the path is from the origin, by either way */
const measure = () => {
  const few = keys().length < 2;
  chart.hidden = few;
  if (few || !on()) return;
  lx.stale([chart], false);
  const N = 96,
    lines = Object.fromEntries(WAYS.map((how) => [how, Array.from({ length: N + 1 }, (_, i) => norm(path(i / N, how)))])),
    r = shell(),
    all = [...lines.lerp, ...lines.slerp, ...(r ? [r - 0.75, r + 0.75] : [])];
  const lo = Math.max(0, 0.92 * Math.min(...all)),
    hi = 1.04 * Math.max(...all),
    down = (/** @type {number} */ v) => (100 * (hi - v)) / (hi - lo),
    y = (/** @type {number} */ v) => down(v).toFixed(2),
    svg = chart.querySelector('svg');
  for (const how of WAYS)
    svg.querySelector('.' + how).setAttribute('points', lines[how].map((v, i) => `${((100 * i) / N).toFixed(2)},${y(v)}`).join(' '));
  const band = svg.querySelector('rect'),
    line = svg.querySelector('line'),
    note = chart.querySelector('.lx-shell');
  band.style.display = line.style.display = r ? '' : 'none';
  note.hidden = !r;
  if (r) {
    band.setAttribute('y', y(r + 0.71));
    band.setAttribute('height', (down(r - 0.71) - down(r + 0.71)).toFixed(2));
    line.setAttribute('y1', y(r));
    line.setAttribute('y2', y(r));
    note.lastChild.textContent = `√${opened().info.spec.w_dim} = ${r.toFixed(1)}`;
  }
  chart.dataset.lerp = Math.min(...lines.lerp).toFixed(4);
  chart.dataset.slerp = Math.min(...lines.slerp).toFixed(4);
  chart.dataset.shell = r ?? '';
  tell();
};
const tell = () => {
  if (keys().length > 1)
    for (const how of WAYS) chart.querySelector(`.lx-norm-${how} b`).textContent = norm(path(player.t, how)).toFixed(2);
};
const ways = () => {
  mode();
  savers();
  for (const b of element.querySelectorAll('[data-way]')) {
    const is = b.dataset.way === way;
    b.classList.toggle('on', is);
    b.setAttribute('aria-checked', is);
  }
  for (const how of WAYS)
    for (const e of [$('.lx-shot-' + how), $('.lx-contact-' + how), chart.querySelector('.lx-norm-' + how)])
      e.classList.toggle('chosen', how === way);
  const s = lx.state.info?.spec;
  why.textContent = s ? lx.t(lx.arc() ? 'walk.why.slerp' : 'walk.why.lerp', { n: s.w_dim * s.num_layers }) : '';
};
const frames = () => Math.max(8, Math.min(48, Math.floor(contact.clientWidth / 36)));
const strip = () => {
  if (!on() || keys().length < 2) return;
  const [, h, w] = opened().info.spec.shape,
    STRIP = frames();
  for (const how of ways_())
    lx.draw(strips[how], { op: 'strip', keys: cached(), frames: STRIP, method: how, loop: looped }, (x, im) => {
      const c = strips[how],
        per = Math.max(1, Math.round(im.width / w));
      c.width = STRIP * w;
      c.height = h;
      for (let k = 0; k < STRIP; k++) x.drawImage(im, (k % per) * w, Math.floor(k / per) * h, w, h, k * w, 0, w, h);
      element.dataset.strip = STRIP;
    });
  measure();
};
/** @param {string} textContent @param {string} key @param {number} n @param {() => void} onclick @param {boolean} disabled */
const small = (textContent, key, n, onclick, disabled) => {
  const b = button({ textContent, onclick, disabled });
  entitle(b, lx.t(key, { n }));
  return b;
};
/** The keyframes in another order, or fewer of them. @param {(next: Keyframe[]) => void} edit */
const change = (edit) => () => {
  const next = [...keys()];
  edit(next);
  lx.setKeys(next);
};
/** @param {number} i @param {number} j */
const swap = (i, j) =>
  change((a) => {
    [a[i], a[j]] = [a[j], a[i]];
  });
/** @param {number} i */
const goTo = (i) => {
  const n = keys().length;
  player.halt();
  player.t = Math.min(1, i / (looped ? n : Math.max(n - 1, 1)));
  frame();
  take();
};
/** @param {Keyframe} k @param {number} i @param {Keyframe[]} all */
const keyframe = (k, i, { length: n }) => {
  const picture = blank(28, 28),
    go = button({ title: lx.originText(k.origin), 'aria-label': lx.t('walk.go', { n: i + 1 }), onclick: () => goTo(i) }, picture),
    tools = make(
      'div',
      {},
      small('‹', 'walk.left', i + 1, swap(i - 1, i), !i),
      small(
        '×',
        'walk.remove',
        i + 1,
        change((a) => {
          a.splice(i, 1);
        }),
        n < 2,
      ),
      small('›', 'walk.right', i + 1, swap(i + 1, i), i === n - 1),
    );
  const e = make('div', { className: 'lx-key', role: 'listitem' }, go, tools);
  lx.draw(picture, { op: 'image', w: lx.b64(k.w) });
  return e;
};
const adders = () => {
  /** @param {string} className @param {string} key @param {() => unknown} onclick */
  const adder = (className, key, onclick) => button({ className: 'lx-btn lx-small ' + className, textContent: lx.t(key), onclick });
  return make(
    'div',
    { className: 'lx-plus', role: 'listitem' },
    adder('lx-add', 'walk.add', () => lx.state.w && push(lx.state.w, lx.state.origin)),
    adder('lx-addseed', 'walk.seed', fresh),
  );
};
const draw = () => {
  row.replaceChildren(...keys().map(keyframe), adders());
  element.dataset.keys = keys().length;
  frame();
  strip();
};
/** @param {Code} w @param {Origin} origin */
const push = (w, origin) => {
  if (keys().length >= 12) return lx.say(lx.t('walk.full'));
  lx.setKeys([...keys(), { w: Float32Array.from(w), origin }]);
};
const fresh = async () => {
  const seed = Math.floor(Math.random() * 100000);
  try {
    const d = await lx.code({ op: 'sample', seed });
    push(d.w, { kind: 'seed', seed });
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
  }
};
/* opens with four keyframes: held-out images of different classes where there are some, seeds otherwise */
const fill = async () => {
  if (!on() || keys().length || filling === lx.state.run || bringing) return;
  const run = (filling = lx.state.run),
    { points } = opened().info;
  try {
    const some = points ? [0.02, 0.27, 0.52, 0.77].map((f) => Math.floor(f * points)) : null,
      /** @type {Keyframe[]} */ found = [],
      seen = new Set();
    for (let tries = 0; found.length < 4 && tries < 16; tries++) {
      if (!some) {
        const { w } = await lx.code({ op: 'sample', seed: tries });
        if (run !== lx.state.run || bringing) return;
        found.push({ w, origin: { kind: 'seed', seed: tries } });
        continue;
      }
      const { w, index, label: of } = await lx.code({ op: 'point', index: (some[tries % 4] + 7 * Math.floor(tries / 4) + tries) % points });
      if (run !== lx.state.run || bringing) return;
      if (of !== null && of >= 0 && seen.has(of) && tries < 12) continue;
      seen.add(of);
      found.push({ w, origin: { kind: 'point', index, label: of } });
    }
    if (run === lx.state.run && !keys().length) {
      player.t = 0;
      usual = found;
      lx.setKeys(found);
    }
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
  } finally {
    filling = null;
  }
};
/* ---- what a link, Back and undo bring back ---- */
const LONGEST = 2 ** 16,
  same = (/** @type {Keyframe[] | null} */ a, /** @type {Keyframe[]} */ b) => !!a && a.length === b.length && a.every((k, i) => k === b[i]);
const width = () => opened().info.spec.w_dim,
  layers = () => opened().info.spec.num_layers;
const first = () => (lx.arc() ? 'slerp' : 'lerp');
const text = () =>
  walkText.write(
    {
      way: way === first() ? null : way,
      both: chosen,
      looped,
      length: +length.value === 6 ? null : +length.value,
      keys: same(usual, keys()) ? [] : keys(),
    },
    layers(),
  );
const remember = () => {
  if (!restored || !lx.state.info || bringing) return;
  let told = text();
  if (told && told.length > LONGEST) {
    lx.say(lx.t('walk.long'));
    told = walkText.write({ way, both: chosen, looped, length: +length.value, keys: [] }, layers());
  }
  lx.keep('walk', told);
};
/** @param {Key} k @param {number | null | undefined} label @returns {Origin} */
const originOf = (k, label) => {
  if (k.w) return { kind: 'link' };
  return k.index === undefined ? { kind: 'seed', seed: k.seed ?? 0 } : { kind: 'point', index: k.index, label };
};
/** @param {Key} k @returns {Promise<{ w: Code, label?: number | null }>} */
const asked = async (k) => {
  if (k.w) return { w: k.w };
  return k.index === undefined ? lx.code({ op: 'sample', seed: k.seed ?? 0 }) : lx.code({ op: 'point', index: k.index });
};
/** Show exactly what the link says: the keyframes' codes are asked for where it names images and seeds. */
const restore = async () => {
  restored = true;
  if (!lx.state.info) return;
  const at = lx.state.origin?.kind === 'walk' ? lx.state.origin.t : 0;
  if ((lx.state.kept.walk ?? null) === text() && keys().length) {
    if (player.t !== at) {
      player.halt();
      player.t = at;
      frame();
    }
    return;
  }
  const run = lx.state.run,
    isLast = lastAsked.ask(),
    s = walkText.read(lx.state.kept.walk, layers(), width()),
    wide = first() === 'slerp' && innerWidth > 720;
  bringing = true;
  way = /** @type {Way | null} */ (s.way) || first();
  chosen = s.both;
  both = chosen ?? wide;
  looped = s.looped;
  length.value = s.length || 6;
  player.halt();
  loop.setAttribute('aria-pressed', looped);
  ways();
  stale();
  /** @type {Keyframe[]} */
  const found = [];
  try {
    for (const k of s.keys) {
      const d = await asked(k);
      if (run !== lx.state.run || !isLast()) return;
      found.push({ w: d.w, origin: originOf(k, d.label) });
    }
  } catch {
    lx.say(lx.t('error.link'), 'error');
  }
  if (run !== lx.state.run || !isLast()) return;
  player.t = at;
  lx.setKeys(found);
  bringing = false;
  count(element, 'restored');
  fill();
};
/** @param {'gif' | 'mp4'} format */
const film = (format) => async () => {
  if (keys().length < 2) return lx.say(lx.t('walk.few'));
  try {
    await saveFilm({
      pressed: $('.lx-' + format),
      host: element,
      asked: { op: 'walk', keys: cached(), method: way, loop: looped },
      format,
      seconds: +length.value,
      name: [lx.state.run, 'walk', ...(both ? [way === 'slerp' ? 'arc' : 'straight'] : [])].join('-'),
    });
  } catch (e) {
    lx.say(/** @type {Error} */ (e).message, 'error');
  }
};
$('.lx-gif').onclick = film('gif');
$('.lx-mp4').onclick = film('mp4');
const lengths = () =>
  offer(
    length,
    LENGTHS.map((n) => [n, lx.t('film.seconds', { n })]),
    length.value || 6,
  );
lx.on('run', () => {
  player.halt();
  player.t = 0;
  way = first();
  chosen = null;
  usual = null;
  bringing = false;
  lastAsked.drop();
  both = lx.arc() && innerWidth > 720;
  shownLabel = lx.state.label;
  ways();
  label();
  stale();
  fill();
});
lx.on('code', () => {
  if (lx.state.label !== shownLabel) {
    shownLabel = lx.state.label;
    stale();
    draw();
  }
});
lx.on('view', (v) => {
  if (v === 'walk') {
    fill();
    requestAnimationFrame(() => {
      frame();
      strip();
    });
  } else player.halt();
});
lx.on('keys', () => {
  draw();
  if (keys().length) remember();
});
lx.on('lang', () => {
  lengths();
  label();
  ways();
  draw();
});
lx.on('restore', restore);
onNewSize(contact, strip, frames);
lx.translate(element);
