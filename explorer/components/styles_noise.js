/* The noise of each resolution, and a map of where it changes pixels. `view`: strengths (hundredths), seed, changed(), mapped(). The map is
 * asked for when it is in sight, and once for every run and strengths in any case: it tells whether noise can be seen at all. */
import { lx } from './store.js';

export const makeStyleNoise = (host, view, on) => {
  const $ = (s) => host.querySelector(s);
  let rows = [],
    timer,
    next = null,
    busy = false,
    seen = false,
    shown = '',
    measured = '',
    answer = null;
  const SLIGHT = 3; /* of 255: less is hardly to be seen */
  const piece = (tag, name) => {
    const e = document.createElement(tag);
    if (name) e.className = name;
    return e;
  };
  const build = () => {
    host.hidden = !lx.state.info.spec.pixel_noise;
    shown = measured = '';
    answer = null;
    rows = lx.state.info.spec.levels.map((r, k) => {
      const l = piece('label', 'lx-grain-one'),
        name = piece('span', 'num'),
        e = piece('input', 'lx-range'),
        out = piece('output', 'num');
      e.type = 'range';
      e.min = 0;
      e.max = 200;
      e.step = 1;
      e.dataset.level = k;
      name.textContent = `${r} × ${r}`;
      e.oninput = () => {
        view.strengths[k] = +e.value;
        view.changed();
      };
      l.append(name, e, out);
      return { l, e, out, r };
    });
    $('.lx-grain-list').replaceChildren(...rows.map((x) => x.l));
    told();
  };
  /** Whether the noise as it is set was measured to change next to nothing. */
  const slight = () => !!answer && measured === whose() && view.strengths.some(Boolean) && answer.top < SLIGHT;
  const told = () => {
    for (const [k, { e, out, r }] of rows.entries()) {
      e.value = view.strengths[k];
      lx.range(e);
      out.textContent = (view.strengths[k] / 100).toFixed(2);
      e.setAttribute('aria-label', lx.t('sty.noise.of', { size: r }));
    }
    const silent = view.strengths.every((v) => !v),
      b = $('.lx-grain-on');
    b.setAttribute('aria-pressed', !silent);
    b.textContent = lx.t(silent ? 'sty.noise.off' : 'sty.noise.on');
    $('.lx-grain-from').textContent = silent ? '' : view.seed === null ? lx.t('sty.noise.kept') : lx.t('origin.seed', { seed: view.seed });
    $('.lx-grain-slight').hidden = !slight();
    $('.lx-grain-slight').textContent = slight() ? lx.t('sty.noise.slight', { top: answer.top, mean: answer.mean.toPrecision(2) }) : '';
    $('.lx-grain-seed').disabled = silent;
    $('.lx-grain-own').disabled = view.seed === null;
  };
  $('.lx-grain-on').onclick = () => {
    const silent = view.strengths.every((v) => !v);
    view.strengths = view.strengths.map(() => (silent ? 100 : 0));
    view.changed();
  };
  $('.lx-grain-seed').onclick = () => {
    view.seed = lx.random();
    view.changed();
  };
  $('.lx-grain-own').onclick = () => {
    view.seed = null;
    view.changed();
  };
  const whose = () => [lx.state.run, view.strengths].join();
  const map = () => {
    if (!on() || host.hidden || !lx.state.w || (!seen && measured === whose())) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      next = { run: lx.state.run, w: lx.b64(lx.state.w), strengths: view.strengths.map((v) => v / 100) };
      if (!busy) pump();
    }, 250);
  };
  const pump = async () => {
    busy = true;
    while (next) {
      const { run, w, strengths } = next,
        key = [run, lx.state.label, w, strengths].join();
      next = null;
      if (key === shown) continue;
      try {
        const d = await lx.code({ op: 'noise', w, strengths }),
          im = new Image();
        im.src = d.picture;
        await im.decode();
        if (run !== lx.state.run) continue;
        const c = $('.lx-grain-map');
        c.width = im.width;
        c.height = im.height;
        c.getContext('2d').drawImage(im, 0, 0);
        shown = key;
        $('.lx-heat-ends').textContent = `0 – ${d.top}`;
        $('.lx-grain-told').textContent = lx.t('sty.map.told', { n: d.seeds, mean: d.mean.toPrecision(2) });
        host.dataset.top = d.top;
        measured = [run, strengths.map((v) => Math.round(100 * v))].join();
        answer = d;
        told();
        view.mapped();
      } catch (e) {
        if (!next) lx.say(e.message, 'error');
      }
    }
    busy = false;
  };
  new IntersectionObserver((all) => {
    seen = all.some((x) => x.isIntersecting);
    if (seen) map();
  }).observe(host);
  return { build, told, map, slight };
};
