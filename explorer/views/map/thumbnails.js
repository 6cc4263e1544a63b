/* Small images of the real samples over their points, where there is room. They are cut from the sheets that the tooltip is cut from. */
import { blank, brush, density } from '../../shell/pictures.js';
import { lx } from '../../shell/store.js';
import { valueColour } from './colouring.js';
import { chosen, order } from './thumbnail_choice.js';
import { SwitchedLayer } from './switched_layer.js';

const SIDE = 30 /* pixels of one, and between the middles of two */,
  APART = 36,
  FRAME = 2,
  MOST = 400,
  KEPT = 1500; /* tiles that are kept cut */

export class Thumbs extends SwitchedLayer {
  #map;
  #canvas;
  #colouring;
  /** @type {Map<number, HTMLCanvasElement>} */
  #tiles = new Map();
  /** @type {{ of: unknown, order: Int32Array }} */
  #ordered = { of: null, order: new Int32Array(0) };
  #asked = 0; /* sheets that are on their way */

  /**
   * @param {any} map `map.element`, .plot, .xs, .spot(i), .bare(), .found, .remember()
   * @param {import('./colouring.js').Colouring} colouring @param {HTMLCanvasElement} canvas @param {HTMLElement} chip
   */
  constructor(map, colouring, canvas, chip) {
    super(map, chip);
    this.#map = map;
    this.#colouring = colouring;
    this.#canvas = canvas;
  }

  /** Another run. */
  offer() {
    const { info } = lx.state;
    this.#tiles.clear();
    this.chip.offered = !!info?.points && !!info.dataset;
  }

  /* points that are grey, since others are chosen or looked for, have none */
  /** @param {number} i */
  #grey(i) {
    const { labels, only } = this.#colouring,
      { found } = this.#map;
    return (found && !found[i]) || (only.size > 0 && !only.has(labels ? labels[i] : 0));
  }

  /** The tile of an image, undefined until its sheet is there. @param {number} i */
  #tile(i) {
    const there = this.#tiles.get(i);
    if (there) return there.dataset.drawn ? there : undefined;
    if (this.#tiles.size >= KEPT) this.#tiles.clear();
    const canvas = blank(1, 1);
    this.#tiles.set(i, canvas);
    this.#asked++;
    lx.tile(canvas, i)
      .catch((e) => lx.say(e.message, 'error'))
      .finally(() => {
        if (!--this.#asked) this.draw(); /* once for all that came with a sheet */
      });
    return undefined;
  }

  /** Those that there is room for, where their points are now. */
  draw() {
    const { plot, xs, element } = this.#map,
      canvas = this.#canvas,
      shown = this.on && this.chip.offered && !!xs?.length && !this.#map.bare();
    canvas.hidden = !shown;
    if (!shown) {
      element.dataset.thumbs = '';
      return;
    }
    if (this.#ordered.of !== xs) this.#ordered = { of: xs, order: order(xs.length) };
    const { clientWidth: width, clientHeight: height } = plot,
      half = APART / 2,
      room = { side: APART, left: half, top: half, right: width - half, bottom: height - half, most: MOST },
      taken = chosen(this.#ordered.order, (i) => (this.#grey(i) ? null : this.#map.spot(i)), room);
    this.#paint(taken, width, height);
    element.dataset.thumbs = taken.map(({ i }) => i).join(' ');
  }

  /** @param {{ i: number, x: number, y: number }[]} taken @param {number} width @param {number} height */
  #paint(taken, width, height) {
    const zoom = density(),
      x = brush(this.#canvas),
      { labels } = this.#colouring;
    this.#canvas.width = Math.round(width * zoom);
    this.#canvas.height = Math.round(height * zoom);
    x.setTransform(zoom, 0, 0, zoom, 0, 0);
    let drawn = 0;
    for (const at of taken) {
      const tile = this.#tile(at.i);
      if (!tile) continue;
      const left = at.x - SIDE / 2,
        top = at.y - SIDE / 2;
      x.imageSmoothingEnabled = tile.width > SIDE;
      x.fillStyle = valueColour(labels ? labels[at.i] : 0);
      x.fillRect(left - FRAME, top - FRAME, SIDE + 2 * FRAME, SIDE + 2 * FRAME);
      x.drawImage(tile, left, top, SIDE, SIDE);
      drawn++;
    }
    this.#map.element.dataset.thumbsDrawn = String(drawn);
  }
}
