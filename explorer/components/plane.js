const $ = (s) => element.querySelector(s), stage = $('.lx-map'), plot = $('.lx-plot'), marker = $('.lx-marker g'), pairs = $('.lx-pair'), tip = $('.lx-tip');
const legend = $('.lx-legend'), by = $('.lx-by'), projections = $('.lx-projections'), lassos = $('.lx-lassos'), strip = $('.lx-strip'), shadow = $('.lx-shadow');
const refit = $('.lx-refit'), gridChip = $('.lx-grid'), manifold = $('.lx-manifold'), move = $('.lx-move'), slider = move.querySelector('input');
let xs = null, ys = null, colours = null, projection = null, colourBy = 'class', mode = 'pick', at = null, loaded = null, picked = [], sets = [], only = new Set(), ticket = 0, base = null;
let hovered = -1, wired = false;
const N = 10;

/* ---- loading ---- */
const binary = async (path, type) => new type(await (await lx.bytes(path)).arrayBuffer());
const names = () => { const d = lx.state.info.dataset; if (colourBy === 'none') return []; if (colourBy === 'class') return d?.classes || []; return (d?.attributes || []).find(([f]) => f === colourBy)?.[1] || []; };
const load = async () => {
  const info = lx.state.info; if (!info || lx.state.view !== 'map' || !lx.supports(info.card.name, 'map')) return;
  $('.lx-nothing').hidden = !!info.points || gridOn(); if (!info.points && !gridOn()) { loaded = null; xs = null; if (plot._fullLayout) Plotly.purge(plot), wired = false; legend.replaceChildren(); element.dataset.run = lx.state.run; element.dataset.ready = 'empty'; return; }
  const run = lx.state.run, key = [run, projection, colourBy, fitted].join('|'); if (loaded === key) return;
  loaded = key; const mine = ++ticket; stage.classList.add('busy'); delete element.dataset.ready;
  try {
    const began = performance.now(), custom = projection === 'umap' && fits.get(run);
    const [xy, labels] = await Promise.all([
      custom || (info.points ? binary(`map/${encodeURIComponent(run)}?projection=${projection}&v=${fitted}`, Float32Array) : new Float32Array(0)),
      !info.points || !info.dataset || colourBy === 'none' ? null : binary(`colours/${encodeURIComponent(info.dataset.name)}?by=${encodeURIComponent(colourBy)}`, Uint8Array).catch(() => null),
      lx.loadPlotly()]);
    if (mine !== ticket) return;
    const n = xy.length >> 1; xs = new Float32Array(n); ys = new Float32Array(n); for (let i = 0; i < n; i++) { xs[i] = xy[2 * i]; ys[i] = xy[2 * i + 1]; }
    colours = labels; only.clear(); await paint(true); element.dataset.run = run; element.dataset.points = n; element.dataset.projection = projection; element.dataset.ms = Math.round(performance.now() - began); element.dataset.ready = 'true';
  } catch (e) { loaded = null; lx.say(e.message, 'error'); element.dataset.error = e.message; }
  finally { if (mine === ticket) stage.classList.remove('busy'); }
};
const scale = () => { const s = [], grey = lx.state.theme === 'dark' ? '#343843' : '#dedbd4'; const all = [grey, ...lx.palette];
  all.forEach((c, k) => s.push([k / all.length, c], [(k + 1) / all.length, c])); return s; };
const shade = () => { const n = xs.length, c = new Int8Array(n), some = only.size > 0;
  for (let i = 0; i < n; i++) { const v = colours ? colours[i] : 0; c[i] = some && !only.has(v) ? -1 : colours ? v % N : 0; } return Array.from(c); };
const size = () => xs.length > 30000 ? 2.6 : xs.length > 6000 ? 4.6 : xs.length > 1500 ? 5 : 7;
const manual = () => gridOn() && gridChip.getAttribute('aria-pressed') === 'true';
const paint = async (fresh) => {
  let lo = [Infinity, Infinity], hi = [-Infinity, -Infinity];
  for (let i = 0; i < xs.length; i++) { lo = [Math.min(lo[0], xs[i]), Math.min(lo[1], ys[i])]; hi = [Math.max(hi[0], xs[i]), Math.max(hi[1], ys[i])]; }
  if (!xs.length) { lo = [-3, -3]; hi = [3, 3]; }
  const w = plot.clientWidth, h = plot.clientHeight, pad = 0.04, bx = (hi[0] - lo[0]) || 1, byy = (hi[1] - lo[1]) || 1;
  const range = (a, b, p, q) => [a - (b - a) * (pad + p), b + (b - a) * (pad + q)];
  const layout = { margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', hovermode: 'closest', hoverdistance: 14,
    clickanywhere: true, dragmode: mode === 'lasso' ? 'lasso' : 'pan', showlegend: false, selectionrevision: 1,
    xaxis: { visible: false, fixedrange: false }, yaxis: { visible: false, fixedrange: false } };
  if (fresh || !plot._fullLayout) {
    layout.xaxis.range = range(lo[0], hi[0], 0.02, 0.02); layout.yaxis.range = range(lo[1], hi[1], (legend.offsetHeight + 16) / h, 50 / h);
    if (projection === 'code') { Object.assign(layout.yaxis, { scaleanchor: 'x', scaleratio: 1, constrain: 'range' }); layout.xaxis.constrain = 'range'; }
  } else { layout.xaxis = { ...layout.xaxis, range: [...plot._fullLayout.xaxis.range] }; layout.yaxis = { ...layout.yaxis, range: [...plot._fullLayout.yaxis.range] }; }
  const trace = { type: 'scattergl', mode: 'markers', x: xs, y: ys, hoverinfo: 'none', marker: { color: shade(), colorscale: scale(), cmin: -1.5, cmax: N - 0.5, size: size(), opacity: manual() ? 0 : 0.74, line: { width: 0 } },
    selected: { marker: { opacity: 0.95 } }, unselected: { marker: { opacity: 0.16 } } };
  await Plotly.react(plot, [trace], layout, { responsive: true, scrollZoom: true, displaylogo: false, displayModeBar: false, doubleClick: false, showTips: false });
  if (!wired) wire();
  drawLegend(); drawManifold(); follow(); if (manual() && projection === 'code') frameManifold();
};

/* ---- the marker follows the current code, wherever it was moved from ---- */
const toPixels = (x, y) => { const l = plot._fullLayout; return l && [l.xaxis._offset + l.xaxis.l2p(x), l.yaxis._offset + l.yaxis.l2p(y)]; };
const setMarker = (p) => { at = p; const px = p && toPixels(p[0], p[1]); marker.setAttribute('visibility', px ? 'visible' : 'hidden'); if (px) marker.setAttribute('transform', `translate(${px[0].toFixed(1)} ${px[1].toFixed(1)})`);
  if (p) { element.dataset.x = p[0]; element.dataset.y = p[1]; } drawPair(); };
const follow = () => {
  const { w, origin: o, info } = lx.state; if (!xs || !plot._fullLayout || !w || !info) return;
  if (o?.kind === 'point' && o.index < xs.length && projection !== 'code') return setMarker([xs[o.index], ys[o.index]]);
  if (o?.kind === 'place' && o.projection === projection) return setMarker([o.x, o.y]);
  if (projection === 'code') return setMarker([w[0], w[1]]);
  if (near && near.w === w) place(near); else if (!at) marker.setAttribute('visibility', 'hidden');
};
let near = null;
const place = (d) => { let a = 0, b = 0, s = 0; d.indices.forEach((i, k) => { if (i >= xs.length) return; const v = 1 / (d.distances[k] ** 4 + 1e-9); a += xs[i] * v; b += ys[i] * v; s += v; }); if (s) setMarker([a / s, b / s]); };
document.addEventListener('lx-neighbours', (e) => { near = e.detail; if (near.w === lx.state.w && xs) follow(); });

/* ---- asking the plane ---- */
/** The code of a place. On a map that only this browser has (a visitor's refit) its neighbours are weighed here, as the server does it. */
const placed = async (x, y) => {
  if (projection !== 'umap' || !fits.has(lx.state.run)) return lx.code({ op: 'place', projection, x, y });
  const near = Array.from(xs, (v, i) => [Math.hypot(v - x, ys[i] - y), i]).sort((a, b) => a[0] - b[0]).slice(0, 9), R = near[near.length - 1][0], most = near.slice(0, 8);
  const weights = most[0][0] < 1e-9 ? most.map(([r]) => +(r < 1e-9)) : most.map(([r]) => ((R - r) / (R * r)) ** 2);
  return { w: lx.f32((await lx.api('mix', { run: lx.state.run, indices: most.map(([, i]) => i), weights: weights.some(Boolean) ? weights : most.map(() => 1) })).w), approximate: true };
};
let asking = false, wanted = null;
const ask = (x, y) => { setMarker([x, y]); wanted = [x, y]; if (asking) return; asking = true; (async () => {
  while (wanted) { const [a, b] = wanted, still = lx.turn(); wanted = null;
    try { const d = await placed(a, b);
      if (still()) lx.setCode(d.w, { kind: 'place', projection, x: +a.toPrecision(9), y: +b.toPrecision(9), approximate: d.approximate, ratio: d.ratio }); }
    catch (e) { lx.say(e.message, 'error'); } }
  asking = false; })(); };
const nearest = (x, y) => { let best = -1, d = Infinity; for (let i = 0; i < xs.length; i++) { const v = (xs[i] - x) ** 2 + (ys[i] - y) ** 2; if (v < d) { d = v; best = i; } } return best; };
const pick = async (point, x, y) => {
  if (mode === 'between') return pickPair(point >= 0 ? point : null, x, y);
  if (point >= 0) { setMarker([xs[point], ys[point]]); await lx.point(point); } else ask(x, y);
};
const hide = () => { hovered = -1; tip.hidden = true; delete element.dataset.hover; };
const hover = (i, px, py) => {
  const W = stage.clientWidth, H = stage.clientHeight; hovered = i;
  tip.querySelector('span').textContent = lx.t('map.tip', { index: i }) + tag(i);
  tip.hidden = false; const w = tip.offsetWidth, h = tip.offsetHeight;
  tip.style.transform = `translate(${Math.round(px + 14 + w > W ? Math.max(4, px - w - 14) : px + 14)}px,${Math.round(py + 14 + h > H ? Math.max(4, py - h - 14) : py + 14)}px)`;
  element.dataset.hover = i; lx.tile(tip.querySelector('canvas'), i).then((ok) => { if (ok) element.dataset.shown = i; }).catch(() => {});
};
const tag = (i) => colours && names()[colours[i]] !== undefined ? ' · ' + names()[colours[i]] : '';
/** What a click means, by where it was: Plotly's event may still tell of the place hovered before. */
const under = (event) => {
  const l = plot._fullLayout, box = plot.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
  const x = l.xaxis.p2l(px - l.xaxis._offset), y = l.yaxis.p2l(py - l.yaxis._offset);
  let best = -1, d = 14 ** 2;
  if (!manual()) for (let i = 0; i < xs.length; i++) { const at = toPixels(xs[i], ys[i]), r = (at[0] - px) ** 2 + (at[1] - py) ** 2; if (r < d) { d = r; best = i; } }
  return best < 0 ? [-1, x, y] : [best, xs[best], ys[best]];
};
const wire = () => {
  wired = true;
  plot.on('plotly_hover', (e) => { const p = e.points?.[0]; if (!p || manual()) return hide(); const px = toPixels(p.x, p.y); hover(p.pointIndex, px[0], px[1]); });
  plot.on('plotly_unhover', hide); plot.addEventListener('pointerleave', hide);
  let last = { timeStamp: -1e9 };              // Plotly's own double click takes two quick clicks far apart for one
  plot.on('plotly_click', ({ event: e }) => {
    const again = e.timeStamp - last.timeStamp < 350 && Math.hypot(e.clientX - last.clientX, e.clientY - last.clientY) < 6;
    last = e; plot.focus({ preventScroll: true });
    if (again) paint(true); else pick(...under(e));
  });
  plot.on('plotly_selected', (e) => { if (mode === 'lasso' && e?.points?.length) lasso(e.points.map((p) => p.pointIndex)); });
  for (const event of ['plotly_relayout', 'plotly_relayouting']) plot.on(event, () => { if (at) setMarker(at); hide(); placeManifold(); });
  new ResizeObserver(() => { if (plot._fullLayout && lx.state.view === 'map') { Plotly.Plots.resize(plot)?.then?.(() => { if (at) setMarker(at); drawPair(); placeManifold(); }); } }).observe(stage);
};
plot.addEventListener('keydown', (e) => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
  if (!xs || !plot._fullLayout) return;
  const l = plot._fullLayout, k = e.shiftKey ? 0.05 : 0.01, w = l.xaxis.range[1] - l.xaxis.range[0], h = l.yaxis.range[1] - l.yaxis.range[0], p = at || [l.xaxis.range[0] + w / 2, l.yaxis.range[0] + h / 2];
  if (step) { e.preventDefault(); ask(p[0] + step[0] * k * w, p[1] + step[1] * k * h); }
  else if (e.key === 'Enter' && xs.length) { e.preventDefault(); pick(nearest(p[0], p[1])); }
});

/* ---- chips ---- */
const setMode = (m) => {
  mode = mode === m ? 'pick' : m; stage.dataset.mode = mode; element.dataset.mode = mode;
  $('.lx-lasso').setAttribute('aria-pressed', mode === 'lasso'); $('.lx-between').setAttribute('aria-pressed', mode === 'between');
  lassos.hidden = mode !== 'lasso'; strip.hidden = mode !== 'between'; picked = []; drawPair(); clearSets(); drawStrip();
  if (plot._fullLayout) Plotly.relayout(plot, { dragmode: mode === 'lasso' ? 'lasso' : 'pan' });
};
$('.lx-lasso').onclick = () => setMode('lasso'); $('.lx-between').onclick = () => setMode('between');
addEventListener('keydown', (e) => { if (e.key === 'Escape' && lx.state.view === 'map') { if (mode !== 'pick') setMode(mode); openRefit(false); } });
const chips = () => {
  const info = lx.state.info; if (!info) return;
  const offered = info.projections || [];
  projections.replaceChildren(...offered.map((p) => { const b = document.createElement('button'); b.type = 'button'; b.className = 'lx-chip'; b.dataset.projection = p; b.textContent = lx.t('map.' + p);
    b.setAttribute('role', 'radio'); b.setAttribute('aria-checked', p === projection); b.classList.toggle('on', p === projection); b.onclick = () => choose(p); return b; }));
  const fields = info.dataset ? [...(info.dataset.classes?.length ? ['class'] : []), ...(info.dataset.attributes || []).map(([f]) => f), 'none'] : ['none'];
  by.replaceChildren(...fields.map((f) => { const o = document.createElement('option'); o.value = f; o.textContent = f === 'class' ? lx.t('map.by.class') : f === 'none' ? lx.t('map.plain') : f.replaceAll('_', ' '); return o; }));
  by.value = colourBy; by.hidden = !info.points;
  for (const c of ['.lx-lasso', '.lx-between']) $(c).hidden = !info.points;
  gridChip.hidden = !gridOn(); refit.hidden = !info.points || info.spec.w_dim * info.spec.num_layers === 2;
  refit.textContent = offered.includes('umap') ? lx.t('map.refit', { n: neighbours.get(lx.state.run) ?? info.umap?.n_neighbors }) : lx.t('map.fit');
  const d = info.spec.w_dim * info.spec.num_layers; shadow.textContent = d === 2 ? lx.t('map.exact') : lx.t('map.approximate', { n: d });
};
const choose = (p) => { projection = p; at = null; marker.setAttribute('visibility', 'hidden'); picked = []; chips(); load(); };
by.onchange = () => { colourBy = by.value; load(); };
const drawLegend = () => {
  const list = colours ? names() : []; legend.classList.toggle('some', only.size > 0);
  legend.replaceChildren(...list.map((name, k) => { const b = document.createElement('button'), i = document.createElement('i'); b.type = 'button'; i.style.background = lx.palette[k % N]; b.append(i, name);
    b.classList.toggle('on', only.has(k)); b.setAttribute('aria-pressed', only.has(k)); b.onclick = () => { if (only.has(k)) only.delete(k); else only.add(k); Plotly.restyle(plot, { 'marker.color': [shade()] }, [0]); drawLegend(); }; return b; }));
};

/* ---- lassos ---- */
const clearSets = () => { sets = []; base = null; drawSets(); if (plot._fullLayout?.selections?.length || plot.data?.[0]?.selectedpoints) Plotly.update(plot, { selectedpoints: [null] }, { selections: [] }, [0]); };
const average = async (indices) => { const most = 20000, some = indices.length > most ? indices.filter((_, i) => i % Math.ceil(indices.length / most) === 0) : indices; return lx.f32((await lx.api('mix', { run: lx.state.run, indices: some })).w); };
const lasso = async (indices) => {
  if (sets.length === 2) sets = []; const s = { indices, w: null }; sets.push(s); base = null; element.dataset.lasso = sets.map((v) => v.indices.length).join(' '); drawSets();
  const run = lx.state.run;
  try { s.w = await average(indices); if (run !== lx.state.run) return; drawSets(); if (sets.length === 1) lx.setCode(s.w, { kind: 'lasso', n: indices.length }); element.dataset.means = sets.filter((v) => v.w).length; } catch (e) { lx.say(e.message, 'error'); }
};
const drawSets = () => {
  const hint = lassos.querySelector('.lx-hint'); hint.dataset.t = sets.length === 1 ? 'map.lasso.second' : 'map.lasso.hint'; hint.textContent = lx.t(hint.dataset.t); hint.hidden = sets.length === 2;
  lassos.querySelector('.lx-sets').replaceChildren(...sets.map((s, k) => {
    const box = document.createElement('div'), c = document.createElement('canvas'), b = document.createElement('b'), bars = document.createElement('div'), text = document.createElement('span'), list = names();
    box.className = 'lx-set'; bars.className = 'lx-bars'; text.className = 'lx-breakdown'; b.textContent = 'AB'[k] + ' · ' + lx.t('map.lasso.count', { n: s.indices.length.toLocaleString(lx.state.lang) });
    c.setAttribute('role', 'button'); c.tabIndex = 0; c.title = lx.t('map.lasso.mean', { name: 'AB'[k] }); c.setAttribute('aria-label', c.title); c.width = c.height = 28;
    c.onclick = () => s.w && lx.setCode(s.w, { kind: 'lasso', n: s.indices.length }); c.onkeydown = (e) => { if (e.key === 'Enter') c.click(); };
    box.append(c, b, bars, text); if (s.w) lx.draw(c, { op: 'image', w: lx.b64(s.w) });
    if (colours) { const count = new Map(); for (const i of s.indices) count.set(colours[i], (count.get(colours[i]) || 0) + 1);
      const sorted = [...count].sort((p, q) => q[1] - p[1]); for (const [v, m] of sorted) { const i = document.createElement('i'); i.style.cssText = `width:${100 * m / s.indices.length}%;background:${lx.palette[v % N]}`; bars.append(i); }
      text.textContent = sorted.slice(0, 3).map(([v, m]) => `${list[v] ?? v} ${Math.round(100 * m / s.indices.length)} %`).join(' · '); }
    return box;
  }));
  const ready = sets.length === 2 && sets[0].w && sets[1].w; move.hidden = !ready; if (!ready) { slider.value = 0; lx.range(slider); move.querySelector('output').textContent = '0.00'; }
  $('.lx-clear').hidden = !sets.length; if (!sets.length) { delete element.dataset.lasso; delete element.dataset.means; }
};
$('.lx-clear').onclick = clearSets;
slider.oninput = () => { const v = +slider.value, [a, b] = sets; base ??= Float32Array.from(lx.state.w); move.querySelector('output').textContent = lx.number(v);
  lx.setCode(base.map((x, i) => x + v * (b.w[i] - a.w[i])), { kind: 'direction' }); };

/* ---- interpolation between two picked places ---- */
const pickPair = async (index, x, y) => {
  if (picked.length === 2) picked = [];
  const p = { x: index === null ? x : xs[index], y: index === null ? y : ys[index], w: null }; picked.push(p); drawPair(); drawStrip(); const still = lx.turn();
  try { const d = await (index === null ? placed(x, y) : lx.code({ op: 'point', index })); p.w = d.w; p.origin = index === null ? { kind: 'place', projection, x, y, approximate: d.approximate } : { kind: 'point', index, label: d.label };
    if (still()) lx.setCode(d.w, p.origin); drawStrip(); } catch (e) { lx.say(e.message, 'error'); }
};
const drawPair = () => { const pts = picked.map((p) => toPixels(p.x, p.y)).filter(Boolean); pairs.innerHTML = (pts.length === 2 ? `<line x1="${pts[0][0]}" y1="${pts[0][1]}" x2="${pts[1][0]}" y2="${pts[1][1]}"/>` : '') + pts.map((p) => `<circle cx="${p[0]}" cy="${p[1]}" r="5"/>`).join(''); };
const FRAMES = 9;
const drawStrip = () => {
  const both = picked.length === 2 && picked.every((p) => p.w), hint = strip.querySelector('.lx-hint'); hint.hidden = both; hint.dataset.t = picked.length === 1 ? 'map.between.second' : 'map.between.first'; hint.textContent = lx.t(hint.dataset.t);
  $('.lx-rows').hidden = !both; $('.lx-towalk').hidden = !both; if (!both) { delete element.dataset.strip; return; }
  const [, h, w] = lx.state.info.spec.shape, keys = new Float32Array(picked[0].w.length * 2), gap = Math.max(1, Math.round(w / 14)); keys.set(picked[0].w); keys.set(picked[1].w, picked[0].w.length);
  const method = lx.arc() ? 'slerp' : 'lerp';
  lx.draw($('.lx-latent'), { op: 'strip', keys: lx.b64(keys), frames: FRAMES, method, loop: false }, (x, im) => {
    const per = Math.max(1, Math.round(im.width / w)), cut = (k) => [(k % per) * w, Math.floor(k / per) * h, w, h];
    for (const [c, mix] of [[x.canvas, false], [$('.lx-pixels'), true]]) {
      c.width = FRAMES * (w + gap) - gap; c.height = h; const g = c.getContext('2d');
      for (let k = 0; k < FRAMES; k++) { const X = k * (w + gap); if (!mix) g.drawImage(im, ...cut(k), X, 0, w, h); else { g.globalAlpha = 1; g.drawImage(im, ...cut(0), X, 0, w, h); g.globalAlpha = k / (FRAMES - 1); g.drawImage(im, ...cut(FRAMES - 1), X, 0, w, h); g.globalAlpha = 1; } }
    }
    element.dataset.strip = FRAMES;
  });
};
$('.lx-towalk').onclick = () => { lx.setKeys(picked.map((p) => ({ w: p.w, origin: p.origin }))); lx.show('walk'); };

/* ---- the decoded plane of a two-number code ---- */
const gridOn = () => { const s = lx.state.info?.spec; return !!s && s.w_dim * s.num_layers === 2; };
const GRID = 20; let edge = 3;
const drawManifold = () => {
  const on = manual() && projection === 'code'; manifold.hidden = !on; stage.classList.toggle('manifold', on); if (!on || !xs) return;
  let far = 0; for (let i = 0; i < xs.length; i += 7) far = Math.max(far, Math.abs(xs[i]), Math.abs(ys[i])); edge = Math.max(1, Math.min(4, far || 3));
  lx.draw(manifold, { op: 'manifold', lo: -edge, hi: edge, n: GRID }, (x, im) => { manifold.width = im.width; manifold.height = im.height; x.drawImage(im, 0, 0); element.dataset.manifold = GRID; placeManifold(); });
};
/** Show the whole grid as large as the stage allows, between the chips and the legend. */
const frameManifold = () => { const half = edge / (GRID - 1), r = edge + half, w = plot.clientWidth, h = plot.clientHeight, top = 50, bottom = 36, unit = 2 * r / Math.min(w - 24, h - top - bottom);
  Plotly.relayout(plot, { 'xaxis.range': [-w / 2 * unit, w / 2 * unit], 'yaxis.range': [-r - bottom * unit - ((h - top - bottom) * unit - 2 * r) / 2, r + top * unit + ((h - top - bottom) * unit - 2 * r) / 2] }).then(placeManifold); };
const placeManifold = () => { if (manifold.hidden || !plot._fullLayout) return; const half = edge / (GRID - 1), a = toPixels(-edge - half, edge + half), b = toPixels(edge + half, -edge - half);
  manifold.style.cssText = `left:${a[0]}px;top:${a[1]}px;width:${b[0] - a[0]}px;height:${b[1] - a[1]}px`; };
gridChip.onclick = () => { gridChip.setAttribute('aria-pressed', gridChip.getAttribute('aria-pressed') !== 'true'); if (projection !== 'code') choose('code'); else paint(!manual()); };

/* ---- refit: the form is Gradio's, beside this component ---- */
const fits = new Map(), neighbours = new Map(); let fitted = 0;
const form = () => document.getElementById('lx-refit');
const openRefit = (on) => { form()?.classList.toggle('open', on); refit.setAttribute('aria-expanded', on);
  if (on && form()) { const a = refit.getBoundingClientRect(), b = stage.parentElement.parentElement.parentElement.getBoundingClientRect(); form().style.left = Math.max(12, Math.min(a.left - b.left, b.width - 280)) + 'px'; form().style.top = a.bottom - b.top + 8 + 'px'; } };
refit.onclick = () => openRefit(!form()?.classList.contains('open'));
document.addEventListener('pointerdown', (e) => { if (form()?.classList.contains('open') && !form().contains(e.target) && e.target !== refit && !e.target.closest('.options,[role=listbox]')) openRefit(false); });
window.lxFitted = async (answer) => {
  if (!answer?.run) return; fitted++; loaded = null;
  if (answer.xy) fits.set(answer.run, lx.f32(answer.xy)); neighbours.set(answer.run, answer.n_neighbors);
  if (answer.run === lx.state.run) { if (!lx.state.info.projections.includes('umap')) lx.state.info.projections.unshift('umap'); openRefit(false); choose('umap'); lx.say(lx.t('map.fit.done')); element.dataset.fitted = fitted; }
};

lx.on('run', (info) => { at = null; near = null; xs = null; sets = []; picked = []; base = null; loaded = null; delete element.dataset.ready; marker.setAttribute('visibility', 'hidden'); hide();
  const c = info.dataset?.classes?.length; if (colourBy === 'class' && !c || colourBy !== 'class' && colourBy !== 'none' && !info.dataset?.attributes?.some(([f]) => f === colourBy)) colourBy = c ? 'class' : info.dataset?.attributes?.[0]?.[0] || 'none';
  projection = info.projections?.[0] || 'code'; if (mode !== 'pick') setMode(mode); gridChip.setAttribute('aria-pressed', gridOn() && !info.points); chips(); load(); });
lx.on('code', () => { if (lx.state.origin?.kind !== 'direction') { base = null; if (+slider.value) { slider.value = 0; lx.range(slider); move.querySelector('output').textContent = '0.00'; } } follow(); });
lx.on('view', (v) => { hide(); if (v === 'map') requestAnimationFrame(load); else openRefit(false); });
lx.on('lang', () => { chips(); drawSets(); }); lx.on('theme', () => { if (xs && plot._fullLayout) Plotly.restyle(plot, { 'marker.colorscale': [scale()] }, [0]); if (xs && lx.state.info) { drawLegend(); drawSets(); } });
lx.translate(element);
