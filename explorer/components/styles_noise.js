/* The noise of each resolution, and a map of where it changes pixels. `view`: strengths (hundredths), seed, changed(), mapped(). The map is
 * asked for when it is in sight, and once for every run and strengths in any case: it tells whether noise can be seen at all. */
import { lx } from './store.js';

const SLIGHT = 3; /* of 255: less is hardly to be seen */

export class StyleNoise {
  #on;
  #view;
  #host;
  #rows = [];
  #timer;
  #next = null;
  #busy = false;
  #seen = false;
  #shown = '';
  #measured = '';
  #answer = null;

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

  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #piece(tag, name) {
    const e = document.createElement(tag);
    if (name) e.className = name;
    return e;
  }

  build() {
    this.#host.hidden = !lx.state.info.spec.pixel_noise;
    this.#shown = this.#measured = '';
    this.#answer = null;
    this.#rows = lx.state.info.spec.levels.map((r, k) => {
      const l = this.#piece('label', 'lx-grain-one'),
        name = this.#piece('span', 'num'),
        e = this.#piece('input', 'lx-range'),
        out = this.#piece('output', 'num');
      e.type = 'range';
      e.min = 0;
      e.max = 200;
      e.step = 1;
      e.dataset.level = k;
      name.textContent = `${r} × ${r}`;
      e.oninput = () => {
        this.#view.strengths[k] = +e.value;
        this.#view.changed();
      };
      l.append(name, e, out);
      return { l, e, out, r };
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
      e.value = this.#view.strengths[k];
      lx.range(e);
      out.textContent = (this.#view.strengths[k] / 100).toFixed(2);
      e.setAttribute('aria-label', lx.t('sty.noise.of', { size: r }));
    }
    const silent = this.#view.strengths.every((v) => !v),
      b = this.#find('.lx-grain-on');
    b.setAttribute('aria-pressed', !silent);
    b.textContent = lx.t(silent ? 'sty.noise.off' : 'sty.noise.on');
    this.#find('.lx-grain-from').textContent = silent
      ? ''
      : this.#view.seed === null
        ? lx.t('sty.noise.kept')
        : lx.t('origin.seed', { seed: this.#view.seed });
    this.#find('.lx-grain-slight').hidden = !this.slight();
    this.#find('.lx-grain-slight').textContent = this.slight()
      ? lx.t('sty.noise.slight', { top: this.#answer.top, mean: this.#answer.mean.toPrecision(2) })
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
    this.#timer = setTimeout(() => {
      this.#next = { run: lx.state.run, w: lx.b64(lx.state.w), strengths: this.#view.strengths.map((v) => v / 100) };
      if (!this.#busy) this.#pump();
    }, 250);
  }

  async #pump() {
    this.#busy = true;
    while (this.#next) {
      const { run, w, strengths } = this.#next,
        key = [run, lx.state.label, w, strengths].join();
      this.#next = null;
      if (key === this.#shown) continue;
      try {
        const d = await lx.code({ op: 'noise', w, strengths }),
          im = new Image();
        im.src = d.picture;
        await im.decode();
        if (run !== lx.state.run) continue;
        const c = this.#find('.lx-grain-map');
        c.width = im.width;
        c.height = im.height;
        c.getContext('2d').drawImage(im, 0, 0);
        this.#shown = key;
        this.#find('.lx-heat-ends').textContent = `0 – ${d.top}`;
        this.#find('.lx-grain-told').textContent = lx.t('sty.map.told', { n: d.seeds, mean: d.mean.toPrecision(2) });
        this.#host.dataset.top = d.top;
        this.#measured = [run, strengths.map((v) => Math.round(100 * v))].join();
        this.#answer = d;
        this.told();
        this.#view.mapped();
      } catch (e) {
        if (!this.#next) lx.say(e.message, 'error');
      }
    }
    this.#busy = false;
  }
}
