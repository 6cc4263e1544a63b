/* The noise of each resolution, and a map of where it changes pixels. `view`: strengths (hundredths), seed, changed(), mapped(). The map is
 * asked for when it is in sight, and once for every run and strengths in any case: it tells whether noise can be seen at all. */
import { make } from '../../shell/dom.js';
import { latest } from '../../shell/one_in_flight.js';
import { decoded, onto } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { NoiseAnswer } from '../../shell/answers' */
/** @typedef {{ strengths: number[], seed: number | null, changed: () => void, mapped: () => void }} Grain */

const SLIGHT = 3; /* of 255: less is hardly to be seen */

export class StyleNoise {
  #on;
  #view;
  #host;
  /** @type {{ l: HTMLElement, e: HTMLInputElement, out: HTMLElement, r: number }[]} */
  #rows = [];
  #timer = 0;
  #seen = false;
  #shown = '';
  #measured = '';
  /** @type {NoiseAnswer | null} */
  #answer = null;

  #ask = latest(
    async (/** @type {string | null} */ run, /** @type {string} */ w, /** @type {number[]} */ strengths) => {
      const key = [run, lx.state.label, w, strengths].join();
      if (key === this.#shown) return;
      const d = await lx.code({ op: 'noise', w, strengths }),
        im = await decoded(d.picture);
      if (run !== lx.state.run) return;
      onto(this.#find('.lx-grain-map'), im);
      this.#shown = key;
      this.#find('.lx-heat-ends').textContent = `0 – ${d.top}`;
      this.#find('.lx-grain-told').textContent = lx.t('sty.map.told', { n: d.seeds, mean: d.mean.toPrecision(2) });
      this.#host.dataset.top = d.top;
      this.#measured = [run, strengths.map((v) => Math.round(100 * v))].join();
      this.#answer = d;
      this.told();
      this.#view.mapped();
    },
    (e) => lx.say(e.message, 'error'),
  );

  /** @param {any} host @param {Grain} view @param {() => unknown} on */
  constructor(host, view, on) {
    this.#host = host;
    this.#view = view;
    this.#on = on;
    this.#find('.lx-grain-on').onclick = () => {
      const silent = view.strengths.every((v) => !v);
      view.strengths = view.strengths.map(() => (silent ? 100 : 0));
      view.changed();
    };
    this.#find('.lx-grain-seed').onclick = () => {
      view.seed = lx.random();
      view.changed();
    };
    this.#find('.lx-grain-own').onclick = () => {
      view.seed = null;
      view.changed();
    };
    new IntersectionObserver((all) => {
      this.#seen = all.some((x) => x.isIntersecting);
      if (this.#seen) this.map();
    }).observe(host);
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  build() {
    const { spec } = opened().info;
    this.#host.hidden = !spec.pixel_noise;
    this.#shown = this.#measured = '';
    this.#answer = null;
    this.#rows = spec.levels.map((r, k) => {
      const e = make('input', { type: 'range', className: 'lx-range', min: 0, max: 200, step: 1, data: { level: k } }),
        out = make('output', { className: 'num' }),
        name = make('span', { className: 'num', textContent: `${r} × ${r}` });
      e.oninput = () => {
        this.#view.strengths[k] = +e.value;
        this.#view.changed();
      };
      return { l: make('label', { className: 'lx-grain-one' }, name, e, out), e, out, r };
    });
    this.#find('.lx-grain-list').replaceChildren(...this.#rows.map((x) => x.l));
    this.told();
  }

  /** Whether the noise as it is set was measured to change next to nothing. */
  slight() {
    return !!this.#answer && this.#measured === this.#whose() && this.#view.strengths.some(Boolean) && this.#answer.top < SLIGHT;
  }

  told() {
    for (const [k, { e, out, r }] of this.#rows.entries()) {
      e.value = String(this.#view.strengths[k]);
      lx.range(e);
      out.textContent = (this.#view.strengths[k] / 100).toFixed(2);
      e.setAttribute('aria-label', lx.t('sty.noise.of', { size: r }));
    }
    const silent = this.#view.strengths.every((v) => !v),
      b = this.#find('.lx-grain-on');
    b.setAttribute('aria-pressed', !silent);
    b.textContent = lx.t(silent ? 'sty.noise.off' : 'sty.noise.on');
    const { seed } = this.#view,
      from = seed === null ? lx.t('sty.noise.kept') : lx.t('origin.seed', { seed });
    this.#find('.lx-grain-from').textContent = silent ? '' : from;
    const slight = this.slight() ? this.#answer : null;
    this.#find('.lx-grain-slight').hidden = !slight;
    this.#find('.lx-grain-slight').textContent = slight
      ? lx.t('sty.noise.slight', { top: slight.top, mean: slight.mean.toPrecision(2) })
      : '';
    this.#find('.lx-grain-seed').disabled = silent;
    this.#find('.lx-grain-own').disabled = this.#view.seed === null;
  }

  #whose() {
    return [lx.state.run, this.#view.strengths].join();
  }

  map() {
    if (!this.#on() || this.#host.hidden || !lx.state.w || (!this.#seen && this.#measured === this.#whose())) return;
    clearTimeout(this.#timer);
    const { run } = lx.state;
    this.#timer = setTimeout(() => {
      if (!this.#on() || run !== lx.state.run) return; /* another run was opened meanwhile, which may have no noise of its own */
      const strengths = this.#view.strengths.map((v) => v / 100);
      this.#ask(run, lx.b64(opened().w), strengths);
    }, 250);
  }
}
