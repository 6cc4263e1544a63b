/* A live training (process.py): its frames are fetched one after another, all kept here, and the one that the scrubber stands on is shown
   (collapse_panels.js). */
import { count, offer, wait } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { mounted } from '../../shell/gradio_component.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { address } from '../../shell/server.js';
import { lx } from '../../shell/store.js';
import { DIVERGED, OVER, framesOf } from './collapse_frames.js';
import { SPEEDS, linkText, textLink } from './collapse_link.js';
import { Panels } from './collapse_panels.js';
import { MOST_TURNS, frameOf, reached, turnsLeft, turnsOf, wayTo, withTurn } from './collapse_turns.js';

/** @import { Command, HelloAnswer } from '../../shell/answers' */
/** @import { Frame } from './collapse_frames.js' */
/** @import { Link } from './collapse_link.js' */
/** @import { Place, Side } from './collapse_turns.js' */

const { element } = mounted('collapse');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  host = $('.lx-live-panels'),
  play = $('.lx-play'),
  one = $('.lx-live-step'),
  scrub = $('.lx-transport input'),
  out = $('output');
const note = $('.lx-live-state'),
  speed = $('.lx-live-speed'),
  seedBox = $('.lx-live-seed input'),
  radios = [...element.querySelectorAll('.lx-live-data [data-name]')];
let { data, seed } = textLink(lx.state.kept.live);
/** @type {Place | null} */
let goal = null; /* the place of a link that is trained on to */
let id = /** @type {string | null} */ (null),
  hello = /** @type {HelloAnswer | null} */ (null),
  frames = /** @type {Frame[]} */ ([]),
  at = -1,
  following = true,
  playing = false,
  ended = true,
  lastAsked = new LastAsked(),
  waiting = new AbortController() /* for what the present training says */,
  wanted = 0,
  trouble = '';
let critic = true,
  arrows = true,
  times = /** @type {number[]} */ ([]),
  stepped = false;
const panels = new Panels(host);
const shown = () => lx.state.view === 'collapse' && element.clientWidth > 0;

/* ---- talking to the process ---- */
/** @type {Promise<unknown>} */
let line = Promise.resolve(); /* orders go one after another: a step after a pause is a step after the pause */
/** @param {Command} command */
const order = (command) => {
  const name = id;
  if (!name || ended) return;
  line = line
    .then(() => lx.api(`live/${name}/order`, command))
    .catch((e) => {
      if (name === id) finish(e.message);
    });
};
/** @param {string | null} name */
const leave = (name) => {
  if (name) navigator.sendBeacon(address(`live/${name}/stop`));
};
/** Start from the seed. @param {boolean} go and play @param {Place | null} until and go on to there */
const begin = async (go, until = null) => {
  const isLast = lastAsked.ask(),
    old = id;
  waiting.abort(); /* the one before ends without a word more */
  const { signal } = (waiting = new AbortController());
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
  panels.empty();
  alone.told.textContent = '';
  host.classList.add('lx-stale');
  out.textContent = '';
  scrub.max = scrub.value = 0;
  lx.range(scrub);
  for (const name of ['step', 'at', 'modes']) delete element.dataset[name];
  element.dataset.frames = 0;
  element.dataset.state = 'starting';
  tell();
  try {
    const made = (await lx.api('live', { data, seed, replaces: old || '' })).id;
    if (!isLast()) return leave(made);
    id = made;
    /** @type {HelloAnswer | null} */
    let said = null;
    while (!said) {
      said = await lx.api(`live/${made}/hello`, undefined, signal);
      if (!isLast()) return leave(made);
    }
    hello = said;
    ended = false;
    panels.build(hello, $('.lx-live-about ul'));
    lx.translate(element);
    order({ speed: +speed.value, ...(goal ? wayTo(goal) : go && { play: true }) });
    setPlaying(!!go || !!goal);
    fetchFrames(isLast, made, signal);
  } catch (e) {
    if (isLast()) finish(/** @type {Error} */ (e).message);
  }
};
/** @param {() => boolean} isLast @param {string} name @param {AbortSignal} signal */
const fetchFrames = async (isLast, name, signal) => {
  let bad = 0;
  while (isLast()) {
    try {
      const r = await lx.bytes(`live/${name}/frames?after=${frames.length - 1}`, undefined, signal),
        b = await r.arrayBuffer();
      if (!isLast()) return;
      bad = 0;
      take(b);
      if (r.headers.get('x-live') === 'over' && !b.byteLength) return finish('');
    } catch (e) {
      if (!isLast()) return;
      if (++bad > 2) return finish(/** @type {Error} */ (e).message);
      await wait(400);
    }
  }
};
/** The process is gone. What was fetched can still be looked at. @param {string} why */
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
/** @param {ArrayBuffer} buffer */
const take = (buffer) => {
  if (hello) for (const { index, frame } of framesOf(buffer, hello)) if (index === frames.length) frames.push(frame);
  element.dataset.frames = frames.length;
  element.dataset.state = playing ? 'playing' : 'paused';
  if (following) at = frames.length - 1;
  if (goal && frames.length && reached(frames[frames.length - 1], goal)) {
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
const draw = () => {
  if (!wanted) wanted = requestAnimationFrame(paint);
};
const paint = () => {
  wanted = 0;
  if (!shown() || at < 0 || !frames[at]) return;
  const f = frames[at];
  host.classList.remove('lx-stale');
  panels.paint(frames, at, { critic, arrows });
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
/** @param {boolean} [warn] */
const tell = (warn) => {
  const text = stateText();
  if (note.textContent !== text) note.textContent = text;
  note.classList.toggle('warn', !!trouble && !!warn);
  one.disabled = ended && !!id;
  for (const b of alone.buttons) b.disabled = ended || !!goal;
  play.disabled = element.dataset.state === 'starting';
};
/** @param {boolean} on */
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
  /** @param {Frame} f */
  tell({ critic: d, generator: g }) {
    const [D, G] = [d, g].map((n) => n.toLocaleString(lx.state.lang));
    this.told.textContent = d || g ? lx.t('collapse.alone.told', { D, G }) : '';
  },
  /** @param {Side} side */
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
seedBox.onkeydown = (/** @type {KeyboardEvent} */ e) => {
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
  lx.keep('live', linkText({ data, seed, step, speed: +speed.value, layers, turns }), quiet);
};
/** @param {Link} s */
const settings = (s) => {
  speed.value = s.speed;
  critic = !!(s.layers & 1);
  arrows = !!(s.layers & 2);
  $('.lx-live-critic').setAttribute('aria-pressed', critic);
  $('.lx-live-arrows').setAttribute('aria-pressed', arrows);
};
/** Show what the link says: a frame that is there, else the training goes on to it, from the seed where it has to. */
const restore = () => {
  const s = textLink(lx.state.kept.live),
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
  tell(note.classList.contains('warn'));
  draw();
};
lx.on('lang', words);
lx.on('theme', () => {
  panels.shades();
  draw();
});
lx.on('view', (view) => {
  if (view !== 'collapse') {
    pause();
    return;
  }
  if (settled && !id && ended && !frames.length && element.dataset.state !== 'starting') {
    const s = textLink(lx.state.kept.live);
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
