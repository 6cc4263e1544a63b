/* A cloud near a plane, PCA's plane, and the plane of a linear autoencoder while it learns; it turns until it is touched. */
import { plainLayout } from '../../shell/plot.js';
import { lx } from '../../shell/store.js';

/** @import { LessonAnswer } from '../../shell/answers' */
/** @import { Mic } from './microscope.js' */
/** @typedef {number[][]} Corners their x, y and z */

/** @param {Corners} p */
const corners = (p) => ({ x: p[0], y: p[1], z: p[2], i: [0, 0], j: [1, 2], k: [2, 3] });

/** @param {Corners} p */
const edge = (p) => {
  const round = (/** @type {number[]} */ v) => [...v, v[0]];
  return { x: round(p[0]), y: round(p[1]), z: round(p[2]) };
};

const exactColour = () => (lx.state.theme === 'dark' ? '#ffb347' : '#d9730d');

export class MicLesson {
  /** @type {Mic} */
  #mic;
  #host;
  #plot;
  #slider;
  seed = 0;
  /** @type {number | null} */
  step = null;
  #still;
  /** @type {LessonAnswer | null} */
  #data = null;
  /** @type {number | null} */
  #of = null;
  #turning;
  #angle = 0.6;
  #seen = false;
  #timer = 0;
  #playing = 0;
  #made = false;
  #busy = false;
  #again = false;

  /** @param {any} host @param {Mic} mic */
  constructor(host, mic) {
    this.#host = host;
    this.#mic = mic;
    this.#plot = this.#find('.lx-mic-cloud');
    this.#slider = this.#find('input');
    this.#still = matchMedia('(prefers-reduced-motion: reduce)');
    this.#turning = !this.#still.matches;
    this.#slider.oninput = () => {
      this.#play(false);
      this.step = +this.#slider.value;
      this.#move();
      mic.write();
    };
    this.#find('.lx-mic-play').onclick = () => this.#play(!this.#playing);
    this.#find('.lx-mic-newcloud').onclick = () => {
      this.#play(false);
      this.seed = lx.random();
      this.step = null;
      this.#load(true);
      mic.write();
    };
    new IntersectionObserver((all) => {
      this.#seen = all.some((x) => x.isIntersecting);
      if (this.#seen) {
        this.#paint();
        this.#turn();
      }
    }).observe(this.#plot);
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #stop() {
    this.#turning = false;
    this.#host.dataset.turning = 'false';
    clearInterval(this.#timer);
    this.#timer = 0;
  }

  #eye() {
    return { x: 1.2 * Math.cos(this.#angle), y: 1.2 * Math.sin(this.#angle), z: 0.85 };
  }

  /** @param {LessonAnswer} data */
  #step(data) {
    return data.steps[+this.#slider.value];
  }

  /** @param {LessonAnswer} data */
  #traces(data) {
    const p = this.#step(data).plane,
      c = this.#mic.ink(),
      sheet = (/** @type {Corners} */ at, /** @type {string} */ colour, /** @type {number} */ opacity) => [
        {
          type: 'mesh3d',
          ...corners(at),
          color: colour,
          opacity,
          hoverinfo: 'skip',
          flatshading: true,
          lighting: { ambient: 1, diffuse: 0, specular: 0 },
        },
        { type: 'scatter3d', mode: 'lines', ...edge(at), line: { color: colour, width: 4 }, hoverinfo: 'skip' },
      ];
    return [
      {
        type: 'scatter3d',
        mode: 'markers',
        x: data.cloud[0],
        y: data.cloud[1],
        z: data.cloud[2],
        marker: { size: 2.6, color: c.soft, opacity: 0.9 },
        hoverinfo: 'skip',
      },
      ...sheet(data.plane, exactColour(), 0.22),
      ...sheet(p, c.accent, 0.4),
    ];
  }

  /** @param {Corners} plane */
  #layout(plane) {
    const reach = Math.max(...plane.map((v) => (Math.max(...v) - Math.min(...v)) / 2)),
      mid = plane.map((v) => (Math.max(...v) + Math.min(...v)) / 2),
      axis = (/** @type {number} */ k) => ({ visible: false, range: [mid[k] - reach, mid[k] + reach] });
    return {
      ...plainLayout({ l: 0, r: 0, t: 0, b: 0 }, 12),
      uirevision: this.seed,
      scene: {
        xaxis: axis(0),
        yaxis: axis(1),
        zaxis: axis(2),
        aspectmode: 'cube',
        dragmode: 'orbit',
        camera: { eye: this.#eye(), up: { x: 0, y: 0, z: 1 } },
      },
    };
  }

  /** @param {boolean} [fresh] */
  async #paint(fresh) {
    const data = this.#data;
    if (!data || !this.#seen || this.#busy) return;
    this.#busy = true;
    try {
      await lx.loadPlotly();
      const from = this.#made && !fresh ? this.#plot._fullLayout?.scene?._scene?.getCamera?.() : null,
        l = this.#layout(data.plane);
      if (from) l.scene.camera = from;
      await Plotly.react(this.#plot, this.#traces(data), l, {
        displayModeBar: false,
        responsive: true,
        scrollZoom: false,
        showTips: false,
      });
      if (!this.#made) {
        this.#made = true;
        for (const e of ['pointerdown', 'wheel', 'touchstart']) this.#plot.addEventListener(e, () => this.#stop(), { passive: true });
      }
      this.#host.dataset.step = this.#step(data).taken;
      this.#mic.count('lesson');
    } finally {
      this.#busy = false;
    }
    this.tell();
    if (this.#again) {
      this.#again = false;
      this.#paint();
    }
  }

  #move() {
    if (!this.#data) return;
    const { taken } = this.#step(this.#data);
    lx.range(this.#slider);
    this.#find('output').textContent = taken;
    this.#slider.setAttribute('aria-valuetext', taken);
    if (this.#busy) this.#again = true;
    else this.#paint();
  }

  #turn() {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#host.dataset.turning = this.#turning;
    if (!this.#turning || !this.#seen) return;
    this.#timer = setInterval(() => {
      if (!this.#mic.on() || this.#mic.panel !== 'pca' || !this.#seen || document.hidden) {
        clearInterval(this.#timer);
        this.#timer = 0;
        return;
      }
      if (this.#busy || !this.#made) return;
      this.#angle += 0.02;
      Plotly.relayout(this.#plot, { 'scene.camera.eye': this.#eye() });
    }, 80);
  }

  tell() {
    const data = this.#data;
    if (!data) return;
    const s = this.#step(data),
      ratio = s.error / data.error;
    this.#find('.lx-mic-lesson-told').textContent = lx.t(s.angle < 0.5 ? 'mic.lesson.there' : 'mic.lesson.told', {
      n: s.taken,
      own: lx.number(s.error, 4),
      pca: lx.number(data.error, 4),
      ratio: lx.number(ratio, ratio < 10 ? 2 : 0),
      angle: lx.number(s.angle, 1),
    });
    this.#host.dataset.angle = s.angle;
    this.#find('.lx-mic-play').textContent = lx.t(this.#playing ? 'mic.lesson.pause' : 'mic.lesson.play');
  }

  /** @param {boolean} run */
  #play(run) {
    clearInterval(this.#playing);
    this.#playing = 0;
    const last = (this.#data?.steps.length ?? 0) - 1;
    if (run && this.#data) {
      if (+this.#slider.value >= last) this.#slider.value = 0;
      this.#playing = setInterval(() => {
        if (!this.#mic.on() || this.#mic.panel !== 'pca' || +this.#slider.value >= last) {
          this.#play(false);
          return;
        }
        this.#slider.value = +this.#slider.value + 1;
        this.#move();
      }, 120);
    }
    this.tell();
  }

  /** @param {boolean} [fresh] */
  async #load(fresh) {
    if (!this.#mic.facts?.linear) return;
    const seed = this.seed;
    if (this.#of === seed) {
      if (this.step !== null && this.step !== +this.#slider.value) {
        this.#slider.value = this.step;
        this.#move();
      } else this.#paint();
      this.#turn();
      return;
    }
    const words = [this.#plot, this.#find('.lx-mic-lesson-told')];
    lx.stale(words, true);
    try {
      const d = await this.#mic.ask({ op: 'lesson', seed });
      if (seed !== this.seed) return;
      lx.stale(words, false);
      this.#data = d;
      this.#of = seed;
      this.#slider.max = d.steps.length - 1;
      this.#slider.value = this.step === null ? Math.round(0.45 * (d.steps.length - 1)) : Math.min(this.step, d.steps.length - 1);
      lx.range(this.#slider);
      this.#find('output').textContent = this.#step(d).taken;
      this.#host.dataset.seed = seed;
      await this.#paint(fresh);
      this.#turn();
    } catch (e) {
      if (seed === this.seed) {
        if (this.#of !== null) this.seed = this.#of;
        lx.stale(words, this.#of === null);
      }
      this.#mic.failed(/** @type {Error} */ (e));
    }
  }

  enter() {
    return this.#load();
  }

  paint() {
    return this.#paint();
  }

  clear() {
    return this.#play(false);
  }
}
