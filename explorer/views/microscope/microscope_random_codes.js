/* Codes drawn at random in three ways; a click makes one the current code. */
import { LastAsked } from '../../shell/last_asked.js';
import { Cells } from './microscope_tile_grid.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { AskDrawn } from '../../shell/answers' */
/** @import { Code } from '../../shell/types' */
/** @import { Mic } from './microscope.js' */
/** @typedef {{ codes: Code, im: HTMLImageElement }} Drawn */
/** @typedef {{ section: HTMLElement, by: AskDrawn['by'], cells: Cells, bar: HTMLElement, data: Drawn | null }} Row */

export class MicDrawn {
  /** @type {Mic} */
  #mic;
  #host;
  seed = 0;
  /** @type {Row[]} */
  #rows;
  #shown = '';
  #lastAsked = new LastAsked();

  /** @param {any} host @param {Mic} mic */
  constructor(host, mic) {
    this.#host = host;
    this.#mic = mic;
    this.#rows = [...host.querySelectorAll('[data-by]')].map((section) => ({
      section,
      by: section.dataset.by,
      cells: new Cells(section.querySelector('.lx-mic-samples')),
      bar: section.querySelector('.lx-progress'),
      data: null,
    }));
    host.querySelector('.lx-mic-reseed').onclick = () => {
      this.seed = lx.random();
      this.enter();
      mic.write();
    };
  }

  /** @param {Row} r @param {Drawn} drawn */
  #show(r, { codes, im }) {
    const { w, info } = opened(),
      d = w.length,
      n = codes.length / d;
    r.cells.show(
      Array.from({ length: n }, (_, k) => ({
        at: k,
        title: lx.t('mic.drawn.take', { n: k + 1 }),
        data: { k },
        pick: () => {
          r.cells.each((e, c, i) => e.classList.toggle('is-on', i === k));
          lx.setCode(codes.slice(k * d, (k + 1) * d), { kind: 'drawn', by: r.by, seed: this.seed });
        },
      })),
      im,
      info.spec.shape.slice(1),
      12,
    );
  }

  async enter() {
    const run = lx.state.run,
      key = [run, lx.state.label, this.seed].join();
    if (this.#shown === key) return;
    this.#shown = key;
    const isLast = this.#lastAsked.ask(),
      still = () => isLast() && this.#mic.on() && run === lx.state.run;
    this.tell();
    for (const r of this.#rows) lx.stale([r.cells.host], true);
    await Promise.all(
      this.#rows.map(async (r) => {
        try {
          const d = await this.#mic.poll({ op: 'drawn', by: r.by, seed: this.seed }, still, r.bar);
          if (!d) return;
          const im = await this.#mic.picture(d.picture);
          if (!still()) return;
          r.data = { codes: lx.f32(d.w), im };
          this.#show(r, r.data);
          lx.stale([r.cells.host], false);
          r.section.dataset.seed = String(this.seed);
          this.#mic.count('drawn');
        } catch (e) {
          if (r.bar) r.bar.hidden = true;
          if (!isLast()) return;
          r.data = null;
          r.cells.clear();
          lx.stale([r.cells.host], false);
          this.#shown = '';
          this.#mic.failed(/** @type {Error} */ (e));
        }
      }),
    );
    if (!still() && this.#shown === key) this.#shown = '';
  }

  tell() {
    const fitted = opened().info.spec.prior === 'fitted';
    this.#host.querySelector('.lx-mic-seed').textContent = lx.t('origin.seed', { seed: this.seed });
    this.#host.querySelector('.lx-mic-own-name').textContent = lx.t(fitted ? 'mic.drawn.fitted' : 'mic.drawn.own');
    this.#host.querySelector('.lx-mic-own-note').textContent = lx.t(fitted ? 'mic.drawn.fitted.note' : 'mic.drawn.own.note');
    this.#host.querySelector('.lx-mic-drawn-told').textContent = lx.t(fitted ? 'mic.drawn.told' : 'mic.drawn.told.prior');
    for (const r of this.#rows)
      if (r.data)
        r.cells.each((e, c, k) => {
          e.title = lx.t('mic.drawn.take', { n: k + 1 });
          e.setAttribute('aria-label', e.title);
        });
  }

  clear() {
    this.#lastAsked.drop();
    this.#shown = '';
    this.seed = 0;
    for (const r of this.#rows) {
      r.data = null;
      r.cells.clear();
    }
  }
}
