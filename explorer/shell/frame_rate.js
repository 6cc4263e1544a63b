/* The readout follows drawings (lx-drawn, told by canvas_drawing.js): nothing is asked for or drawn for its own sake. */
import { remember, remembered } from './dom.js';
import { mounted } from './gradio_component.js';
import { Frames, SPAN, serverTime } from './frame_timing.js';
import { lx } from './store.js';

const { element } = mounted('frame_rate');

const out = element.querySelector('.lx-pace'),
  KEY = 'lx-pace';
let on = remembered(KEY) === 'on',
  resting = 0;
/** @type {WeakMap<HTMLCanvasElement, Frames>} */
const frames = new WeakMap();
/** @type {{ ms: number, server: number | null, fps: number | null } | null} */
let last = null;
const digits = (/** @type {number} */ v) => v.toFixed(v < 10 ? 1 : 0);
const tell = () => {
  out.hidden = !on;
  for (const b of document.querySelectorAll('.lx-pace-on')) b.setAttribute('aria-pressed', String(on));
  if (!on) return;
  if (!last) {
    out.textContent = lx.t('pace.none');
    return;
  }
  const { ms, server, fps } = last;
  out.textContent = [
    lx.t('pace.ms', { ms: digits(ms) }),
    ...(server === null ? [] : [lx.t('pace.server', { ms: digits(server) })]),
    ...(fps === null ? [] : [lx.t('pace.fps', { n: digits(fps) })]),
  ].join(' · ');
  Object.assign(element.dataset, { ms, server: server ?? '', fps: fps ?? '' });
};
const turn = () => {
  on = !on;
  remember(KEY, on ? 'on' : 'off');
  tell();
};
document.addEventListener('lx-drawn', (e) => {
  const { canvas, sent, timing } = e.detail,
    now = performance.now();
  if (!frames.has(canvas)) frames.set(canvas, new Frames());
  const fps = frames.get(canvas)?.add(now) ?? null;
  last = { ms: now - sent, server: serverTime(timing), fps };
  if (!on) return;
  tell();
  clearTimeout(resting);
  /* the hand rests: how often it was drawn says nothing any more */
  resting = setTimeout(() => {
    if (last) last.fps = null;
    tell();
  }, SPAN);
});
document.addEventListener('lx-pace', turn);
/** @param {EventTarget | null} e */
const typed = (e) => e instanceof HTMLElement && (e.isContentEditable || !!e.closest('input:not([type=range]),textarea,select'));
document.addEventListener('keydown', (e) => {
  if (e.key.toLowerCase() !== 'm' || e.ctrlKey || e.metaKey || e.altKey || e.repeat || e.defaultPrevented || typed(e.target)) return;
  turn();
});
lx.on('lang', tell);
lx.on('view', tell);
lx.translate(element);
element.dataset.ready = 'true';
