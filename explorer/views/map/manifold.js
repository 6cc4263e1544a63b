/* The decoded plane of a code of two numbers: a grid of pictures, each the image of the code where it lies. */
import { onto } from '../../shell/pictures.js';
import { lx } from '../../shell/store.js';
import { Switch } from '../../shell/toggle_button.js';

const GRID = 20;

/** Whether the current run's code is two numbers, so that the map can be its plane itself. */
export const isPlane = () => {
  const s = lx.state.info?.spec;
  return !!s && s.w_dim * s.num_layers === 2;
};

export class Manifold {
  #map;
  #canvas;
  #chip;
  #edge = 3;

  /**
   * @param {any} map `map.element`, .stage, .plot, .xs, .ys, .projection, .pixels(x, y), .frame(x, y), .gridChosen()
   * @param {HTMLCanvasElement} canvas @param {any} chip
   */
  constructor(map, canvas, chip) {
    this.#map = map;
    this.#canvas = canvas;
    this.#chip = new Switch(chip, () => map.gridChosen());
  }

  get pressed() {
    return this.#chip.on;
  }

  set pressed(on) {
    this.#chip.on = on;
  }

  /** It is to be seen instead of the points. */
  get on() {
    return isPlane() && this.pressed;
  }

  offer() {
    this.#chip.offered = isPlane();
  }

  draw() {
    const { stage, xs, ys, projection, element } = this.#map,
      on = this.on && projection === 'code';
    this.#canvas.hidden = !on;
    stage.classList.toggle('manifold', on);
    if (!on || !xs) return;
    let far = 0;
    for (let i = 0; i < xs.length; i += 7) far = Math.max(far, Math.abs(xs[i]), Math.abs(ys[i]));
    this.#edge = Math.max(1, Math.min(4, far || 3));
    lx.draw(this.#canvas, { op: 'manifold', lo: -this.#edge, hi: this.#edge, n: GRID }, (_, im) => {
      onto(this.#canvas, im);
      element.dataset.manifold = GRID;
      this.place();
    });
  }

  /** Show the whole grid as large as the stage allows, between the chips and the legend. */
  frame() {
    const { plot } = this.#map,
      r = this.#edge + this.#edge / (GRID - 1),
      w = plot.clientWidth,
      h = plot.clientHeight,
      top = 50,
      bottom = 36,
      unit = (2 * r) / Math.min(w - 24, h - top - bottom),
      spare = ((h - top - bottom) * unit - 2 * r) / 2;
    this.#map.frame([(-w / 2) * unit, (w / 2) * unit], [-r - bottom * unit - spare, r + top * unit + spare]);
  }

  /** Keep it where the plane is. */
  place() {
    if (this.#canvas.hidden || !this.#map.plot._fullLayout) return;
    const r = this.#edge + this.#edge / (GRID - 1),
      a = this.#map.pixels(-r, r),
      b = this.#map.pixels(r, -r);
    this.#canvas.style.cssText = `left:${a[0]}px;top:${a[1]}px;width:${b[0] - a[0]}px;height:${b[1] - a[1]}px`;
  }
}
