/* Between two images: A was pinned, B is the image in use; a slider and a strip on the straight way between their codes in the current run.
 * data-n counts strips (on the strip), data-at is where the slider stands, data-a: what A is. `view`: set(w, origin), changed(), films: the
 * dialogue of films. */
import { base64Of, fromBase64, joined } from '../../shell/bytes.js';
import { TOO_LONG, bytesOf, imageText, painted, sizeOf, textImage } from '../../shell/image_text.js';
import { lerp } from '../../shell/moves.js';
import { decoded, onto, slice } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { BesideAnswer } from '../../shell/answers' */
/** @import { FilmDialogue } from '../../shell/film_dialogue.js' */
/** @import { Code, Origin } from '../../shell/types' */
/** @import { Row } from './all_runs_cards.js' */
/** @import { Kept } from './reconstruct_link.js' */
/**
 * @typedef {object} Pinned A: pixels as text or, of a link that has not been drawn yet, a held-out image's number alone
 * @property {HTMLCanvasElement} [canvas]
 * @property {string} [pixels]
 * @property {Map<string, Code>} codes by run
 * @property {number[]} shape
 * @property {boolean} mine whether a person chose it
 * @property {string} name
 * @property {number} [index]
 */
/** @typedef {{ w: Code, rows: Row[], index?: number }} Answer */

const FRAMES = 9;

/** @param {HTMLCanvasElement} canvas */
const pixelText = (canvas) => base64Of(bytesOf(canvas, opened().info.spec.shape[0]));

/** @param {number} t @param {Code[]} ends */
const between = (t, ends) => {
  const [from, to] = ends;
  if (t >= 1) return to;
  return t <= 0 ? from : lerp(from, to, t);
};

/** @param {BesideAnswer} d */
const firstTile = async (d) => {
  const im = await decoded(d.picture);
  return slice(im, 0, im.width / (1 + d.runs.filter((r) => !('problem' in r)).length));
};

export class Between {
  #view;
  #host;
  #slider;
  #strip;
  /** @type {Pinned | null} */
  #a = null;
  /** @type {Answer & { run: string, canvas: HTMLCanvasElement } | null} */
  #b = null;
  #timer = 0;
  #asking = false;
  /** @type {number | null} */
  #wish = null;
  #text = '';

  /**
   * @param {any} host
   * @param {{ set: (w: Code, origin: Origin) => void, changed: (quiet?: boolean) => void, films: FilmDialogue }} view
   */
  constructor(host, view) {
    this.#host = host;
    this.#view = view;
    this.#slider = this.#find('input');
    this.#strip = this.#find('.lx-mixes canvas');
    this.#find('.lx-pin').onclick = () => {
      const b = this.#b;
      if (!b) return;
      this.#a = {
        canvas: b.canvas,
        pixels: pixelText(b.canvas),
        codes: new Map(b.rows.map((r) => [r.run, r.w])),
        shape: opened().info.spec.shape,
        mine: true,
        name: b.index === undefined ? 'image' : 'held ' + b.index,
        index: b.index,
      };
      this.#show();
      this.#keepA(this.#a);
    };
    this.#find('.lx-mix-film').onclick = () => this.#film();
    this.#slider.oninput = () => this.#move(+this.#slider.value);
    this.#find('.lx-mixes').onclick = (/** @type {MouseEvent} */ e) => {
      const r = this.#strip.getBoundingClientRect();
      this.#move(Math.max(0, Math.min(1, Math.floor(((e.clientX - r.left) / r.width) * FRAMES) / (FRAMES - 1))));
    };
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  /** The codes of both in the current run. @returns {[Code, Code] | null} */
  #pair() {
    const { run } = opened(),
      w = this.#a?.codes.get(run);
    return w && this.#b && this.#b.run === run && this.#b.w.length === w.length ? [w, this.#b.w] : null;
  }

  #draw() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const ends = this.#pair();
      if (!ends || lx.state.view !== 'reconstruct') return;
      lx.draw(this.#strip, { op: 'strip', keys: lx.b64(joined(ends)), frames: FRAMES });
    }, 120);
  }

  tell() {
    this.#host.hidden = !this.#b;
    const ready = !!this.#pair();
    this.#slider.disabled = this.#find('.lx-mix-film').disabled = !ready;
    this.#find('.lx-mixes').classList.toggle('wait', !ready);
    this.#host.dataset.at = this.#slider.value;
    lx.range(this.#slider);
    this.#slider.setAttribute('aria-valuetext', lx.t('rec.between.at', { p: Math.round(this.#slider.value * 100) }));
    this.#find('.lx-mix-note').textContent = lx.t(this.#a?.mine ? 'rec.between.note' : 'rec.between.first');
  }

  /* A as the server is asked for it */
  get #image() {
    const a = this.#a;
    if (a?.pixels) return { pixels: a.pixels };
    return a?.index === undefined ? null : { index: a.index };
  }

  /* A's code in the current run; without an A of this shape, a held-out image that is not B */
  async #fetch() {
    if (this.#asking || this.#pair()) return;
    const { run, info } = opened(),
      n = info.dataset?.n || 0,
      size = info.spec.shape;
    if (this.#a && String(this.#a.shape) !== String(size)) this.#a = null;
    if (!this.#a && n < 2) return;
    this.#asking = true;
    try {
      const index = (this.#b?.index ?? 0) === 0 ? 1 : 0,
        d = await lx.api('beside', { run, runs: [run], image: this.#image ?? { index } });
      const [mine] = d.runs;
      if (run === lx.state.run && !('problem' in mine)) {
        if (!this.#a) {
          const canvas = await firstTile(d);
          this.#a = { canvas, pixels: pixelText(canvas), codes: new Map(), shape: size, mine: false, name: 'held ' + index };
          this.#text = 'n' + index;
          this.#view.changed(true);
        } else if (!this.#a.canvas) {
          this.#a.canvas = await firstTile(d);
          this.#a.pixels = pixelText(this.#a.canvas);
        }
        this.#a.codes.set(run, lx.f32(mine.w));
        this.#show();
      }
    } catch {
      /* the strip stays as it is; the next image asks again */
    }
    this.#asking = false;
  }

  #show() {
    if (this.#a?.canvas) {
      onto(this.#find('.lx-a canvas'), this.#a.canvas);
      this.#host.dataset.a = this.#a.name;
    }
    this.tell();
    this.#draw();
  }

  /** @param {Answer} answer @param {HTMLCanvasElement} canvas of the input */
  take(answer, canvas) {
    this.#b = { run: opened().run, w: answer.w, rows: answer.rows, index: answer.index, canvas: slice(canvas, 0, canvas.width) };
    onto(this.#find('.lx-b canvas'), this.#b.canvas);
    this.#slider.value = this.#wish === null ? 1 : this.#wish / 100;
    this.#wish = null;
    this.#show();
    this.#fetch();
  }

  /** @param {number} t */
  #move(t) {
    const ends = this.#pair();
    if (!ends) return;
    this.#slider.value = t;
    this.tell();
    this.#view.set(between(t, ends), t >= 1 ? { kind: 'image' } : { kind: 'images' });
    this.#view.changed();
  }

  #film() {
    const ends = this.#pair();
    if (!ends) return;
    const at = (/** @type {{ from: number, to: number }} */ { from, to }, /** @type {number} */ t) => from + t * (to - from);
    this.#view.films.open({
      title: lx.t('film.animate', { what: lx.t('rec.between') }),
      name: 'between',
      ends: { low: 0, high: 1, step: 0.05, from: 0, to: 1 },
      shown: (t, chosen) => Math.round(100 * at(chosen, t)) + ' %',
      asked: ({ from, to }) => ({ op: 'walk', keys: lx.b64(joined([between(from, ends), between(to, ends)])) }),
    });
  }

  /** A for the link: a held-out image by its number (n: nobody chose it), any other as text. @param {Pinned} now */
  async #keepA(now) {
    const { shape } = opened().info.spec;
    this.#text = '';
    const found = now.index !== undefined ? 'h' + now.index : await imageText(fromBase64(now.pixels ?? ''), shape[0]);
    if (now === this.#a) {
      this.#text = now.index === undefined && found ? 'i' + found : found;
      if (found === TOO_LONG) this.#text = '';
      this.#view.changed();
    }
  }

  /** @param {Pick<Kept, 'a' | 'at'> | null} link */
  async restore(link) {
    const { info } = opened(),
      { shape } = info.spec,
      from = link?.a || '';
    this.#a = null;
    this.#text = '';
    this.#wish = link ? link.at : null;
    delete this.#host.dataset.a;
    onto(this.#find('.lx-a canvas'), painted(new Uint8Array(sizeOf(shape)), shape));
    const bytes = from[0] === 'i' ? await textImage(from.slice(1), sizeOf(shape), shape[0]) : null;
    if (bytes) this.#a = { canvas: painted(bytes, shape), pixels: base64Of(bytes), codes: new Map(), shape, mine: true, name: 'image' };
    else if (/^[hn]\d{1,9}$/.test(from) && +from.slice(1) < (info.dataset?.n || 0))
      this.#a = { index: +from.slice(1), codes: new Map(), shape, mine: from[0] === 'h', name: 'held ' + from.slice(1) };
    if (this.#a) this.#text = from;
    if (this.#b) {
      this.#show();
      this.#fetch();
    }
  }

  enter() {
    this.#b = null;
    this.tell();
  }

  get a() {
    return this.#text;
  }

  get at() {
    return this.#b ? Math.round(100 * this.#slider.value) : 100;
  }
}
