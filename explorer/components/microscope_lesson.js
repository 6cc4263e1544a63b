/* A cloud near a plane, PCA's plane, and the plane of a linear autoencoder while it learns; it turns until it is touched. */
import { lx } from './store.js';

export const makeMicLesson = (host, mic) => {
  const $ = (s) => host.querySelector(s),
    plot = $('.lx-mic-cloud'),
    slider = $('input'),
    self = { seed: 0, step: null },
    still = matchMedia('(prefers-reduced-motion: reduce)');
  let data = null,
    of = null,
    turning = !still.matches,
    angle = 0.6,
    seen = false,
    timer = 0,
    playing = 0,
    made = false,
    busy = false;
  const corners = (p) => ({ x: p[0], y: p[1], z: p[2], i: [0, 0], j: [1, 2], k: [2, 3] }),
    edge = (p) => {
      const round = (v) => [...v, v[0]];
      return { x: round(p[0]), y: round(p[1]), z: round(p[2]) };
    };
  const EXACT = () => (lx.state.theme === 'dark' ? '#ffb347' : '#d9730d'),
    eye = () => ({ x: 1.2 * Math.cos(angle), y: 1.2 * Math.sin(angle), z: 0.85 });
  const step = () => data.steps[+slider.value];
  const traces = () => {
    const p = step().plane,
      c = mic.ink(),
      sheet = (at, colour, opacity) => [
        {
          type: 'mesh3d',
          ...corners(at),
          color: colour,
          opacity,
          hoverinfo: 'skip',
          flatshading: true,
          lighting: { ambient: 1, diffuse: 0, specular: 0 },
        },
        { type: 'scatter3d', mode: 'lines', ...edge(at), line: { color: colour, width: 4 }, hoverinfo: 'skip' },
      ];
    return [
      {
        type: 'scatter3d',
        mode: 'markers',
        x: data.cloud[0],
        y: data.cloud[1],
        z: data.cloud[2],
        marker: { size: 2.6, color: c.soft, opacity: 0.9 },
        hoverinfo: 'skip',
      },
      ...sheet(data.plane, EXACT(), 0.22),
      ...sheet(p, c.accent, 0.4),
    ];
  };
  const layout = () => {
    const reach = Math.max(...data.plane.map((v) => (Math.max(...v) - Math.min(...v)) / 2)),
      mid = data.plane.map((v) => (Math.max(...v) + Math.min(...v)) / 2),
      axis = (k) => ({ visible: false, range: [mid[k] - reach, mid[k] + reach] });
    return {
      margin: { l: 0, r: 0, t: 0, b: 0 },
      paper_bgcolor: 'rgba(0,0,0,0)',
      showlegend: false,
      uirevision: self.seed,
      scene: {
        xaxis: axis(0),
        yaxis: axis(1),
        zaxis: axis(2),
        aspectmode: 'cube',
        dragmode: 'orbit',
        camera: { eye: eye(), up: { x: 0, y: 0, z: 1 } },
      },
    };
  };
  const paint = async (fresh) => {
    if (!data || !seen || busy) return;
    busy = true;
    try {
      await lx.loadPlotly();
      const from = made && !fresh ? plot._fullLayout?.scene?._scene?.getCamera?.() : null,
        l = layout();
      if (from) l.scene.camera = from;
      await Plotly.react(plot, traces(), l, { displayModeBar: false, responsive: true, scrollZoom: false, showTips: false });
      if (!made) {
        made = true;
        for (const e of ['pointerdown', 'wheel', 'touchstart']) plot.addEventListener(e, stop, { passive: true });
      }
      host.dataset.step = step().taken;
      mic.count('lesson');
    } finally {
      busy = false;
    }
    tell();
    if (again) {
      again = false;
      paint();
    }
  };
  let again = false;
  const move = () => {
    lx.range(slider);
    $('output').textContent = step().taken;
    slider.setAttribute('aria-valuetext', step().taken);
    if (busy) again = true;
    else paint();
  };
  const stop = () => {
    turning = false;
    host.dataset.turning = 'false';
    clearInterval(timer);
    timer = 0;
  };
  const turn = () => {
    clearInterval(timer);
    timer = 0;
    host.dataset.turning = turning;
    if (!turning || !seen) return;
    timer = setInterval(() => {
      if (!mic.on() || mic.panel !== 'pca' || !seen || document.hidden) {
        clearInterval(timer);
        timer = 0;
        return;
      }
      if (busy || !made) return;
      angle += 0.02;
      Plotly.relayout(plot, { 'scene.camera.eye': eye() });
    }, 80);
  };
  const tell = () => {
    if (!data) return;
    const s = step(),
      ratio = s.error / data.error;
    $('.lx-mic-lesson-told').textContent = lx.t(s.angle < 0.5 ? 'mic.lesson.there' : 'mic.lesson.told', {
      n: s.taken,
      own: lx.number(s.error, 4),
      pca: lx.number(data.error, 4),
      ratio: lx.number(ratio, ratio < 10 ? 2 : 0),
      angle: lx.number(s.angle, 1),
    });
    host.dataset.angle = s.angle;
    $('.lx-mic-play').textContent = lx.t(playing ? 'mic.lesson.pause' : 'mic.lesson.play');
  };
  const play = (run) => {
    clearInterval(playing);
    playing = 0;
    if (run && data) {
      if (+slider.value >= data.steps.length - 1) slider.value = 0;
      playing = setInterval(() => {
        if (!mic.on() || mic.panel !== 'pca' || +slider.value >= data.steps.length - 1) {
          play(false);
          return;
        }
        slider.value = +slider.value + 1;
        move();
      }, 120);
    }
    tell();
  };
  const load = async (fresh) => {
    if (!mic.facts?.linear) return;
    const seed = self.seed;
    if (of === seed) {
      if (self.step !== null && self.step !== +slider.value) {
        slider.value = self.step;
        move();
      } else paint();
      turn();
      return;
    }
    const words = [plot, $('.lx-mic-lesson-told')];
    lx.stale(words, true);
    try {
      const d = await mic.ask({ op: 'lesson', seed });
      if (seed !== self.seed) return;
      lx.stale(words, false);
      data = d;
      of = seed;
      slider.max = d.steps.length - 1;
      slider.value = self.step === null ? Math.round(0.45 * (d.steps.length - 1)) : Math.min(self.step, d.steps.length - 1);
      lx.range(slider);
      $('output').textContent = step().taken;
      host.dataset.seed = seed;
      await paint(fresh);
      turn();
    } catch (e) {
      if (seed === self.seed) {
        if (of !== null) self.seed = of;
        lx.stale(words, of === null);
      }
      mic.failed(e);
    }
  };
  slider.oninput = () => {
    play(false);
    self.step = +slider.value;
    move();
    mic.write();
  };
  $('.lx-mic-play').onclick = () => play(!playing);
  $('.lx-mic-newcloud').onclick = () => {
    play(false);
    self.seed = lx.random();
    self.step = null;
    load(true);
    mic.write();
  };
  new IntersectionObserver((all) => {
    seen = all.some((x) => x.isIntersecting);
    if (seen) {
      paint();
      turn();
    }
  }).observe(plot);
  return Object.assign(self, { enter: () => load(), paint: () => paint(), tell, clear: () => play(false) });
};
