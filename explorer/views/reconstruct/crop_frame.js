/* A frame over a photograph, dragged and zoomed by mouse, fingers and keys: what is in it is the input. */
import { blank, brush } from '../../shell/pictures.js';
import { middleOf } from '../../shell/photograph.js';
import { lx } from '../../shell/store.js';

const SIDE = 560 /* pixels of the stage */,
  LEAST = 0.08 /* of the photograph's shorter side: the smallest frame */,
  STEP = 0.05 /* of the frame, an arrow's way */,
  ZOOM = 1.1;

/** @typedef {{ x: number, y: number, side: number }} Square in pixels of the photograph */
/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** @type {Record<string, number>} */
const ZOOMS = { '+': 1 / ZOOM, '=': 1 / ZOOM, '-': ZOOM, _: ZOOM };

export class Frame {
  #canvas;
  #zoom;
  #changed;
  /** @type {HTMLCanvasElement | null} */
  #photo = null;
  /** @type {Square} */
  #square = { x: 0, y: 0, side: 1 };
  /** @type {Map<number, { x: number, y: number }>} */
  #fingers = new Map();

  /** @param {HTMLCanvasElement} canvas @param {HTMLInputElement} zoom @param {(square: Square) => void} changed */
  constructor(canvas, zoom, changed) {
    this.#canvas = canvas;
    this.#zoom = zoom;
    this.#changed = changed;
    canvas.width = canvas.height = SIDE;
    canvas.onpointerdown = (e) => {
      if (e.button) return;
      canvas.setPointerCapture(e.pointerId);
      this.#fingers.set(e.pointerId, this.#at(e));
    };
    canvas.onpointermove = (e) => this.#moved(e);
    canvas.onpointerup = canvas.onpointercancel = (e) => this.#fingers.delete(e.pointerId);
    canvas.addEventListener(
      'wheel',
      (e) => {
        if (document.activeElement !== canvas) return; /* else the page is scrolled */
        e.preventDefault();
        this.#scale(e.deltaY > 0 ? ZOOM : 1 / ZOOM, this.#at(e));
      },
      { passive: false },
    );
    canvas.onkeydown = (e) => {
      const move = MOVES[e.key],
        { side } = this.#square;
      if (e.ctrlKey || e.metaKey || e.altKey) return;
      if (move) this.#to({ ...this.#square, x: this.#square.x + move[0] * STEP * side, y: this.#square.y + move[1] * STEP * side });
      else if (ZOOMS[e.key]) this.#scale(ZOOMS[e.key]);
      else if (e.key === '0' && this.#photo) this.#to(middleOf(this.#photo));
      else return;
      e.preventDefault();
    };
    zoom.oninput = () => this.#scale((this.#most * LEAST ** +zoom.value) / this.#square.side);
  }

  /** The square that is framed. */
  get square() {
    return this.#square;
  }

  get #most() {
    return this.#photo ? Math.min(this.#photo.width, this.#photo.height) : 1;
  }

  /** How many pixels of the photograph one of the stage is, and where it begins. */
  get #fit() {
    const { width, height } = this.#photo || { width: 1, height: 1 },
      scale = Math.max(width, height) / SIDE;
    return { scale, left: (SIDE - width / scale) / 2, top: (SIDE - height / scale) / 2 };
  }

  /** The middle of a photograph, or a place in it. @param {HTMLCanvasElement | null} photo @param {Square} [square] */
  show(photo, square) {
    this.#photo = photo;
    this.#fingers.clear();
    if (!photo) return;
    this.#square = square || middleOf(photo);
    this.#paint();
  }

  /** @param {MouseEvent} e where it is in the photograph */
  #at(e) {
    const box = this.#canvas.getBoundingClientRect(),
      { scale, left, top } = this.#fit;
    return {
      x: (((e.clientX - box.left) * SIDE) / box.width - left) * scale,
      y: (((e.clientY - box.top) * SIDE) / box.height - top) * scale,
    };
  }

  /** @param {PointerEvent} e */
  #moved(e) {
    const was = this.#fingers.get(e.pointerId);
    if (!was) return;
    const now = this.#at(e),
      other = [...this.#fingers].find(([id]) => id !== e.pointerId)?.[1];
    this.#fingers.set(e.pointerId, now);
    if (other) {
      const apart = Math.hypot(now.x - other.x, now.y - other.y),
        before = Math.hypot(was.x - other.x, was.y - other.y);
      if (apart > 1) this.#scale(before / apart, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    } else this.#to({ ...this.#square, x: this.#square.x + now.x - was.x, y: this.#square.y + now.y - was.y });
  }

  /** @param {number} factor @param {{ x: number, y: number }} [about] what stays where it is in the frame; its middle without */
  #scale(factor, about) {
    const { x, y, side } = this.#square,
      next = Math.max(LEAST * this.#most, Math.min(this.#most, side * factor)),
      fixed = about || { x: x + side / 2, y: y + side / 2 },
      share = next / side;
    this.#to({ x: fixed.x - (fixed.x - x) * share, y: fixed.y - (fixed.y - y) * share, side: next });
  }

  /** @param {Square} square */
  #to({ x, y, side }) {
    if (!this.#photo) return;
    const { width, height } = this.#photo;
    this.#square = { x: Math.max(0, Math.min(width - side, x)), y: Math.max(0, Math.min(height - side, y)), side };
    this.#paint();
    this.#changed(this.#square);
  }

  #paint() {
    const photo = this.#photo;
    if (!photo) return;
    const g = brush(this.#canvas),
      { scale, left, top } = this.#fit,
      { x, y, side } = this.#square,
      /** @type {[number, number, number, number]} */
      hole = [left + x / scale, top + y / scale, side / scale, side / scale];
    this.#zoom.value = String(Math.log(side / this.#most) / Math.log(LEAST));
    lx.range(this.#zoom);
    g.clearRect(0, 0, SIDE, SIDE);
    g.imageSmoothingQuality = 'high';
    g.drawImage(photo, left, top, photo.width / scale, photo.height / scale);
    const shade = brush(blank(SIDE, SIDE));
    shade.fillStyle = 'rgba(0,0,0,.55)';
    shade.fillRect(left, top, photo.width / scale, photo.height / scale);
    shade.clearRect(...hole);
    g.drawImage(shade.canvas, 0, 0);
    g.lineWidth = 5;
    g.strokeStyle = 'rgba(0,0,0,.6)';
    g.strokeRect(...hole);
    g.lineWidth = 2.5;
    g.strokeStyle = '#fff';
    g.strokeRect(...hole);
  }
}
