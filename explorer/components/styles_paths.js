/* The way between two of the grid's sources through Z and through W: two strips and how long each is. `view`: pair, seeds(), cut(). */
import { lx } from './store.js';

export const makeStylePaths = (host, view, on) => {
  const $ = (s) => host.querySelector(s),
    FRAMES = 8,
    selects = [...host.querySelectorAll('select')];
  let next = null,
    busy = false,
    seen = false,
    timer,
    shown = '',
    answer = null,
    sheet = null;
  const names = () => {
    const n = view.rows(),
      all = view.seeds();
    for (const [i, s] of selects.entries()) {
      s.replaceChildren(
        ...all.map((seed, k) => {
          const o = document.createElement('option');
          o.value = k;
          o.textContent = `${lx.t(k < n ? 'sty.row' : 'sty.column', { n: (k < n ? k : k - n) + 1 })} · ${lx.t('origin.seed', { seed })}`;
          return o;
        }),
      );
      s.value = view.pair[i];
    }
    told();
  };
  for (const [i, s] of selects.entries())
    s.onchange = () => {
      view.pair[i] = +s.value;
      seen = true;
      view.changed();
      show();
    };
  const told = () => {
    if (!answer) return;
    const { z, w } = answer.lengths,
      short = (v) => (v >= 100 ? Math.round(v).toLocaleString(lx.state.lang) : v.toPrecision(3)),
      times = Math.max(z, w) / Math.max(Math.min(z, w), 1e-12);
    for (const o of host.querySelectorAll('[data-way]')) o.textContent = short(answer.lengths[o.dataset.way]);
    $('.lx-ways-told').textContent = [
      times < 1.05 ? lx.t('sty.path.alike') : lx.t(z > w ? 'sty.path.w' : 'sty.path.z', { times: times.toFixed(1) }),
      lx.t('sty.path.' + answer.space),
    ].join(' ');
  };
  const paint = () => {
    if (!sheet) return;
    const canvas = $('canvas'),
      [, h, w] = lx.state.info.spec.shape,
      k = Math.min(devicePixelRatio || 1, 2),
      W = canvas.clientWidth || 560,
      gap = 5,
      side = (W - gap * (FRAMES - 1)) / FRAMES;
    canvas.width = Math.round(W * k);
    canvas.height = Math.round((2 * side + 10) * k);
    const x = canvas.getContext('2d');
    x.imageSmoothingEnabled = side * k < 2 * w;
    for (let r = 0; r < 2; r++)
      for (let c = 0; c < FRAMES; c++) {
        x.save();
        x.beginPath();
        x.roundRect(c * (side + gap) * k, r * (side + 10) * k, side * k, side * k, 7 * k);
        x.clip();
        x.drawImage(sheet, c * w, r * h, w, h, c * (side + gap) * k, r * (side + 10) * k, side * k, side * k);
        x.restore();
      }
  };
  const show = () => {
    if (!on() || !seen) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!on()) return;
      const all = view.seeds();
      next = { run: lx.state.run, body: { op: 'paths', a: all[view.pair[0]], b: all[view.pair[1]], frames: FRAMES, ...view.cut() } };
      if (!busy) pump();
    }, 300);
  };
  const pump = async () => {
    busy = true;
    while (next) {
      const { run, body } = next,
        key = [run, lx.state.label, JSON.stringify(body)].join();
      next = null;
      if (key === shown) continue;
      try {
        const d = await lx.code(body),
          im = new Image();
        im.src = d.picture;
        await im.decode();
        if (run !== lx.state.run) continue;
        answer = d;
        sheet = im;
        shown = key;
        paint();
        told();
        host.dataset.lengths = `${d.lengths.z} ${d.lengths.w}`;
        view.walked();
      } catch (e) {
        if (!next) lx.say(e.message, 'error');
      }
    }
    busy = false;
  };
  new IntersectionObserver((all) => {
    seen = all.some((x) => x.isIntersecting);
    if (seen) show();
  }).observe(host);
  new ResizeObserver(() => {
    if (on()) paint();
  }).observe($('.lx-ways'));
  return { names, show, told };
};
