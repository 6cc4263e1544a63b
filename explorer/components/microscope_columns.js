/* A linear decoder's columns, the same space in its principal axes, the exact components; and the angles between the two spaces. */
import { makeCells } from './microscope_cells.js';
import { lx } from './store.js';

export const makeMicColumns = (host, mic) => {
  const rows = [...host.querySelectorAll('.lx-mic-three')].map(makeCells),
    bar = host.querySelector('.lx-progress'),
    angles = host.querySelector('.lx-mic-angles');
  let data = null,
    owner = '';
  const show = () => {
    const { d, im } = data,
      n = d.shown,
      tile = lx.state.info.spec.shape.slice(1);
    rows.forEach((r, i) =>
      r.show(
        Array.from({ length: n }, (_, k) => ({
          at: i * n + k,
          caption: i ? k + 1 : k,
          title: lx.t(['mic.pca.plain.n', 'mic.pca.turned.n', 'mic.pca.exact.n'][i], { n: i ? k + 1 : k }),
          data: { k },
          ...(i === 0 && { pick: () => mic.unit(-1, k) }),
        })),
        im,
        tile,
        n,
      ),
    );
    angles.replaceChildren(
      ...d.angles.map((v, k) => {
        const e = document.createElement('i');
        e.style.height = Math.max(2, (100 * v) / 90) + '%';
        e.title = lx.t('mic.pca.angle', { k: k + 1, angle: mic.short(v) });
        e.dataset.angle = v;
        return e;
      }),
    );
    const most = Math.max(...d.angles);
    host.querySelector('.lx-mic-angles-told').textContent = lx.t(most < 1 ? 'mic.pca.same' : 'mic.pca.near', {
      most: mic.short(most),
      median: mic.short([...d.angles].sort((a, b) => a - b)[Math.floor(d.angles.length / 2)]),
      k: d.of,
    });
    host.dataset.most = most;
  };
  const enter = async () => {
    const run = lx.state.run;
    if (owner === run) return;
    try {
      const d = await mic.poll({ op: 'columns' }, () => run === lx.state.run && mic.on() && mic.panel === 'pca', bar);
      if (!d) return;
      const im = await mic.picture(d.picture);
      if (run !== lx.state.run) return;
      data = { d, im };
      owner = run;
      show();
      mic.count('pca');
    } catch (e) {
      bar.hidden = true;
      mic.failed(e);
    }
  };
  return {
    enter,
    tell: () => {
      if (data) show();
    },
    clear: () => {
      data = null;
      owner = '';
      for (const r of rows) r.clear();
      angles.replaceChildren();
    },
  };
};
