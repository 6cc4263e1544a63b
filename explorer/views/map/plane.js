/* The map: loads the points of a run's map, and holds together what is drawn of them and what can be done with them, each in a module of
 * its own: colouring, scatter, marker, pointing, lasso, between, manifold, projections. */
import { mounted } from '../../shell/mounted.js';
import { lx } from '../../shell/store.js';
import { Between } from './between.js';
import { Colouring, usualField } from './colouring.js';
import { Lasso } from './lasso.js';
import { Manifold, isPlane } from './manifold.js';
import { Marker } from './marker.js';
import { gone } from './place_code.js';
import { ownMaps } from './plane_own.js';
import { mapText } from './plane_state.js';
import { Pointing } from './pointing.js';
import { PosteriorEllipse } from './posterior.js';
import { RefitChip, mapChip, ownParts } from './projections.js';
import { HANDS, layout, sameFrame, trace, wholeFrame } from './scatter.js';

const { element } = mounted('plane');

const $ = (s) => element.querySelector(s),
  legend = $('.lx-legend');
/* loaded: what the points are of. pending: of a link, what waits for the points. whole: all points are framed. own: keys of this person's
   maps of the run `own.run`. */
let loaded = null,
  ticket = 0,
  wired = false,
  /** @type {string[] & { run?: string }} */ own = [],
  pending = null,
  restored = false,
  whole = true,
  framing = false,
  revision = 0;
const binary = async (path, type) => new type(await (await lx.bytes(path)).arrayBuffer());
/* what the map's parts share. xs, ys: the points' places, null before they are there. mode: pick, lasso or between */
const map = {
  element,
  stage: $('.lx-map'),
  plot: $('.lx-plot'),
  xs: null,
  ys: null,
  projection: null,
  mode: 'pick',
  binary,
  /* only the decoded plane is shown */
  bare: () => manifold.on,
  pixels: (x, y) => {
    const l = map.plot._fullLayout;
    return l && [l.xaxis._offset + l.xaxis.l2p(x), l.yaxis._offset + l.yaxis.l2p(y)];
  },
  load: () => load(),
  paint: (fresh) => paint(fresh),
  remember: () => remember(),
  whole: () => paint(true).then(remember),
  pick: (index, x, y) => {
    if (map.mode !== 'between') return false;
    between.pick(index >= 0 ? index : null, x, y);
    return true;
  },
  /** Show a part of the plane, which is nobody's choice. */
  frame: async (x, y) => {
    framing = true;
    await Plotly.relayout(map.plot, { 'xaxis.range': x, 'yaxis.range': y });
    framing = false;
    manifold.place();
  },
  gridChosen: () => {
    if (map.projection !== 'code') choose('code');
    else paint(!manifold.on);
    remember();
  },
};
const { stage, plot } = map,
  colouring = new Colouring(map, legend, $('.lx-by')),
  lasso = new Lasso(map, colouring, $('.lx-lassos')),
  between = new Between(map, $('.lx-pair'), $('.lx-strip')),
  manifold = new Manifold(map, $('.lx-manifold'), $('.lx-grid')),
  posterior = new PosteriorEllipse(map, $('.lx-posterior'), $('.lx-posterior-told')),
  marker = new Marker(map, $('.lx-marker g'), () => {
    between.draw();
    posterior.draw();
  }),
  pointing = new Pointing(map, marker, $('.lx-tip'), (i) => colouring.tag(i)),
  refit = new RefitChip($('.lx-refit'), stage, element, () => chips());

/* ---- loading ---- */
const empty = () => {
  loaded = null;
  map.xs = null;
  colouring.clear();
  if (plot._fullLayout) {
    Plotly.purge(plot);
    wired = false;
  }
};
/** Points (x and y by turns) of the chosen map; of one's own map that is nowhere any more, the shipped one's, and that is said. */
const pointsOf = async (run) => {
  if (!lx.state.info.points) return new Float32Array(0);
  if (map.projection?.startsWith('own:')) {
    const key = map.projection.slice(4),
      found = await ownMaps.points(run, key);
    if (found) return found;
    lx.say(gone(key), 'error');
    element.dataset.gone = key;
    map.projection = lx.state.info.projections.includes('umap') ? 'umap' : lx.state.info.projections[0];
    pending = { ...pending, range: null };
  }
  return binary(`map/${encodeURIComponent(run)}?projection=${map.projection}`, Float32Array);
};
const ownOf = (run) => {
  if (!lx.state.info.points) return [];
  return own.run === run ? own : ownMaps.keys(run).catch(() => []);
};
const wanted = () => [lx.state.run, map.projection, colouring.by].join('|');
/** What a map needs is here: put it in place and paint it. */
const take = async (run, xy, labels, maps) => {
  own = Object.assign(maps, { run });
  loaded = wanted();
  map.xs = xy.filter((_, i) => i % 2 === 0);
  map.ys = xy.filter((_, i) => i % 2 === 1);
  colouring.labels = labels;
  chips();
  lasso.draw();
  await paint(true);
  between.drawStrip();
  element.dataset.run = run;
  element.dataset.points = map.xs.length;
  element.dataset.projection = map.projection;
};
const load = async () => {
  const { info, run } = lx.state;
  if (!info || lx.state.view !== 'map' || !lx.supports(info.card.name, 'map')) return;
  $('.lx-nothing').hidden = !!info.points || isPlane();
  if (!info.points && !isPlane()) {
    empty();
    element.dataset.run = run;
    element.dataset.ready = 'empty';
    return;
  }
  if (loaded === wanted()) return arrive();
  loaded = wanted();
  const mine = ++ticket;
  stage.classList.add('busy');
  plot.classList.add('lx-stale');
  delete element.dataset.ready;
  try {
    const began = performance.now(),
      [xy, labels, maps] = await Promise.all([pointsOf(run), colouring.ask(info), ownOf(run), lx.loadPlotly()]);
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

/* ---- drawing ---- */
/* all points, or what is shown already */
const frame = (fresh) => {
  if (!fresh && plot._fullLayout) return sameFrame(plot._fullLayout);
  whole = true;
  return wholeFrame(map.xs, map.ys, plot.clientHeight, legend.offsetHeight, map.projection === 'code');
};
const paint = async (fresh) => {
  const points = trace(map.xs, map.ys, colouring.marker(), lasso.marked(), manifold.on);
  await Plotly.react(plot, [points], layout(frame(fresh), map.mode === 'lasso', ++revision), HANDS);
  if (!wired) wire();
  element.dataset.marked = lasso.marked()?.length ?? '';
  colouring.draw();
  manifold.draw();
  marker.follow();
  if (manifold.on && map.projection === 'code') manifold.frame();
};
/* what lies over the points moves with them */
const replace = () => {
  marker.again();
  between.draw();
  manifold.place();
};
const wire = () => {
  wired = true;
  pointing.wire();
  lasso.wire();
  for (const event of ['plotly_relayout', 'plotly_relayouting'])
    plot.on(event, () => {
      replace();
      pointing.hide();
    });
  plot.on('plotly_relayout', (e) => {
    if (!framing && Object.keys(e || {}).some((k) => k.startsWith('xaxis.range'))) {
      whole = false;
      remember();
    }
  });
  new ResizeObserver(() => {
    if (plot._fullLayout && lx.state.view === 'map') Plotly.Plots.resize(plot)?.then?.(replace);
  }).observe(stage);
};

/* ---- chips ---- */
const enter = (mode) => {
  map.mode = mode;
  stage.dataset.mode = mode;
  element.dataset.mode = mode;
  $('.lx-lasso').setAttribute('aria-pressed', mode === 'lasso');
  $('.lx-between').setAttribute('aria-pressed', mode === 'between');
  lasso.show(mode === 'lasso');
  between.show(mode === 'between');
  if (plot._fullLayout) Plotly.relayout(plot, { dragmode: mode === 'lasso' ? 'lasso' : 'pan' });
};
const setMode = (mode) => {
  enter(map.mode === mode ? 'pick' : mode);
  between.restore([]);
  between.draw();
  lasso.clear();
  between.drawStrip();
  remember();
};
$('.lx-lasso').onclick = () => setMode('lasso');
$('.lx-between').onclick = () => setMode('between');
addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && lx.state.view === 'map') {
    if (map.mode !== 'pick') setMode(map.mode);
    refit.open(false);
  }
});
const chips = () => {
  const { info } = lx.state;
  if (!info) return;
  const offered = [...(info.projections || []), ...(own.run === lx.state.run ? own.map((k) => 'own:' + k) : [])],
    d = info.spec.w_dim * info.spec.num_layers;
  $('.lx-projections').replaceChildren(...offered.map((p) => mapChip(p, map.projection, choose)));
  colouring.offer(info);
  for (const c of ['.lx-lasso', '.lx-between']) $(c).hidden = !info.points;
  manifold.offer();
  refit.offer(offered, map.projection);
  $('.lx-shadow').textContent = d === 2 ? lx.t('map.exact') : lx.t('map.approximate', { n: d });
};
const choose = (projection) => {
  map.projection = projection;
  between.away();
  marker.away();
  whole = true;
  chips();
  remember();
  return load();
};
document.addEventListener('lx-fitted', (e) => {
  const d = e.detail;
  ownMaps.put(d);
  if (d.run !== lx.state.run || lx.state.view !== 'map') {
    if (own.run === d.run) own.run = null;
    return lx.say(lx.t('map.fit.done.elsewhere', { run: d.run }));
  }
  own = Object.assign([...own.filter((k) => k !== d.key), d.key].slice(-3), { run: d.run });
  refit.open(false);
  loaded = null;
  choose('own:' + d.key);
  lx.say(lx.t('map.fit.done'));
  element.dataset.fitted = d.key;
});

/* ---- what a link, Back and undo bring back ---- */
const usual = () => {
  const { info } = lx.state;
  return { projection: info.projections?.[0] || 'code', colour: usualField(info.dataset), grid: isPlane() && !info.points };
};
const linkText = () => {
  const u = usual(),
    l = plot._fullLayout,
    n = lx.state.info.points;
  return mapText.write({
    projection: map.projection === u.projection ? '' : map.projection,
    colour: colouring.by === u.colour ? '' : colouring.by,
    only: colouring.only.size ? [...colouring.only] : null,
    grid: manifold.pressed === u.grid ? null : manifold.pressed,
    range: whole || !l ? null : [...l.xaxis.range, ...l.yaxis.range],
    mode: map.mode === 'pick' ? '' : map.mode,
    sets: lasso.sets.map((v) => mapText.pack(v.indices, n)),
    along: lasso.along,
    ends: between.ends,
  });
};
/** Hand this view's state to the link. */
const remember = () => {
  if (lx.state.info && restored && !pending) lx.keep('map', linkText());
};
/** Show exactly what the link says. */
const restore = () => {
  const { info } = lx.state;
  if (!info || (restored && map.xs && !pending && (lx.state.kept.map ?? null) === linkText())) return;
  const u = usual(),
    s = mapText.read(lx.state.kept.map, info.points),
    there = s.projection && (info.projections.includes(s.projection) || ownParts(s.projection));
  restored = true;
  pending = s;
  map.projection = there ? s.projection : u.projection;
  colouring.restore(s.colour, s.only, info.dataset);
  manifold.pressed = s.grid ?? u.grid;
  enter(s.mode || 'pick');
  between.restore(s.ends);
  marker.at = null;
  chips();
  lasso.restore(s.sets);
  between.drawStrip();
  load();
};
/** What is left to do of it once the points are there. */
const arrive = async () => {
  const s = pending,
    { run } = lx.state;
  if (!s || !map.xs) return;
  pending = null;
  await paint(true);
  if (s.range) {
    await map.frame(s.range.slice(0, 2), s.range.slice(2));
    whole = false;
  }
  marker.follow();
  between.draw();
  await lasso.restoreAlong(s.along);
  await between.complete();
  if (run === lx.state.run && between.ends.length) {
    between.drawStrip();
    between.draw();
  }
};

lx.on('run', (info) => {
  map.xs = null;
  loaded = null;
  pending = null;
  whole = true;
  ticket++;
  delete element.dataset.ready;
  plot.classList.add('lx-stale');
  colouring.clear();
  colouring.fit(info.dataset);
  between.restore([]);
  between.away();
  marker.forget();
  pointing.hide();
  map.projection = info.projections?.[0] || 'code';
  if (map.mode !== 'pick') enter('pick');
  manifold.pressed = isPlane() && !info.points;
  lasso.restore([]);
  between.drawStrip();
  chips();
  load();
});
lx.on('restore', restore);
lx.on('code', () => {
  lasso.codeMoved();
  marker.follow();
});
lx.on('view', (v) => {
  pointing.hide();
  if (v === 'map') requestAnimationFrame(load);
  else refit.open(false);
});
lx.on('lang', () => {
  chips();
  lasso.draw();
});
lx.on('theme', () => {
  if (!map.xs) return;
  colouring.retint();
  lasso.draw();
});
lx.translate(element);
