/* The trainings side by side: for each its two pictures and its figures. */
import { table as colourTable } from '../../shell/colours.js';
import { make } from '../../shell/dom.js';
import { wipe } from '../../shell/pictures.js';
import { lx } from '../../shell/store.js';
import { look, paintCurve, paintPlane } from './collapse_pictures.js';

/** @import { HelloAnswer, PanelTold } from '../../shell/answers' */
/** @import { Frame } from './collapse_frames.js' */
/** @import { Layers, Plane } from './collapse_pictures.js' */
/** @typedef {ReturnType<typeof panelOf>} Panel */

/** @param {number} v @param {number} d */
const number = (v, d) => (v < 0 ? '−' : '') + Math.abs(v).toFixed(d);
/** @param {number} v */
const brief = (v) => {
  const a = Math.abs(v);
  if (a >= 1000) return v.toExponential(0).replace('-', '−');
  if (a >= 100) return number(v, 0);
  return number(v, a >= 10 ? 1 : 2);
};

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {string} className @param {...(Node | string)} inside
 */
const piece = (tag, className, ...inside) => make(tag, { className }, ...inside);
/** @param {string} key @param {string} [className] */
const term = (key, className = '') => {
  const t = make('dt'),
    d = piece('dd', '', '–'),
    box = piece('div', className, t, d);
  t.dataset.t = key;
  t.dataset.tTitle = key + '.help';
  return { box, d };
};
/** @param {PanelTold} p @param {number} of how many modes there are */
const panelOf = (p, of) => {
  const title = piece('b', '', p.title),
    count = piece('b', '', '–'),
    all = piece('span', '', ` / ${of}`),
    modes = piece('span', 'lx-live-modes', count, all, ' '),
    word = make('span');
  word.dataset.t = 'collapse.modes';
  modes.append(word);
  const plane = piece('canvas', 'lx-live-plane'),
    curve = piece('canvas', 'lx-live-curve'),
    lo = make('span'),
    bar = make('i'),
    hi = make('span'),
    scale = piece('div', 'lx-live-scale', lo, bar, hi);
  const kl = term('collapse.kl'),
    good = term('collapse.good'),
    distance = term('collapse.distance'),
    means = term('collapse.means.' + p.output, 'lx-live-pair'),
    updates = term('collapse.updates', 'lx-live-pair'),
    figures = [good, kl, ...(p.output === 'score' ? [distance] : []), means, updates],
    list = piece('dl', 'lx-live-figures', ...figures.map((figure) => figure.box));
  for (const c of [plane, curve]) c.setAttribute('role', 'img');
  plane.dataset.name = p.name;
  scale.dataset.tTitle = 'collapse.scale.' + p.output;
  const box = piece('figure', 'lx-live-panel', piece('div', 'lx-live-head', title, modes), plane, scale, curve, list);
  box.dataset.name = p.name;
  const told = { kl: kl.d, good: good.d, distance: distance.d, means: means.d, updates: updates.d };
  return { ...p, ...told, box, plane, curve, lo, hi, bar, count, all, modes, small: make('canvas') };
};
/** MathML that the server made of the family's own equation. @param {PanelTold} p */
const equationOf = (p) => {
  const equation = piece('span', 'lx-eq');
  equation.innerHTML = p.mathml;
  return piece('li', '', piece('b', '', `${p.title}: `), equation, ` · ${p.paper}`);
};

export class Panels {
  #host;
  /** @type {Panel[]} */
  #panels = [];
  /** @type {HelloAnswer | null} */
  #hello = null;
  #table = new Uint8ClampedArray();

  /** @param {HTMLElement} host */
  constructor(host) {
    this.#host = host;
  }

  /** Of another training. @param {HelloAnswer} hello @param {HTMLElement} equations where they stand */
  build(hello, equations) {
    this.#hello = hello;
    this.#panels = hello.panels.map((p) => panelOf(p, hello.centres.length));
    this.#host.replaceChildren(...this.#panels.map((p) => p.box));
    this.#host.dataset.data = hello.data;
    this.shades();
    equations.replaceChildren(...hello.panels.map((p) => equationOf(p)));
  }

  /** The colours of the page's theme. */
  shades() {
    const { scale } = look();
    this.#table = colourTable(scale);
    for (const p of this.#panels) p.bar.style.background = `linear-gradient(to right,${scale.map((c) => `rgb(${c})`).join(',')})`;
  }

  /** Nothing of another training stands under this one's words: figures and pictures are empty until its first frame is there. */
  empty() {
    for (const p of this.#panels) {
      for (const e of [p.count, p.kl, p.good, p.distance, p.means, p.updates]) e.textContent = '–';
      for (const e of [p.lo, p.hi, p.all]) e.textContent = '';
      p.modes.classList.remove('all', 'few');
      for (const c of [p.plane, p.curve]) {
        wipe(c);
        c.removeAttribute('aria-label');
      }
    }
  }

  /** Frame `at` of the training. @param {Frame[]} frames @param {number} at @param {Layers} layers */
  paint(frames, at, layers) {
    const hello = this.#hello,
      f = frames[at];
    if (!hello) return;
    const k = hello.centres.length;
    this.#panels.forEach((p, i) => {
      const v = f.panels[i];
      /** @type {Plane} */
      const plane = { hello, output: p.output, table: this.#table, small: p.small };
      paintPlane(p.plane, plane, v, layers);
      paintCurve(p.curve, frames, { i, at, k });
      p.count.textContent = String(v.modes);
      p.modes.classList.toggle('all', v.modes === k);
      p.modes.classList.toggle('few', v.modes <= 0.5 * k);
      p.good.textContent = (100 * v.good).toFixed(1) + ' %';
      p.kl.textContent = number(v.kl, 2);
      p.distance.textContent = Number.isFinite(v.distance) ? number(v.distance, 3) : '–';
      p.means.textContent = `${brief(v.real)} · ${brief(v.fake)}`;
      p.updates.textContent = v.updates.map((n) => n.toLocaleString(lx.state.lang)).join(' · ');
      p.lo.textContent = p.output === 'probability' ? '0' : brief(v.lo);
      p.hi.textContent = p.output === 'probability' ? '1' : brief(v.hi);
      p.plane.setAttribute('aria-label', lx.t('collapse.plane', { name: p.title, modes: v.modes, of: k }));
      p.curve.setAttribute('aria-label', lx.t('collapse.curve', { name: p.title }));
    });
  }
}
