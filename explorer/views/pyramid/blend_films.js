/* The films of Pyramid's shares: the sum of all levels while one residual comes in, or all of them, coarse to fine. Hundredths, as the
 * dials have them. */
import { FilmDialogue } from '../../shell/film_dialogue.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { FULL } from './pyramid_link.js';

/** @import { DrawBlended } from '../../shell/answers' */
/** What the levels are of. @typedef {Pick<DrawBlended, 'w' | 'image' | 'invert' | 'drawn'>} Whose */

export class BlendFilms {
  #dialogue;
  #view;

  /** @param {any} element @param {{ blend: number[], whose: () => Whose | null }} view whose: null where there is no picture */
  constructor(element, view) {
    this.#dialogue = new FilmDialogue(element.querySelector('.lx-film-dialogue'));
    this.#view = view;
  }

  /** @param {number} k the level whose residual comes in */
  open(k) {
    const { blend } = this.#view,
      whose = this.#view.whose(),
      size = opened().info.spec.levels[k];
    if (!whose) return lx.say(lx.t('pyr.film.none'));
    /** @param {number} share */
    const one = (share) => blend.map((v, j) => (j === k - 1 ? share : v / FULL));
    const all = Array.from({ length: blend.length + 1 }, (_, n) => blend.map((_, j) => Number(j < n)));
    this.#dialogue.open({
      title: lx.t('pyr.film', { size }),
      name: `residual-${size}`,
      ends: { low: 0, high: 1, step: 0.05, from: 0, to: 1 },
      ways: [
        ['one', lx.t('pyr.film.one', { size })],
        ['all', lx.t('pyr.film.all')],
      ],
      whole: ['all'],
      shown: (t, { from, to, way }) =>
        way === 'all' ? `${(t * blend.length).toFixed(1)} / ${blend.length}` : (from + t * (to - from)).toFixed(2),
      asked: ({ from, to, way }) => ({ op: 'blended', ...whose, blends: way === 'all' ? all : [one(from), one(to)] }),
    });
  }
}
