/* What a generator's layers make of the current code: each channel's map, from its own lowest value to its highest. */
import { make } from '../../shell/dom.js';
import { latest } from '../../shell/one_in_flight.js';
import { check, radioGroup } from '../../shell/radios.js';
import { titleOf } from '../../shell/run_line.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';
import { Cells } from './microscope_tile_grid.js';

/** @import { GeneratorLayer, MapsAnswer } from '../../shell/answers' */
/** @import { Code } from '../../shell/types' */
/** @import { Mic } from './microscope.js' */

export class MicMaps {
  /** @type {Mic} */
  #mic;
  #chips;
  #cells;
  #told;
  #orders;
  #else;
  /** @type {GeneratorLayer[]} */
  #layers = [];
  #owner = '';
  /** @type {MapsAnswer | null} */
  #data = null;
  /** @type {number | null} of the layers; null: the last one before the image's colours, whose maps one can read */
  layer = null;
  /** @type {'strong' | 'varies'} */
  by = 'strong';

  /** @param {any} host @param {Mic} mic */
  constructor(host, mic) {
    this.#mic = mic;
    this.#chips = host.querySelector('.lx-mic-generator');
    this.#cells = new Cells(host.querySelector('.lx-mic-maps'));
    this.#told = host.querySelector('.lx-mic-maps-told');
    this.#else = host.querySelector('.lx-mic-maps-else');
    this.#orders = [...host.querySelectorAll('[data-by]')];
    radioGroup(this.#chips, 'at', (at) => this.#choose(Number(at)));
    radioGroup(host.querySelector('.lx-mic-maps-by'), 'by', (by) => {
      this.by = by === 'varies' ? 'varies' : 'strong';
      this.#mic.write();
      this.enter();
    });
  }

  /* where a layer has no map: what there is to see instead, of this run and of others */
  #elsewhere() {
    const { run, runs, firsts } = opened(),
      dense = !!this.#layers[this.#at]?.dense,
      [codes, units] = this.#else.querySelectorAll('button'),
      encoders = (runs || []).filter((r) => r.encodes && lx.supports(r.name, 'microscope')),
      first = encoders.find((r) => r.name === firsts.microscope) ?? encoders[0];
    this.#else.hidden = !dense;
    this.#orders[0].closest('.lx-mic-row').hidden = dense;
    codes.hidden = !lx.supports(run, 'codes');
    codes.onclick = () => lx.show('codes');
    units.hidden = lx.runOf(run)?.encodes || !first;
    units.textContent = units.hidden || !first ? '' : lx.t('mic.maps.units', { title: titleOf(first) });
    units.onclick = () => first && this.#mic.look(first.name);
  }

  /** The part of a link. */
  text() {
    return (this.layer ?? '') + (this.by === 'varies' ? 'v' : '');
  }

  /** @param {string} text */
  restore(text) {
    const m = /^(\d{1,2})?(v)?$/.exec(text) ?? [];
    this.layer = m[1] ? +m[1] : null;
    this.by = m[2] ? 'varies' : 'strong';
  }

  /** @param {number} at */
  #choose(at) {
    this.layer = at;
    this.#mic.write();
    this.enter();
  }

  get #at() {
    if (this.layer !== null && this.layer < this.#layers.length) return this.layer;
    const drawn = this.#layers.findLastIndex((l) => !l.dense && l.channels > 3);
    return Math.max(0, drawn >= 0 ? drawn : this.#layers.findIndex((l) => !l.dense));
  }

  /** @param {GeneratorLayer} l @param {number} k */
  static name(l, k) {
    if (l.dense) return lx.t('mic.maps.dense.name', { n: k + 1, units: l.channels });
    return lx.t('mic.maps.name', { n: k + 1, channels: l.channels, h: l.height, w: l.width });
  }

  async enter() {
    const { run, label } = opened(),
      key = `${run} ${label}`;
    if (this.#owner !== key) {
      try {
        const d = await this.#mic.ask({ op: 'generator' });
        if (run !== lx.state.run) return;
        this.#layers = d.layers;
        this.#owner = key;
      } catch (e) {
        this.#mic.failed(/** @type {Error} */ (e));
        return;
      }
    }
    this.tell();
    this.code();
  }

  #ask = latest(
    async (/** @type {string} */ run, /** @type {Code} */ w, /** @type {number} */ layer, /** @type {'strong' | 'varies'} */ by) => {
      const d = await this.#mic.ask({ op: 'maps', w: lx.b64(w), layer, by }),
        im = await this.#mic.picture(d.picture);
      if (run !== lx.state.run || layer !== this.#at || this.#layers[layer]?.dense) return;
      this.#data = d;
      this.#cells.host.dataset.layer = String(layer);
      this.#cells.host.dataset.by = by;
      this.#cells.show(
        d.channels.map((channel, k) => ({
          at: k,
          caption: String(channel),
          title: lx.t('mic.maps.channel', {
            channel,
            strength: this.#mic.short(d.strength[k]),
            varies: this.#mic.short(d.varies[k]),
          }),
          data: { channel },
        })),
        im,
        d.tile,
        d.columns,
      );
      this.#words();
      this.#mic.count('maps');
    },
    (e) => this.#mic.failed(e),
    () => [this.#cells.host],
  );

  /** Another code. */
  code() {
    const { run, w } = opened(),
      at = this.#at;
    if (!this.#layers.length) return;
    if (this.#layers[at].dense) {
      this.#data = null;
      this.#cells.clear();
      this.#words();
      return;
    }
    this.#ask(run, w, at, this.by);
  }

  #words() {
    this.#elsewhere();
    const l = this.#layers[this.#at];
    if (!l && this.#owner) this.#told.textContent = lx.t('mic.maps.none');
    else if (l?.dense) this.#told.textContent = lx.t('mic.maps.dense', { units: l.channels });
    else if (this.#data) {
      const { channels, of, codes } = this.#data,
        key = of > channels.length ? 'mic.maps.told.some' : 'mic.maps.told';
      this.#told.textContent = lx.t(key, { n: channels.length, of, codes });
    }
  }

  tell() {
    this.#chips.replaceChildren(
      ...this.#layers.map((l, k) =>
        make('button', { type: 'button', className: 'lx-chip', role: 'radio', data: { at: k }, textContent: MicMaps.name(l, k) }),
      ),
    );
    check([...this.#chips.children], (/** @type {HTMLElement} */ b) => b.dataset.at === String(this.#at));
    check(this.#orders, (/** @type {HTMLElement} */ b) => b.dataset.by === this.by);
    this.#words();
  }

  clear() {
    this.#owner = '';
    this.#layers = [];
    this.#data = null;
    this.#cells.clear();
    this.#chips.replaceChildren();
    this.#told.textContent = '';
    this.layer = null;
    this.by = 'strong';
  }
}
