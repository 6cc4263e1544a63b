/* Reconstructions through the first layers alone, and from a few directions of the code, beside PCA of the same size. */
import { makeCells, makeLatest } from './microscope_cells.js';
import { lx } from './store.js';

export const makeMicDepth = (host, mic) => {
  const $ = (s) => host.querySelector(s),
    bar = $('.lx-progress'),
    deep = makeCells($('.lx-mic-depth')),
    three = makeCells($('.lx-mic-size-three')),
    [row, flat] = [...host.querySelectorAll('.lx-mic-sizes')].map(makeCells),
    slider = $('.lx-mic-k input'),
    curve = $('.lx-mic-curve');
  const self = { k: null };
  let depth = null,
    sizes = null,
    one = null,
    many = null,
    owner = '',
    timer;
  const tile = () => lx.state.info.spec.shape.slice(1),
    list = () => sizes?.sizes || [],
    e1 = (v) => lx.number(v, v < 10 ? 2 : 1);
  const through = makeLatest(
    async (run) => {
      const d = await mic.ask({ op: 'depth', ...mic.source() }),
        im = await mic.picture(d.picture);
      if (run !== lx.state.run) return;
      depth = { ...d, im };
      showDepth();
      mic.count('depth');
    },
    mic.failed,
    () => [$('.lx-mic-depth'), $('.lx-mic-depth-told')],
    () => {
      depth = null;
      deep.clear();
      $('.lx-mic-depth-told').textContent = '';
    },
  );
  const showDepth = () => {
    const n = depth.errors.length;
    deep.show(
      [
        { at: 0, caption: lx.t('mic.input') },
        ...depth.errors.map((e, k) => ({
          at: k + 1,
          caption: `${lx.t(k ? 'mic.depth.k' : 'mic.depth.one', { k: k + 1 })} · ${depth.units[k]}\n${lx.t('mic.error', { e: e1(e) })}`,
          data: { error: e, k: k + 1 },
          title: lx.t('mic.depth.title', { k: k + 1, e: e1(e) }),
        })),
      ],
      depth.im,
      tile(),
      Math.max(n + 1, 5),
    );
    const best = depth.errors[n - 1],
      worse = depth.errors.slice(0, -1).some((e) => e > 2 * best);
    $('.lx-mic-depth-told').textContent = n < 2 ? lx.t('mic.depth.single') : lx.t(worse ? 'mic.depth.joint' : 'mic.depth.greedy');
  };
  const sized = makeLatest(
    async (run, k) => {
      const d = await mic.poll({ op: 'sized', sizes: [k], ...mic.source() }, () => run === lx.state.run && mic.on(), null);
      if (!d) return;
      const [im, given] = await Promise.all([mic.picture(d.picture), mic.picture(d.input)]);
      if (run !== lx.state.run) return;
      one = { d, im, given, k };
      showOne();
      mic.count('sized');
    },
    mic.failed,
    () => [$('.lx-mic-size-three')],
    () => {
      one = null;
      three.clear();
    },
  );
  const showOne = () => {
    const { d, im, given, k } = one,
      [h, w] = tile(),
      all = document.createElement('canvas');
    all.width = 3 * w;
    all.height = h;
    const x = all.getContext('2d', { willReadFrequently: true });
    x.drawImage(given, 0, 0);
    x.drawImage(im, 0, 0, w, h, w, 0, w, h);
    x.drawImage(im, 0, h, w, h, 2 * w, 0, w, h);
    three.show(
      [
        { at: 0, caption: lx.t('mic.input') },
        { at: 1, caption: `${lx.t('mic.size.model', { k })}\n${lx.t('mic.error', { e: e1(d.model[0]) })}`, data: { error: d.model[0] } },
        {
          at: 2,
          caption: `${lx.t('mic.size.pca', { k: Math.min(k, 256) })}\n${lx.t('mic.error', { e: e1(d.pca[0]) })}`,
          data: { error: d.pca[0] },
        },
      ],
      all,
      tile(),
      3,
    );
  };
  const several = makeLatest(
    async (run) => {
      const d = await mic.poll({ op: 'sized', sizes: list(), ...mic.source() }, () => run === lx.state.run && mic.on(), null);
      if (!d) return;
      const im = await mic.picture(d.picture);
      if (run !== lx.state.run) return;
      many = { d, im };
      showMany();
      mic.count('sizes');
    },
    mic.failed,
    () => host.querySelectorAll('.lx-mic-sizes'),
    () => {
      many = null;
      row.clear();
      flat.clear();
    },
  );
  const showMany = () => {
    const { d, im } = many,
      n = list().length;
    row.show(
      d.model.map((e, i) => ({
        at: i,
        caption: `k = ${list()[i]}\n${e1(e)}`,
        data: { k: list()[i], error: e },
        title: lx.t('mic.size.title', { k: list()[i], e: e1(e) }),
        on: list()[i] === self.k,
        pick: () => put(list()[i]),
      })),
      im,
      tile(),
      n,
    );
    flat.show(
      d.pca.map((e, i) => ({
        at: n + i,
        caption: `${lx.t('mic.pca.short')}\n${e1(e)}`,
        data: { pca: e },
        title: lx.t('mic.size.pca.title', { k: list()[i], e: e1(e) }),
      })),
      im,
      tile(),
      n,
    );
  };
  const put = (k) => {
    self.k = k;
    slider.value = k;
    slide();
  };
  const slide = () => {
    self.k = +slider.value;
    lx.range(slider);
    $('.lx-mic-k output').textContent = self.k;
    slider.setAttribute('aria-valuetext', self.k);
    row.each((e, c) => e.classList.toggle('is-on', c.data.k === self.k));
    paint();
    sized(lx.state.run, self.k);
    mic.write();
  };
  slider.oninput = slide;
  /* mean errors against the number of directions, both axes by ratios */
  const paint = () => {
    if (!sizes || mic.panel !== 'depth' || !curve.clientWidth) return;
    const [x, W, H] = mic.plot(curve),
      c = mic.ink(),
      ks = sizes.sizes,
      every = [...sizes.model, ...sizes.pca].filter((v) => v > 0),
      lo = Math.log(Math.min(...every)),
      hi = Math.log(Math.max(...every)),
      L = 42,
      B = 18;
    const to = (k) => L + ((W - L - 8) * Math.log(k)) / Math.max(Math.log(ks[ks.length - 1]), 1e-9),
      y = (v) => 6 + ((H - B - 12) * (hi - Math.log(v))) / Math.max(hi - lo, 1e-9);
    x.strokeStyle = c.line;
    x.fillStyle = c.soft;
    x.textBaseline = 'middle';
    x.textAlign = 'right';
    for (const v of [Math.exp(hi), Math.exp((lo + hi) / 2), Math.exp(lo)]) {
      x.beginPath();
      x.moveTo(L, y(v));
      x.lineTo(W, y(v));
      x.stroke();
      x.fillText(e1(v), L - 5, y(v));
    }
    x.textBaseline = 'top';
    x.textAlign = 'center';
    let last = -99;
    for (const k of ks)
      if (to(k) - last > 22) {
        x.fillText(k, Math.min(to(k), W - 8), H - 14);
        last = to(k);
      }
    if (self.k) {
      x.strokeStyle = c.accent;
      x.globalAlpha = 0.45;
      x.beginPath();
      x.moveTo(to(self.k), 4);
      x.lineTo(to(self.k), H - B);
      x.stroke();
      x.globalAlpha = 1;
    }
    for (const [values, colour, dash] of [
      [sizes.pca, c.soft, [4, 3]],
      [sizes.model, c.accent, []],
    ]) {
      x.strokeStyle = x.fillStyle = colour;
      x.lineWidth = 1.75;
      x.setLineDash(dash);
      x.beginPath();
      values.forEach((v, i) => {
        if (v > 0) x[i ? 'lineTo' : 'moveTo'](to(ks[i]), y(v));
      });
      x.stroke();
      x.setLineDash([]);
      values.forEach((v, i) => {
        if (v > 0) {
          x.beginPath();
          x.arc(to(ks[i]), y(v), 2.6, 0, 7);
          x.fill();
        }
      });
    }
    host.dataset.model = sizes.model.join(' ');
    host.dataset.pca = sizes.pca.join(' ');
  };
  const told = () => {
    if (!sizes) return;
    const n = sizes.sizes.length - 1,
      own = sizes.model[n],
      pca = sizes.pca[n];
    $('.lx-mic-curve-told').textContent = [
      lx.t('mic.curve', { images: sizes.images }),
      pca === null
        ? ''
        : lx.t(own < 0.97 * pca ? 'mic.curve.better' : own > 1.03 * pca ? 'mic.curve.worse' : 'mic.curve.same', {
            own: e1(own),
            pca: e1(pca),
            d: sizes.sizes[n],
          }),
    ].join(' ');
  };
  const enter = async () => {
    const run = lx.state.run,
      mirrors = mic.facts.mirrors;
    $('.lx-mic-depth').hidden = !mirrors;
    if (!mirrors) $('.lx-mic-depth-told').textContent = lx.t('mic.depth.none');
    else through(run);
    if (owner === run) {
      code();
      return;
    }
    try {
      const d = await mic.poll({ op: 'sizes' }, () => run === lx.state.run && mic.on() && mic.panel === 'depth', bar);
      if (!d) return;
      sizes = d;
      owner = run;
      slider.max = mic.facts.d;
      const k = self.k && self.k <= mic.facts.d ? self.k : list()[Math.max(0, Math.min(3, list().length - 2))];
      slider.value = k;
      told();
      slide();
      several(run);
    } catch (e) {
      bar.hidden = true;
      mic.failed(e);
    }
  };
  const code = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!mic.on() || !mic.facts || mic.panel !== 'depth') return;
      if (mic.facts.mirrors) through(lx.state.run);
      if (owner === lx.state.run) {
        sized(lx.state.run, self.k);
        several(lx.state.run);
        paint();
      }
    }, 60);
  };
  return Object.assign(self, {
    enter,
    code,
    paint,
    tell: () => {
      if (mic.panel !== 'depth') return;
      if (!mic.facts.mirrors) $('.lx-mic-depth-told').textContent = lx.t('mic.depth.none');
      else if (depth) showDepth();
      if (one) showOne();
      if (many) showMany();
      told();
      paint();
    },
    clear: () => {
      self.k = depth = sizes = one = many = null;
      owner = '';
      deep.clear();
      three.clear();
      row.clear();
      flat.clear();
    },
  });
};
