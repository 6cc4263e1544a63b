/* The dials of Styles, in hundredths: psi, the layer from which it is not applied, blend, noise. They stand in the inspector; on a narrow
 * screen and on a projector's, where it is not beside the grid that they turn, they stand under the grid. */
import { lx } from '../../shell/store.js';

/** @import { Spec } from '../../shell/types' */
/** @typedef {'psi' | 'cutoff' | 'blend' | 'noise'} Dial */

const PER = 100;

const dials = () => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#lx-style-dials [data-dial]'));

/** @type {Record<Dial, (v: number) => string>} */
const SHOWN = {
  psi: (v) => lx.number(v / PER),
  cutoff: String,
  blend: (v) => (v / PER).toFixed(2),
  noise: (v) => (v / PER).toFixed(2),
};

/** Hear what a hand turns: `turnTo[dial](value)`. @param {Record<Dial, (value: number) => void>} turnTo @param {() => boolean} on */
export const hearDials = (turnTo, on) =>
  document.addEventListener('input', (e) => {
    const input = /** @type {HTMLInputElement} */ (e.target),
      d = /** @type {HTMLElement} */ (input.closest?.('#lx-style-dials [data-dial]'));
    if (d && on()) turnTo[/** @type {Dial} */ (d.dataset.dial)](+input.value);
  });

/**
 * @param {Record<Dial, number>} values
 * @param {Spec} spec
 * @param {boolean} average whether the run's codes have one, to which psi pulls
 * @param {boolean} slight whether noise can hardly be seen
 * @param {boolean} free whether the current code came from elsewhere: psi is the grid's alone
 */
export const showDials = (values, spec, average, slight, free) => {
  for (const d of dials()) {
    const find = (/** @type {string} */ name) => /** @type {any} */ (d.querySelector(name)),
      e = find('input'),
      k = /** @type {Dial} */ (d.dataset.dial);
    if (k === 'cutoff') e.max = String(spec.num_layers);
    d.hidden = k === 'noise' ? !spec.pixel_noise : ['psi', 'cutoff'].includes(k) && !average;
    e.value = String(values[k]);
    lx.range(e);
    const value = SHOWN[k](values[k]);
    find('output').textContent = k === 'psi' && free && values.psi !== PER ? lx.t('sty.psi.grid', { value }) : value;
    if (k === 'noise') {
      const name = find('span');
      name.dataset.t = slight ? 'sty.noise.little' : 'sty.noise';
      name.textContent = lx.t(name.dataset.t);
    }
  }
};

const NARROW = matchMedia('(max-width:720px)');
/** @type {Comment | null} */
let home = null;

/** Put the dials where they can be seen with the grid. @param {HTMLElement} grid */
export const placeDials = (grid) => {
  const place = () => {
    const box = document.getElementById('lx-style-dials');
    if (!box) return;
    if (!home) box.before((home = document.createComment('the dials of Styles')));
    const under = NARROW.matches || document.body.classList.contains('lx-projected'),
      before = under ? grid : home;
    if (before.nextSibling !== box) before.after(box);
  };
  NARROW.addEventListener('change', place);
  document.addEventListener('lx-projected', place);
  document.addEventListener('lx-dials', place);
  place();
};
