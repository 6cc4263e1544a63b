/* Between two picked images or places: the path of codes as it lies on the map, and a strip of it beside the mixture of the pixels. */
import { joined } from '../../shell/bytes.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { placeCode } from './place_code.js';

/** @import { AskWay } from '../../shell/answers' */
/** @import { Code, Origin } from '../../shell/types' */
/** @import { PlaneMap } from './plane_state.js' */
/** @typedef {{ w: Code | null, origin?: Origin }} Coded both null and without until the code is there */
/** @typedef {{ index: number } & Coded} Image */
/** @typedef {{ index: null, projection: string, x: number, y: number } & Coded} Place */
/** @typedef {Image | Place} End */

const STEPS = 33; /* codes of the path on the map */

const FRAMES = 9; /* pictures of the strip */

export class Between {
  #map;
  #svg;
  #panel;
  #latent;
  #pixels;
  #note;
  /** @type {End[]} */
  ends = [];
  /** @type {{ of: string, exact: boolean, points: number[][] } | null} */
  #way = null; /* where the path's codes lie, for `way.of`; exact: their own places, not those of their nearest images */

  /** @param {PlaneMap} map @param {any} svg @param {any} panel */
  constructor(map, svg, panel) {
    this.#map = map;
    this.#svg = svg;
    this.#panel = panel;
    this.#latent = panel.querySelector('.lx-latent');
    this.#pixels = panel.querySelector('.lx-pixels');
    this.#note = panel.querySelector('.lx-way-note');
    panel.querySelector('.lx-towalk').onclick = () => {
      lx.setKeys(this.ends.flatMap(({ w, origin }) => (w && origin ? [{ w, origin }] : [])));
      lx.show('walk');
    };
  }

  /** @param {boolean} on */
  show(on) {
    this.#panel.hidden = !on;
  }

  /** As a link says, or none. @param {import('./plane_state.js').End[]} ends */
  restore(ends) {
    this.ends = ends.map((p) => ({ ...p, w: null }));
    this.#way = null;
  }

  /** Another map: where the path lies on it is not known, yet. */
  away() {
    this.#way = null;
    this.#svg.replaceChildren();
  }

  /** Another end, by an image's number or (null) its place. @param {number | null} index */
  async pick(index, x = 0, y = 0) {
    if (this.ends.length === 2) this.ends = [];
    /** @type {End} */
    const p = index === null ? { index, projection: this.#map.projection, x, y, w: null } : { index, w: null };
    this.ends.push(p);
    this.#way = null;
    this.draw();
    this.drawStrip();
    this.#map.remember();
    const still = lx.turn();
    if ((await this.#ask(p)) && still() && p.w && p.origin) {
      lx.setCode(p.w, p.origin);
      this.drawStrip();
    }
  }

  /** Ask for the codes of all ends that are without. */
  async complete() {
    for (const p of this.ends) if (!p.w) await this.#ask(p);
  }

  /** Ask for the code of an end; whether it is there. @param {End} p */
  async #ask(p) {
    try {
      if (p.index !== null) {
        const d = await lx.code({ op: 'point', index: p.index });
        p.w = d.w;
        p.origin = { kind: 'point', index: p.index, label: d.label };
      } else {
        const d = await placeCode(this.#map, p.x, p.y, p.projection);
        p.w = d.w;
        p.origin = { kind: 'place', projection: p.projection, x: p.x, y: p.y, approximate: d.approximate };
      }
      return true;
    } catch (e) {
      lx.say(/** @type {Error} */ (e).message, 'error');
      return false;
    }
  }

  /**
   * Where an end lies on this map: a place of another map lies where its nearest real image does.
   * @param {End} p @returns {number[] | null}
   */
  #whereIs(p) {
    const { xs, ys, projection } = this.#map;
    if (p.index !== null) return xs && ys ? [xs[p.index], ys[p.index]] : null;
    if (p.projection === projection) return [p.x, p.y];
    return this.#way?.points.at(this.ends.indexOf(p) ? -1 : 0) ?? null;
  }

  /** Ask where the codes of the path lie on this map, and draw it. UMAP has no place for a new code: there it is the nearest images. */
  /** @param {string} keys @param {'slerp' | 'lerp'} method */
  async #follow(keys, method) {
    const map = this.#map,
      whose = () => [lx.state.run, map.projection, keys].join('|'),
      of = whose();
    if (this.#way?.of === of) return this.draw();
    this.#way = null;
    this.draw();
    try {
      const projection = /** @type {AskWay['projection']} */ (map.projection.startsWith('own:') ? 'umap' : map.projection),
        d = await lx.code({ op: 'way', keys, frames: STEPS, method, projection });
      const { xs, ys } = map;
      if (of !== whose() || this.ends.length !== 2 || !xs || !ys) return;
      const xy = d.xy ? lx.f32(d.xy) : null;
      this.#way = {
        of,
        exact: !!xy,
        points: xy ? Array.from({ length: STEPS }, (_, k) => [xy[2 * k], xy[2 * k + 1]]) : d.indices.map((i) => [xs[i], ys[i]]),
      };
      map.element.dataset.way = xy ? 'exact' : d.indices.join();
      this.#note.dataset.t = xy ? 'map.between.exact' : 'map.between.nearest';
      this.#note.textContent = lx.t(this.#note.dataset.t);
      this.draw();
    } catch (e) {
      lx.say(/** @type {Error} */ (e).message, 'error');
    }
  }

  /** The path on this map; exact: else its points are the nearest images. */
  get way() {
    return this.#way && { points: this.#way.points, exact: this.#way.exact };
  }

  /** The path and its ends, over the points. */
  draw() {
    const { plot, element, xs } = this.#map,
      way = this.#way,
      pixels = (/** @type {number[]} */ p) => this.#map.pixels(p[0], p[1]);
    if (!way) delete element.dataset.way;
    const px = way && plot._fullLayout ? way.points.map(pixels) : [],
      near = 0.06 * Math.hypot(plot.clientWidth, plot.clientHeight);
    const line = px
      .slice(1)
      .map((q, k) => (way?.exact || Math.hypot(q[0] - px[k][0], q[1] - px[k][1]) < near ? `M${px[k]}L${q}` : ''))
      .join('');
    const ends = plot._fullLayout && xs ? this.ends.flatMap((p) => [this.#whereIs(p) ?? []].filter((at) => at.length)) : [];
    this.#svg.innerHTML =
      (line ? `<path d="${line}"/>` : '') +
      (way && !way.exact ? px.map((p) => `<circle class="step" cx="${p[0]}" cy="${p[1]}" r="3"/>`).join('') : '') +
      ends
        .map(pixels)
        .map((p) => `<circle cx="${p[0]}" cy="${p[1]}" r="5"/>`)
        .join('');
  }

  #emptyStrip() {
    this.#way = null;
    this.#note.textContent = '';
    for (const c of [this.#latent, this.#pixels]) {
      c.width = 300;
      c.height = 150;
    }
    delete this.#note.dataset.t;
    delete this.#map.element.dataset.strip;
  }

  /** Both strips, of the codes and of the pixels; without both ends what is to be done. */
  drawStrip() {
    const codes = this.ends.map((p) => p.w).filter((w) => w !== null),
      both = this.ends.length === 2 && codes.length === 2,
      hint = this.#panel.querySelector('.lx-hint');
    hint.hidden = both;
    hint.dataset.t = this.ends.length === 1 ? 'map.between.second' : 'map.between.first';
    hint.textContent = lx.t(hint.dataset.t);
    this.#panel.querySelector('.lx-rows').hidden = !both;
    this.#panel.querySelector('.lx-towalk').hidden = !both;
    this.#note.hidden = !both;
    if (!both) return this.#emptyStrip();
    const keys = lx.b64(joined(codes)),
      method = lx.arc() ? 'slerp' : 'lerp';
    this.#follow(keys, method);
    lx.draw(this.#latent, { op: 'strip', keys, frames: FRAMES, method, loop: false }, (_, im) => {
      this.#place(im);
      this.#map.element.dataset.strip = FRAMES;
    });
  }

  /** The frames of `im` side by side; the pixels' mixture is of the first and the last. @param {ImageBitmap} im */
  #place(im) {
    const [, h, w] = opened().info.spec.shape,
      gap = Math.max(1, Math.round(w / 14)),
      per = Math.max(1, Math.round(im.width / w)),
      cut = (/** @type {number} */ k) => /** @type {const} */ ([(k % per) * w, Math.floor(k / per) * h, w, h]);
    for (const { c, mix } of [
      { c: this.#latent, mix: false },
      { c: this.#pixels, mix: true },
    ]) {
      c.width = FRAMES * (w + gap) - gap;
      c.height = h;
      const g = c.getContext('2d');
      for (let k = 0; k < FRAMES; k++) {
        const X = k * (w + gap);
        g.drawImage(im, ...cut(mix ? 0 : k), X, 0, w, h);
        if (!mix) continue;
        g.globalAlpha = k / (FRAMES - 1);
        g.drawImage(im, ...cut(FRAMES - 1), X, 0, w, h);
        g.globalAlpha = 1;
      }
    }
  }
}
