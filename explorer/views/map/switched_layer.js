/* What lies over the points of the map and can be turned off by a chip. */
import { Switch } from '../../shell/toggle_button.js';

/** @import { PlaneMap } from './plane_state.js' */

export class SwitchedLayer {
  chip;

  /** @param {PlaneMap} map @param {HTMLElement} chip */
  constructor(map, chip) {
    this.chip = new Switch(chip, () => {
      this.draw();
      map.remember();
    });
  }

  get on() {
    return this.chip.on;
  }

  set on(on) {
    this.chip.on = on;
  }

  /** Draw it anew, or nothing. */
  draw() {
    throw new TypeError(`${this.constructor.name} does not say how it is drawn.`);
  }
}
