/* The chips above the map: one for each map of the run, shipped or fitted by this person, and the one that opens the form of a fit. The
 * form is Gradio's, beside this component; refit.js asks the server. */
import { button } from '../../shell/dom.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { ownMaps } from './fitted_maps.js';

/** @import { Fitting } from '../../shell/types' */

/** @param {string | null} projection */
export const ownParts = (projection) => (projection?.startsWith('own:') ? ownMaps.parts(projection.slice(4)) : null);

/** A map's name. @param {string} projection */
export const mapName = (projection) => {
  const parts = ownParts(projection);
  return parts ? lx.t('map.own', { n: parts[0] }) : lx.t('map.' + projection);
};

/** The chip of a map. @param {string} projection @param {string} chosen @param {(projection: string) => unknown} choose */
export const mapChip = (projection, chosen, choose) => {
  const parts = ownParts(projection),
    b = button({
      className: 'lx-chip',
      role: 'radio',
      data: { projection },
      textContent: mapName(projection),
      'aria-checked': projection === chosen,
      onclick: () => choose(projection),
    });
  if (parts) b.title = lx.t('map.own.help', { n: parts[0], d: parts[1], metric: parts[2] });
  b.classList.toggle('on', projection === chosen);
  return b;
};

const form = () => document.getElementById('lx-refit');

/** @param {Fitting | null} fitting @param {string[]} offered @param {string} projection */
const words = (fitting, offered, projection) => {
  const parts = ownParts(projection);
  if (fitting) return fitting.share === null ? lx.t('map.fitting.waits') : lx.t('map.fitting', { n: Math.round(100 * fitting.share) });
  if (!offered.includes('umap')) return lx.t('map.fit');
  return lx.t('map.refit', { n: parts ? parts[0] : opened().info.umap?.n_neighbors });
};

/** What opens the form, and says how far a fit is. */
export class RefitChip {
  #chip;
  #stage;
  /** @type {Fitting | null} */
  #fitting = null;

  /** @param {any} chip @param {any} stage @param {HTMLElement} element @param {() => void} changed */
  constructor(chip, stage, element, changed) {
    this.#chip = chip;
    this.#stage = stage;
    chip.onclick = () => this.open(!form()?.classList.contains('open'));
    document.addEventListener('pointerdown', (e) => {
      if (
        form()?.classList.contains('open') &&
        !form()?.contains(/** @type {Node} */ (e.target)) &&
        e.target !== chip &&
        !(/** @type {Element} */ (e.target).closest('.options,[role=listbox]'))
      )
        this.open(false);
    });
    document.addEventListener('lx-fitting', (e) => {
      this.#fitting = e.detail;
      element.dataset.fitting = String(e.detail?.share ?? '');
      if (lx.state.info) changed();
    });
  }

  /** @param {boolean} on */
  open(on) {
    const box = form();
    box?.classList.toggle('open', on);
    this.#chip.setAttribute('aria-expanded', on);
    if (!on || !box) return;
    const a = this.#chip.getBoundingClientRect(),
      b = this.#stage.parentElement.parentElement.parentElement.getBoundingClientRect();
    box.style.left = Math.max(12, Math.min(a.left - b.left, b.width - 280)) + 'px';
    box.style.top = a.bottom - b.top + 8 + 'px';
  }

  /** `offered`: the run's maps; a code of two numbers, or one of no images, has nothing to fit. */
  /** @param {string[]} offered @param {string} projection */
  offer(offered, projection) {
    const { info, run } = opened(),
      mine = this.#fitting?.run === run ? this.#fitting : null;
    this.#chip.hidden = !info.points || info.spec.w_dim * info.spec.num_layers === 2;
    this.#chip.classList.toggle('on', !!mine);
    this.#chip.textContent = words(mine, offered, projection);
  }
}
