/* Questions to the server, and pictures of its answers. */
import { Drawing } from './canvas_drawing.js';
import { f32 } from './bytes.js';
import { say } from './notices.js';
import { brush } from './pictures.js';
import * as server from './server.js';
import { state } from './state.js';
import { t } from './words.js';

/** @import { CodeAsks } from './answers' */
/** @import { Api, Asked, CodeAnswer, CodeAsked } from './types' */

const drawings = new WeakMap(),
  sheets = new Map();
/** @param {string} path @param {any} [body] @param {AbortSignal} [signal] */
export const bytes = async (path, body, signal) => {
  let r;
  try {
    r = await server.ask(
      path,
      body === undefined
        ? { signal }
        : { method: 'POST', signal, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    );
  } catch (e) {
    if (/** @type {Error} */ (e).name === 'AbortError') throw e;
    throw new Error(t('error.offline'), { cause: e });
  }
  if (!r.ok) {
    let s = '';
    try {
      const d = await r.json();
      s = typeof d.error === 'string' ? d.error : '';
    } catch {
      /* not JSON */
    }
    throw new Error(s || t(r.status === 401 ? 'error.login' : 'error.server', { status: r.status }));
  }
  return r;
};
/* questions on their way and canvases being drawn */
let busy = 0;
export const waiting = () => busy;
/** @param {string} path @param {any} [body] @param {AbortSignal} [signal] @returns {Promise<any>} */
const fetched = async (path, body, signal) => {
  busy++;
  try {
    return await (await bytes(path, body, signal)).json();
  } finally {
    busy--;
  }
};
export const api = /** @type {Api} */ (fetched);
/**
 * The current run and its class, unless the request names a run of its own.
 * @template {string} Op
 * @template {{ op?: Op, [more: string]: any }} Body
 * @param {Body} body
 * @returns {Body & { run: string }}
 */
export const whose = (body) =>
  /** @type {any} */ (body.run !== undefined ? body : { run: state.run, ...(state.label !== null && { label: state.label }), ...body });
/**
 * @template {keyof CodeAsks} Op
 * @param {CodeAsked<Op>} op
 * @param {AbortSignal} [signal]
 * @returns {Promise<CodeAnswer<Op>>}
 */
export const code = async (op, signal) => {
  const d = /** @type {any} */ (await api('code', /** @type {any} */ (whose(op)), signal));
  if (d.w) d.w = f32(d.w);
  return d;
};
/** @param {Iterable<Element>} elements @param {boolean} on */
export const stale = (elements, on, again = false) => {
  for (const e of elements) {
    e.classList.toggle('lx-stale', on);
    if (!on) e.classList.remove('lx-failed');
    if (on && again)
      for (const a of e.getAnimations())
        if (a instanceof CSSAnimation && a.animationName === 'lx-stale') a.currentTime = 0; /* the wait begins anew */
  }
};
/**
 * @param {HTMLCanvasElement} canvas
 * @param {Asked} body
 * @param {(x: CanvasRenderingContext2D, image: ImageBitmap, body: Asked) => void} [paint]
 * @param {boolean} [leads]
 */
export const draw = (canvas, body, paint, leads = false) => {
  if (!drawings.has(canvas))
    drawings.set(canvas, new Drawing(canvas, { bytes, say, stale, run: () => state.run, working: (by) => (busy += by) }));
  drawings.get(canvas).wish(whose(body), paint, body.run !== undefined, leads);
};
/** @param {string} dataset @param {number} k @returns {Promise<ImageBitmap>} */
const sheet = (dataset, k) => {
  const key = dataset + '/' + k;
  if (!sheets.has(key))
    sheets.set(
      key,
      bytes('sheet/' + encodeURIComponent(dataset) + '/' + k)
        .then((r) => r.blob())
        .then(createImageBitmap)
        .catch((e) => {
          sheets.delete(key);
          throw e;
        }),
    );
  return sheets.get(key);
};
/** @param {HTMLCanvasElement} canvas @param {number} index */
export const tile = async (canvas, index) => {
  const d = state.info?.dataset;
  if (!d || index < 0 || index >= d.n) return false;
  canvas.dataset.index = String(index);
  const im = await sheet(d.name, Math.floor(index / d.per_sheet)),
    [h, w] = d.tile,
    i = index % d.per_sheet;
  if (canvas.dataset.index !== String(index)) return false;
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  brush(canvas).drawImage(im, (i % d.columns) * w, Math.floor(i / d.columns) * h, w, h, 0, 0, w, h);
  canvas.dataset.drawn = String(index);
  return true;
};
