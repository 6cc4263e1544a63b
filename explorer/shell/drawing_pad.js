/* A drawing pad on a 280 × 280 canvas: pen, eraser, keyboard. pixels(h, w, centre) gives it as the model's grey image. */
import { blank, pen } from './pictures.js';

const SIDE = 280;

/** @typedef {[number, number]} Place on the canvas: x and y */
/** @type {Record<string, Place>} */
const STEPS = { ArrowRight: [10, 0], ArrowLeft: [-10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] };

export class Pad {
  #changed;
  #cursor;
  #canvas;
  #x;
  #on = false;
  #erase = false;
  #key;
  #empty = true;
  /** @type {Place} */
  #last = [0, 0];
  #work;

  /** @param {HTMLCanvasElement} canvas @param {HTMLElement} cursor @param {() => void} changed */
  constructor(canvas, cursor, changed) {
    this.#canvas = canvas;
    this.#cursor = cursor;
    this.#changed = changed;
    this.#x = pen(canvas);
    this.#key = { x: SIDE / 2, y: SIDE / 2, down: false };
    canvas.onpointerdown = (e) => {
      if (e.button) return;
      this.#on = true;
      canvas.setPointerCapture(e.pointerId);
      this.#last = this.#at(e);
      this.#line(this.#last, [this.#last[0] + 0.01, this.#last[1]]);
    };
    canvas.onpointermove = (e) => {
      if (!this.#on) return;
      for (const p of e.getCoalescedEvents?.() || [e]) {
        const to = this.#at(p);
        this.#line(this.#last, to);
        this.#last = to;
      }
      if (!e.getCoalescedEvents?.().length) {
        const to = this.#at(e);
        this.#line(this.#last, to);
        this.#last = to;
      }
    };
    canvas.onpointerup = canvas.onpointercancel = () => {
      this.#on = false;
    };
    canvas.onkeydown = (e) => {
      const step = STEPS[e.key];
      if (step) {
        /** @type {Place} */
        const from = [this.#key.x, this.#key.y];
        this.#key.x = Math.max(5, Math.min(SIDE - 5, this.#key.x + step[0]));
        this.#key.y = Math.max(5, Math.min(SIDE - 5, this.#key.y + step[1]));
        if (this.#key.down) this.#line(from, [this.#key.x, this.#key.y]);
      } else if (e.key === ' ' || e.key === 'Enter') {
        this.#key.down = !this.#key.down;
        if (this.#key.down) this.#line([this.#key.x, this.#key.y], [this.#key.x + 0.01, this.#key.y]);
      } else if (e.key === 'Delete' || e.key === 'Backspace') {
        this.clear();
        changed();
      } else return;
      e.preventDefault();
      cursor.hidden = false;
      this.#place();
    };
    canvas.onblur = () => {
      cursor.hidden = true;
      this.#key.down = false;
    };
    canvas.onfocus = () => {
      if (canvas.matches(':focus-visible')) {
        cursor.hidden = false;
        this.#place();
      }
    };
    this.#work = blank(SIDE, SIDE);
    this.clear();
  }

  clear() {
    this.#x.fillStyle = '#000';
    this.#x.fillRect(0, 0, SIDE, SIDE);
    this.#empty = true;
  }

  #style() {
    this.#x.lineWidth = this.#erase ? 34 : 22;
    this.#x.lineCap = this.#x.lineJoin = 'round';
    this.#x.strokeStyle = this.#erase ? '#000' : '#fff';
  }

  /** @param {PointerEvent} e @returns {Place} */
  #at(e) {
    const r = this.#canvas.getBoundingClientRect();
    return [((e.clientX - r.left) * SIDE) / r.width, ((e.clientY - r.top) * SIDE) / r.height];
  }

  /** @param {Place} a @param {Place} b */
  #line(a, b) {
    this.#style();
    this.#x.beginPath();
    this.#x.moveTo(...a);
    this.#x.lineTo(...b);
    this.#x.stroke();
    this.#empty = this.#empty && this.#erase;
    this.#changed();
  }

  #place() {
    this.#cursor.style.left = `${(this.#key.x / SIDE) * 100}%`;
    this.#cursor.style.top = `${(this.#key.y / SIDE) * 100}%`;
    this.#cursor.classList.toggle('down', this.#key.down);
  }

  /** (h * w) grey values 0 to 255. With `centre` as MNIST was made: the strokes' box scaled to 20 of 28 pixels, its centre of mass in the
   * middle. @param {number} h @param {number} w @param {boolean} centre */
  pixels(h, w, centre) {
    const K = 8;
    this.#work.width = w * K;
    this.#work.height = h * K;
    const y = pen(this.#work);
    y.fillStyle = '#000';
    y.fillRect(0, 0, this.#work.width, this.#work.height);
    y.imageSmoothingEnabled = true;
    y.imageSmoothingQuality = 'high';
    const d = this.#x.getImageData(0, 0, SIDE, SIDE).data;
    let l = SIDE,
      r = -1,
      t = SIDE,
      b = -1,
      m = 0,
      mx = 0,
      my = 0;
    if (centre)
      for (let j = 0; j < SIDE; j++)
        for (let i = 0; i < SIDE; i++) {
          const v = d[4 * (j * SIDE + i)];
          if (v < 16) continue;
          if (i < l) l = i;
          if (i > r) r = i;
          if (j < t) t = j;
          if (j > b) b = j;
          m += v;
          mx += v * (i + 0.5);
          my += v * (j + 0.5);
        }
    if (m > 0) {
      const size = Math.max(r - l + 1, b - t + 1),
        scale = ((20 / 28) * Math.min(h, w) * K) / size;
      y.drawImage(
        this.#canvas,
        l,
        t,
        r - l + 1,
        b - t + 1,
        this.#work.width / 2 - (mx / m - l) * scale,
        this.#work.height / 2 - (my / m - t) * scale,
        (r - l + 1) * scale,
        (b - t + 1) * scale,
      );
    } else y.drawImage(this.#canvas, 0, 0, this.#work.width, this.#work.height);
    const f = y.getImageData(0, 0, this.#work.width, this.#work.height).data,
      out = new Uint8Array(h * w);
    for (let j = 0; j < h; j++)
      for (let i = 0; i < w; i++) {
        let s = 0;
        for (let v = 0; v < K; v++) for (let u = 0; u < K; u++) s += f[4 * ((j * K + v) * w * K + i * K + u)];
        out[j * w + i] = Math.round(s / (K * K));
      }
    return out;
  }

  /** @param {CanvasImageSource} image */
  load(image) {
    this.clear();
    this.#x.imageSmoothingEnabled = true;
    this.#x.imageSmoothingQuality = 'high';
    this.#x.drawImage(image, 0, 0, SIDE, SIDE);
    this.#empty = false;
  }

  /** @param {boolean} v */
  erase(v) {
    this.#erase = v;
  }

  get empty() {
    return this.#empty;
  }
}
