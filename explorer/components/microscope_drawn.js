/* Codes drawn at random in three ways; a click makes one the current code. */
import { makeCells } from './microscope_cells.js';
import { lx } from './store.js';

export const makeMicDrawn = (host, mic) => {
  const self = { seed: 0 },
    rows = [...host.querySelectorAll('[data-by]')].map((section) => ({
      section,
      by: section.dataset.by,
      cells: makeCells(section.querySelector('.lx-mic-samples')),
      bar: section.querySelector('.lx-progress'),
      data: null,
    }));
  let shown = '',
    ticket = 0;
  const show = (r) => {
    const { d, im } = r.data,
      n = d.w.length / lx.state.w.length;
    r.cells.show(
      Array.from({ length: n }, (_, k) => ({
        at: k,
        title: lx.t('mic.drawn.take', { n: k + 1 }),
        data: { k },
        pick: () => {
          r.cells.each((e, c, i) => e.classList.toggle('is-on', i === k));
          lx.setCode(d.w.slice(k * lx.state.w.length, (k + 1) * lx.state.w.length), { kind: 'drawn', by: r.by, seed: self.seed });
        },
      })),
      im,
      lx.state.info.spec.shape.slice(1),
      12,
    );
  };
  const load = async () => {
    const run = lx.state.run,
      key = [run, lx.state.label, self.seed].join();
    if (shown === key) return;
    shown = key;
    const me = ++ticket,
      still = () => me === ticket && mic.on() && run === lx.state.run;
    tell();
    for (const r of rows) lx.stale([r.cells.host], true);
    await Promise.all(
      rows.map(async (r) => {
        try {
          const d = await mic.poll({ op: 'drawn', by: r.by, seed: self.seed }, still, r.bar);
          if (!d) return;
          const im = await mic.picture(d.picture);
          if (!still()) return;
          r.data = { d: { ...d, w: lx.f32(d.w) }, im };
          show(r);
          lx.stale([r.cells.host], false);
          r.section.dataset.seed = self.seed;
          mic.count('drawn');
        } catch (e) {
          if (r.bar) r.bar.hidden = true;
          if (me !== ticket) return;
          r.data = null;
          r.cells.clear();
          lx.stale([r.cells.host], false);
          shown = '';
          mic.failed(e);
        }
      }),
    );
    if (!still() && shown === key) shown = '';
  };
  const tell = () => {
    const fitted = lx.state.info.spec.prior === 'fitted';
    host.querySelector('.lx-mic-seed').textContent = lx.t('origin.seed', { seed: self.seed });
    host.querySelector('.lx-mic-own-name').textContent = lx.t(fitted ? 'mic.drawn.fitted' : 'mic.drawn.own');
    host.querySelector('.lx-mic-own-note').textContent = lx.t(fitted ? 'mic.drawn.fitted.note' : 'mic.drawn.own.note');
    host.querySelector('.lx-mic-drawn-told').textContent = lx.t(fitted ? 'mic.drawn.told' : 'mic.drawn.told.prior');
    for (const r of rows)
      if (r.data)
        r.cells.each((e, c, k) => {
          e.title = lx.t('mic.drawn.take', { n: k + 1 });
          e.setAttribute('aria-label', e.title);
        });
  };
  host.querySelector('.lx-mic-reseed').onclick = () => {
    self.seed = lx.random();
    load();
    mic.write();
  };
  return Object.assign(self, {
    enter: load,
    tell,
    clear: () => {
      ticket++;
      shown = '';
      self.seed = 0;
      for (const r of rows) {
        r.data = null;
        r.cells.clear();
      }
    },
  });
};
