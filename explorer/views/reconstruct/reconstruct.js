/* The input is shown beside what the model draws from its code. Opening the view changes no code: the input is then the held-out image
 * that the current code came from, or the image of the code itself, which it follows (source "code"); what a person chooses, draws or
 * loads becomes the current code. When she edits the code of such a following input here, the image stays as the input (source "code",
 * pinned). */
import { base64Of, fromBase64 } from '../../shell/bytes.js';
import { FilmDialogue } from '../../shell/film_dialogue.js';
import { count } from '../../shell/dom.js';
import { TOO_LONG, bytesOf, imageText, painted, sendable, sizeOf, textImage } from '../../shell/image_text.js';
import { mounted } from '../../shell/gradio_component.js';
import { Pad } from '../../shell/drawing_pad.js';
import { wipe } from '../../shell/pictures.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { Asking } from './all_runs_request.js';
import { Beside } from './all_runs_cards.js';
import { Between } from './reconstruct_interpolation.js';
import { Camera } from './reconstruct_camera.js';
import { Edit } from './reconstruct_edit.js';
import { Kept } from './reconstruct_confusion.js';
import { recText, textRec } from './reconstruct_link.js';
import { Output } from './reconstruct_output.js';
import { Spoil } from './reconstruct_noise.js';
import { Own } from './own_picture.js';
import { Search } from './reconstruct_search.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { BesideAnswer, HeldOutImage, Pixels } from '../../shell/answers' */
/** @import { Code, Info, Origin, Run } from '../../shell/types' */
/** @import { Input, More, Question } from './all_runs_request.js' */
/** @import { Row } from './all_runs_cards.js' */
/** @import { Kept as Link } from './reconstruct_link.js' */
/** @typedef {'code' | 'held' | 'draw' | 'file'} Source */
/** @typedef {BesideAnswer & Omit<Row, 'pixels'> & { rows: Row[], image: Input, more: More, shape: number[], pixels: Pixels }} Answer */

const { element } = mounted('reconstruct');

const $ = (/** @type {string} */ s) => element.querySelector(s);
/** @param {Input} what @returns {what is HeldOutImage} */
const isHeld = (what) => typeof what !== 'string' && 'index' in what;
/** @param {Input} what @returns {what is Pixels} */
const isPixels = (what) => typeof what !== 'string' && 'pixels' in what;
/* source: code, held, draw or file. image: what the server is asked to take, null: nothing. file: a loaded file in base64, or {pixels}
   of a link. exact: a link's drawing, until the pad changes. answer: the last one, null where what is shown has none. owed: its code is
   to become the current one. ours: a code is being set by this view. seen: the code that the view last heard of. left: the code came
   from an image that its link does not carry. coming: the image whose answer is on its way. era: counts what ends all that was asked
   before. */
let source = /** @type {Source} */ ('held'),
  pinned = false,
  image = /** @type {Input | null} */ (null),
  file = /** @type {string | Pixels | null} */ (null),
  invert = false,
  exact = /** @type {Pixels | null} */ (null);
let answer = /** @type {Answer | null} */ (null),
  given = /** @type {Uint8ClampedArray | null} */ (null),
  ours = false,
  owed = false,
  coming = /** @type {Input | null} */ (null),
  seen = /** @type {Code | null} */ (null),
  left = false,
  run = /** @type {string | null} */ (null),
  era = 0;
for (const c of ['.lx-given', '.lx-out canvas', '.lx-diff canvas']) $(c).getContext('2d', { willReadFrequently: true });
const here = () => lx.state.view === 'reconstruct' && !!lx.state.info && lx.supports(lx.state.run, 'reconstruct');
const shape = () => opened().info.spec.shape,
  size = () => sizeOf(shape());
/** @param {Code} w @param {Origin} origin @param {number} [label] */
const setCode = (w, origin, label) => {
  ours = true;
  lx.setCode(w, origin, label);
  ours = false;
};
const follows = () => source === 'code' && !pinned;

/* ---- encoding, in all runs that take images of this shape at once: latest wins, one request in flight ---- */
const beside = new Beside($('.lx-beside'), { mode: () => output.mode, edit: (name) => edit(name) });
/** Ask for an image; take: its code becomes the current one. @param {Input} what @param {boolean} take @param {More} [more] */
const encode = (what, take, more = {}) => {
  image = coming = what;
  owed = take && !follows();
  hint('');
  stale(true);
  asking.ask({ run: lx.state.run, image: what, more, take: owed, era });
};
/** @param {Question} q */
const wanted = (q) => q.run === lx.state.run && q.era === era && here();
/** @param {Question} q @param {BesideAnswer} d @param {Row[]} rows @param {Row} mine @param {number} began */
const arrived = (q, d, rows, mine, began) => {
  const now = (answer = {
    ...d,
    ...mine,
    rows,
    image: q.image,
    more: q.more,
    shape: shape(),
    pixels: { pixels: base64Of(bytesOf(asking.clean ?? $('.lx-given'), shape()[0])) },
  });
  owed = false;
  if (coming === q.image) coming = null;
  stale(asking.waits, true);
  delete element.dataset.error;
  hint('');
  if (q.take) setCode(now.w, origin(now), now.class ?? undefined);
  if (source === 'file' && !q.more.invert) ownPicture.seen(now.pixels.pixels);
  between.take(now, $('.lx-given'));
  search.take({ image: isHeld(now.image) ? now.image : now.pixels });
  change.ask();
  output.show();
  note();
  pack();
  element.dataset.ms = Math.round(performance.now() - began);
  count(element);
};
const asking = new Asking($('.lx-given'), {
  wanted,
  more: () => ({ ...(follows() && lx.state.label !== null && { label: lx.state.label }), ...spoil.asked() }),
  seen: (d, rows, pixels) => {
    given = pixels;
    spoil.take(d.noise === undefined ? null : { noise: d.noise, rows });
    beside.show(rows, pixels, $('.lx-given'));
  },
  arrived,
  figures: (mine) => {
    if (!answer) return;
    answer.percentile = mine.percentile;
    output.tell();
  },
  dropped: (q) => {
    if (coming === q.image) coming = null;
  },
  failed: (e) => failed(e),
  owing: (n) => {
    element.dataset.owing = n;
  },
  rested: () => output.cloud(),
});
/** @param {Answer} of @returns {Origin} */
const origin = (of) => (source === 'held' ? { kind: 'point', index: Number(of.index), label: of.label } : { kind: 'image' });

/* ---- what belongs to another input: dimmed while its own is on its way, gone where there is none ---- */
/** @param {boolean} on */
const stale = (on, again = false) => {
  const parts = '.lx-given, .lx-out, .lx-diff canvas, .lx-figure, .lx-models, .lx-b, .lx-mixes, .lx-draws, .lx-spoil-told';
  lx.stale(element.querySelectorAll(parts), on, again);
  element.setAttribute('aria-busy', on);
};
const none = () => {
  asking.stop();
  coming = null;
  owed = false;
  answer = given = null;
  output.forget();
  element.dataset.kept = '';
  element.dataset.owing = 0;
  stale(false);
  for (const s of ['.lx-given', '.lx-out canvas', '.lx-diff canvas', '.lx-draws canvas']) wipe($(s));
  beside.clear();
  between.enter();
  search.take(null);
  spoil.take(null);
  output.tell();
  output.bars();
};
/** @param {Error} e */
const failed = (e) => {
  none();
  image = null;
  if (source === 'file') {
    file = null;
    ownPicture.forget();
    parts();
  }
  element.dataset.error = e.message;
  hint(e.message);
  lx.say(e.message, 'error');
};

/* another run, with the code that it gave this image; a held-out image of one data set is pixels to a run of another */
let carry = /** @type {{ source: string, image: Input } | null} */ (null);
/** @param {string} name */
const edit = (name) => {
  const row = answer?.rows.find((r) => r.run === name) || beside.rows().find((r) => r.run === name),
    to = lx.runOf(name);
  if (!answer || !row) return;
  const label = typeof row.class === 'number' ? { label: row.class } : {};
  if (row.searched) {
    lx.open(name, { w: row.w, origin: { kind: 'image' }, ...label }).then((ok) => {
      if (ok) lx.show('codes');
    });
    return;
  }
  if (name === lx.state.run) {
    pin();
    setCode(answer.w, origin(answer), answer.class ?? undefined);
    output.show();
    return;
  }
  carry = carried(answer, to);
  lx.open(name, { w: row.w, origin: carry.source === 'held' ? origin(answer) : { kind: 'image' }, ...label });
};
/* the input as another run takes it */
/** @param {Answer} shown @param {Run | undefined} to */
const carried = (shown, to) => {
  const same = to && lx.runOf(run)?.dataset === to.dataset;
  if (source === 'held' && same) return { source, image: shown.image };
  const as = { draw: 'draw', code: 'pinned', held: 'file', file: 'file' };
  return { source: as[source], image: shown.pixels };
};
/* the image of the current code stays the input, whatever becomes of the code */
const pin = () => {
  if (follows() && answer) {
    pinned = true;
    image = answer.image = answer.pixels;
    note();
    pack();
  }
};

/** @param {Code} w @param {Origin} where */
const moving = (w, where) => {
  pin();
  setCode(w, where);
  output.show();
};
const films = new FilmDialogue($('.lx-film-dialogue'));
const spoil = new Spoil(
  $('.lx-spoil'),
  () => {
    if (image && here()) encode(image, true, more());
    write();
  },
  films,
  () => (image ? { image, ...more(), label: follows() ? lx.state.label : null } : null),
);
const between = new Between($('.lx-mix'), { set: moving, changed: (quiet = false) => write(quiet), films });
const kept = new Kept($('.lx-kept')),
  change = new Edit($('.lx-change'), { set: moving, changed: () => write() });
const ownPicture = new Own(element, {
  shown: (input) => {
    file = input;
    load();
    write();
  },
  kept: () => write(true),
});
const camera = new Camera($('.lx-video'), () => parts());
const search = new Search($('.lx-search'), { join: (rows) => beside.join(rows), changed: () => write() });

const output = new Output(element, {
  answer: () => answer,
  given: () => given,
  follows,
  held: (index) => source === 'held' && lx.state.origin?.kind === 'point' && lx.state.origin.index === index,
  here,
  shown: () => change.sync(),
  changed: () => {
    beside.paint();
    write();
  },
});
/** @param {string} text */
const hint = (text) => {
  const p = $('.lx-hint');
  p.textContent = text;
  p.hidden = !text;
};
/* ---- the link ---- */
let text = '',
  packing = 0;
/* the input in the link: a held-out image's number, or the image itself */
const named = () => {
  if (source === 'held') return image && isHeld(image) ? image.index : $('.lx-index').value;
  return follows() ? '' : text;
};
const write = (quiet = false) => {
  if (!here() || !run) return;
  lx.keep(
    'rec',
    recText({
      source: pinned ? 'pinned' : source,
      image: named(),
      noise: spoil.state,
      mode: output.mode,
      centre: $('.lx-centre input').checked,
      a: between.a,
      at: between.at,
      chosen: change.chosen,
      searched: search.asked,
      prep: source === 'file' && !invert ? ownPicture.link : null,
    }),
    quiet,
  );
};
/* a drawn, loaded or pinned image as text, once the hand rests */
const pack = () => {
  clearTimeout(packing);
  if (source === 'held' || follows()) {
    element.dataset.kept = 'yes';
    write(true);
    return;
  }
  const now = answer;
  packing = setTimeout(async () => {
    if (!now) return;
    const found = await imageText(fromBase64(now.pixels.pixels), shape()[0]);
    if (now !== answer) return;
    text = found;
    element.dataset.kept = text === TOO_LONG ? 'no' : 'yes';
    write(true);
  }, 250);
};

/* ---- where the image comes from ---- */
const more = () => (source === 'file' && invert ? { invert: true } : {});
const pad = new Pad($('.lx-pad'), $('.lx-cursor'), () => {
  exact = null;
  draw();
});
let waiting = 0;
const drawn = () => {
  const [, h, w] = shape();
  return exact || { pixels: base64Of(pad.pixels(h, w, $('.lx-centre input').checked)) };
};
const draw = () => {
  $('.lx-given').classList.toggle('blank', pad.empty);
  if (pad.empty) {
    image = null;
    text = '';
    none();
    hint(lx.t('rec.empty'));
    write();
    return;
  }
  if (!waiting)
    waiting = requestAnimationFrame(() => {
      waiting = 0;
      if (here() && source === 'draw' && !pad.empty) encode(drawn(), true);
    });
};
/** @param {number} index */
const held = (index, take = true) => {
  const { info } = opened(),
    n = info.dataset?.n;
  if (!n) {
    image = null;
    none();
    hint(lx.t(info.other_images ? 'images.other' : 'rec.noheld'));
    return;
  }
  index = Math.max(0, Math.min(n - 1, Math.round(index) || 0));
  $('.lx-index').value = index;
  encode({ index }, take);
};
const load = (take = true) => {
  if (file !== null) encode(file, take, more());
  else {
    image = null;
    none();
    hint(lx.t('rec.drop'));
  }
};
/* the file that was chosen before, also where another run takes other images now */
const taken = async () => {
  const asked = era,
    { card } = opened().info;
  if (ownPicture.other(shape())) {
    await ownPicture.again({ shape: shape(), name: card.data.name });
    if (asked !== era || source !== 'file') return;
    file = ownPicture.input;
    parts();
  } else if (file !== null && typeof file !== 'string' && fromBase64(file.pixels).length !== size()) file = null;
  load();
};
const own = () => {
  pinned = false;
  encode({ w: lx.b64(opened().w), ...(lx.state.label !== null && { label: lx.state.label }) }, false);
};
/** @param {boolean} is */
const inverted = (is) => {
  invert = is;
  $('.lx-invert').setAttribute('aria-pressed', is);
};
/** @param {string} sentence */
const refuse = (sentence) => {
  choose('file');
  file = image = null;
  text = '';
  none();
  ownPicture.forget();
  parts();
  element.dataset.error = sentence;
  hint(sentence);
  lx.say(sentence, 'error');
  write();
};
let picked = 0;
/** @param {Blob | null | undefined} f */
const pick = async (f) => {
  if (!f) return;
  camera.stop();
  const now = ++picked,
    { run: of } = lx.state;
  const small = await sendable(f);
  if (now !== picked) return;
  if (!small) {
    refuse(lx.t('image.large'));
    return;
  }
  await ownPicture.take(f, small, { shape: shape(), name: opened().info.card.data.name });
  if (now !== picked || of !== lx.state.run || !here()) return;
  file = ownPicture.input;
  inverted(false);
  choose('file');
  load();
};
/* what stands in the input's square: the pad, a photograph under a frame, the camera, or the input alone */
const parts = () => {
  const drawing = source === 'draw',
    framing = source === 'file' && ownPicture.framed && file !== null,
    filming = source === 'file' && camera.on;
  $('.lx-pad').hidden = !drawing;
  $('.lx-frame').hidden = !framing;
  $('.lx-zooming').hidden = !framing;
  $('.lx-video').hidden = !filming;
  $('.lx-webcam').hidden = !Camera.there || filming;
  $('.lx-choose').hidden = filming;
  $('.lx-snap').hidden = $('.lx-camera-off').hidden = !filming;
  $('.lx-given').classList.toggle('inset', drawing || framing);
  $('.lx-given').title = drawing || framing ? lx.t('rec.seen') : '';
};
/** @param {Source} name */
const choose = (name) => {
  source = name;
  pinned = false;
  left = false;
  element.dataset.source = name;
  text = '';
  const grey = !!lx.state.info && shape()[0] === 1,
    drawing = name === 'draw';
  for (const b of radios.children) b.hidden = b.dataset.source === 'draw' && !grey;
  check(radios.children, (b) => b.dataset.source === name);
  for (const c of element.querySelectorAll('[data-for]')) c.hidden = c.dataset.for !== name;
  if (name !== 'file') camera.stop();
  parts();
  $('.lx-centre').hidden = !drawing;
  $('.lx-invert').hidden = !grey;
  $('.lx-to-pad').parentElement.hidden = drawing || !grey;
  $('.lx-cursor').hidden = true;
  $('.lx-given').classList.toggle('blank', drawing && pad.empty);
  note();
};
/** @param {Info['card']} card */
const sourceNote = ({ data }) => {
  const [, h, w] = shape();
  if (source === 'file') return lx.t(ownPicture.made ? 'rec.file.knows' : 'rec.file.note', { h, w, title: data.title });
  if (source !== 'code') return '';
  if (pinned) return lx.t('rec.own.pinned');
  return lx.t(left ? 'rec.own.left' : 'rec.own.note');
};
const note = () => {
  const { info } = lx.state;
  if (!info) return;
  const plain = info.card.data.name === 'mnist' ? 'rec.centre.off' : 'rec.centre.plain';
  $('.lx-source-note').textContent = sourceNote(info.card);
  $('.lx-centre-note').textContent = lx.t($('.lx-centre input').checked ? 'rec.centre.on' : plain);
  $('.lx-of').textContent = info.dataset ? lx.t('rec.of', { n: info.dataset.n.toLocaleString(lx.state.lang) }) : '';
  if (source === 'draw' && pad.empty) hint(lx.t('rec.empty'));
  else if (source === 'file' && file === null) hint(element.dataset.error || lx.t('rec.drop'));
};
const radios = element.querySelector('.lx-sources'),
  begin = { code: own, held: () => held(+$('.lx-index').value || 0), draw: () => draw(), file: () => taken() };
for (const b of radios.children)
  b.onclick = () => {
    delete element.dataset.error;
    hint('');
    choose(b.dataset.source);
    begin[/** @type {Source} */ (b.dataset.source)]();
    write();
  };
arrowKeys(radios);
$('.lx-index').onchange = () => held(+$('.lx-index').value);
$('.lx-another').onclick = () => held(Math.floor(Math.random() * (opened().info.dataset?.n || 1)));
/** @param {boolean} erase */
const tool = (erase) => {
  pad.erase(erase);
  $('.lx-pen').setAttribute('aria-pressed', !erase);
  $('.lx-eraser').setAttribute('aria-pressed', erase);
};
$('.lx-pen').onclick = () => tool(false);
$('.lx-eraser').onclick = () => tool(true);
$('.lx-clear').onclick = () => {
  pad.clear();
  exact = null;
  tool(false);
  draw();
};
$('.lx-centre input').onchange = () => {
  exact = null;
  note();
  draw();
  write();
};
$('.lx-to-pad').onclick = () => {
  if (!given) return;
  pad.load($('.lx-given'));
  exact = null;
  choose('draw');
  draw();
  $('.lx-pad').focus();
};
$('.lx-invert').onclick = () => {
  inverted(!invert);
  if (file !== null) load();
};
$('.lx-webcam').onclick = async () => {
  try {
    await camera.start(shape()[0] === 1 ? 'environment' : 'user');
  } catch (e) {
    lx.say(lx.t(/** @type {Error} */ (e).name === 'NotFoundError' ? 'rec.camera.none' : 'rec.camera.denied'), 'error');
  }
};
$('.lx-snap').onclick = async () => pick(await camera.still());
$('.lx-camera-off').onclick = () => camera.stop();
const input = element.querySelector('input[type=file]');
$('.lx-choose').onclick = () => input.click();
input.onchange = () => {
  pick(input.files[0]);
  input.value = '';
};
const square = $('.lx-in');
element.ondragover = (/** @type {DragEvent} */ e) => {
  e.preventDefault();
  square.classList.add('over');
};
element.ondragleave = () => square.classList.remove('over');
element.ondrop = (/** @type {DragEvent} */ e) => {
  e.preventDefault();
  square.classList.remove('over');
  pick(e.dataTransfer?.files[0]);
};
document.addEventListener('paste', (e) => {
  if (!here()) return;
  const f = e.clipboardData?.files[0];
  if (f) {
    e.preventDefault();
    pick(f);
  }
});
$('.lx-back').onclick = () => edit(opened().run);

/* ---- opening the view, changing the run ---- */
/* another run than the one that is shown: nothing of that stays */
const settle = () => {
  const { info } = opened();
  era++;
  run = element.dataset.run = lx.state.run;
  none();
  exact = null;
  kept.enter();
  $('.lx-two').classList.toggle('no-cloud', !info.spec.stochastic);
  $('.lx-cloud').hidden = !info.spec.stochastic;
};
/* the input that the current code speaks of */
const fromCode = () => {
  const { origin: o, info } = opened();
  if (o?.kind === 'point' && o.index < (info.dataset?.n || 0)) {
    choose('held');
    held(o.index, false);
    return;
  }
  choose('code');
  left = ['image', 'images', 'link'].includes(o?.kind);
  own();
  note();
};
/**
 * An input of a link, or one carried over from another run.
 * @param {string} name a source, or "pinned"
 * @param {Input | null} what of all but "code"
 */
const bring = async (name, what, take = false) => {
  const colour = shape()[0] !== 1,
    where = /** @type {Source} */ ({ pinned: 'code', draw: colour ? 'file' : 'draw' }[name] ?? name);
  choose(where);
  if (name === 'code' || what === null) {
    own();
    return;
  }
  if (isHeld(what)) {
    held(what.index, take);
    return;
  }
  if (where === 'draw' && isPixels(what)) {
    pad.load(painted(fromBase64(what.pixels), shape()));
    exact = what;
    $('.lx-given').classList.remove('blank');
  }
  if (where === 'file' && isPixels(what)) {
    if (!ownPicture.holds(what)) ownPicture.forget();
    file = what;
    inverted(false);
    parts();
  }
  if (where === 'code') pinned = true;
  note();
  encode(what, take);
};
/** What the link keeps, or what the current code speaks of; the code stays. */
const restore = () => {
  if (!here()) {
    run = null;
    return;
  }
  const link = textRec(lx.state.kept.rec);
  settle();
  seen = lx.state.w;
  if (link) {
    output.mode = link.mode;
    $('.lx-centre input').checked = link.centre;
  }
  spoil.restore(link?.noise || null);
  between.restore(link);
  change.restore(link?.chosen || []);
  search.restore(link?.searched || []);
  if (!link) fromCode();
  else shown(link);
};
/** @param {Link} link */
const shown = async (link) => {
  const asked = era,
    { source: name, image: what } = link;
  const bytes = what && ['pinned', 'draw', 'file'].includes(name) ? await textImage(String(what), size(), shape()[0]) : null;
  if (asked !== era || !here()) return;
  if (bytes) {
    bring(name, { pixels: base64Of(bytes) });
    text = String(what);
    if (name === 'file' && link.prep) ownPicture.restore(link.prep, text, shape());
    return;
  }
  if (name === 'held' && opened().info.dataset) {
    bring('held', { index: Number(what) || 0 });
    return;
  }
  if (name === 'code') {
    bring('code', null);
    return;
  }
  if (!what && name === 'draw') {
    pad.clear();
    choose('draw');
    draw();
    return;
  }
  if (!what && name === 'file') {
    file = null;
    ownPicture.forget();
    choose('file');
    parts();
    load();
    return;
  }
  fromCode();
  left = source === 'code';
  note();
  if (left) lx.say(lx.t('image.left'));
};
const resume = () => {
  output.bars();
  kept.resume();
  change.ask();
  note();
  if (image && answer?.image !== image && coming !== image) encode(image, owed, more()); /* its answer was not waited for */
};
const enter = () => {
  if (!here()) return;
  if (run === null) {
    restore();
    write(true);
    return;
  }
  if (run === lx.state.run) {
    if (seen === lx.state.w) resume();
    else {
      settle();
      seen = lx.state.w;
      fromCode();
    }
    return;
  }
  /* another run, opened here: the same image in it */
  const mine = answer && !follows() && String(answer.shape) === String(shape()) ? answer : null,
    input = carry || (mine && carried(mine, lx.runOf(lx.state.run)));
  const take = !carry;
  carry = null;
  settle();
  seen = lx.state.w;
  if (input) bring(input.source, input.image, take);
  else fromCode();
  write(true);
};
choose('held');
output.tell(); /* before the store is heard: it may tell of a restore at once */
/* these change the code of the input; any other code is another input */
const EDITS = ['sliders', 'found', 'images'];
lx.on('code', (w, o) => {
  if (!here() || run !== lx.state.run) return;
  seen = w;
  if (ours) return;
  const asked = era;
  queueMicrotask(() => {
    /* a restore that comes with the code tells all of it */
    if (asked !== era || w !== lx.state.w) return;
    if (follows()) own();
    else if (EDITS.includes(o?.kind)) output.show();
    else fromCode();
    output.bars();
    change.sync();
  });
});
lx.on('restore', restore);
lx.on('view', (v) => {
  if (v === 'reconstruct') enter();
  else camera.stop();
});
lx.on('run', () => {
  if (here()) setTimeout(enter);
  else run = null;
});
lx.on('runs', () => {
  if (answer && here()) {
    search.runs();
    asking.refresh({ run, image: answer.image, more: answer.more, era });
  }
});
lx.on('lang', () => {
  note();
  ownPicture.tell();
  output.tell();
  output.bars();
  beside.paint();
  between.tell();
  kept.tell();
  search.tell();
  change.tell();
});
lx.on('theme', () => requestAnimationFrame(() => output.bars()));
new ResizeObserver(() => {
  if (here()) output.bars();
}).observe($('.lx-bars canvas'));
lx.translate(element);
element.dataset.ready = 'true';
