/* The dialogue in which a dial is animated: from one of its ends to the other, played and saved as Walk's films are. */
import { count, offer } from './dom.js';
import { LENGTHS, Player, endsOf, turned } from './film_player.js';
import { saveFilm } from './film_saving.js';
import { lx } from './store.js';

/** @import { Ends } from './film_player.js' */
/** @import { Filmed } from './types' */
/** @typedef {{ from: number, to: number, way: string }} Chosen */
/**
 * @typedef {object} Dial
 * @property {string} title
 * @property {string} name a part of the file's name
 * @property {Ends & { step: number, from: number, to: number }} ends
 * @property {string} [note] what is to be known of it
 * @property {[string, string][]} [ways] how it goes, each with its words; the first is chosen
 * @property {string[]} [whole] of the ways those that go over the whole dial, whatever its ends
 * @property {(t: number, chosen: Chosen) => string} shown what the dial is at a time
 * @property {(chosen: Chosen) => Filmed} asked the film; throws Error(sentence)
 */

const SECONDS = 6;

export class FilmDialogue {
  #dialog;
  /** @type {Dial | null} */
  #dial = null;
  /** @type {Filmed | null} */
  #film = null;
  #back = false;
  #player;

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.#dialog = dialog;
    this.#player = new Player({
      seconds: () => +this.#find('.lx-filmed-length').value,
      looped: () => true,
      frame: () => this.#frame(),
      changed: () => this.#told(),
    });
    this.#find('.lx-filmed-play').onclick = () => this.#film && this.#player.toggle();
    this.#find('.lx-range').oninput = () => {
      this.#player.halt();
      this.#player.t = +this.#find('.lx-range').value;
      this.#frame();
    };
    for (const e of ['from', 'to', 'way']) this.#find('.lx-filmed-' + e).onchange = () => this.#made();
    this.#find('.lx-filmed-back').onclick = () => {
      this.#back = !this.#back;
      this.#made();
    };
    for (const format of /** @type {const} */ (['gif', 'mp4'])) this.#find('.lx-filmed-' + format).onclick = () => this.#save(format);
    this.#find('.lx-filmed-close').onclick = () => dialog.close();
    dialog.onclose = () => this.#player.halt();
    lx.on('lang', () => this.#told());
    for (const event of /** @type {const} */ (['run', 'view'])) lx.on(event, () => dialog.open && dialog.close());
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#dialog.querySelector(selector);
  }

  /** @param {Dial} dial */
  open(dial) {
    this.#dial = dial;
    this.#player.t = 0;
    const { from, to, low, high, step } = dial.ends,
      way = this.#find('.lx-filmed-way');
    this.#find('h2').textContent = dial.title;
    this.#find('.lx-filmed-note').textContent = dial.note ?? '';
    for (const [end, value] of Object.entries({ from, to }))
      Object.assign(this.#find('.lx-filmed-' + end), { min: low, max: high, step, value });
    way.hidden = !dial.ways;
    offer(way, dial.ways ?? [], dial.ways?.[0][0]);
    const length = this.#find('.lx-filmed-length');
    const offered = LENGTHS.map((n) => [n, lx.t('film.seconds', { n })]);
    offer(length, offered, length.value || SECONDS);
    this.#dialog.showModal();
    this.#made();
  }

  /** @returns {Chosen} */
  #chosen() {
    const [from, to] = ['from', 'to'].map((end) => this.#find('.lx-filmed-' + end).valueAsNumber);
    return { from, to, way: this.#find('.lx-filmed-way').value };
  }

  /* the film of what is chosen, or why there is none */
  #made() {
    const dial = /** @type {Dial} */ (this.#dial),
      chosen = this.#chosen(),
      whole = !!dial.whole?.includes(chosen.way),
      wrong = whole ? null : endsOf(dial.ends, chosen.from, chosen.to);
    for (const end of ['from', 'to']) this.#find('.lx-filmed-' + end).disabled = whole;
    this.#film = null;
    this.#find('[role=alert]').textContent = wrong
      ? lx.t(wrong, { low: dial.ends.low, high: dial.ends.high, n: dial.ends.apart ?? 0 })
      : '';
    if (!wrong)
      try {
        this.#film = dial.asked(chosen);
      } catch (e) {
        this.#find('[role=alert]').textContent = /** @type {Error} */ (e).message;
      }
    if (!this.#film) this.#player.halt();
    this.#told();
    this.#frame();
  }

  #told() {
    const play = this.#find('.lx-filmed-play'),
      { playing } = this.#player;
    play.textContent = lx.t(playing ? 'film.pause' : 'film.play');
    play.setAttribute('aria-pressed', playing);
    this.#find('.lx-filmed-back').setAttribute('aria-pressed', this.#back);
    for (const e of ['play', 'gif', 'mp4']) this.#find('.lx-filmed-' + e).disabled = !this.#film;
    this.#dialog.dataset.playing = String(playing);
  }

  #frame() {
    if (!this.#film || !this.#dial) return;
    const { t } = this.#player,
      at = turned(t, this.#back),
      scrub = this.#find('.lx-range');
    scrub.value = String(t);
    lx.range(scrub);
    this.#find('output').textContent = this.#dial.shown(at, this.#chosen());
    scrub.setAttribute('aria-valuetext', this.#find('output').textContent);
    lx.draw(this.#find('canvas'), { ...this.#film, t: at }, (x, image) => {
      const { canvas } = x;
      if (canvas.width !== image.width || canvas.height !== image.height)
        Object.assign(canvas, { width: image.width, height: image.height });
      x.drawImage(image, 0, 0);
      this.#dialog.dataset.time = at.toFixed(4);
      count(this.#dialog);
    });
  }

  /** @param {'gif' | 'mp4'} format */
  async #save(format) {
    if (!this.#film || !this.#dial) return;
    try {
      await saveFilm({
        pressed: this.#find('.lx-filmed-' + format),
        host: this.#dialog,
        asked: { ...this.#film, back: this.#back },
        format,
        seconds: +this.#find('.lx-filmed-length').value,
        name: `${lx.state.run}-${this.#dial.name}`,
      });
    } catch (e) {
      this.#find('[role=alert]').textContent = /** @type {Error} */ (e).message;
    }
  }
}
