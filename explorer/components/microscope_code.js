/* The code as bars, how many of its units light up here and over all images, and the image as a sum of its parts. */
import { makeCells, makeChoice, makeLatest } from './microscope_cells.js';
import { lx } from './store.js';

export const makeMicCode = (host, mic) => {
  const $ = (s) => host.querySelector(s),
    bars = $('.lx-mic-bars'),
    histogram = $('.lx-mic-histogram'),
    [cells, sums] = [...host.querySelectorAll('.lx-mic-parts')].map(makeCells),
    TOP = 120;
  let usual = null,
    whose = '',
    order = 'plain',
    at = -1,
    list = [],
    timer,
    parts = null,
    chosen = false;
  const mark = makeChoice($('.lx-mic-orders'), 'order', (k) => {
    order = k;
    at = -1;
    mark(k);
    paint();
    say();
    mic.write();
  });
  const w = () => lx.state.w && mic.facts && mic.numbers(),
    each = () => mic.facts.d;
  const split = () => w().length > each(); /* every layer has numbers of its own */
  const name = (j) =>
    split() ? lx.t('mic.code.number', { layer: Math.floor(j / each()) + 1, unit: j % each() }) : lx.t('mic.unit.name', { unit: j });
  const brief = (j) => (split() ? `${Math.floor(j / each()) + 1}·${j % each()}` : j);
  const lit = () => usual.threshold !== null,
    level = (j) => (lit() ? w()[j] : (w()[j] - usual.mean[j]) / Math.max(usual.sigma[j], 1e-9)),
    weight = (j) => (lit() ? w()[j] : Math.abs(level(j)));
  const sorted = () => {
    const all = Array.from(w(), (_, j) => j);
    return order === 'strong' ? all.sort((a, b) => weight(b) - weight(a)).slice(0, TOP) : all;
  };
  const paint = () => {
    if (!usual || !w() || mic.panel !== 'code' || !bars.clientWidth) return;
    list = sorted();
    const [x, W, H] = mic.plot(bars),
      c = mic.ink(),
      n = list.length,
      most = lit() ? 1 : Math.max(3, ...list.map(weight)),
      base = lit() ? H - 16 : H / 2,
      unit = lit() ? H - 34 : H / 2 - 8,
      step = W / n,
      thick = Math.max(step - (step > 4 ? 2 : 0), 0.75);
    const y = (v) => base - (unit * v) / most;
    x.strokeStyle = c.line;
    x.fillStyle = c.soft;
    x.lineWidth = 1;
    for (const v of lit() ? [0.5, 1] : [-2, 2]) {
      x.setLineDash([3, 4]);
      x.beginPath();
      x.moveTo(0, y(v));
      x.lineTo(W, y(v));
      x.stroke();
      x.setLineDash([]);
    }
    list.forEach((j, k) => {
      const v = level(j),
        on = lit() ? v > usual.threshold : Math.abs(v) > 2;
      x.fillStyle = k === at ? c.ink : on ? c.accent : c.soft;
      x.globalAlpha = on || k === at ? 1 : 0.55;
      x.fillRect(k * step, Math.min(base, y(v)), thick, Math.max(Math.abs(y(v) - base), 0.75));
    });
    x.globalAlpha = 1;
    x.fillStyle = c.soft;
    x.textBaseline = 'bottom';
    for (const [v, s] of lit()
      ? [
          [0.5, '½'],
          [1, '1'],
        ]
      : [
          [2, '+2 σ'],
          [-2, '−2 σ'],
        ])
      x.fillText(s, W - x.measureText(s).width - 2, v < 0 ? y(v) + 14 : y(v) - 1);
    chart();
    host.dataset.bars = n;
    host.dataset.lit = lit() ? Array.from(w()).filter((v) => v > usual.threshold).length : '';
  };
  /* how many light up in each held-out image, and here */
  const chart = () => {
    $('.lx-mic-lit').hidden = !lit();
    if (!lit()) return;
    const [x, W, H] = mic.plot(histogram),
      c = mic.ink(),
      n = usual.counts.length,
      most = Math.max(...usual.counts, 1),
      lo = usual.edges[0],
      hi = usual.edges[n],
      to = (v) => 4 + ((W - 8) * (v - lo)) / Math.max(hi - lo, 1),
      here = Array.from(w()).filter((v) => v > usual.threshold).length;
    usual.counts.forEach((v, k) => {
      x.fillStyle = c.soft;
      x.globalAlpha = 0.5;
      x.fillRect(
        to(usual.edges[k]),
        H - 18 - ((H - 26) * v) / most,
        Math.max(to(usual.edges[k + 1]) - to(usual.edges[k]) - 1, 1),
        ((H - 26) * v) / most,
      );
    });
    x.globalAlpha = 1;
    x.fillStyle = c.accent;
    x.fillRect(to(Math.min(here, hi) + 0.5) - 1, 0, 2, H - 18);
    x.fillStyle = c.soft;
    x.textBaseline = 'top';
    x.textAlign = 'left';
    x.fillText(String(lo), 4, H - 14);
    x.textAlign = 'right';
    x.fillText(String(hi - 1), W - 4, H - 14);
    x.textAlign = 'center';
    x.fillStyle = c.accent;
    const text = String(here);
    x.fillText(text, Math.max(30, Math.min(W - 30, to(here + 0.5))), H - 14);
    x.textAlign = 'left';
  };
  const say = () => {
    const j = list[at];
    $('.lx-mic-bar-told').textContent =
      j === undefined
        ? lx.t('mic.bars.hint')
        : lx.t('mic.bar', { unit: name(j), value: mic.short(w()[j]), mean: mic.short(usual.mean[j]), sigma: mic.short(usual.sigma[j]) });
    bars.dataset.at = j ?? '';
  };
  const told = () => {
    if (!usual || !w()) return;
    const values = Array.from(w()),
      mean = values.reduce((a, b) => a + b, 0) / values.length,
      n = lit() ? values.filter((v) => v > usual.threshold).length : 0,
      far = lit() ? 0 : values.filter((_, j) => Math.abs(level(j)) > 2).length;
    $('.lx-mic-code-told').textContent = lit()
      ? lx.t('mic.code.lit', { n, d: values.length, share: lx.number((100 * n) / values.length, 1), mean: lx.number(mean, 3) })
      : lx.t(split() ? 'mic.code.layers' : 'mic.code.plain', { d: values.length, n: far, layers: values.length / each() });
    $('.lx-mic-lit-told').textContent = lx.t('mic.lit.told', { share: lx.number(100 * usual.lit, 1), mean: lx.number(usual.activity, 3) });
    $('.lx-mic-parts-told').textContent = lx.t(lit() ? 'mic.parts.lit' : 'mic.parts.plain');
    $('.lx-mic-sums-told').textContent = lx.t(lit() ? 'mic.sums.lit' : 'mic.sums.plain');
    say();
    if (parts) strip();
  };
  const strip = () => {
    const { units, counts, added, growing } = parts,
      n = units.length,
      tile = lx.state.info.spec.shape.slice(1),
      d = w().length;
    cells.show(
      units.map((u, k) => ({
        at: k,
        caption: brief(u),
        title: lx.t('mic.part', { unit: name(u) }),
        data: { unit: u },
        pick: () => mic.unit(-1, u % each()),
      })),
      added,
      tile,
      n,
    );
    sums.show(
      counts.map((c, k) => ({
        at: k,
        caption: c === d ? lx.t('mic.parts.all') : c,
        title: lx.t('mic.parts.alone', { n: c }),
        data: { first: c },
      })),
      growing,
      tile,
      counts.length,
    );
  };
  const sum = makeLatest(
    async (run, code) => {
      const d = await mic.ask({ op: 'parts', w: lx.b64(code) }),
        [added, growing] = await Promise.all([d.added, d.growing].map(mic.picture));
      if (run !== lx.state.run || !mic.on()) return;
      parts = { ...d, added, growing };
      strip();
      mic.count('code');
    },
    mic.failed,
    () => host.querySelectorAll('.lx-mic-parts'),
    () => {
      parts = null;
      cells.clear();
      sums.clear();
    },
  );
  const go = () => {
    if (list[at] !== undefined) mic.unit(-1, list[at] % each());
  };
  const hit = (e) => {
    const r = bars.getBoundingClientRect(),
      k = Math.floor(((e.clientX - r.left) / r.width) * list.length),
      now = Math.max(0, Math.min(list.length - 1, k));
    if (now !== at) {
      at = now;
      paint();
      say();
    }
  };
  bars.onpointermove = hit;
  bars.onpointerleave = () => {
    at = -1;
    paint();
    if (usual) say();
  };
  bars.onclick = (e) => {
    hit(e);
    go();
  };
  bars.onkeydown = (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -1e9, End: 1e9 }[e.key];
    if (step) {
      e.preventDefault();
      at = Math.max(0, Math.min(list.length - 1, at + step));
      paint();
      say();
    } else if (e.key === 'Enter') {
      e.preventDefault();
      go();
    }
  };
  const enter = async () => {
    mark(order);
    const run = lx.state.run;
    try {
      if (whose !== run) {
        const d = await mic.ask({ op: 'activity' });
        if (run !== lx.state.run) return;
        usual = { ...d, mean: lx.f32(d.mean), sigma: lx.f32(d.sigma) };
        whose = run;
        if (usual.mean.length > TOP && !chosen) order = 'strong';
        mark(order);
      }
      code();
    } catch (e) {
      mic.failed(e);
    }
  };
  const code = () => {
    if (!usual || whose !== lx.state.run) return;
    at = -1;
    paint();
    told();
    clearTimeout(timer);
    timer = setTimeout(() => sum(lx.state.run, lx.state.w), 40);
  };
  return {
    enter,
    code,
    paint,
    tell: told,
    get order() {
      return order;
    },
    set order(k) {
      order = k === 'strong' ? k : 'plain';
      chosen = true;
    },
    clear: () => {
      usual = parts = null;
      whose = '';
      order = 'plain';
      chosen = false;
      cells.clear();
      sums.clear();
    },
  };
};
