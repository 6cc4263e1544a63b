/* A person's own picture as an input: as it is, or prepared as the images of the data set were; of a model of colours what is in a frame.
 * A link keeps both kinds at the model's size; the photograph itself stays here. */
import { base64Of, fromBase64 } from '../../shell/bytes.js';
import { TOO_LONG, imageText, sizeOf, textImage } from '../../shell/image_text.js';
import { cutOf, middleOf, photograph, prepared } from '../../shell/photograph.js';
import { WRITTEN, mannerOf } from '../../shell/photograph_preparation.js';
import { radioGroup } from '../../shell/radios.js';
import { lx } from '../../shell/store.js';
import { Frame } from './crop_frame.js';

/** @import { Step } from '../../shell/photograph_preparation.js' */
/** @import { Prep } from './reconstruct_link.js' */
/** What the server is asked to take: a file in base64, or pixels. @typedef {string | { pixels: string }} Input */
/** @typedef {{ shown: (input: Input) => void, kept: () => void }} View shown: another input; kept: the link has more to keep */

export class Own {
  #element;
  /** @type {View} */
  #view;
  #mark;
  #frame;
  /** @type {number[]} */
  #shape = [];
  /** @type {HTMLCanvasElement | null} */
  #photo = null;
  /** @type {Record<'plain' | 'prepared', Input | null>} */
  #kinds = { plain: null, prepared: null };
  /** @type {Record<'plain' | 'prepared', string>} */
  #texts = { plain: '', prepared: '' }; /* as a link keeps them */
  /** @type {Set<string>} */
  #known = new Set(); /* pixels that this picture was seen as */
  /** @type {Step[]} */
  #done = [];
  #kind = /** @type {'plain' | 'prepared'} */ ('plain');
  #looked = false;
  /** @type {{ file: Blob, bytes: Uint8Array } | null} */
  #from = null;
  #waiting = 0;
  #era = 0;

  /** @param {HTMLElement} element @param {View} view */
  constructor(element, view) {
    this.#element = element;
    this.#view = view;
    this.#mark = radioGroup(this.#find('.lx-prep'), 'prep', (kind) => {
      this.#kind = kind === 'prepared' ? 'prepared' : 'plain';
      this.tell();
      view.shown(/** @type {Input} */ (this.input));
    });
    this.#frame = new Frame(this.#find('.lx-frame'), this.#find('.lx-zoom'), () => {
      if (!this.#waiting)
        this.#waiting = requestAnimationFrame(() => {
          this.#waiting = 0;
          if (!this.framed || !this.#photo) return;
          this.#kinds.plain = { pixels: base64Of(cutOf(this.#photo, this.#frame.square, this.#shape)) };
          view.shown(this.#kinds.plain);
        });
    });
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#element.querySelector(selector);
  }

  /** Whether it is more than the middle of a picture. */
  get made() {
    return this.framed || (this.#kind === 'prepared' && !!this.#kinds.prepared);
  }

  /** Whether a frame is over the photograph. */
  get framed() {
    return !!this.#photo && this.#shape[0] === 3;
  }

  /** Whether it can be taken anew for a run of other images. @param {number[]} shape */
  other(shape) {
    return !!this.#from && String(shape) !== String(this.#shape);
  }

  /** Takes it anew. @param {{ shape: number[], name: string }} data */
  async again(data) {
    if (this.#from) await this.take(this.#from.file, this.#from.bytes, data);
  }

  /** The chosen kind of it. @returns {Input | null} */
  get input() {
    return this.#kinds[this.#kind];
  }

  /** A file, of which these bytes can be sent, for a run of such images.
   * @param {Blob} file @param {Uint8Array} bytes @param {{ shape: number[], name: string }} data */
  async take(file, bytes, { shape, name }) {
    this.forget();
    const era = this.#era,
      photo = await photograph(file);
    if (era !== this.#era) return;
    this.#shape = shape;
    this.#photo = photo;
    this.#from = { file, bytes };
    this.#kinds.plain = base64Of(bytes);
    this.#looked = true;
    if (photo && shape[0] === 1) this.#prepare(photo, name);
    else if (photo) this.#frame.show(photo);
    this.tell();
    if (photo && this.#kinds.prepared) this.#write(photo, era);
  }

  /** @param {HTMLCanvasElement} photo @param {string} name of the data set */
  #prepare(photo, name) {
    const [, h, w] = this.#shape,
      manner = mannerOf(name),
      found = prepared(photo, [h, w], manner || WRITTEN);
    if (!found) return;
    this.#kinds.prepared = { pixels: base64Of(found.pixels) };
    this.#known.add(this.#kinds.prepared.pixels);
    this.#done = found.done;
    if (manner && (photo.width !== w || photo.height !== h)) this.#kind = 'prepared';
  }

  /** Both kinds as a link keeps them. @param {HTMLCanvasElement} photo @param {number} era */
  async #write(photo, era) {
    const { prepared: made } = this.#kinds;
    if (!made || typeof made === 'string') return;
    const texts = await Promise.all([imageText(cutOf(photo, middleOf(photo), this.#shape), 1), imageText(fromBase64(made.pixels), 1)]);
    if (era !== this.#era) return;
    [this.#texts.plain, this.#texts.prepared] = texts;
    this.#view.kept();
  }

  /** What a link keeps of it: the other kind, and what was done. @returns {Prep | null} */
  get link() {
    const other = this.#texts[this.#kind === 'plain' ? 'prepared' : 'plain'];
    if (!this.#kinds.prepared || !other || other === TOO_LONG) return null;
    return { prepared: this.#kind === 'prepared', done: this.#done, other };
  }

  /** What a link kept, beside the image itself. @param {Prep} prep @param {string} text @param {number[]} shape */
  async restore(prep, text, shape) {
    const era = this.#era,
      both = [text, prep.other],
      found = await Promise.all(both.map((t) => textImage(t, sizeOf(shape), shape[0])));
    if (era !== this.#era) return;
    const [shown, other] = found;
    if (!shown || !other) return;
    const [is, not] = prep.prepared ? /** @type {const} */ (['prepared', 'plain']) : /** @type {const} */ (['plain', 'prepared']);
    this.#shape = shape;
    this.#kind = is;
    this.#kinds = { plain: null, prepared: null };
    for (const [kind, bytes, t] of /** @type {[typeof is | typeof not, Uint8Array, string][]} */ ([
      [is, shown, text],
      [not, other, prep.other],
    ])) {
      const pixels = base64Of(bytes);
      this.#kinds[kind] = { pixels };
      this.#texts[kind] = t;
      this.#known.add(pixels);
    }
    this.#done = prep.done;
    this.#looked = true;
    this.tell();
  }

  /** The shown input, as the server took it: with the same pixels it is this picture still. @param {string} pixels */
  seen(pixels) {
    if (this.input) this.#known.add(pixels);
  }

  /** Whether this picture is what another run is asked to take. @param {any} input */
  holds(input) {
    return this.input === input || (!!input?.pixels && this.#known.has(input.pixels));
  }

  /** Nothing of it stays. */
  forget() {
    this.#era++;
    this.#photo = this.#from = null;
    this.#kinds = { plain: null, prepared: null };
    this.#texts = { plain: '', prepared: '' };
    this.#known.clear();
    this.#done = [];
    this.#kind = 'plain';
    this.#looked = false;
    this.#frame.show(null);
    this.tell();
  }

  /** What was done, in words. */
  #sentence() {
    if (this.framed) return lx.t('rec.frame.note');
    if (!this.#looked || this.#shape[0] !== 1) return '';
    if (!this.#kinds.prepared) return lx.t('rec.prep.nothing');
    if (this.#kind === 'plain') return lx.t('rec.prep.plain.note');
    if (!this.#done.length) return lx.t('rec.prep.fits');
    const list = new Intl.ListFormat(lx.state.lang, { type: 'conjunction' }).format(this.#done.map((s) => lx.t('rec.prep.' + s)));
    return lx.t('rec.prep.done', { what: list[0].toLocaleUpperCase(lx.state.lang) + list.slice(1) });
  }

  /** The buttons and the sentence. */
  tell() {
    this.#find('.lx-prep').hidden = !this.#kinds.prepared || !this.#kinds.plain;
    this.#mark(this.#kind);
    this.#find('.lx-prep-note').textContent = this.#sentence();
    this.#element.dataset.prep = this.#kinds.prepared ? this.#kind : '';
    this.#element.dataset.done = this.#done.join(' ');
  }
}
