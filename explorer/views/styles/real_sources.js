/* Real images in place of samples as the grid's sources, rows first, of runs that encode. `on`: whether they are; held: numbers of
   held-out images; a file in a place's stead is kept until another image is put there. load() fills text (what draws send), codes() and
   face(k). */
import { base64Of, joined, urlPlain, urlSafe } from '../../shell/bytes.js';
import { sendable } from '../../shell/image_text.js';
import { decoded, slice } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { HeldOutImage } from '../../shell/answers' */
/** @import { Code, Origin } from '../../shell/types' */
/** @typedef {string | number} Source a file as text, or a held-out image's number */

const heldImages = () => opened().info.dataset?.n || 0;

const otherImage = () => Math.floor(Math.random() * heldImages());

export class StyleReal {
  #n;
  /** @type {Map<Source, { w: Code, face: HTMLCanvasElement }>} */
  #known = new Map();
  /** @type {string | null} */
  #owner = null;
  on = false;
  /** @type {number[]} */
  held = [];
  /** @type {Map<number, string>} by place */
  files = new Map();
  text = '';

  /** @param {number} side */
  constructor(side) {
    this.#n = 2 * side;
  }

  /** @param {number} k @returns {Source} */
  #key(k) {
    return this.files.get(k) || this.held[k];
  }

  #keys() {
    return Array.from({ length: this.#n }, (_, k) => this.#key(k));
  }

  static able() {
    return !!lx.state.info?.spec.encodes && heldImages() > 0;
  }

  /* files in the link: place and image, as small as the model sees it */

  told() {
    return [...this.files].map(([k, image]) => k + '.' + urlSafe(image)).join('.');
  }

  /** @param {string} text */
  #filesOf(text) {
    const parts = text.split('.'),
      /** @type {Map<number, string>} */ found = new Map();
    for (let i = 0; i + 1 < parts.length; i += 2)
      if (+parts[i] >= 0 && +parts[i] < this.#n && /^[\w-]+$/.test(parts[i + 1])) found.set(+parts[i], urlPlain(parts[i + 1]));
    return found;
  }

  /** As a link says; without, held-out images that lie evenly. @param {boolean} on @param {number[]} [held] */
  enter(on, held, files = '') {
    this.files = on && StyleReal.able() ? this.#filesOf(files) : new Map();
    this.on = on && StyleReal.able();
    const whole = held?.length === this.#n && held.every((i) => i < heldImages());
    if (held && whole) this.held = held;
    else if (StyleReal.able()) this.held = Array.from({ length: this.#n }, (_, k) => Math.floor(((k + 0.5) * heldImages()) / this.#n));
    else this.held = [];
  }

  draw() {
    this.files.clear();
    this.held = this.held.map(() => otherImage());
  }

  /** @param {number} k */
  again(k) {
    this.files.delete(k);
    this.held[k] = otherImage();
  }

  /** @param {number} k @param {Blob} f */
  async file(k, f) {
    const bytes = await sendable(f);
    if (!bytes) throw new Error(lx.t('image.large'));
    const image = base64Of(bytes);
    await this.#ask([image], [image]);
    const taken = this.#known.get(image);
    if (!taken) return;
    const seen = taken.face.toDataURL('image/png').split(',')[1];
    await this.#ask([seen], [seen]);
    this.files.set(k, seen);
  }

  /** @param {number} k @returns {Origin} */
  origin(k) {
    return this.files.has(k) ? { kind: 'image' } : { kind: 'point', index: this.held[k] };
  }

  /** @param {number} k */
  name(k) {
    return this.files.has(k) ? lx.t('sty.real.file') : lx.t('origin.point', { index: this.held[k] });
  }

  /** @param {number} k */
  face(k) {
    return this.#known.get(this.#key(k))?.face ?? null;
  }

  /** @param {(string | HeldOutImage)[]} images @param {Source[]} names */
  async #ask(images, names) {
    if (this.#owner !== lx.state.run) {
      this.#known = new Map();
      this.#owner = lx.state.run;
    }
    const run = this.#owner;
    const d = await lx.code({ op: 'reals', images }),
      im = await decoded(d.picture);
    if (run !== this.#owner) return;
    const each = d.w.length / names.length,
      wide = im.width / names.length;
    names.forEach((name, i) => {
      this.#known.set(name, { w: d.w.slice(i * each, (i + 1) * each), face: slice(im, i * wide, wide) });
    });
  }

  async load() {
    if (this.#owner !== lx.state.run) this.#known = new Map();
    const wanted = [...new Set(this.#keys())].filter((v) => !this.#known.has(v)),
      held = wanted.filter((v) => typeof v === 'number');
    if (held.length)
      await this.#ask(
        held.map((index) => ({ index })),
        held,
      );
    for (const v of wanted) if (typeof v !== 'number') await this.#ask([v], [v]);
    const each = this.#keys().map((v) => this.#known.get(v)?.w ?? new Float32Array()),
      size = Math.max(...each.map((w) => w.length)),
      D = opened().info.mean.length;
    const full = (/** @type {Code} */ w, /** @type {number} */ to) =>
        w.length === to ? w : Float32Array.from({ length: to }, (_, i) => w[i % w.length]),
      all = (/** @type {number} */ to) => joined(each.map((w) => full(w, to)));
    this.text = lx.b64(all(size));
    return all(D);
  }
}
