/* What an augmentation makes of the images, to be seen before anything is trained. */

/** @import { AskAugmented } from '../../shell/answers' */
/** @import { AskJob } from '../../shell/types' */

export class Augmented {
  #figure;
  #ask;
  #asked;
  #last = '';

  /**
   * @param {HTMLElement} element @param {AskJob} ask
   * @param {() => AskAugmented | null} asked null: nothing is changed, or no images are here
   */
  constructor(element, ask, asked) {
    this.#figure = /** @type {HTMLElement} */ (element.querySelector('.lx-augmented'));
    this.#ask = ask;
    this.#asked = asked;
  }

  /** It stands under its setting. @param {HTMLElement | null | undefined} row */
  under(row) {
    row?.after(this.#figure);
  }

  /** The picture of what is chosen now. */
  async show() {
    const asked = this.#asked(),
      key = asked ? JSON.stringify(asked) : '',
      image = /** @type {HTMLImageElement} */ (this.#figure.querySelector('img'));
    if (key === this.#last) return;
    this.#last = key;
    delete this.#figure.dataset.how;
    const picture =
      asked && (await this.#ask('job_augmented', asked).catch(() => null)); /* what is wrong with images is said beside them */
    if (key !== this.#last) return;
    this.#figure.hidden = !picture;
    if (!asked || !picture) return;
    image.src = picture;
    this.#figure.dataset.how = asked.how;
  }
}
