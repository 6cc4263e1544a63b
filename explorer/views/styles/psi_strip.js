/* The current code over ψ: from its opposite, over the average of all codes, to an exaggeration. */
import { make } from '../../shell/dom.js';
import { tileRow } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { PixelNoise } from '../../shell/answers' */
/** @import { Asked, Code } from '../../shell/types' */

const PSI = [-1, -0.5, 0, 0.5, 1, 1.5];

export class PsiStrip {
  #canvas;
  #cells;
  #shown = ''; /* what it shows: moving psi asks for the same again */
  #drawn;

  /** @param {any} element @param {(psi: number) => void} turn @param {() => void} drawn */
  constructor(element, turn, drawn) {
    this.#canvas = element.querySelector('.lx-psi-strip canvas');
    this.#cells = element.querySelector('.lx-psi-cells');
    this.#drawn = drawn;
    this.#cells.append(
      ...PSI.map((v) => {
        const b = make('button', { type: 'button' }, make('i', { textContent: lx.number(v, 1) }));
        b.dataset.psi = String(v);
        b.setAttribute('aria-label', `ψ = ${lx.number(v, 1)}`);
        b.onclick = () => turn(v);
        return b;
      }),
    );
  }

  /** ψ in hundredths; null: the current code is no truncated one. @param {number | null} psi */
  mark(psi) {
    for (const b of this.#cells.children) b.classList.toggle('on', psi !== null && Math.round(100 * b.dataset.psi) === psi);
  }

  /** Its size is another: draw it again in any case. */
  forget() {
    this.#shown = '';
  }

  /**
   * @param {Code} base the code before truncation
   * @param {number} cutoff
   * @param {Code | null} plus what is added after it
   * @param {{ noise?: PixelNoise }} noise
   */
  show(base, cutoff, plus, noise) {
    /** @type {Asked} */
    const asked = { op: 'truncated', w: lx.b64(base), values: PSI, cutoff, ...(plus && { plus: lx.b64(plus) }), ...noise };
    const key = JSON.stringify([lx.state.run, lx.state.label, asked]);
    if (key === this.#shown) return;
    lx.draw(this.#canvas, asked, (x, im) => {
      this.#shown = key;
      tileRow(x, im, { n: PSI.length, tile: opened().info.spec.shape.slice(1), gap: 6, width: 480, zoom: 2 });
      this.#drawn();
    });
  }
}
