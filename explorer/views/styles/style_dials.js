/* The inspector's dials of Styles, in hundredths: psi, the layer from which it is not applied, blend, noise. */
import { lx } from '../../shell/store.js';

const PER = 100;

const dials = () => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#lx-style-dials [data-dial]'));

const SHOWN = {
  psi: (v) => lx.number(v / PER),
  cutoff: String,
  blend: (v) => (v / PER).toFixed(2),
  noise: (v) => (v / PER).toFixed(2),
};

/** Hear what a hand turns: `turnTo[dial](value)`. */
export const hearDials = (turnTo, on) =>
  document.addEventListener('input', (e) => {
    const input = /** @type {HTMLInputElement} */ (e.target),
      d = /** @type {HTMLElement} */ (input.closest?.('#lx-style-dials [data-dial]'));
    if (d && on()) turnTo[d.dataset.dial](+input.value);
  });

/** `values`: of each dial; `average`: whether the run's codes have one, to which psi pulls; `slight`: noise can hardly be seen. */
export const showDials = (values, spec, average, slight) => {
  for (const d of dials()) {
    const e = d.querySelector('input'),
      k = d.dataset.dial;
    if (k === 'cutoff') e.max = String(spec.num_layers);
    d.hidden = k === 'noise' ? !spec.pixel_noise : ['psi', 'cutoff'].includes(k) && !average;
    e.value = String(values[k]);
    lx.range(e);
    d.querySelector('output').textContent = SHOWN[k](values[k]);
    if (k === 'noise') {
      const name = d.querySelector('span');
      name.dataset.t = slight ? 'sty.noise.little' : 'sty.noise';
      name.textContent = lx.t(name.dataset.t);
    }
  }
};
