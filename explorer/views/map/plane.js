import { joined } from '../../shell/bytes.js';
import { steps } from '../../shell/colours.js';
import { button, entitle, make, offer } from '../../shell/dom.js';
import { latest } from '../../shell/latest.js';
import { mounted } from '../../shell/mounted.js';
import { amongNeighbours, shepard } from '../../shell/moves.js';
import { onto } from '../../shell/pictures.js';
import { ownMaps } from './plane_own.js';
import { mapText } from './plane_state.js';
import { PLAIN, plainLayout } from '../../shell/plot.js';
import { lx } from '../../shell/store.js';

const { element } = mounted('plane');

const $ = (s) => element.querySelector(s),
  stage = $('.lx-map'),
  plot = $('.lx-plot'),
  marker = $('.lx-marker g'),
  pairs = $('.lx-pair'),
  tip = $('.lx-tip');
const legend = $('.lx-legend'),
  by = $('.lx-by'),
  projections = $('.lx-projections'),
  lassos = $('.lx-lassos'),
  strip = $('.lx-strip'),
  shadow = $('.lx-shadow');
const refit = $('.lx-refit'),
  gridChip = $('.lx-grid'),
  manifold = $('.lx-manifold'),
  move = $('.lx-move'),
  slider = move.querySelector('input');
let xs = null,
  ys = null,
  colours = null,
  projection = null,
  colourBy = 'class',
  mode = 'pick',
  at = null,
  loaded = null,
  picked = [],
  sets = [],
  only = new Set(),
  ticket = 0,
  base = null;
let wired = false,
  /** @type {string[] & { run?: string }} */ own = [],
  fitting = null,
  pending = null,
  restored = false,
  whole = true;
const N = 10;

/* ---- loading ---- */
const binary = async (path, type) => new type(await (await lx.bytes(path)).arrayBuffer());
const names = () => {
  const d = lx.state.info.dataset;
  if (colourBy === 'none') return [];
  if (colourBy === 'class') return d?.classes || [];
  return (d?.attributes || []).find(([f]) => f === colourBy)?.[1] || [];
};
const empty = () => {
  loaded = null;
  xs = null;
  legend.replaceChildren();
  if (plot._fullLayout) {
    Plotly.purge(plot);
    wired = false;
  }
};
/** Points (x and y by turns) of the chosen map; of one's own map that is nowhere any more, the shipped one's, and that is said. */
const pointsOf = async (run) => {
  if (!lx.state.info.points) return new Float32Array(0);
  if (projection?.startsWith('own:')) {
    const key = projection.slice(4),
      found = await ownMaps.points(run, key),
      [n, d, metric] = ownMaps.parts(key) || [];
    if (found) return found;
    lx.say(lx.t('map.own.gone', { n, d, metric }), 'error');
    element.dataset.gone = key;
    projection = lx.state.info.projections.includes('umap') ? 'umap' : lx.state.info.projections[0];
    pending = { ...pending, range: null };
  }
  return binary(`map/${encodeURIComponent(run)}?projection=${projection}`, Float32Array);
};
/* the colour of each point, null where there is none */
const coloursOf = ({ points, dataset }) => {
  if (!points || !dataset || colourBy === 'none') return null;
  const path = `colours/${encodeURIComponent(dataset.name)}?by=${encodeURIComponent(colourBy)}`;
  return binary(path, Uint8Array).catch(() => null);
};
const ownOf = (run) => {
  if (!lx.state.info.points) return [];
  return own.run === run ? own : ownMaps.keys(run).catch(() => []);
};
/** What a map needs is here: put it in place and paint it. */
const take = async (run, xy, labels, maps) => {
  own = Object.assign(maps, { run });
  loaded = [run, projection, colourBy].join('|');
  xs = xy.filter((_, i) => i % 2 === 0);
  ys = xy.filter((_, i) => i % 2 === 1);
  colours = labels;
  chips();
  drawSets();
  await paint(true);
  drawStrip();
  element.dataset.run = run;
  element.dataset.points = xs.length;
  element.dataset.projection = projection;
};
const load = async () => {
  const { info, run } = lx.state;
  if (!info || lx.state.view !== 'map' || !lx.supports(info.card.name, 'map')) return;
  $('.lx-nothing').hidden = !!info.points || gridOn();
  if (!info.points && !gridOn()) {
    empty();
    element.dataset.run = run;
    element.dataset.ready = 'empty';
    return;
  }
  const key = [run, projection, colourBy].join('|');
  if (loaded === key) return arrive();
  loaded = key;
  const mine = ++ticket;
  stage.classList.add('busy');
  plot.classList.add('lx-stale');
  delete element.dataset.ready;
  try {
    const began = performance.now(),
      [xy, labels, maps] = await Promise.all([pointsOf(run), coloursOf(info), ownOf(run), lx.loadPlotly()]);
    if (mine !== ticket) return;
    await take(run, xy, labels, maps);
    element.dataset.ms = Math.round(performance.now() - began);
    await arrive();
    element.dataset.ready = 'true';
  } catch (e) {
    if (mine !== ticket) return;
    empty();
    lx.say(e.message, 'error');
    element.dataset.error = e.message;
  } finally {
    if (mine === ticket) {
      stage.classList.remove('busy');
      plot.classList.remove('lx-stale');
    }
  }
};
const scale = () => steps([lx.state.theme === 'dark' ? '#343843' : '#dedbd4', ...lx.palette]);
/* of each point its colour's number, -1: grey, since others are chosen in the legend */
const shade = () =>
  Array.from(xs, (_, i) => {
    const v = colours ? colours[i] : 0;
    if (only.size && !only.has(v)) return -1;
    return colours ? v % N : 0;
  });
const size = () => {
  if (xs.length > 30000) return 2.6;
  if (xs.length > 6000) return 4.6;
  return xs.length > 1500 ? 5 : 7;
};
const manual = () => gridOn() && gridChip.getAttribute('aria-pressed') === 'true';
let revision = 0;
const marked = () => (sets.length ? [...new Set(sets.flatMap((v) => v.indices))] : null);
/* the corners of all points */
const bounds = () => {
  const lo = [Infinity, Infinity],
    hi = [-Infinity, -Infinity];
  if (!xs.length) return [-3, 3, -3, 3];
  for (let i = 0; i < xs.length; i++) {
    lo[0] = Math.min(lo[0], xs[i]);
    lo[1] = Math.min(lo[1], ys[i]);
    hi[0] = Math.max(hi[0], xs[i]);
    hi[1] = Math.max(hi[1], ys[i]);
  }
  return [lo[0], hi[0], lo[1], hi[1]];
};
/* all points, with room for chips and legend, or what is shown already */
const frame = (fresh) => {
  const axes = { xaxis: { visible: false, fixedrange: false }, yaxis: { visible: false, fixedrange: false } };
  if (!fresh && plot._fullLayout) {
    for (const name of ['xaxis', 'yaxis']) axes[name].range = [...plot._fullLayout[name].range];
    return axes;
  }
  const [left, right, bottom, top] = bounds(),
    h = plot.clientHeight,
    range = (a, b, p, q) => [a - (b - a) * (0.04 + p), b + (b - a) * (0.04 + q)];
  whole = true;
  axes.xaxis.range = range(left, right, 0.02, 0.02);
  axes.yaxis.range = range(bottom, top, (legend.offsetHeight + 16) / h, 50 / h);
  if (projection === 'code') {
    Object.assign(axes.yaxis, { scaleanchor: 'x', scaleratio: 1, constrain: 'range' });
    axes.xaxis.constrain = 'range';
  }
  return axes;
};
const trace = () => ({
  type: 'scattergl',
  mode: 'markers',
  x: xs,
  y: ys,
  hoverinfo: 'none',
  selectedpoints: marked() ?? undefined,
  marker: {
    color: shade(),
    colorscale: scale(),
    cmin: -1.5,
    cmax: N - 0.5,
    size: size(),
    opacity: manual() ? 0 : 0.74,
    line: { width: 0 },
  },
  selected: { marker: { opacity: 0.95 } },
  unselected: { marker: { opacity: 0.16 } },
});
const HANDS = { ...PLAIN, scrollZoom: true, displaylogo: false, doubleClick: false, showTips: false };
const paint = async (fresh) => {
  const layout = {
    ...plainLayout({ l: 0, r: 0, t: 0, b: 0 }, 12),
    ...frame(fresh),
    hovermode: 'closest',
    hoverdistance: 14,
    clickanywhere: true,
    dragmode: mode === 'lasso' ? 'lasso' : 'pan',
    selections: [],
    selectionrevision: ++revision,
  };
  await Plotly.react(plot, [trace()], layout, HANDS);
  if (!wired) wire();
  element.dataset.marked = marked()?.length ?? '';
  drawLegend();
  drawManifold();
  follow();
  if (manual() && projection === 'code') frameManifold();
};

/* ---- the marker follows the current code, wherever it was moved from ---- */
const toPixels = (x, y) => {
  const l = plot._fullLayout;
  return l && [l.xaxis._offset + l.xaxis.l2p(x), l.yaxis._offset + l.yaxis.l2p(y)];
};
const setMarker = (p) => {
  at = p;
  const px = p && toPixels(p[0], p[1]);
  marker.setAttribute('visibility', px ? 'visible' : 'hidden');
  if (px) marker.setAttribute('transform', `translate(${px[0].toFixed(1)} ${px[1].toFixed(1)})`);
  if (p) {
    element.dataset.x = p[0];
    element.dataset.y = p[1];
  }
  drawPair();
};
const follow = () => {
  const { w, origin: o, info } = lx.state;
  if (!xs || !plot._fullLayout || !w || !info) return;
  if (o?.kind === 'point' && o.index < xs.length && projection !== 'code') return setMarker([xs[o.index], ys[o.index]]);
  if (o?.kind === 'place' && o.projection === projection) return setMarker([o.x, o.y]);
  if (projection === 'code') return setMarker([w[0], w[1]]);
  if (near && near.w === w) place(near);
  else if (!at) marker.setAttribute('visibility', 'hidden');
};
let near = null;
const place = (d) => {
  const p = amongNeighbours(xs, ys, d.indices, d.distances);
  if (p) setMarker(p);
};
document.addEventListener('lx-neighbours', (e) => {
  near = e.detail;
  if (near.w === lx.state.w && xs) follow();
});

/* ---- asking the plane ---- */
/** The code of a place. On a map of one's own its neighbours are weighed here, as the server does it on the shipped one. */
const placed = async (x, y, on = projection) => {
  if (!on.startsWith('own:')) return lx.code({ op: 'place', projection: on, x, y });
  const other = on === projection ? null : await ownMaps.points(lx.state.run, on.slice(4)),
    [n, d, metric] = ownMaps.parts(on.slice(4)) || [];
  if (on !== projection && !other) throw new Error(lx.t('map.own.gone', { n, d, metric }));
  const far = (i) => (other ? Math.hypot(other[2 * i] - x, other[2 * i + 1] - y) : Math.hypot(xs[i] - x, ys[i] - y));
  const near = Array.from({ length: lx.state.info.points }, (_, i) => [far(i), i])
    .sort((a, b) => a[0] - b[0])
    .slice(0, 9);
  const asked = { run: lx.state.run, indices: near.slice(0, 8).map(([, i]) => i), weights: shepard(near.map(([r]) => r)) };
  return { w: lx.f32((await lx.api('mix', asked)).w), approximate: true };
};
const question = latest(
  async (x, y) => {
    const still = lx.turn(),
      { w, approximate, ratio } = await placed(x, y);
    if (still()) lx.setCode(w, { kind: 'place', projection, x: +x.toPrecision(9), y: +y.toPrecision(9), approximate, ratio });
  },
  (e) => lx.say(e.message, 'error'),
);
const ask = (x, y) => {
  setMarker([x, y]);
  question(x, y);
};
const nearest = (x, y) => {
  let best = -1,
    d = Infinity;
  for (let i = 0; i < xs.length; i++) {
    const v = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
    if (v < d) {
      d = v;
      best = i;
    }
  }
  return best;
};
const pick = async (point, x, y) => {
  if (mode === 'between') return pickPair(point >= 0 ? point : null, x, y);
  if (point >= 0) {
    setMarker([xs[point], ys[point]]);
    await lx.point(point);
  } else ask(x, y);
};
const hide = () => {
  tip.hidden = true;
  delete element.dataset.hover;
};
const hover = (i, px, py) => {
  const W = stage.clientWidth,
    H = stage.clientHeight;
  tip.querySelector('span').textContent = lx.t('map.tip', { index: i }) + tag(i);
  tip.hidden = false;
  const w = tip.offsetWidth,
    h = tip.offsetHeight;
  const beside = (at, size, room) => Math.round(at + 14 + size > room ? Math.max(4, at - size - 14) : at + 14);
  tip.style.transform = `translate(${beside(px, w, W)}px,${beside(py, h, H)}px)`;
  element.dataset.hover = i;
  lx.tile(tip.querySelector('canvas'), i)
    .then((ok) => {
      if (ok) element.dataset.shown = i;
    })
    .catch(() => {});
};
const tag = (i) => (colours && names()[colours[i]] !== undefined ? ' · ' + names()[colours[i]] : '');
/** What a click means, by where it was: Plotly's event may still tell of the place hovered before. */
const under = (event) => {
  const l = plot._fullLayout,
    box = plot.getBoundingClientRect(),
    px = event.clientX - box.left,
    py = event.clientY - box.top;
  const x = l.xaxis.p2l(px - l.xaxis._offset),
    y = l.yaxis.p2l(py - l.yaxis._offset);
  let best = -1,
    d = 14 ** 2;
  if (!manual())
    for (let i = 0; i < xs.length; i++) {
      const at = toPixels(xs[i], ys[i]),
        r = (at[0] - px) ** 2 + (at[1] - py) ** 2;
      if (r < d) {
        d = r;
        best = i;
      }
    }
  return best < 0 ? [-1, x, y] : [best, xs[best], ys[best]];
};
const wire = () => {
  wired = true;
  plot.on('plotly_hover', (e) => {
    const p = e.points?.[0];
    if (!p || manual()) return hide();
    const px = toPixels(p.x, p.y);
    hover(p.pointIndex, px[0], px[1]);
  });
  plot.on('plotly_unhover', hide);
  plot.addEventListener('pointerleave', hide);
  plot.on('plotly_click', ({ event: e }) => {
    /* what a double click is, the system says: Plotly's own takes two quick clicks far apart for one */
    plot.focus({ preventScroll: true });
    if (e.detail > 1) paint(true).then(remember);
    else pick(...under(e));
  });
  plot.on('plotly_selected', (e) => {
    if (mode === 'lasso' && e?.lassoPoints && e.points?.length) lasso(e.points.map((p) => p.pointIndex).sort((a, b) => a - b));
  });
  for (const event of ['plotly_relayout', 'plotly_relayouting'])
    plot.on(event, () => {
      if (at) setMarker(at);
      drawPair();
      hide();
      placeManifold();
    });
  plot.on('plotly_relayout', (e) => {
    if (!framing && Object.keys(e || {}).some((k) => k.startsWith('xaxis.range'))) {
      whole = false;
      remember();
    }
  });
  new ResizeObserver(() => {
    if (plot._fullLayout && lx.state.view === 'map') {
      Plotly.Plots.resize(plot)?.then?.(() => {
        if (at) setMarker(at);
        drawPair();
        placeManifold();
      });
    }
  }).observe(stage);
};
plot.addEventListener('keydown', (e) => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
  if (!xs || !plot._fullLayout) return;
  const l = plot._fullLayout,
    k = e.shiftKey ? 0.05 : 0.01,
    w = l.xaxis.range[1] - l.xaxis.range[0],
    h = l.yaxis.range[1] - l.yaxis.range[0],
    p = at || [l.xaxis.range[0] + w / 2, l.yaxis.range[0] + h / 2];
  if (step) {
    e.preventDefault();
    ask(p[0] + step[0] * k * w, p[1] + step[1] * k * h);
  } else if (e.key === 'Enter' && xs.length) {
    e.preventDefault();
    pick(nearest(p[0], p[1]));
  }
});

/* ---- chips ---- */
const enter = (m) => {
  mode = m;
  stage.dataset.mode = mode;
  element.dataset.mode = mode;
  $('.lx-lasso').setAttribute('aria-pressed', mode === 'lasso');
  $('.lx-between').setAttribute('aria-pressed', mode === 'between');
  lassos.hidden = mode !== 'lasso';
  strip.hidden = mode !== 'between';
  if (plot._fullLayout) Plotly.relayout(plot, { dragmode: mode === 'lasso' ? 'lasso' : 'pan' });
};
const setMode = (m) => {
  enter(mode === m ? 'pick' : m);
  picked = [];
  way = null;
  drawPair();
  clearSets();
  drawStrip();
  remember();
};
$('.lx-lasso').onclick = () => setMode('lasso');
$('.lx-between').onclick = () => setMode('between');
addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && lx.state.view === 'map') {
    if (mode !== 'pick') setMode(mode);
    openRefit(false);
  }
});
const mapChip = (p) => {
  const parts = p.startsWith('own:') && ownMaps.parts(p.slice(4)),
    b = button({
      className: 'lx-chip',
      role: 'radio',
      data: { projection: p },
      textContent: parts ? lx.t('map.own', { n: parts[0] }) : lx.t('map.' + p),
      'aria-checked': p === projection,
      onclick: () => choose(p),
    });
  if (parts) b.title = lx.t('map.own.help', { n: parts[0], d: parts[1], metric: parts[2] });
  b.classList.toggle('on', p === projection);
  return b;
};
const fieldName = (f) => {
  if (f === 'class') return lx.t('map.by.class');
  return f === 'none' ? lx.t('map.plain') : f.replaceAll('_', ' ');
};
const chips = () => {
  const { info } = lx.state;
  if (!info) return;
  const offered = [...(info.projections || []), ...(own.run === lx.state.run ? own.map((k) => 'own:' + k) : [])],
    d = info.spec.w_dim * info.spec.num_layers,
    fields = (info.dataset?.attributes || []).map(([f]) => f);
  if (info.dataset?.classes?.length) fields.unshift('class');
  projections.replaceChildren(...offered.map(mapChip));
  offer(
    by,
    [...fields, 'none'].map((f) => [f, fieldName(f)]),
    colourBy,
  );
  by.hidden = !info.points;
  for (const c of ['.lx-lasso', '.lx-between']) $(c).hidden = !info.points;
  gridChip.hidden = !gridOn();
  refit.hidden = !info.points || d === 2;
  refitChip(offered);
  shadow.textContent = d === 2 ? lx.t('map.exact') : lx.t('map.approximate', { n: d });
};
const refitWords = (offered) => {
  const parts = projection?.startsWith('own:') ? ownMaps.parts(projection.slice(4)) : null;
  if (fitting?.run === lx.state.run)
    return fitting.share === null ? lx.t('map.fitting.waits') : lx.t('map.fitting', { n: Math.round(100 * fitting.share) });
  if (!offered.includes('umap')) return lx.t('map.fit');
  return lx.t('map.refit', { n: parts ? parts[0] : lx.state.info.umap?.n_neighbors });
};
const refitChip = (offered) => {
  refit.classList.toggle('on', fitting?.run === lx.state.run);
  refit.textContent = refitWords(offered);
};
const choose = (p) => {
  projection = p;
  at = null;
  way = null;
  pairs.replaceChildren();
  marker.setAttribute('visibility', 'hidden');
  whole = true;
  chips();
  remember();
  return load();
};
by.onchange = () => {
  colourBy = by.value;
  only.clear();
  remember();
  load();
};
/* only what is chosen in the legend keeps its colour */
const single = (k) => {
  if (!only.delete(k)) only.add(k);
  Plotly.restyle(plot, { 'marker.color': [shade()] }, [0]);
  drawLegend();
  remember();
};
const drawLegend = () => {
  const list = colours ? names() : [];
  legend.classList.toggle('some', only.size > 0);
  legend.replaceChildren(
    ...list.map((name, k) => {
      const swatch = make('i'),
        b = button({ 'aria-pressed': only.has(k), onclick: () => single(k) }, swatch, name);
      swatch.style.background = lx.palette[k % N];
      b.classList.toggle('on', only.has(k));
      return b;
    }),
  );
};

/* ---- lassos ---- */
/* Plotly would keep a lasso's outline and work its points out anew on another map: the points are handed over, and the outline goes */
const clearSets = () => {
  const had = sets.length;
  sets = [];
  base = null;
  drawSets();
  if (had && xs && plot._fullLayout) paint(false);
};
const average = async (indices) => {
  const most = 20000,
    some = indices.length > most ? indices.filter((_, i) => i % Math.ceil(indices.length / most) === 0) : indices;
  return lx.f32((await lx.api('mix', { run: lx.state.run, indices: some })).w);
};
const lasso = async (indices) => {
  if (sets.length === 2) sets = [];
  const s = { indices, w: null };
  sets.push(s);
  base = null;
  drawSets();
  await paint(false);
  remember();
  if ((await averages()) && sets.length === 1 && sets[0] === s) lx.setCode(s.w, { kind: 'lasso', n: indices.length });
};
/** Work out the mean codes that are missing; whether they are there now. */
const averages = async () => {
  const run = lx.state.run,
    mine = sets;
  try {
    for (const s of mine) s.w ??= await average(s.indices);
  } catch (e) {
    lx.say(e.message, 'error');
    return false;
  }
  if (run !== lx.state.run || (mine !== sets && mine.some((s) => !sets.includes(s)))) return false;
  drawSets();
  element.dataset.means = sets.filter((v) => v.w).length;
  return true;
};
/* a set's classes: a bar of their colours, and the three most frequent in words */
const breakdown = (s, bars, text) => {
  const list = names(),
    often = new Map(),
    share = (m) => (100 * m) / s.indices.length;
  for (const i of s.indices) often.set(colours[i], (often.get(colours[i]) || 0) + 1);
  const sorted = [...often].sort((p, q) => q[1] - p[1]);
  for (const [v, m] of sorted) {
    const i = make('i');
    i.style.cssText = `width:${share(m)}%;background:${lx.palette[v % N]}`;
    bars.append(i);
  }
  text.textContent = sorted
    .slice(0, 3)
    .map(([v, m]) => `${list[v] ?? v}: ${Math.round(share(m))} %`)
    .join(' · ');
};
const setBox = (s, k) => {
  const name = 'AB'[k],
    c = make('canvas', { width: 28, height: 28, role: 'button', tabIndex: 0 }),
    bars = make('div', { className: 'lx-bars' }),
    text = make('span', { className: 'lx-breakdown' }),
    count = lx.t('map.lasso.count', { n: s.indices.length.toLocaleString(lx.state.lang) });
  entitle(c, lx.t('map.lasso.mean', { name }));
  c.onclick = () => s.w && lx.setCode(s.w, { kind: 'lasso', n: s.indices.length });
  c.onkeydown = (e) => {
    if (e.key === 'Enter') c.click();
  };
  const box = make('div', { className: 'lx-set' }, c, make('b', { textContent: name + ' · ' + count }), bars, text);
  if (s.w) lx.draw(c, { op: 'image', w: lx.b64(s.w) });
  if (colours) breakdown(s, bars, text);
  return box;
};
const drawSets = () => {
  if (sets.length) element.dataset.lasso = sets.map((v) => v.indices.length).join(' ');
  const hint = lassos.querySelector('.lx-hint');
  hint.dataset.t = sets.length === 1 ? 'map.lasso.second' : 'map.lasso.hint';
  hint.textContent = lx.t(hint.dataset.t);
  hint.hidden = sets.length === 2;
  lassos.querySelector('.lx-sets').replaceChildren(...sets.map(setBox));
  const ready = sets.length === 2 && sets[0].w && sets[1].w;
  move.hidden = !ready;
  if (!ready) slideTo(0);
  $('.lx-clear').hidden = !sets.length;
  if (!sets.length) {
    delete element.dataset.lasso;
    delete element.dataset.means;
  }
};
const slideTo = (v) => {
  slider.value = v;
  lx.range(slider);
  move.querySelector('output').textContent = lx.number(v);
};
$('.lx-clear').onclick = () => {
  clearSets();
  remember();
};
slider.oninput = () => {
  const v = +slider.value,
    [a, b] = sets;
  base ??= Float32Array.from(lx.state.w);
  move.querySelector('output').textContent = lx.number(v);
  lx.setCode(
    base.map((x, i) => x + v * (b.w[i] - a.w[i])),
    { kind: 'direction' },
  );
};
slider.onchange = () => remember();

/* ---- interpolation between two picked places ---- */
let way = null; /* where the path's codes lie: {xy} or {indices}, for `way.of` */
const end = (index, x, y) => (index === null ? { index, projection, x, y, w: null } : { index, w: null });
const pickPair = async (index, x, y) => {
  if (picked.length === 2) picked = [];
  const p = end(index, x, y);
  picked.push(p);
  way = null;
  drawPair();
  drawStrip();
  remember();
  const still = lx.turn();
  if ((await codeOf(p)) && still()) {
    lx.setCode(p.w, p.origin);
    drawStrip();
  }
};
/** Ask for the code of a picked end; whether it is there. */
const codeOf = async (p) => {
  try {
    const d = await (p.index !== null ? lx.code({ op: 'point', index: p.index }) : placed(p.x, p.y, p.projection));
    p.w = d.w;
    p.origin =
      p.index !== null
        ? { kind: 'point', index: p.index, label: d.label }
        : { kind: 'place', projection: p.projection, x: p.x, y: p.y, approximate: d.approximate };
    return true;
  } catch (e) {
    lx.say(e.message, 'error');
    return false;
  }
};
/** Where an end lies on this map: a place of another map lies where its nearest real image does. */
const whereIs = (p) => {
  if (p.index !== null) return [xs[p.index], ys[p.index]];
  if (p.projection === projection) return [p.x, p.y];
  return way?.points ? way.points.at(picked.indexOf(p) ? -1 : 0) : null;
};
const STEPS = 33;
/** Ask where the codes of the path lie on this map, and draw it. UMAP has no place for a new code: there it is the nearest real images. */
const follows = async (keys, method) => {
  const of = [lx.state.run, projection, keys].join('|');
  if (way?.of === of) return drawPair();
  way = null;
  drawPair();
  try {
    const d = await lx.code({ op: 'way', keys, frames: STEPS, method, projection: projection.startsWith('own:') ? 'umap' : projection });
    if (of !== [lx.state.run, projection, keys].join('|') || picked.length !== 2 || !xs) return;
    const xy = d.xy && lx.f32(d.xy);
    way = {
      of,
      exact: !!xy,
      points: xy ? Array.from({ length: STEPS }, (_, k) => [xy[2 * k], xy[2 * k + 1]]) : d.indices.map((i) => [xs[i], ys[i]]),
    };
    element.dataset.way = way.exact ? 'exact' : d.indices.join();
    const note = $('.lx-way-note');
    note.dataset.t = way.exact ? 'map.between.exact' : 'map.between.nearest';
    note.textContent = lx.t(note.dataset.t);
    drawPair();
  } catch (e) {
    lx.say(e.message, 'error');
  }
};
const drawPair = () => {
  if (!way) delete element.dataset.way;
  const px = way && plot._fullLayout ? way.points.map((p) => toPixels(...p)) : [],
    near = 0.06 * Math.hypot(plot.clientWidth, plot.clientHeight);
  const joined = px
    .slice(1)
    .map((q, k) => (way.exact || Math.hypot(q[0] - px[k][0], q[1] - px[k][1]) < near ? `M${px[k]}L${q}` : ''))
    .join('');
  const ends =
    plot._fullLayout && xs
      ? picked
          .map(whereIs)
          .filter(Boolean)
          .map((p) => toPixels(...p))
      : [];
  pairs.innerHTML =
    (joined ? `<path d="${joined}"/>` : '') +
    (way && !way.exact ? px.map((p) => `<circle class="step" cx="${p[0]}" cy="${p[1]}" r="3"/>`).join('') : '') +
    ends.map((p) => `<circle cx="${p[0]}" cy="${p[1]}" r="5"/>`).join('');
};
const FRAMES = 9;
const drawStrip = () => {
  const both = picked.length === 2 && picked.every((p) => p.w),
    hint = strip.querySelector('.lx-hint');
  hint.hidden = both;
  hint.dataset.t = picked.length === 1 ? 'map.between.second' : 'map.between.first';
  hint.textContent = lx.t(hint.dataset.t);
  $('.lx-rows').hidden = !both;
  $('.lx-towalk').hidden = !both;
  const note = $('.lx-way-note');
  note.hidden = !both;
  if (!both) {
    way = null;
    note.textContent = '';
    for (const c of [$('.lx-latent'), $('.lx-pixels')]) {
      c.width = 300;
      c.height = 150;
    }
    delete note.dataset.t;
    delete element.dataset.strip;
    return;
  }
  const [, h, w] = lx.state.info.spec.shape,
    keys = lx.b64(joined(picked.map((p) => p.w))),
    gap = Math.max(1, Math.round(w / 14)),
    method = lx.arc() ? 'slerp' : 'lerp';
  follows(keys, method);
  lx.draw($('.lx-latent'), { op: 'strip', keys, frames: FRAMES, method, loop: false }, (x, im) => {
    const per = Math.max(1, Math.round(im.width / w)),
      cut = (k) => [(k % per) * w, Math.floor(k / per) * h, w, h];
    for (const [c, mix] of [
      [x.canvas, false],
      [$('.lx-pixels'), true],
    ]) {
      c.width = FRAMES * (w + gap) - gap;
      c.height = h;
      const g = c.getContext('2d');
      for (let k = 0; k < FRAMES; k++) {
        const X = k * (w + gap);
        if (!mix) g.drawImage(im, ...cut(k), X, 0, w, h);
        else {
          g.globalAlpha = 1;
          g.drawImage(im, ...cut(0), X, 0, w, h);
          g.globalAlpha = k / (FRAMES - 1);
          g.drawImage(im, ...cut(FRAMES - 1), X, 0, w, h);
          g.globalAlpha = 1;
        }
      }
    }
    element.dataset.strip = FRAMES;
  });
};
$('.lx-towalk').onclick = () => {
  lx.setKeys(picked.map((p) => ({ w: p.w, origin: p.origin })));
  lx.show('walk');
};

/* ---- the decoded plane of a two-number code ---- */
const gridOn = () => {
  const s = lx.state.info?.spec;
  return !!s && s.w_dim * s.num_layers === 2;
};
const GRID = 20;
let edge = 3,
  framing = false;
const drawManifold = () => {
  const on = manual() && projection === 'code';
  manifold.hidden = !on;
  stage.classList.toggle('manifold', on);
  if (!on || !xs) return;
  let far = 0;
  for (let i = 0; i < xs.length; i += 7) far = Math.max(far, Math.abs(xs[i]), Math.abs(ys[i]));
  edge = Math.max(1, Math.min(4, far || 3));
  lx.draw(manifold, { op: 'manifold', lo: -edge, hi: edge, n: GRID }, (_, im) => {
    onto(manifold, im);
    element.dataset.manifold = GRID;
    placeManifold();
  });
};
/** Show the whole grid as large as the stage allows, between the chips and the legend. */
const frameManifold = () => {
  const half = edge / (GRID - 1),
    r = edge + half,
    w = plot.clientWidth,
    h = plot.clientHeight,
    top = 50,
    bottom = 36,
    unit = (2 * r) / Math.min(w - 24, h - top - bottom);
  framing = true;
  Plotly.relayout(plot, {
    'xaxis.range': [(-w / 2) * unit, (w / 2) * unit],
    'yaxis.range': [-r - bottom * unit - ((h - top - bottom) * unit - 2 * r) / 2, r + top * unit + ((h - top - bottom) * unit - 2 * r) / 2],
  }).then(() => {
    framing = false;
    placeManifold();
  });
};
const placeManifold = () => {
  if (manifold.hidden || !plot._fullLayout) return;
  const half = edge / (GRID - 1),
    a = toPixels(-edge - half, edge + half),
    b = toPixels(edge + half, -edge - half);
  manifold.style.cssText = `left:${a[0]}px;top:${a[1]}px;width:${b[0] - a[0]}px;height:${b[1] - a[1]}px`;
};
gridChip.onclick = () => {
  gridChip.setAttribute('aria-pressed', gridChip.getAttribute('aria-pressed') !== 'true');
  if (projection !== 'code') choose('code');
  else paint(!manual());
  remember();
};

/* ---- refit: the form is Gradio's, beside this component; refit.js asks the server ---- */
const form = () => document.getElementById('lx-refit');
const openRefit = (on) => {
  form()?.classList.toggle('open', on);
  refit.setAttribute('aria-expanded', on);
  if (on && form()) {
    const a = refit.getBoundingClientRect(),
      b = stage.parentElement.parentElement.parentElement.getBoundingClientRect();
    form().style.left = Math.max(12, Math.min(a.left - b.left, b.width - 280)) + 'px';
    form().style.top = a.bottom - b.top + 8 + 'px';
  }
};
refit.onclick = () => openRefit(!form()?.classList.contains('open'));
document.addEventListener('pointerdown', (e) => {
  if (
    form()?.classList.contains('open') &&
    !form().contains(/** @type {Node} */ (e.target)) &&
    e.target !== refit &&
    !(/** @type {Element} */ (e.target).closest('.options,[role=listbox]'))
  )
    openRefit(false);
});
document.addEventListener('lx-fitting', (e) => {
  fitting = e.detail;
  element.dataset.fitting = fitting?.share ?? '';
  if (lx.state.info) chips();
});
document.addEventListener('lx-fitted', (e) => {
  const d = e.detail;
  ownMaps.put(d);
  if (d.run !== lx.state.run || lx.state.view !== 'map') {
    if (own.run === d.run) own.run = null;
    return lx.say(lx.t('map.fit.done.elsewhere', { run: d.run }));
  }
  own = Object.assign([...own.filter((k) => k !== d.key), d.key].slice(-3), { run: d.run });
  openRefit(false);
  loaded = null;
  choose('own:' + d.key);
  lx.say(lx.t('map.fit.done'));
  element.dataset.fitted = d.key;
});

/* ---- what a link, Back and undo bring back ---- */
const usual = () => {
  const info = lx.state.info,
    d = info.dataset;
  return {
    projection: info.projections?.[0] || 'code',
    colour: d?.classes?.length ? 'class' : d?.attributes?.[0]?.[0] || 'none',
    grid: gridOn() && !info.points,
  };
};
const linkText = () => {
  const info = lx.state.info;
  const u = usual(),
    l = plot._fullLayout,
    pressed = gridChip.getAttribute('aria-pressed') === 'true',
    n = info.points;
  const state = {
    projection: projection === u.projection ? '' : projection,
    colour: colourBy === u.colour ? '' : colourBy,
    only: only.size ? [...only] : null,
    grid: pressed === u.grid ? null : pressed,
    range: whole || !l ? null : [...l.xaxis.range, ...l.yaxis.range],
    mode: mode === 'pick' ? '' : mode,
    sets: sets.map((v) => mapText.pack(v.indices, n)),
    along: +slider.value,
    ends: picked,
  };
  return mapText.write(state);
};
/** Hand this view's state to the link. */
const remember = () => {
  if (lx.state.info && restored && !pending) lx.keep('map', linkText());
};
/** Show exactly what the link says. */
const restore = () => {
  const info = lx.state.info;
  if (!info || (restored && xs && !pending && (lx.state.kept.map ?? null) === linkText())) return;
  const u = usual(),
    s = mapText.read(lx.state.kept.map, info.points),
    fields = ['class', 'none', ...(info.dataset?.attributes || []).map(([f]) => f)];
  restored = true;
  pending = s;
  projection =
    s.projection && (info.projections.includes(s.projection) || (s.projection.startsWith('own:') && ownMaps.parts(s.projection.slice(4))))
      ? s.projection
      : u.projection;
  colourBy = fields.includes(s.colour) ? s.colour : u.colour;
  only = new Set(s.only || []);
  gridChip.setAttribute('aria-pressed', s.grid ?? u.grid);
  enter(s.mode || 'pick');
  sets = s.sets.map((indices) => ({ indices, w: null }));
  picked = s.ends.map((p) => ({ ...p, w: null }));
  base = null;
  way = null;
  at = null;
  chips();
  drawSets();
  drawStrip();
  load();
};
/** What is left to do of it once the points are there. */
const arrive = async () => {
  const s = pending,
    run = lx.state.run;
  if (!s || !xs) return;
  pending = null;
  await paint(true);
  if (s.range) {
    framing = true;
    await Plotly.relayout(plot, { 'xaxis.range': s.range.slice(0, 2), 'yaxis.range': s.range.slice(2) });
    framing = false;
    whole = false;
    placeManifold();
  }
  follow();
  drawPair();
  if (sets.length && (await averages()) && s.along && sets.length === 2) {
    base = lx.state.w.map((x, i) => x - s.along * (sets[1].w[i] - sets[0].w[i]));
    slideTo(s.along);
  }
  for (const p of picked) if (!p.w) await codeOf(p);
  if (run === lx.state.run && picked.length) {
    drawStrip();
    drawPair();
  }
};

lx.on('run', (info) => {
  at = null;
  near = null;
  xs = null;
  sets = [];
  picked = [];
  base = null;
  way = null;
  loaded = null;
  pending = null;
  only.clear();
  whole = true;
  ticket++;
  delete element.dataset.ready;
  plot.classList.add('lx-stale');
  legend.replaceChildren();
  pairs.replaceChildren();
  marker.setAttribute('visibility', 'hidden');
  hide();
  const c = info.dataset?.classes?.length;
  if (
    (colourBy === 'class' && !c) ||
    (colourBy !== 'class' && colourBy !== 'none' && !info.dataset?.attributes?.some(([f]) => f === colourBy))
  )
    colourBy = c ? 'class' : info.dataset?.attributes?.[0]?.[0] || 'none';
  projection = info.projections?.[0] || 'code';
  if (mode !== 'pick') enter('pick');
  gridChip.setAttribute('aria-pressed', gridOn() && !info.points);
  drawSets();
  drawStrip();
  chips();
  load();
});
lx.on('restore', restore);
lx.on('code', () => {
  if (lx.state.origin?.kind !== 'direction') {
    base = null;
    if (+slider.value) slideTo(0);
  }
  follow();
});
lx.on('view', (v) => {
  hide();
  if (v === 'map') requestAnimationFrame(load);
  else openRefit(false);
});
lx.on('lang', () => {
  chips();
  drawSets();
});
lx.on('theme', () => {
  if (xs && plot._fullLayout) Plotly.restyle(plot, { 'marker.colorscale': [scale()] }, [0]);
  if (xs && lx.state.info) {
    drawLegend();
    drawSets();
  }
});
lx.translate(element);
