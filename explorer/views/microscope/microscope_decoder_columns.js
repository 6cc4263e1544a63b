/* A linear decoder's columns, the same space in its principal axes, the exact components; and the angles between the two spaces. */
import { make } from '../../shell/dom.js';
import { Cells } from './microscope_tile_grid.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { ColumnsAnswer } from '../../shell/answers' */
/** @import { Mic } from './microscope.js' */

export class MicColumns {
  /** @type {Mic} */
  #mic;
  #host;
  #rows;
  #bar;
  #angles;
  /** @type {{ d: ColumnsAnswer, im: HTMLImageElement } | null} */
  #data = null;
  /** @type {string | null} */
  #owner = '';

  /** @param {any} host @param {Mic} mic */
  constructor(host, mic) {
    this.#host = host;
    this.#mic = mic;
    this.#rows = [...host.querySelectorAll('.lx-mic-three')].map((e) => new Cells(e));
    this.#bar = host.querySelector('.lx-progress');
    this.#angles = host.querySelector('.lx-mic-angles');
  }

  #show() {
    if (!this.#data) return;
    const { d, im } = this.#data,
      n = d.shown,
      tile = opened().info.spec.shape.slice(1);
    this.#rows.forEach((r, i) =>
      r.show(
        Array.from({ length: n }, (_, k) => ({
          at: i * n + k,
          caption: i ? k + 1 : k,
          title: lx.t(['mic.pca.plain.n', 'mic.pca.turned.n', 'mic.pca.exact.n'][i], { n: i ? k + 1 : k }),
          data: { k },
          ...(i === 0 && { pick: () => this.#mic.unit(-1, k) }),
        })),
        im,
        tile,
        n,
      ),
    );
    this.#angles.replaceChildren(
      ...d.angles.map((v, k) => {
        const e = make('i', { data: { angle: v }, title: lx.t('mic.pca.angle', { k: k + 1, angle: this.#mic.short(v) }) });
        e.style.height = Math.max(2, (100 * v) / 90) + '%';
        return e;
      }),
    );
    const most = Math.max(...d.angles);
    this.#host.querySelector('.lx-mic-angles-told').textContent = lx.t(most < 1 ? 'mic.pca.same' : 'mic.pca.near', {
      most: this.#mic.short(most),
      median: this.#mic.short([...d.angles].sort((a, b) => a - b)[Math.floor(d.angles.length / 2)]),
      k: d.of,
    });
    this.#host.dataset.most = most;
  }

  async enter() {
    const run = lx.state.run;
    if (this.#owner === run) return;
    try {
      const d = await this.#mic.poll(
        { op: 'columns' },
        () => run === lx.state.run && this.#mic.on() && this.#mic.panel === 'pca',
        this.#bar,
      );
      if (!d) return;
      const im = await this.#mic.picture(d.picture);
      if (run !== lx.state.run) return;
      this.#data = { d, im };
      this.#owner = run;
      this.#show();
      this.#mic.count('pca');
    } catch (e) {
      this.#bar.hidden = true;
      this.#mic.failed(/** @type {Error} */ (e));
    }
  }

  tell() {
    this.#show();
  }

  clear() {
    this.#data = null;
    this.#owner = '';
    for (const r of this.#rows) r.clear();
    this.#angles.replaceChildren();
  }
}
