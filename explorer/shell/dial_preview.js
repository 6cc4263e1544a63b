/* What a dial moves is on the screen with it: where a narrow screen shows a dial without its picture, a small copy of the picture
 * comes into a corner that no dial is in; where dials are in all corners, a bar across the screen: no dial is under a part of it.
 *
 * A dial is a slider or a group of buttons that sets a code. Its picture is what the nearest data-moves around it names (CSS; in
 * there, else in the page), and without one the image of the current code. One of several pictures in sight is enough;
 * else the last one is shown. */
import { share } from './screen.js';
import { lx } from './store.js';

const DIALS = 'input[type=range],.lx-code-buttons,.lx-classes,.lx-class-list',
  HERO = '.lx-hero canvas',
  NARROW = matchMedia('(max-width:720px)');

/** @param {Element} e */
const seen = (e) => {
  const r = e.getBoundingClientRect();
  return share(r.top, r.bottom, innerHeight) * share(r.left, r.right, innerWidth);
};
/** @param {Element} dial @returns {HTMLElement[]} */
const picturesOf = (dial) => {
  const held = /** @type {HTMLElement | null} */ (dial.closest('[data-moves]')),
    named = held?.dataset.moves || HERO,
    inside = held ? [...held.querySelectorAll(named)] : [],
    all = inside.length ? inside : [...document.querySelectorAll(named)];
  return /** @type {HTMLElement[]} */ (all.filter((e) => e.getBoundingClientRect().width));
};
/** @type {Element | null} */
let hand = null; /* the dial that was touched or came to by a key last */
const dialsHere = (part = 0.5) => [...document.querySelectorAll(DIALS)].filter((e) => seen(e) > part);
/** The one that a hand is on, else the one nearest to the middle of the screen. @param {Element[]} dials */
const dialOf = (dials) => {
  const far = (/** @type {Element} */ e) => Math.abs(e.getBoundingClientRect().top - innerHeight / 2);
  return hand && dials.includes(hand) ? hand : [...dials].sort((a, b) => far(a) - far(b))[0];
};

const small = document.createElement('canvas');
small.className = 'lx-in-sight';
small.setAttribute('aria-hidden', 'true');
small.hidden = true;
document.body.append(small);
/** @type {HTMLCanvasElement | null} */
let picture = null;
let asked = 0;

/* the copy, again and again while something is being drawn */
const copy = () => {
  asked = 0;
  if (!picture?.width || !picture.isConnected) return;
  if (small.width !== picture.width) small.width = picture.width;
  if (small.height !== picture.height) small.height = picture.height;
  const x = /** @type {CanvasRenderingContext2D} */ (small.getContext('2d'));
  x.clearRect(0, 0, small.width, small.height);
  x.drawImage(picture, 0, 0);
  if (lx.busy) soon();
};
/** Whether the copy, where it is now, lies over a dial. @param {Element} dial */
const over = (dial) => {
  const [a, b] = [small, dial].map((e) => e.getBoundingClientRect());
  return a.top < b.bottom + 8 && b.top - 8 < a.bottom && a.left < b.right;
};
/* into a corner that is free of dials; where none is, across the screen, away from the dial that a hand is on */
const settle = (/** @type {Element} */ dial) => {
  const dials = dialsHere(0);
  const at = (/** @type {boolean} */ high, /** @type {boolean} */ wide) => {
    small.classList.toggle('high', high);
    small.classList.toggle('wide', wide);
  };
  for (const [high, wide] of [
    [false, false],
    [true, false],
    [true, true],
    [false, true],
  ]) {
    at(high, wide);
    if (wide ? !over(dial) : !dials.some(over)) return;
  }
};
const look = () => {
  const dials = NARROW.matches && !document.querySelector('dialog[open]') ? dialsHere() : [],
    dial = dialOf(dials),
    pictures = dial ? picturesOf(dial) : [],
    lost = pictures.length > 0 && !pictures.some((e) => seen(e) > 0.5),
    last = pictures.at(-1);
  picture = lost && last instanceof HTMLCanvasElement ? last : null;
  small.hidden = !picture;
  if (picture) settle(dial);
};
const turn = () => {
  look();
  copy();
};
const soon = () => {
  asked ||= requestAnimationFrame(turn);
};
for (const event of ['pointerdown', 'focusin'])
  addEventListener(
    event,
    (e) => {
      hand = e.target instanceof Element ? e.target.closest(DIALS) : null;
      soon();
    },
    true,
  );
for (const event of ['scroll', 'resize', 'input', 'focusin', 'pointerup', 'toggle', 'keyup'])
  addEventListener(event, soon, { capture: true, passive: true });
for (const event of /** @type {const} */ (['code', 'run', 'view', 'noise', 'lang'])) lx.on(event, soon);
/* dials that come into the page later move what is below them */
new ResizeObserver(soon).observe(document.getElementById('lx') ?? document.body);
