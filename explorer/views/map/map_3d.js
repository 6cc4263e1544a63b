/* The 3-D map: the points along the three strongest directions of the codes (PCA). Drag turns it, the wheel and keys as well; a click on a
 * point opens that image's code. It is drawn here and not by the page's Plotly, whose scatter3d draws ten thousand points too slowly
 * without a graphics card, and misses a click that is over before its next frame. */
import { LastAsked } from '../../shell/last_asked.js';
import { amongNeighbours } from '../../shell/moves.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { EYE, eyeText, keyed, meant, nearer, projected, textEye, turned } from './camera_3d.js';
import { Points } from './points_webgl.js';

/** @import { Neighbours } from '../../shell/types' */
/** @import { Colouring } from './colouring.js' */
/** @import { Lasso } from './lasso_to_direction.js' */
/** @import { PlaneMap } from './plane_state.js' */
/** @import { Search } from './search.js' */
/** @typedef {[number, number, number]} Eye */

const WIDE = 0.36 /* how far the points lie from their middle in the space, root mean square */,
  DRAG = 0.008 /* radians for a pixel */,
  STILL = 4 /* pixels that a click may move */,
  FAINT = 36; /* of 255 */

/** @param {number} n */
const size = (n) => {
  if (n > 30000) return 5;
  return n > 1500 ? 7.5 : 14;
};

/** Whether the run's codes have three directions, and images that lie along them. */
export const isDeep = () => {
  const { info } = lx.state;
  return !!info?.points && info.spec.w_dim * info.spec.num_layers > 2;
};

/** "#rrggbb" as three numbers. @param {string} colour */
const rgb = (colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));

export class Space {
  #map;
  #parts;
  #canvas;
  /** @type {Points | null} */
  #points = null;
  /** @type {Float32Array | null} */
  #xyz = null; /* places of the points of the run `#of` */
  #of = '';
  /** @type {boolean[]} */
  #seen = []; /* of each point whether it is not faint */
  /** @type {Neighbours | null} */
  #near = null; /* the current code's neighbours among the real images */
  #lastAsked = new LastAsked();
  #asked = false; /* the next frame */
  /** @type {ArrayLike<number> | null} */
  #spots = null; /* where the points are on the screen, until something moves */
  /** @type {Map<number, PointerEvent>} */
  #fingers = new Map();
  #moved = 0;
  on = false;
  /** @type {Eye} */
  eye = EYE;

  /**
   * @param {PlaneMap} map
   * @param {{ colouring: Colouring, lasso: Lasso, search: Search, canvas: any, cross: any }} parts
   */
  constructor(map, parts) {
    this.#map = map;
    this.#parts = parts;
    const { canvas } = parts;
    this.#canvas = canvas;
    canvas.addEventListener('keydown', (/** @type {KeyboardEvent} */ e) => this.#key(e));
    canvas.addEventListener('pointerdown', (/** @type {PointerEvent} */ e) => this.#down(e));
    canvas.addEventListener('pointermove', (/** @type {PointerEvent} */ e) => this.#move(e));
    for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, (/** @type {PointerEvent} */ e) => this.#up(e));
    canvas.addEventListener('pointerleave', () => map.hide());
    canvas.addEventListener('dblclick', () => this.#look(EYE, true));
    canvas.addEventListener(
      'wheel',
      (/** @type {WheelEvent} */ e) => {
        e.preventDefault();
        this.#look(nearer(this.eye, Math.exp(0.0012 * e.deltaY)), true);
      },
      { passive: false },
    );
    document.addEventListener('lx-neighbours', (e) => {
      this.#near = e.detail;
      if (e.detail.w === lx.state.w) this.frame();
    });
    new ResizeObserver(() => this.frame()).observe(canvas);
    const around = new ResizeObserver(() => this.#fit());
    for (const e of [map.stage, ...this.#around()]) around.observe(e);
  }

  /** For the link. */
  get text() {
    return this.on ? eyeText(this.eye) : '';
  }

  /** As a link says, '' for the flat map. @param {string} text */
  restore(text) {
    const eye = isDeep() ? textEye(text) : null;
    this.on = !!eye;
    this.eye = eye ?? EYE;
  }

  /* the tools above the points and the legend below */
  #around() {
    return ['.lx-tools', '.lx-legend'].map((name) => this.#map.stage.querySelector(name));
  }

  /* points lie between them, behind neither */
  #fit() {
    if (!this.on) return;
    const { stage } = this.#map,
      [all, tools, legend] = [stage, ...this.#around()].map((e) => e.getBoundingClientRect()),
      below = legend.height ? all.bottom - legend.top : 0;
    stage.style.setProperty('--space-above', Math.round(tools.bottom - all.top + 4) + 'px');
    stage.style.setProperty('--space-below', Math.round(below + 4) + 'px');
  }

  /** @param {boolean} on */
  #show(on) {
    this.#map.stage.classList.toggle('deep', on);
    this.#canvas.hidden = !on;
    this.#parts.cross.toggleAttribute('hidden', !on);
    this.#fit();
    if (!on) this.#map.element.dataset.space = '';
  }

  /** Show it, or the flat map, as `on` says. */
  async load() {
    const isLast = this.#lastAsked.ask(),
      { run } = opened();
    if (this.on) this.#points ??= new Points(this.#canvas);
    if (this.on && !this.#points?.able) {
      this.on = false;
      lx.say(lx.t('map.space.none'), 'error');
    }
    this.#show(this.on);
    if (!this.on) return;
    if (this.#of !== run) {
      try {
        const xyz = await this.#map.binary(`map/${encodeURIComponent(run)}?projection=pca3`, Float32Array);
        if (!isLast()) return;
        const wide = Math.sqrt((3 * xyz.reduce((sum, v) => sum + v * v, 0)) / xyz.length) || 1;
        this.#xyz = xyz.map((v) => (v * WIDE) / wide);
        this.#of = run;
      } catch (e) {
        if (isLast()) lx.say(/** @type {Error} */ (e).message, 'error');
        return;
      }
    }
    this.paint();
    this.#map.element.dataset.space = (this.#xyz?.length ?? 0) / 3;
  }

  /** The points in their colours: what is looked for or lassoed stands out. */
  paint() {
    if (!this.on || !this.#xyz || this.#of !== lx.state.run || !this.#map.xs) return;
    const { search, lasso, colouring } = this.#parts,
      held = lasso.marked() && new Set(lasso.marked()),
      shade = colouring.shade(),
      palette = lx.palette.map(rgb),
      grey = rgb(lx.state.theme === 'dark' ? '#9aa0ae' : '#646874'),
      colours = new Uint8Array(4 * shade.length);
    this.#seen = shade.map((v, i) => v >= 0 && (!search.found || !!search.found[i]) && (!held || held.has(i)));
    shade.forEach((v, i) => colours.set([...(v < 0 ? grey : palette[v]), this.#seen[i] ? 255 : FAINT], 4 * i));
    const all = shade.map((_, i) => i),
      faint = all.filter((i) => !this.#seen[i]),
      order = Uint32Array.from([...faint, ...all.filter((i) => this.#seen[i])]);
    this.#points?.set({ xyz: this.#xyz, colours, order, faint: faint.length });
    this.#map.element.dataset.spaceMarked = shade.length - faint.length;
    this.frame();
  }

  /** Draw at the next frame. */
  frame() {
    this.#spots = null;
    if (!this.on || this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      if (!this.on || !this.#xyz) return;
      this.#points?.draw(this.eye, size(this.#xyz.length / 3));
      this.#mark(this.#xyz);
      this.#canvas.dataset.eye = this.eye.join(' ');
    });
  }

  /** Where the current code lies: on its own point, else among its nearest images. */
  /** @param {Float32Array} xyz of the points */
  #at(xyz) {
    const { w, origin } = lx.state,
      n = xyz.length / 3,
      place = (/** @type {number} */ i) => xyz.subarray(3 * i, 3 * i + 3);
    if (origin?.kind === 'point' && origin.index < n) return place(origin.index);
    if (this.#near?.w !== w) return null;
    const { indices, distances } = this.#near,
      axis = (/** @type {number} */ k) => xyz.filter((_, i) => i % 3 === k),
      flat = amongNeighbours(axis(0), axis(1), indices, distances),
      deep = amongNeighbours(axis(0), axis(2), indices, distances);
    return flat && deep && [flat[0], flat[1], deep[1]];
  }

  /** The cross on the current code. @param {Float32Array} xyz */
  #mark(xyz) {
    const { cross } = this.#parts,
      at = this.#at(xyz),
      { clientWidth: width, clientHeight: height } = this.#canvas,
      g = cross.querySelector('g');
    g.setAttribute('visibility', at ? 'visible' : 'hidden');
    if (!at) return;
    const [x, y] = projected(at, this.eye, width, height);
    g.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
  }

  /** The point under the hand, -1 without one, and where the hand is. @param {PointerEvent} e */
  #under(e) {
    const box = this.#canvas.getBoundingClientRect(),
      x = e.clientX - box.left,
      y = e.clientY - box.top;
    if (!this.#xyz) return [-1, x, y];
    this.#spots ??= projected(this.#xyz, this.eye, box.width, box.height);
    return [meant(this.#spots, x, y, (i) => this.#seen[i]), x, y];
  }

  /** Another place of the eye; `done`: for the link. @param {Eye} eye @param {boolean} done */
  #look(eye, done) {
    this.eye = eye;
    this.#map.hide();
    this.frame();
    if (done) this.#map.remember();
  }

  /** @param {PointerEvent} e */
  #down(e) {
    if (!this.#fingers.size) this.#moved = 0;
    this.#fingers.set(e.pointerId, e);
    this.#canvas.setPointerCapture(e.pointerId);
  }

  #spread() {
    const [a, b] = [...this.#fingers.values()];
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
  }

  /** @param {PointerEvent} e */
  #move(e) {
    const before = this.#fingers.get(e.pointerId);
    if (!before) {
      const [i, x, y] = this.#under(e);
      const [canvas, stage] = [this.#canvas, this.#map.stage].map((box) => box.getBoundingClientRect());
      return i < 0 ? this.#map.hide() : this.#map.tell(i, x + canvas.left - stage.left, y + canvas.top - stage.top);
    }
    const [dx, dy] = [e.clientX - before.clientX, e.clientY - before.clientY],
      spread = this.#fingers.size === 2 ? this.#spread() : 0;
    this.#moved += Math.hypot(dx, dy);
    this.#fingers.set(e.pointerId, e);
    if (spread) return this.#look(nearer(this.eye, spread / this.#spread()), false);
    return this.#moved > STILL ? this.#look(turned(this.eye, -dx * DRAG, dy * DRAG), false) : undefined;
  }

  /** @param {PointerEvent} e */
  #up(e) {
    if (!this.#fingers.delete(e.pointerId) || this.#fingers.size) return;
    if (this.#moved > STILL) return this.#map.remember();
    const [i] = e.type === 'pointerup' ? this.#under(e) : [-1];
    if (i >= 0) lx.point(i);
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    const eye = e.ctrlKey || e.metaKey || e.altKey ? null : keyed(e.key, this.eye, e.shiftKey);
    if (!eye) return;
    e.preventDefault();
    this.#look(eye, true);
  }

  /** Another run. */
  clear() {
    this.#lastAsked.drop();
    this.#near = null;
    this.restore('');
    this.#show(false);
  }
}
