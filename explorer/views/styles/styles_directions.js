/* Directions of the chosen layers' styles as sliders on the current code: principal ones of W, those of the layers' weights, attributes,
 * one's own. A slider stands at the code's coordinate along its direction within these layers. `view`: layers, found(n). */
import { effect, received, title } from '../../shell/direction_moves.js';
import { byField, categoryChoice, clearest, dial, plainFirst, turn } from '../../shell/direction_sliders.js';
import { button, make, progress } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { weighed } from '../../shell/moves.js';
import { ownDirections } from '../../shell/own_directions.js';
import { untilReady } from '../../shell/poll.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { CodeAsked, Found } from '../../shell/types' */
/** @typedef {Pick<Found, 'vector' | 'sigma'> & Partial<Omit<Found, 'name'>> & { kind: string, name: Found['name'] | string }} Turned a
 * direction, one's own or found */
/**
 * @typedef {object} Row a slider
 * @property {Turned} d what it moves along
 * @property {number} k its place among all
 * @property {HTMLElement} row
 * @property {HTMLInputElement} input
 * @property {HTMLOutputElement} out
 * @property {Float32Array} s one step: what it adds to the code from 0 to 1
 * @property {() => void} write its words
 */

const KINDS = ['attribute', 'own', 'principal', 'closed form'];

/** @param {Float32Array} s */
const along = (s, w = opened().w) => {
  const { mean } = opened().info;
  let a = 0,
    b = 0;
  for (let i = 0; i < w.length; i++) {
    a += (w[i] - mean[i]) * s[i];
    b += s[i] * s[i];
  }
  return b > 0 ? a / b : 0;
};

/** @param {Turned} d @returns {{ main?: string, side?: string, accuracy?: string, clear?: boolean }} */
const effectOf = (d) => {
  if (d.kind === 'own') return { main: '', clear: false };
  return d.statistic ? effect(d) : { main: lx.t('sty.unmeasured') };
};

/** @param {string} kind @param {HTMLElement[]} rows */
const sectionOf = (kind, rows) =>
  make(
    'section',
    { data: { kind } },
    make('h3', { textContent: lx.t('sty.kind.' + kind) }),
    make('p', { className: 'lx-note', textContent: lx.t('sty.why.' + kind) }),
    ...rows,
  );

export class StyleDirections {
  #on;
  #view;
  #host;
  #bar;
  /** @type {Row[]} */
  #rows = [];
  /** @type {Row | null} */
  #selected = null;
  #seen = false;
  #timer = 0;
  #lastAsked = new LastAsked();
  #mine = '';
  /** @type {Found[]} */
  #styled = [];
  /** @type {Found[]} */
  #named = [];
  #namedOf = '';
  #typed = false;

  /** @param {any} host @param {{ layers: boolean[], found: (n: number) => void }} view @param {() => boolean} on */
  constructor(host, view, on) {
    this.#host = host;
    this.#view = view;
    this.#on = on;
    this.#bar = this.#find('.lx-progress');
    this.#find('.lx-keep input').oninput = () => {
      this.#typed = true;
    };
    this.#find('.lx-keep').onsubmit = (/** @type {SubmitEvent} */ e) => {
      e.preventDefault();
      if (!this.#selected) return;
      const name = this.#find('.lx-keep input').value.trim() || title(this.#selected.d, this.#selected.k);
      this.#typed = false;
      ownDirections.add({ name, vector: this.#selected.s });
      lx.say(lx.t('arith.saved', { name }));
      host.dataset.saved = name;
    };
    ownDirections.changed(() => {
      if (on() && this.#mine) this.#build();
    });
    new IntersectionObserver((all) => {
      this.#seen = all.some((x) => x.isIntersecting);
      if (this.#seen) this.ask();
    }).observe(host);
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #key() {
    return [lx.state.run, lx.state.label, this.#view.layers.map(Number).join('')].join();
  }

  /** One step of a direction: what a slider adds to the code from 0 to 1, in the chosen layers alone. @param {Turned} d */
  #step(d) {
    const D = opened().info.spec.w_dim;
    return d.vector.map((v, i) => (this.#view.layers[Math.floor(i / D)] ? v * d.sigma : 0));
  }

  /** @param {Turned} d @param {number} k @param {Found[] | null} [choices] categories of a field, where there are several */
  #slider(d, k, choices) {
    const head = button({ className: 'lx-dir-name' }),
      text = make('p'),
      { input, out } = dial(),
      row = make('div', { className: 'lx-dir' });
    const write = () => {
      const e = effectOf(item.d);
      head.textContent = choices ? lx.field(item.d.name?.[0]) : title(item.d, k);
      input.setAttribute('aria-label', title(item.d, k));
      const more = [e.side, e.accuracy].filter(Boolean).map((t) => ' · ' + t);
      text.replaceChildren(make('b', { textContent: e.main ?? '', className: e.clear ? '' : 'dim' }), ...more);
      row.title = text.textContent ?? '';
    };
    /** @type {Row} */
    const item = { d, k, row, input, out, s: this.#step(d), write };
    head.onclick = input.onfocus = () => this.#select(item);
    input.oninput = () => {
      this.#select(item);
      lx.setCode(weighed(opened().w, item.s, 1, +input.value - along(item.s)), { kind: 'found' });
    };
    const choice = choices ? [this.#choice(item, choices)] : [];
    row.append(make('div', { className: 'lx-dir-line' }, head, ...choice, input, out), text);
    item.write();
    this.#rows.push(item);
    return row;
  }

  /** @param {Row} item @param {Found[]} choices */
  #choice(item, choices) {
    return categoryChoice(choices, clearest(choices), (k) => {
      item.d = choices[k];
      item.s = this.#step(item.d);
      item.write();
      this.#select(item);
      this.sync();
    });
  }

  #build() {
    const was = this.#selected && title(this.#selected.d, this.#selected.k) + this.#selected.d.kind,
      own = ownDirections.list().map((d) => ({ kind: 'own', name: d.name, vector: d.vector, sigma: 1, side: [] })),
      found = [...this.#styled, ...this.#named];
    this.#rows = [];
    this.#selected = null;
    const sections = KINDS.map((kind) => ({ kind, of: found.filter((d) => d.kind === kind), own: kind === 'own' ? own : [] }));
    this.#find('.lx-groups').replaceChildren(
      ...sections
        .filter(({ of, own: mine }) => of.length || mine.length)
        .map(({ kind, of, own: mine }) => sectionOf(kind, kind === 'attribute' ? this.#fields(of) : this.#sliders([...of, ...mine]))),
    );
    this.#select(this.#rows.find((r) => title(r.d, r.k) + r.d.kind === was) || this.#rows[0]);
    this.sync();
    this.#view.found(this.#rows.length);
  }

  /** A slider for each field. @param {Found[]} of */
  #fields(of) {
    return plainFirst(byField(of)).map(([, list]) => this.#slider(clearest(list), 0, list.length > 1 ? list : null));
  }

  /** @param {Turned[]} of */
  #sliders(of) {
    return of.map((d, k) => this.#slider(d, k));
  }

  /** @param {Row | undefined} item */
  #select(item) {
    if (!item) return;
    this.#selected = item;
    for (const r of this.#rows) r.row.classList.toggle('on', r === item);
    if (!this.#typed)
      this.#find('.lx-keep input').value = title(item.d, item.k)
        .replace(/^\d+ · /, '')
        .slice(0, 80);
  }

  sync() {
    if (this.#on() && lx.state.w) for (const r of this.#rows) turn(r, along(r.s));
  }

  #told() {
    this.#find('.lx-turn-which').textContent = lx.t(this.#view.layers.some(Boolean) ? 'sty.directions.note' : 'sty.directions.none');
  }

  /* worked out on the server in the background: asked for when the panel is in sight */
  /** @param {CodeAsked<'directions' | 'style_directions'>} body @param {() => boolean} still */
  async #poll(body, still) {
    const d = await untilReady(
      () => lx.code(body),
      still,
      (done) => progress(this.#bar, done),
    );
    return d && received(d.directions);
  }

  ask() {
    this.#told();
    clearTimeout(this.#timer);
    if (!this.#on() || !this.#seen) return;
    this.#timer = setTimeout(async () => {
      const isLast = this.#lastAsked.ask(),
        now = this.#key(),
        still = () => isLast() && this.#on() && this.#key() === now;
      if (now === this.#mine) {
        this.#build();
        return;
      }
      try {
        this.#styled = [];
        if (this.#view.layers.some(Boolean)) {
          const d = await this.#poll({ op: 'style_directions', layers: this.#view.layers }, still);
          if (!d) return;
          this.#styled = d;
        }
        this.#mine = now;
        this.#build();
        const whose = [lx.state.run, lx.state.label].join();
        if (this.#namedOf !== whose) {
          this.#named = [];
          const d = await this.#poll({ op: 'directions' }, () => this.#on() && [lx.state.run, lx.state.label].join() === whose);
          if (!d) return;
          this.#named = d.filter((x) => x.kind === 'attribute');
          this.#namedOf = whose;
          this.#build();
        }
      } catch (e) {
        this.#bar.hidden = true;
        lx.say(/** @type {Error} */ (e).message, 'error');
      }
    }, 250);
  }

  build() {
    if (this.#mine) this.#build();
    this.#told();
  }

  clear() {
    this.#mine = this.#namedOf = '';
    this.#styled = [];
    this.#named = [];
    this.#rows = [];
    this.#selected = null;
    this.#find('.lx-groups').replaceChildren();
  }
}
