/* A page of a layer's units: their weights, encoder's and decoder's filters in pairs, maximising inputs, or the real images that excite
   them. */
import { button, offer, progress } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { latest } from '../../shell/one_in_flight.js';
import { Cells } from './microscope_tile_grid.js';
import { MicUnit } from './microscope_unit.js';
import { untilReady } from '../../shell/poll.js';
import { radioGroup } from '../../shell/radios.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { FactsAnswer, UnitTold, UnitsAnswer } from '../../shell/answers' */
/** @import { Run } from '../../shell/types' */
/** @import { Mic } from './microscope.js' */
/** @import { Cell } from './microscope_tile_grid.js' */
/** @typedef {'weights' | 'pairs' | 'best' | 'real'} Look */

/** @type {Look[]} */
const LOOKS = ['weights', 'pairs', 'best', 'real'];
/** A cell's meter. @param {HTMLElement} e @returns {HTMLElement | null} */
const bar = (e) => e.querySelector('u b');

const PAIRS = 24;
const FEW = 8;

/** @param {number} v */
const twoDecimals = (v) => lx.number(Math.round(100 * v) / 100 || 0);

export class MicUnits {
  /** @type {Mic} */
  #mic;
  #host;
  #bar;
  #halt;
  #halted = false;
  #layer = 0;
  #page = 0;
  #alive = false;
  /** @type {Look | null} */
  #look = null;
  /** @type {number | null} */
  #unit = null;
  #other = '';
  /** @type {UnitsAnswer | null} */
  #data = null;
  #shown = '';
  #lastAsked = new LastAsked();
  #sought = false;
  /** @type {number | null} */
  #alike = null;
  #grid;
  #second;
  #detail;
  #markLayer;
  #markLook;
  #values;

  /** @param {any} host @param {Mic} mic */
  constructor(host, mic) {
    this.#host = host;
    this.#mic = mic;
    this.#bar = this.#find('.lx-progress');
    this.#halt = this.#find('.lx-mic-halt');
    this.#grid = new Cells(this.#find('.lx-mic-grid'));
    this.#second = new Cells(this.#find('.lx-mic-other-grid'));
    this.#detail = new MicUnit(this.#find('.lx-mic-unit'), mic);
    this.#markLayer = radioGroup(this.#find('.lx-mic-layers'), 'layer', (k) => {
      this.#layer = +k;
      this.#page = 0;
      this.#unit = null;
      this.#look = this.#look && this.#can(this.#look) ? this.#look : this.#usual();
      this.#load();
    });
    this.#markLook = radioGroup(this.#find('.lx-mic-looks'), 'look', (k) => {
      this.#look = /** @type {Look} */ (k);
      this.#load();
    });
    this.#find('.lx-mic-back').onclick = () => this.#turn(-1);
    this.#find('.lx-mic-on').onclick = () => this.#turn(1);
    this.#find('.lx-mic-alive').onclick = () => {
      this.#alive = !this.#alive;
      this.#page = 0;
      this.#load();
    };
    this.#find('.lx-mic-other').onchange = (/** @type {Event} */ e) => {
      this.#other = /** @type {HTMLSelectElement} */ (e.target).value;
      this.#load();
    };
    this.#halt.onclick = () => this.#stopOrGoOn();
    this.#values = latest(
      () => this.#measure(),
      mic.failed,
      () => host.querySelectorAll('.lx-mic-left .lx-mic-cell u'),
      () =>
        this.#grid.each((e) => {
          const b = bar(e);
          if (b) b.style.width = '0';
        }),
    );
  }

  /** @param {number} by */
  #turn(by) {
    const to = this.#page + by;
    if (to < 0 || (by > 0 && !(this.#data && to < this.#told.pages))) return;
    this.#page = to;
    this.#unit = null;
    this.#load();
  }

  #stopOrGoOn() {
    if (!this.#halted) {
      this.#halted = true;
      return;
    }
    this.#shown = '';
    this.#load();
  }

  /* what the units of this page are for the current image */
  async #measure() {
    if (!this.#data?.units.length || this.#look === 'pairs' || !this.#mic.on() || this.#mic.panel !== 'units') return;
    const now = this.#shown,
      units = this.#told.units.map((u) => u.unit),
      d = await this.#mic.ask({ op: 'values', layer: this.#layer, units, ...this.#mic.source() });
    if (now !== this.#shown || this.#grid.n !== d.values.length) return;
    this.#grid.each((e, c, k) => {
      const u = this.#told.units[k],
        share = u.high > u.low && !u.dead ? (d.values[k] - u.low) / (u.high - u.low) : 0,
        b = bar(e);
      if (b) b.style.width = 100 * Math.max(0, Math.min(1, share)) + '%';
      e.dataset.now = String(d.values[k]);
    });
    this.#mic.count('values');
  }

  get #facts() {
    return /** @type {FactsAnswer} */ (this.#mic.facts);
  }

  /* the page that is shown: asked for where there is one */
  get #told() {
    return /** @type {UnitsAnswer} */ (this.#data);
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#host.querySelector(selector);
  }

  /** @param {Look} l */
  #can(l) {
    return l === 'best' || l === 'real' ? true : this.#layer === 0 && this.#facts.filters;
  }

  /** @returns {Look} */
  #usual() {
    return this.#facts.filters && this.#layer === 0 ? 'weights' : 'best';
  }

  text() {
    return [this.#layer, this.#page, this.#unit ?? '', this.#look ?? '', +this.#alive, this.#other].join('.');
  }

  /** @param {string} t */
  restore(t) {
    const [l, p, u, k, a, ...o] = String(t || '').split('.'),
      size = this.#facts.layers[+l];
    if (!size) return;
    this.#layer = +l;
    this.#page = Math.max(0, Math.floor(+p) || 0);
    this.#unit = /^\d+$/.test(u) && +u < size.units ? +u : null;
    const look = LOOKS.find((x) => x === k);
    this.#look = look && this.#can(look) ? look : null;
    this.#alive = a === '1';
    this.#other = o.join('.');
  }

  #layers() {
    this.#find('.lx-mic-layers').replaceChildren(
      ...this.#facts.layers.map((l, k) =>
        button({
          className: 'lx-chip',
          role: 'radio',
          data: { layer: k },
          textContent: `${this.#mic.layer(k)} · ${l.units}`,
          title: lx.t(l.channels ? 'mic.channels' : 'mic.dense', { n: l.units }),
        }),
      ),
    );
    this.#markLayer(this.#layer);
  }

  runs() {
    const me = lx.runOf(lx.state.run),
      fits = (/** @type {Run} */ r) => r.name !== lx.state.run && lx.supports(r.name, 'microscope') && r.dataset === me?.dataset,
      fit = (lx.state.runs || []).filter(fits);
    if (!fit.some((r) => r.name === this.#other)) this.#other = '';
    offer(this.#find('.lx-mic-other'), [['', lx.t('mic.other.none')], ...fit.map((r) => [r.name, r.title || r.name])], this.#other);
  }

  /** @param {UnitTold} u @param {number} k @param {Cell} [more] @returns {Cell} */
  #cell(u, k, more) {
    return {
      at: k,
      caption: u.unit,
      meter: 0,
      dead: u.dead,
      on: u.unit === this.#unit,
      data: { unit: u.unit },
      title: lx.t(u.dead ? 'mic.unit.dead' : 'mic.unit', { layer: this.#mic.layer(this.#layer), unit: u.unit }),
      pick: () => this.choose(this.#layer, u.unit, true),
      ...more,
    };
  }

  /** @param {boolean} dim */
  #real(dim) {
    this.#grid.show(
      this.#told.units.map((u, k) => this.#cell(u, k, { index: u.exciting, dim })),
      [null],
      opened().info.spec.shape.slice(1),
      8,
    );
  }

  /** @param {() => boolean} still */
  async #draw(still) {
    const list = this.#look === 'pairs' ? this.#told.units.slice(0, this.#other ? PAIRS / 2 : PAIRS) : this.#told.units,
      ids = list.map((u) => u.unit);
    this.#alike = null;
    this.#halt.hidden = true;
    const more = this.#look === 'pairs' && !!this.#other;
    this.#find('.lx-mic-other-grid').hidden = this.#find('.lx-mic-other-name').hidden = !more;
    if (!more) this.#second.clear();
    this.#host.dataset.look = this.#look;
    if (!list.length) {
      this.#grid.clear();
      return;
    }
    if (this.#look === 'weights' || this.#look === 'pairs') {
      const d = await this.#mic.ask({ op: 'filters', units: ids });
      if (!still()) return;
      const ims = await Promise.all((this.#look === 'pairs' ? [d.encoder, d.decoder] : [d.encoder]).map(this.#mic.picture));
      if (!still()) return;
      this.#alike = d.mean;
      this.#grid.show(
        list.map((u, k) =>
          this.#cell(
            u,
            k,
            this.#look === 'pairs' ? { caption: twoDecimals(d.alike[k]), meter: undefined, data: { unit: u.unit, alike: d.alike[k] } } : {},
          ),
        ),
        ims,
        d.tile,
        this.#look === 'pairs' ? 4 : 8,
      );
      if (more) await this.#beside(still);
    } else if (this.#look === 'best') {
      this.#real(true);
      lx.stale(this.#pages(), false);
      await this.#climb(list, still);
    } else this.#real(false);
  }

  /* maximising inputs, few at a time: the first one alone, each shown as soon as it is there, until somebody stops */
  /** @param {UnitTold[]} list @param {() => boolean} still */
  async #climb(list, still) {
    this.#halted = false;
    this.#halting();
    for (let from = 0, size = 1; from < list.length; from += size, size = from === 1 ? FEW - 1 : FEW) {
      progress(this.#bar, from / list.length);
      const some = list.slice(from, from + size),
        d = await this.#mic.poll({ op: 'ascent', layer: this.#layer, units: some.map((u) => u.unit) }, still);
      if (!d) return;
      const im = await this.#mic.picture(d.picture);
      if (!still()) return;
      some.forEach((u, k) =>
        this.#grid.put(from + k, this.#cell(u, k, { data: { unit: u.unit, value: d.values[k], grey: d.grey[k] } }), im, d.tile),
      );
      if (this.#halted && from + size < list.length) {
        this.#bar.hidden = true;
        this.#halting();
        return;
      }
    }
    this.#bar.hidden = this.#halt.hidden = true;
  }

  #halting() {
    this.#halt.hidden = false;
    this.#halt.dataset.t = this.#halted ? 'mic.best.on' : 'mic.best.stop';
    this.#halt.textContent = lx.t(this.#halt.dataset.t);
  }

  /* the same of another run: its own units, those that vary most */
  /** @param {() => boolean} still */
  async #beside(still) {
    const say = (/** @type {string} */ words, /** @type {string} */ name) => {
        this.#second.clear();
        this.#find('.lx-mic-other-name').textContent = words;
        this.#host.dataset.other = name;
      },
      run = this.#other,
      title = lx.runOf(run)?.title || run,
      facts = await lx.api('microscope', { run, op: 'facts' });
    if (!still()) return;
    if (!facts.filters || facts.layers[0].units !== this.#facts.layers[0].units) {
      say(lx.t('mic.other.unfit', { title }), 'none');
      return;
    }
    const d = await untilReady(() => lx.api('microscope', { run, op: 'units', layer: 0 }), still, undefined, 250);
    if (!d) return;
    const ids = d.units.slice(0, PAIRS / 2).map((u) => u.unit),
      f = await lx.api('microscope', { run, op: 'filters', units: ids }),
      ims = await Promise.all([f.encoder, f.decoder].map(this.#mic.picture));
    if (!still()) return;
    say(lx.t('mic.other.alike', { title, alike: twoDecimals(f.mean) }), run);
    this.#second.show(
      ids.map((u, k) => ({
        at: k,
        caption: twoDecimals(f.alike[k]),
        title: lx.t('mic.unit', { layer: lx.t('mic.layer', { n: 1 }), unit: u }),
        data: { unit: u, alike: f.alike[k] },
      })),
      ims,
      f.tile,
      4,
    );
  }

  /* before the server has watched the units, the first ones as they are numbered */
  /** @param {() => boolean} still */
  async #first(still) {
    const n = Math.min(64, this.#facts.layers[0].units),
      ids = Array.from({ length: n }, (_, k) => k),
      d = await this.#mic.ask({ op: 'filters', units: ids }),
      im = await this.#mic.picture(d.encoder);
    if (still())
      this.#grid.show(
        ids.map((u, k) => ({ at: k, caption: u, meter: 0, data: { unit: u } })),
        im,
        d.tile,
        8,
      );
  }

  #pages() {
    return this.#host.querySelectorAll('.lx-mic-grid, .lx-mic-other-name, .lx-mic-told, .lx-mic-look-told');
  }

  /* a page that cannot be had: nothing of another one under its name */
  #empty() {
    this.#grid.clear();
    this.#second.clear();
    this.#halt.hidden = true;
    this.#data = null;
    this.#shown = '';
    lx.stale(this.#pages(), false);
    for (const s of ['.lx-mic-told', '.lx-mic-look-told', '.lx-mic-other-name', '.lx-mic-page']) this.#find(s).textContent = '';
  }

  async #load() {
    if (!this.#mic.on() || this.#mic.panel !== 'units') return;
    this.#look = this.#look && this.#can(this.#look) ? this.#look : this.#usual();
    this.#markLayer(this.#layer);
    this.#markLook(this.#look);
    for (const b of this.#host.querySelectorAll('[data-look]')) b.hidden = !this.#can(b.dataset.look);
    this.#find('.lx-mic-other').hidden = this.#look !== 'pairs' || this.#find('.lx-mic-other').options.length < 2;
    const run = lx.state.run,
      key = () => [run, this.#layer, this.#page, this.#alive, this.#look, this.#other].join('|'),
      isLast = this.#lastAsked.ask(),
      still = () => isLast() && this.#mic.on() && lx.state.run === run && this.#mic.panel === 'units';
    try {
      if (this.#shown === key()) {
        lx.stale(this.#pages(), false);
        this.#detail.show(this.#layer, this.#unit);
      } else {
        this.#bar.hidden = true;
        this.#shown = '';
        lx.stale(this.#pages(), true);
        if (!this.#grid.n && this.#look === 'weights' && this.#page === 0) await this.#first(still);
        if (!still()) return;
        const d = await this.#mic.poll(
          {
            op: 'units',
            layer: this.#layer,
            page: this.#page,
            alive: this.#alive,
            ...(this.#sought && this.#unit !== null && { unit: this.#unit }),
          },
          still,
          this.#bar,
        );
        if (!d) return;
        this.#data = d;
        this.#page = d.page;
        this.#sought = false;
        if (this.#unit === null) this.#unit = d.units[0]?.unit ?? null;
        this.#tell();
        this.#detail.show(this.#layer, this.#unit);
        await this.#draw(still);
        if (!still()) return;
        this.#shown = key();
        lx.stale(this.#pages(), false);
        this.#mic.count('units');
        this.#mic.write();
      }
      this.#tell();
      this.#values();
    } catch (e) {
      this.#bar.hidden = true;
      if (isLast()) {
        this.#empty();
        this.#mic.failed(/** @type {Error} */ (e));
      }
    }
  }

  /** @param {number} k @param {number} u @param {boolean} [here] without a look for its page */
  choose(k, u, here) {
    if (k < 0) k += this.#facts.layers.length;
    const moved = k !== this.#layer;
    if (moved) {
      this.#layer = k;
      this.#page = 0;
      this.#look = null;
    }
    this.#unit = u;
    if (!here && (moved || !this.#data?.units.some((x) => x.unit === u))) {
      this.#sought = true;
      this.#shown = '';
    }
    if (here) {
      this.#grid.each((e) => e.classList.toggle('is-on', Number(e.dataset.unit) === u));
      this.#detail.show(this.#layer, u);
      this.#mic.write();
    }
  }

  #tell() {
    if (!this.#data) return;
    const { total, dead, pages, seen } = this.#data;
    this.#find('.lx-mic-page').textContent = lx.t('mic.page', { k: this.#page + 1, n: pages });
    this.#find('.lx-mic-back').disabled = this.#page === 0;
    this.#find('.lx-mic-on').disabled = this.#page >= pages - 1;
    for (const s of ['.lx-mic-page', '.lx-mic-back', '.lx-mic-on']) this.#find(s).hidden = pages < 2;
    this.#find('.lx-mic-told').textContent = lx.t(dead ? 'mic.told.dead' : 'mic.told', { n: total, dead, seen });
    const b = this.#find('.lx-mic-alive');
    b.hidden = !dead;
    b.setAttribute('aria-pressed', this.#alive);
    b.textContent = lx.t('mic.alive', { dead });
    this.#find('.lx-mic-look-told').textContent =
      lx.t('mic.look.' + this.#look + '.told', { alike: this.#alike === null ? '' : twoDecimals(this.#alike) }) +
      (this.#look === 'pairs' ? '' : ' ' + lx.t('mic.meter'));
    this.#host.dataset.dead = dead;
    this.#host.dataset.layer = this.#layer;
    this.#detail.tell();
  }

  enter() {
    this.runs();
    this.#layers();
    this.#load();
  }

  code() {
    this.#values();
    this.#detail.code();
  }

  tell() {
    if (!this.#mic.on()) return;
    this.runs();
    this.#layers();
    if (this.#data && this.#mic.panel === 'units') {
      this.#shown = '';
      this.#load();
    }
  }

  clear() {
    this.#layer = this.#page = 0;
    this.#sought = false;
    this.#unit = this.#look = this.#data = null;
    this.#alive = false;
    this.#other = '';
    this.#shown = '';
    this.#lastAsked.drop();
    this.#grid.clear();
    this.#second.clear();
    this.#detail.clear();
  }
}
