/* The frames of a live training (explorer/live.py): fetched one after another, all kept here, drawn by the one that the scrubber stands
   on. */
import { table as colourTable } from '../../shell/colours.js';
import { count, make, offer, wait } from '../../shell/dom.js';
import { mounted } from '../../shell/mounted.js';
import { density, wipe } from '../../shell/pictures.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { address } from '../../shell/server.js';
import { lx } from '../../shell/store.js';
import { MOST_TURNS, frameOf, reached, textTurns, turnsLeft, turnsOf, turnsText, wayTo, withTurn } from './collapse_turns.js';

/** @import { Start } from '../../shell/answers' */

const { element } = mounted('collapse');

const $ = (s) => element.querySelector(s),
  host = $('.lx-live-panels'),
  play = $('.lx-play'),
  one = $('.lx-live-step'),
  scrub = $('.lx-transport input'),
  out = $('output');
const note = $('.lx-live-state'),
  speed = $('.lx-live-speed'),
  seedBox = $('.lx-live-seed input'),
  radios = [...element.querySelectorAll('.lx-live-data [data-name]')];
/* states of a frame's training that end it (0 is paused, 1 is playing) */
const OVER = 2,
  DIVERGED = 3,
  HEAD = 28,
  PANEL = 44,
  SPEEDS = [1, 3, 0];
/* the critic's colours from "generated" over undecided to "real", and the modes' */
const LOOK = {
  light: {
    scale: [
      [246, 205, 190],
      [253, 252, 250],
      [183, 197, 255],
    ],
    ink: '#20222c',
    arrow: '#3c4150',
    hit: '#1d7a34',
    miss: '#8d8f98',
    grid: '#e6e3dc',
  },
  dark: {
    scale: [
      [96, 52, 46],
      [27, 29, 36],
      [52, 66, 140],
    ],
    ink: '#f4f5fa',
    arrow: '#b4bacb',
    hit: '#5fd07c',
    miss: '#747987',
    grid: '#2a2d36',
  },
};
/* the part of a link: data.seed[.step[.speed[.layers]]][turns], layers being 0 to 3: critic 1, arrows 2; turns of one side alone as in
   collapse_turns.js */
const readLink = (text) => {
  const m = /^(ring|grid)(?:\.(\d{1,10}))?(?:\.(\d{1,6}))?(?:\.(\d{1,2}))?(?:\.([0-3]))?((?:-\d+[dg]\d+)*)$/.exec(text || '') || [];
  return {
    data: m[1] || 'ring',
    seed: +m[2] < 2 ** 31 ? +m[2] : 0,
    step: +m[3] || 0,
    speed: SPEEDS.includes(+m[4]) && m[4] ? +m[4] : 0,
    layers: m[5] ? +m[5] : 3,
    turns: textTurns(m[6] || ''),
  };
};
let { data, seed } = readLink(lx.state.kept.live);
/** @type {import('./collapse_turns.js').Place | null} */
let goal = null; /* the place of a link that is trained on to */
let id = null,
  hello = null,
  frames = [],
  panels = [],
  at = -1,
  following = true,
  playing = false,
  ended = true,
  ticket = 0,
  wanted = 0,
  trouble = '';
let critic = true,
  arrows = true,
  times = [],
  table = null,
  stepped = false;
const shown = () => lx.state.view === 'collapse' && element.clientWidth > 0;
const number = (v, d) => (v < 0 ? '−' : '') + Math.abs(v).toFixed(d);
const brief = (v) => {
  const a = Math.abs(v);
  if (a >= 1000) return v.toExponential(0).replace('-', '−');
  if (a >= 100) return number(v, 0);
  return number(v, a >= 10 ? 1 : 2);
};
const look = () => LOOK[lx.state.theme] || LOOK.light;

/* ---- talking to the process ---- */
/** @type {Promise<unknown>} */
let line = Promise.resolve(); /* orders go one after another: a step after a pause is a step after the pause */
const order = (command) => {
  const name = id;
  if (!name || ended) return;
  line = line
    .then(() => lx.api(`live/${name}/order`, command))
    .catch((e) => {
      if (name === id) finish(e.message);
    });
};
const leave = (name) => {
  if (name) navigator.sendBeacon(address(`live/${name}/stop`));
};
/* nothing of another training stands under this one's words: figures and pictures are empty until its first frame is there */
const empty = () => {
  for (const p of panels) {
    for (const e of [p.count, p.kl, p.good, p.distance, p.means, p.updates]) e.textContent = '–';
    for (const e of [p.lo, p.hi, p.all]) e.textContent = '';
    p.modes.classList.remove('all', 'few');
    for (const c of [p.plane, p.curve]) {
      wipe(c);
      c.removeAttribute('aria-label');
    }
  }
};
/** Start from the seed. @param {boolean} go and play @param {import('./collapse_turns.js').Place | null} until and go on to there */
const begin = async (go, until = null) => {
  const mine = ++ticket,
    old = id;
  id = null;
  frames = [];
  at = -1;
  following = true;
  ended = true;
  trouble = '';
  times = [];
  goal = until && (until.step || until.turns.length) ? until : null;
  setPlaying(false);
  link();
  empty();
  host.classList.add('lx-stale');
  out.textContent = '';
  scrub.max = scrub.value = 0;
  lx.range(scrub);
  for (const name of ['step', 'at', 'modes']) delete element.dataset[name];
  element.dataset.frames = 0;
  element.dataset.state = 'starting';
  tell();
  try {
    const made = (await lx.api('live', { data: /** @type {Start['data']} */ (data), seed, replaces: old || '' })).id;
    if (mine !== ticket) return leave(made);
    id = made;
    let said = null;
    while (!said) {
      said = await lx.api(`live/${made}/hello`);
      if (mine !== ticket) return leave(made);
    }
    hello = said;
    ended = false;
    build();
    order({ speed: +speed.value, ...(goal ? wayTo(goal) : go && { play: true }) });
    setPlaying(!!go || !!goal);
    fetchFrames(mine, made);
  } catch (e) {
    if (mine === ticket) finish(e.message);
  }
};
const fetchFrames = async (mine, name) => {
  let bad = 0;
  while (mine === ticket) {
    try {
      const r = await lx.bytes(`live/${name}/frames?after=${frames.length - 1}`),
        b = await r.arrayBuffer();
      if (mine !== ticket) return;
      bad = 0;
      take(b);
      if (r.headers.get('x-live') === 'over' && !b.byteLength) return finish('');
    } catch (e) {
      if (mine !== ticket) return;
      if (++bad > 2) return finish(e.message);
      await wait(400);
    }
  }
};
/* The process is gone. What was fetched can still be looked at. */
const finish = (why) => {
  ended = true;
  setPlaying(false);
  const last = frames.at(-1);
  trouble = why || lx.t('collapse.gone');
  if (last?.state === DIVERGED) trouble = lx.t('collapse.diverged');
  if (last?.state === OVER)
    trouble = lx.t('collapse.over', { seconds: Math.round(last.seconds), steps: last.step.toLocaleString(lx.state.lang) });
  goal = null;
  element.dataset.state = 'ended';
  if (!last) host.replaceChildren();
  tell(last?.state !== OVER);
};
const take = (buffer) => {
  const view = new DataView(buffer),
    n = hello.panels.length,
    { points, side, arrows: a } = hello;
  for (let o = 0; o + HEAD <= buffer.byteLength;) {
    const size = view.getUint32(o, true),
      index = view.getUint32(o + 4, true),
      f = { step: view.getUint32(o + 8, true), seconds: view.getFloat32(o + 12, true), state: view.getUint32(o + 16, true), panels: [] };
    Object.assign(f, { critic: view.getUint32(o + 20, true), generator: view.getUint32(o + 24, true) });
    let p = o + HEAD;
    for (let k = 0; k < n; k++) {
      const v = (i) => view.getFloat32(p + 4 * i, true),
        xy = p + PANEL,
        heat = xy + 4 * points,
        pull = heat + side * side;
      f.panels.push({
        lo: v(0),
        hi: v(1),
        longest: v(2),
        kl: v(3),
        good: v(4),
        modes: view.getUint32(p + 20, true),
        distance: v(6),
        real: v(7),
        fake: v(8),
        updates: [view.getUint32(p + 36, true), view.getUint32(p + 40, true)],
        xy: new Int16Array(buffer, xy, 2 * points),
        heat: new Uint8Array(buffer, heat, side * side),
        pull: new Int16Array(buffer, pull, 2 * a * a),
      });
      p = pull + 4 * a * a;
    }
    if (index === frames.length) frames.push(f);
    o += size;
  }
  element.dataset.frames = frames.length;
  element.dataset.state = playing ? 'playing' : 'paused';
  if (following) at = frames.length - 1;
  if (goal && reached(frames.at(-1), goal)) {
    goal = null;
    setPlaying(false);
  }
  if (!playing && following) {
    link(!stepped);
    stepped = false;
  }
  draw();
};

/* ---- what is there to see ---- */
const piece = (tag, className, ...inside) => make(tag, { className }, ...inside);
const term = (key) => {
  const t = make('dt'),
    d = piece('dd', '', '–'),
    box = piece('div', '', t, d);
  t.dataset.t = key;
  t.dataset.tTitle = key + '.help';
  return { box, d };
};
const build = () => {
  panels = hello.panels.map((p) => {
    const title = piece('b', '', p.title),
      count = piece('b', '', '–'),
      all = piece('span', '', ` / ${hello.centres.length}`),
      modes = piece('span', 'lx-live-modes', count, all, ' '),
      word = make('span');
    word.dataset.t = 'collapse.modes';
    modes.append(word);
    const plane = piece('canvas', 'lx-live-plane'),
      curve = piece('canvas', 'lx-live-curve'),
      lo = make('span'),
      bar = make('i'),
      hi = make('span'),
      scale = piece('div', 'lx-live-scale', lo, bar, hi);
    const kl = term('collapse.kl'),
      good = term('collapse.good'),
      distance = term('collapse.distance'),
      means = term('collapse.means.' + p.output),
      updates = term('collapse.updates'),
      figures = [good, kl, ...(p.output === 'score' ? [distance] : []), means, updates],
      list = piece('dl', 'lx-live-figures', ...figures.map((figure) => figure.box));
    for (const c of [plane, curve]) c.setAttribute('role', 'img');
    plane.dataset.name = p.name;
    scale.dataset.tTitle = 'collapse.scale.' + p.output;
    const box = piece('figure', 'lx-live-panel', piece('div', 'lx-live-head', title, modes), plane, scale, curve, list);
    box.dataset.name = p.name;
    const told = { kl: kl.d, good: good.d, distance: distance.d, means: means.d, updates: updates.d };
    return { ...p, ...told, box, plane, curve, lo, hi, bar, count, all, modes, small: make('canvas') };
  });
  host.replaceChildren(...panels.map((p) => p.box));
  host.dataset.data = hello.data;
  shades();
  $('.lx-live-about ul').replaceChildren(...hello.panels.map((p) => equationOf(p)));
  lx.translate(element);
};
/* MathML that the server made of the family's own equation */
const equationOf = (p) => {
  const equation = piece('span', 'lx-eq');
  equation.innerHTML = p.mathml;
  return piece('li', '', piece('b', '', `${p.title}: `), equation, ` · ${p.paper}`);
};
const shades = () => {
  const { scale } = look();
  table = colourTable(scale);
  for (const p of panels) p.bar.style.background = `linear-gradient(to right,${scale.map((c) => `rgb(${c})`).join(',')})`;
};
const sized = (canvas) => {
  const k = density(),
    w = canvas.clientWidth,
    h = canvas.clientHeight,
    x = canvas.getContext('2d');
  if (canvas.width !== Math.round(w * k) || canvas.height !== Math.round(h * k)) {
    canvas.width = Math.round(w * k);
    canvas.height = Math.round(h * k);
  }
  x.setTransform(k, 0, 0, k, 0, 0);
  x.clearRect(0, 0, w, h);
  return [x, w, h];
};
/** For each mode whether one of the points lies within three standard deviations of it. */
const covered = (xy) => {
  const c = hello.centres,
    r = (hello.near * hello.sigma) ** 2,
    hit = new Uint8Array(c.length);
  for (let i = 0; i < xy.length; i += 2) {
    const x = xy[i] / hello.unit,
      y = xy[i + 1] / hello.unit;
    for (let k = 0; k < c.length; k++) if ((x - c[k][0]) ** 2 + (y - c[k][1]) ** 2 <= r) hit[k] = 1;
  }
  return hit;
};
/* the critic's map: its colours from the lowest answer to the highest, of a probability from 0 to 1 */
const paintCritic = (x, S, p, f) => {
  const { side } = hello,
    s = p.small.getContext('2d'),
    span = f.hi - f.lo;
  p.small.width = p.small.height = side;
  const im = s.createImageData(side, side);
  f.heat.forEach((heat, i) => {
    const v = p.output === 'probability' ? Math.round(255 * (f.lo + (span * heat) / 255)) : heat;
    for (let c = 0; c < 3; c++) im.data[4 * i + c] = table[3 * v + c];
    im.data[4 * i + 3] = 255;
  });
  s.putImageData(im, 0, 0);
  x.imageSmoothingEnabled = true;
  x.imageSmoothingQuality = 'high';
  x.drawImage(p.small, 0, 0, side, side, 0, 0, S, S);
};
/* the true density: each mode's three standard deviations, filled, in a ring that says whether it is covered */
const paintModes = (x, S, f, { u, X, Y }) => {
  const hit = covered(f.xy),
    ring = Math.max(7, 0.028 * S),
    reach = hello.near * hello.sigma * u,
    c = look();
  const disc = (a, b, r) => {
    x.beginPath();
    x.arc(X(a), Y(b), r, 0, 7);
  };
  x.lineWidth = 1.5;
  hello.centres.forEach(([a, b], k) => {
    const g = x.createRadialGradient(X(a), Y(b), 0, X(a), Y(b), reach),
      colour = hit[k] ? c.hit : c.miss;
    g.addColorStop(0, colour + 'b0');
    g.addColorStop(1, colour + '18');
    x.fillStyle = g;
    disc(a, b, reach);
    x.fill();
    x.strokeStyle = colour;
    x.setLineDash(hit[k] ? [] : [3, 3]);
    disc(a, b, ring);
    x.stroke();
  });
  x.setLineDash([]);
};
/* where the critic draws points to: an arrow in each cell, as long as the root of its strength */
const paintArrows = (x, S, f) => {
  const n = hello.arrows,
    cell = S / n;
  x.strokeStyle = look().arrow;
  x.globalAlpha = 0.42;
  x.lineWidth = 1;
  x.beginPath();
  for (let i = 0; i < n * n; i++) {
    const dx = f.pull[2 * i] / 32767,
      dy = -f.pull[2 * i + 1] / 32767,
      m = Math.hypot(dx, dy);
    if (m < 1e-3) continue;
    const l = 0.86 * cell * Math.sqrt(m),
      [ex, ey] = [dx / m, dy / m],
      [cx, cy] = [((i % n) + 0.5) * cell, (Math.floor(i / n) + 0.5) * cell],
      [tx, ty] = [cx + (ex * l) / 2, cy + (ey * l) / 2],
      h = Math.min(3.5, 0.45 * l);
    x.moveTo(cx - (ex * l) / 2, cy - (ey * l) / 2);
    x.lineTo(tx, ty);
    x.moveTo(tx - h * (ex - 0.6 * ey), ty - h * (ey + 0.6 * ex));
    x.lineTo(tx, ty);
    x.lineTo(tx - h * (ex + 0.6 * ey), ty - h * (ey - 0.6 * ex));
  }
  x.stroke();
  x.globalAlpha = 1;
};
const paintPoints = (x, S, f, { X, Y }) => {
  const r = Math.max(1.1, S / 260);
  x.fillStyle = look().ink;
  x.globalAlpha = 0.6;
  for (let i = 0; i < f.xy.length; i += 2) {
    const a = X(f.xy[i] / hello.unit),
      b = Y(f.xy[i + 1] / hello.unit);
    if (a <= 0 || b <= 0 || a >= S || b >= S) continue;
    x.beginPath();
    x.arc(a, b, r, 0, 7);
    x.fill();
  }
  x.globalAlpha = 1;
};
const paintPlane = (p, f) => {
  const [x, S] = sized(p.plane);
  if (!S) return;
  const { view } = hello,
    u = S / (2 * view),
    place = { u, X: (v) => (v + view) * u, Y: (v) => (view - v) * u };
  if (critic) paintCritic(x, S, p, f);
  paintModes(x, S, f, place);
  if (arrows && f.longest > 0) paintArrows(x, S, f);
  paintPoints(x, S, f, place);
};
const paintCurve = (p, i) => {
  const [x, w, h] = sized(p.curve);
  if (!w) return;
  const c = look(),
    last = Math.max(frames.at(-1).step, 1),
    k = hello.centres.length,
    X = (s) => 2 + ((w - 4) * s) / last,
    Y = (v) => h - 3 - ((h - 8) * v) / k;
  x.strokeStyle = c.grid;
  x.lineWidth = 1;
  for (const v of [0, k]) {
    x.beginPath();
    x.moveTo(0, Y(v));
    x.lineTo(w, Y(v));
    x.stroke();
  }
  const skip = Math.max(1, Math.floor(frames.length / (2 * w)));
  x.strokeStyle = lx.css('--accent');
  x.lineWidth = 1.5;
  x.lineJoin = 'round';
  x.beginPath();
  for (let j = 0; j < frames.length; j += j + skip < frames.length || j === frames.length - 1 ? skip : frames.length - 1 - j) {
    const f = frames[j];
    x.lineTo(X(f.step), Y(f.panels[i].modes));
  }
  x.stroke();
  x.fillStyle = lx.css('--accent');
  x.beginPath();
  x.arc(X(frames[at].step), Y(frames[at].panels[i].modes), 3, 0, 7);
  x.fill();
};
const draw = () => {
  if (!wanted) wanted = requestAnimationFrame(paint);
};
const paint = () => {
  wanted = 0;
  if (!shown() || at < 0 || !frames[at]) return;
  const f = frames[at],
    k = hello.centres.length;
  host.classList.remove('lx-stale');
  panels.forEach((p, i) => {
    const v = f.panels[i];
    paintPlane(p, v);
    paintCurve(p, i);
    p.count.textContent = v.modes;
    p.modes.classList.toggle('all', v.modes === k);
    p.modes.classList.toggle('few', v.modes <= 0.5 * k);
    p.good.textContent = (100 * v.good).toFixed(1) + ' %';
    p.kl.textContent = number(v.kl, 2);
    p.distance.textContent = Number.isFinite(v.distance) ? number(v.distance, 3) : '–';
    p.means.textContent = `${brief(v.real)} · ${brief(v.fake)}`;
    p.updates.textContent = v.updates.map((n) => n.toLocaleString(lx.state.lang)).join(' · ');
    p.lo.textContent = p.output === 'probability' ? '0' : brief(v.lo);
    p.hi.textContent = p.output === 'probability' ? '1' : brief(v.hi);
    p.plane.setAttribute('aria-label', lx.t('collapse.plane', { name: p.title, modes: v.modes, of: k }));
    p.curve.setAttribute('aria-label', lx.t('collapse.curve', { name: p.title }));
  });
  scrub.max = frames.length - 1;
  scrub.value = at;
  lx.range(scrub);
  out.textContent = lx.t('collapse.at', { step: f.step.toLocaleString(lx.state.lang), seconds: f.seconds.toFixed(1) });
  scrub.setAttribute('aria-valuetext', out.textContent);
  element.dataset.at = at;
  element.dataset.step = f.step;
  alone.tell(f);
  count(element, 'drawn');
  const now = performance.now();
  times.push(now);
  while (times[0] < now - 3000) times.shift();
  element.dataset.fps = times.length > 1 ? (((times.length - 1) / (now - times[0])) * 1000).toFixed(1) : 0;
  element.dataset.modes = f.panels.map((v) => v.modes).join();
  tell(note.classList.contains('warn'));
};
const stateText = () => {
  if (trouble) return trouble;
  if (element.dataset.state === 'starting') return lx.t('collapse.starting');
  if (goal) return lx.t('collapse.replay', { step: goal.step.toLocaleString(lx.state.lang) });
  return frames.length && !following ? lx.t('collapse.past') : '';
};
const tell = (warn) => {
  const text = stateText();
  if (note.textContent !== text) note.textContent = text;
  note.classList.toggle('warn', !!trouble && !!warn);
  one.disabled = ended && !!id;
  for (const b of alone.buttons) b.disabled = ended || !!goal;
  play.disabled = element.dataset.state === 'starting';
};
const setPlaying = (on) => {
  playing = on;
  const pressed = on ? 'pause' : 'play';
  play.textContent = lx.t('collapse.' + (ended && frames.length ? 'restart' : pressed));
  play.setAttribute('aria-pressed', on);
  element.dataset.playing = on;
  if (element.dataset.state === 'starting') return;
  element.dataset.state = on ? 'playing' : 'paused';
  if (ended) element.dataset.state = 'ended';
};

/* ---- hands ---- */
const pause = () => {
  if (playing) {
    goal = null;
    order({ play: false });
    setPlaying(false);
    link(true);
  }
};
play.onclick = () => {
  if (ended) return begin(true);
  if (playing) return pause();
  following = true;
  times = [];
  order({ play: true });
  setPlaying(true);
  tell();
};
one.onclick = () => {
  if (ended) return;
  pause();
  following = true;
  at = frames.length - 1;
  stepped = true;
  order({ step: 1 });
  draw();
};
/* Turns of one side: they begin where the scrubber stands. In the past that is the same training once more from the seed, up to there. */
const alone = {
  buttons: [...element.querySelectorAll('[data-alone]')],
  updates: $('.lx-live-updates'),
  told: $('.lx-live-alone-told'),
  offer() {
    const list = [1, 10, 50, 200].map((n) => [n, lx.t(n === 1 ? 'collapse.alone.one' : 'collapse.alone.n', { n })]);
    offer(this.updates, list, this.updates.value || '50');
  },
  tell({ critic: d, generator: g }) {
    const [D, G] = [d, g].map((n) => n.toLocaleString(lx.state.lang));
    this.told.textContent = d || g ? lx.t('collapse.alone.told', { D, G }) : '';
  },
  /** @param {import('./collapse_turns.js').Side} side */
  take(side) {
    if (ended || !frames.length) return;
    pause();
    const n = +this.updates.value,
      from = following ? frames.length - 1 : at,
      { step } = frames[from],
      turns = withTurn(turnsOf(frames, from), [step, side, n]);
    if (turns.length > MOST_TURNS) return lx.say(lx.t('collapse.alone.most', { n: MOST_TURNS }));
    if (!following) return begin(false, { step, turns });
    at = from;
    stepped = true;
    order({ alone: side, updates: n });
    draw();
  },
};
for (const b of alone.buttons) b.onclick = () => alone.take(b.dataset.alone);
scrub.oninput = () => {
  pause();
  at = +scrub.value;
  following = at === frames.length - 1;
  draw();
};
scrub.onchange = () => link();
speed.onchange = () => {
  order({ speed: +speed.value });
  link();
};
for (const b of radios)
  b.onclick = () => {
    if (b.dataset.name === data) return;
    data = b.dataset.name;
    choose();
    begin(true);
  };
const choose = () => {
  check(radios, (b) => b.dataset.name === data);
  seedBox.value = seed;
  element.dataset.data = data;
  element.dataset.seed = seed;
};
arrowKeys($('.lx-live-data'));
const reseed = () => {
  const v = Math.floor(+seedBox.value);
  seed = Number.isFinite(v) && v >= 0 && v < 2 ** 31 ? v : seed;
  choose();
};
$('.lx-live-restart').onclick = () => {
  reseed();
  begin(true);
};
seedBox.onkeydown = (e) => {
  if (e.key === 'Enter') {
    reseed();
    begin(true);
  }
};
/** A layer of the pictures that can be left out. @param {string} name @param {() => boolean} flip */
const layer = (name, flip) => {
  $(name).onclick = () => {
    $(name).setAttribute('aria-pressed', flip());
    draw();
    link();
  };
};
layer('.lx-live-critic', () => (critic = !critic));
layer('.lx-live-arrows', () => (arrows = !arrows));

/* ---- the page; element.lxFrames() and lxHello() are what there is to draw, for whoever wants the numbers ---- */
/* What is shown at rest goes into the link. A training that runs adds no steps to the history: its place is noted, by no act of its own,
   where it rests. */
let settled = false;
const link = (quiet = false) => {
  if (lx.state.view !== 'collapse' || !settled) return;
  const layers = Number(critic) + 2 * Number(arrows),
    { step, turns } = goal || (playing || !frames[at] ? { step: 0, turns: [] } : { step: frames[at].step, turns: turnsOf(frames, at) });
  const parts = [data, seed, step, +speed.value, layers],
    usual = [null, null, 0, 0, 3];
  while (parts.length > 2 && parts.at(-1) === usual[parts.length - 1]) parts.pop();
  lx.keep('live', parts.join('.') + turnsText(turns), quiet);
};
const settings = (s) => {
  speed.value = s.speed;
  critic = !!(s.layers & 1);
  arrows = !!(s.layers & 2);
  $('.lx-live-critic').setAttribute('aria-pressed', critic);
  $('.lx-live-arrows').setAttribute('aria-pressed', arrows);
};
/** Show what the link says: a frame that is there, else the training goes on to it, from the seed where it has to. */
const restore = () => {
  const s = readLink(lx.state.kept.live),
    other = s.data !== data || s.seed !== seed;
  settled = true;
  if (lx.state.view !== 'collapse' || (!lx.state.kept.live && frames.length)) return;
  ({ data, seed } = s);
  choose();
  settings(s);
  if (other || (!id && !frames.length)) {
    if (other || element.dataset.state !== 'starting') begin(false, s);
    return;
  }
  pause();
  const there = frameOf(frames, s);
  if (there >= 0) {
    at = there;
    following = at === frames.length - 1;
    return draw();
  }
  const last = frames.length - 1,
    left = ended || last < 0 ? null : turnsLeft({ step: frames[last].step, turns: turnsOf(frames, last) }, s);
  if (!left) return begin(false, s);
  goal = s;
  following = true;
  order(wayTo({ step: s.step, turns: left }));
  setPlaying(true);
  tell();
};
const words = () => {
  offer(
    speed,
    SPEEDS.map((n) => [n, lx.t(n ? 'collapse.speed.n' : 'collapse.speed.most', { n })]),
    speed.value || '0',
  );
  alone.offer();
  setPlaying(playing);
  draw();
};
lx.on('lang', words);
lx.on('theme', () => {
  shades();
  draw();
});
lx.on('view', (view) => {
  if (view !== 'collapse') {
    pause();
    return;
  }
  if (settled && !id && ended && !frames.length && element.dataset.state !== 'starting') {
    const s = readLink(lx.state.kept.live);
    ({ data, seed } = s);
    choose();
    settings(s);
    begin(false, s);
  }
  requestAnimationFrame(draw);
});
lx.on('restore', restore);
document.addEventListener('visibilitychange', () => {
  if (document.hidden) pause();
});
addEventListener('pagehide', () => leave(id));
new ResizeObserver(() => draw()).observe(host);
try {
  $('.lx-live-about').open = innerWidth > 720;
} catch {
  /* an old browser */
}
element.lxFrames = () => frames;
element.lxHello = () => hello;
choose();
lx.translate(element);
