/* Models whose levels share their code: one image faded in from level to level, and the samples kept while the networks grew.
 * data-at: where the slider stands (1.25: a quarter of level 2 faded in over level 1); data-faded counts pictures, data-stages rows;
 * data-grew: the resolutions that training went through. `moved()` is called when a hand has moved the slider. */
import { lx } from './store.js';

export const makeGrowing = (host, moved = () => {}) => {
  const q = (s) => host.querySelector(s);
  const slider = q('.lx-fade input'),
    canvas = q('.lx-fade canvas'),
    table = q('.lx-kept-stages');
  let tiles = [],
    mine = '',
    codes = null,
    growth = null;
  const sizes = () => lx.state.info.spec.levels,
    last = () => sizes().length - 1;
  const read = (c, w, h) => c.getContext('2d', { willReadFrequently: true }).getImageData(0, 0, w, h);

  /* (1 - α) · the coarser level enlarged + α · the finer one */
  const draw = () => {
    told();
    if (!tiles.length) return;
    const at = +slider.value,
      k = Math.min(tiles.length - 1, Math.floor(at)),
      alpha = at - k;
    const { height: h, width: w } = tiles[0],
      a = read(tiles[k], w, h);
    if (alpha > 0) {
      const b = read(tiles[k + 1], w, h).data;
      for (let i = 0; i < a.data.length; i++) a.data[i] = Math.round(a.data[i] + alpha * (b[i] - a.data[i]));
    }
    canvas.width = w;
    canvas.height = h;
    canvas.getContext('2d', { willReadFrequently: true }).putImageData(a, 0, 0);
    host.dataset.at = slider.value;
    host.dataset.faded = (+host.dataset.faded || 0) + 1;
  };
  const wipe = () => {
    tiles = [];
    canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
  };

  /* ---- words: of a network that grew, of one that was trained whole, of one whose resolutions add up ---- */
  const grew = () => (growth?.grew.length || 0) > 1;
  const note = () => {
    if (!growth) return '';
    const size = growth.grew.at(-1),
      all = growth.grew.map((s) => `${s} × ${s}`);
    return [
      lx.t('grow.mix'),
      grew() ? lx.t('grow.grew', { list: all.join(', ') }) : size ? lx.t('grow.whole.start', { size }) : '',
      growth.adds ? lx.t('grow.adds') : size ? lx.t('grow.fitted') : '',
    ]
      .filter(Boolean)
      .join(' ');
  };
  const told = () => {
    const at = +slider.value,
      k = Math.min(last(), Math.floor(at)),
      alpha = at - k;
    const text = alpha
      ? lx.t('grow.at', { from: sizes()[k], to: sizes()[k + 1], alpha: alpha.toFixed(2) })
      : lx.t('grow.whole', { size: sizes()[k] });
    q('.lx-fade-at').textContent = text;
    slider.setAttribute('aria-valuetext', text);
    canvas.setAttribute('aria-label', text);
    lx.range(slider);
    const title = q('.lx-fade h2');
    title.dataset.t = grew() ? 'grow.fade' : 'grow.levels';
    title.textContent = lx.t(title.dataset.t);
    slider.dataset.tLabel = title.dataset.t;
    slider.setAttribute('aria-label', title.textContent);
    q('.lx-fade .lx-note').textContent = note();
    for (const b of table.querySelectorAll('[data-stage]')) b.querySelector('span').textContent = name(b);
  };
  const name = (row) => {
    const what = row.dataset.stage ? row.dataset.stage.replace(', fading in', ' ' + lx.t('grow.fading')) : lx.t('grow.now');
    return what + ' · ' + lx.t('grow.images', { n: (+row.dataset.images).toLocaleString(lx.state.lang) });
  };

  /* ---- the samples of each stage ---- */
  const sample = (d, im, r, c) => {
    const b = document.createElement('button'),
      t = document.createElement('canvas');
    b.type = 'button';
    t.width = t.height = d.side;
    t.getContext('2d', { willReadFrequently: true }).drawImage(im, c * d.side, r * d.side, d.side, d.side, 0, 0, d.side, d.side);
    b.setAttribute('aria-label', lx.t('grow.take', { n: c + 1 }));
    b.title = lx.t('grow.take', { n: c + 1 });
    b.onclick = () => {
      const n = codes.length / d.columns;
      lx.setCode(codes.slice(c * n, (c + 1) * n), { kind: 'stages' });
    };
    b.append(t);
    return b;
  };
  const rows = (d, im) => {
    codes = d.w;
    table.replaceChildren(
      ...d.stages.map((s, r) => {
        const row = document.createElement('div'),
          text = document.createElement('span'),
          strip = document.createElement('div');
        row.dataset.stage = s.what;
        row.dataset.images = s.images;
        strip.className = 'lx-stage-tiles';
        for (let c = 0; c < d.columns; c++) strip.append(sample(d, im, r, c));
        row.append(text, strip);
        return row;
      }),
    );
  };
  const ask = async () => {
    const run = lx.state.run;
    if (mine === run) return;
    mine = run;
    growth = null;
    table.replaceChildren();
    delete host.dataset.stages;
    delete host.dataset.grew;
    q('.lx-while').hidden = true;
    told();
    const d = await lx.code({ op: 'stages' });
    if (run !== lx.state.run) return;
    if (d.stages.length) {
      const im = new Image();
      im.src = d.picture;
      await im.decode();
      if (run !== lx.state.run) return;
      rows(d, im);
      q('.lx-while').hidden = false;
    }
    growth = d;
    told();
    host.dataset.grew = d.grew.join(' ');
    host.dataset.stages = d.stages.length;
  };

  slider.oninput = () => {
    draw();
    moved();
  };
  return {
    /** `at`: where the slider stands, null: at the full image. `fresh`: another run, whose pictures are still on their way */
    enter: (shown, at, fresh) => {
      host.hidden = !shown;
      if (!shown) return;
      if (fresh) wipe();
      slider.max = last();
      slider.value = at ?? last();
      draw();
      ask().catch((e) => {
        mine = '';
        lx.say(e.message, 'error');
      });
    },
    take: (canvases) => {
      tiles = canvases;
      if (!host.hidden) draw();
    },
    wipe,
    stale: (on, again) => lx.stale([canvas], on, again),
    get at() {
      return +slider.value === last() ? null : +slider.value;
    },
    tell: () => {
      if (!host.hidden && lx.state.info) told();
    },
  };
};
