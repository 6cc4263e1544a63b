/* The map: loads the points of a run's map, and holds together what is drawn of them and what can be done with them, each in a module of
 * its own: colouring, scatter, marker, pointing, search, lasso, between, manifold, projections,
 * names, thumbs, second, space. */
import { LastAsked } from '../../shell/last_asked.js';
import { aboutText } from '../../shell/metric_text.js';
import { mounted } from '../../shell/gradio_component.js';
import { opened } from '../../shell/state.js';
import { percent } from '../../shell/percent.js';
import { lx } from '../../shell/store.js';
import { Between } from './map_interpolation.js';
import { Colouring, usualField } from './colouring.js';
import { Lasso } from './lasso_to_direction.js';
import { Manifold, isPlane } from './manifold.js';
import { Marker } from './marker.js';
import { Names } from './cluster_labels.js';
import { gone } from './place_code.js';
import { ownMaps } from './fitted_maps.js';
import { mapText } from './plane_state.js';
import { Pointing } from './map_pointer.js';
import { PosteriorEllipse } from './posterior.js';
import { RefitChip, mapChip, ownParts } from './projections.js';
import { HANDS, layout, sameFrame, trace, wholeFrame } from './scatter.js';
import { saveWhole } from './saved_map.js';
import { Search } from './search.js';
import { Second, ring } from './second_pane.js';
import { Space, isDeep } from './map_3d.js';
import { Thumbs } from './thumbnails.js';

/** @import { PlaneMap } from './plane_state.js' */

const { element } = mounted('plane');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  legend = $('.lx-legend'),
  tools = $('.lx-tools');
/* loaded: what the points are of. pending: of a link, what waits for the points. whole: all points are framed. own: keys of this person's
   maps of the run `own.run`. */
let loaded = /** @type {string | null} */ (null),
  framed = '' /* the run and map that the frame is of: another colour keeps it */,
  lastAsked = new LastAsked(),
  wired = false,
  /** @type {string[] & { run?: string | null }} */ own = [],
  pending = /** @type {ReturnType<typeof mapText.read> | null} */ (null),
  restored = false,
  whole = true,
  framing = false,
  revision = 0;
/** @type {PlaneMap['binary']} */
const binary = async (path, type) => new type(await (await lx.bytes(path)).arrayBuffer());
/** What the map's parts share. @type {PlaneMap} */
const map = {
  element,
  stage: $('.lx-map'),
  plot: $('.lx-plot'),
  xs: null,
  ys: null,
  projection: '',
  mode: 'pick',
  binary,
  /* only the decoded plane is shown */
  bare: () => manifold.on,
  /* a 1 for each point that is looked for; null: nothing is */
  get found() {
    return search.found;
  },
  /* points become a lasso's set */
  select: (indices) => {
    if (map.mode !== 'lasso') setMode('lasso');
    lasso.take(indices);
  },
  pixels: (x, y) => {
    const l = map.plot._fullLayout;
    return l && [l.xaxis._offset + l.xaxis.l2p(x), l.yaxis._offset + l.yaxis.l2p(y)];
  },
  ring: $('.lx-ring'),
  /* a point that the hand is on is marked in both panes */
  hovered: (i) => {
    ring(map, i);
    ring(second.pane, i);
  },
  tell: (i, x, y) => pointing.tell(i, x, y),
  hide: () => pointing.hide(),
  offered: () => offered(),
  points: (run, projection) => placesOf(run, projection),
  /* the first pane has another size */
  split: async () => {
    if (plot._fullLayout) await Plotly.Plots.resize(plot);
    if (map.xs && plot._fullLayout) await paint(whole);
  },
  /* a point of the second pane is an end of the path, in that mode: whether it is taken there */
  between: (index) => {
    if (map.mode !== 'between') return false;
    if (index >= 0) between.pick(index);
    return true;
  },
  /* where a point lies on the screen */
  spot: (i) => map.pixels(map.xs?.[i] ?? NaN, map.ys?.[i] ?? NaN),
  /* what lies over the points is drawn anew */
  over: () => {
    names.draw();
    thumbs.draw();
    second.paint(false);
    space.paint();
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
  search = new Search(map, $('.lx-seek'), $('.lx-seek-told')),
  between = new Between(map, $('.lx-pair'), $('.lx-strip')),
  names = new Names(map, colouring, $('.lx-names'), $('.lx-titled')),
  thumbs = new Thumbs(map, colouring, $('.lx-map-images'), $('.lx-map-imaging')),
  manifold = new Manifold(map, $('.lx-manifold'), $('.lx-grid')),
  posterior = new PosteriorEllipse(map, $('.lx-posterior'), $('.lx-posterior-told')),
  marker = new Marker(map, $('.lx-marker g'), () => {
    between.draw();
    posterior.draw();
  }),
  pointing = new Pointing(map, marker, $('.lx-tip'), (i) => colouring.tag(i)),
  second = new Second(map, {
    colouring,
    lasso,
    search,
    tip: $('.lx-tip'),
    legend,
    plot: $('.lx-map-second'),
    svg: $('.lx-map-second-marker'),
    choice: $('.lx-map-seconds'),
    name: $('.lx-map-second-name'),
  }),
  space = new Space(map, { colouring, lasso, search, canvas: $('.lx-map-space'), cross: $('.lx-map-space-marker') }),
  refit = new RefitChip($('.lx-refit'), stage, element, () => chips());

saveWhole(map, colouring, marker, { names, between });

/* ---- loading ---- */
const empty = () => {
  loaded = null;
  names.clear();
  second.clear();
  space.clear();
  map.xs = null;
  colouring.clear();
  if (plot._fullLayout) {
    Plotly.purge(plot);
    wired = false;
  }
};
/** Places (x and y by turns) of a map of the run; null of one's own that is nowhere any more. */
/** @type {PlaneMap['points']} */
const placesOf = (run, projection) => {
  if (projection.startsWith('own:')) return ownMaps.points(run, projection.slice(4));
  return binary(`map/${encodeURIComponent(run)}?projection=${projection}`, Float32Array);
};
/** Places of the chosen map; of one's own map that is nowhere any more, the shipped one's, and that is said. @param {string} run */
const pointsOf = async (run) => {
  const { points, projections } = opened().info;
  if (!points) return new Float32Array(0);
  const found = await placesOf(run, map.projection);
  if (found) return found;
  const key = map.projection.slice(4);
  lx.say(gone(key), 'error');
  element.dataset.gone = key;
  map.projection = projections.includes('umap') ? 'umap' : projections[0];
  pending = { sets: [], ends: [], ...pending, range: null };
  return /** @type {Float32Array} */ (await placesOf(run, map.projection));
};
/** @param {string} run */
const ownOf = (run) => {
  if (!opened().info.points) return [];
  return own.run === run ? own : ownMaps.keys(run).catch(() => []);
};
const wanted = () => [lx.state.run, map.projection, colouring.by].join('|');
/**
 * What a map needs is here: put it in place and paint it.
 * @param {string} run
 * @param {Float32Array} xy
 * @param {Uint8Array | null} labels
 * @param {string[]} maps
 * @param {Map<string, Uint8Array> | null} columns
 */
const take = async (run, xy, labels, maps, columns) => {
  own = Object.assign(maps, { run });
  loaded = wanted();
  map.xs = xy.filter((_, i) => i % 2 === 0);
  map.ys = xy.filter((_, i) => i % 2 === 1);
  colouring.labels = labels;
  chips();
  lasso.draw();
  names.find(columns);
  const of = `${run}|${map.projection}`;
  await paint(whole || framed !== of);
  framed = of;
  await second.load();
  await space.load();
  between.drawStrip();
  element.dataset.run = run;
  element.dataset.points = map.xs.length;
  element.dataset.projection = map.projection;
};
const load = async () => {
  const { info, run } = lx.state;
  if (!info || !run || lx.state.view !== 'map' || !lx.supports(info.card.name, 'map')) return;
  $('.lx-nothing').hidden = !!info.points || isPlane();
  if (!info.points && !isPlane()) {
    empty();
    element.dataset.run = run;
    element.dataset.ready = 'empty';
    return;
  }
  if (loaded === wanted()) return arrive();
  loaded = wanted();
  const isLast = lastAsked.ask();
  stage.classList.add('busy');
  plot.classList.add('lx-stale');
  delete element.dataset.ready;
  try {
    const began = performance.now(),
      [xy, labels, maps, columns] = await Promise.all([pointsOf(run), colouring.ask(info), ownOf(run), names.ask(info), lx.loadPlotly()]);
    if (!isLast()) return;
    await take(run, xy, labels, maps, columns);
    element.dataset.ms = Math.round(performance.now() - began);
    await arrive();
    element.dataset.ready = 'true';
  } catch (e) {
    if (!isLast()) return;
    empty();
    const { message } = /** @type {Error} */ (e);
    lx.say(message, 'error');
    element.dataset.error = message;
  } finally {
    if (isLast()) {
      stage.classList.remove('busy');
      plot.classList.remove('lx-stale');
    }
  }
};

/* ---- drawing ---- */
/* all points, or what is shown already */
/** @param {boolean} fresh */
const frame = (fresh) => {
  if (!fresh && plot._fullLayout) return sameFrame(plot._fullLayout);
  whole = true;
  stage.style.setProperty('--above', tools.offsetTop + tools.offsetHeight + 6 + 'px');
  const room = { height: plot.clientHeight, above: tools.offsetTop + tools.offsetHeight + 12, below: legend.offsetHeight + 16 };
  return wholeFrame(map.xs ?? [], map.ys ?? [], room, map.projection === 'code');
};
/** @param {boolean} fresh */
const paint = async (fresh) => {
  const points = trace(map.xs ?? [], map.ys ?? [], colouring.marker(), lasso.marked(), search.found, manifold.on);
  await Plotly.react(plot, [points], layout(frame(fresh), map.mode === 'lasso', ++revision), HANDS);
  if (!wired) wire();
  element.dataset.marked = lasso.marked()?.length ?? '';
  colouring.draw();
  manifold.draw();
  marker.follow();
  map.over();
  if (manifold.on && map.projection === 'code') manifold.frame();
};
/* what lies over the points moves with them */
const replace = () => {
  marker.again();
  between.draw();
  names.place();
  thumbs.draw();
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
  plot.on('plotly_relayout', (/** @type {object | undefined} */ e) => {
    if (!framing && Object.keys(e || {}).some((k) => k.startsWith('xaxis.range'))) {
      whole = false;
      remember();
    }
  });
  new ResizeObserver(() => {
    if (plot._fullLayout && lx.state.view === 'map') Plotly.Plots.resize(plot)?.then?.(replace);
  }).observe(plot);
};

/* ---- chips ---- */
/** @param {string} mode */
const enter = (mode) => {
  map.mode = mode;
  stage.dataset.mode = mode;
  element.dataset.mode = mode;
  $('.lx-lasso').setAttribute('aria-pressed', mode === 'lasso');
  $('.lx-between').setAttribute('aria-pressed', mode === 'between');
  lasso.show(mode === 'lasso');
  between.show(mode === 'between');
  const dragmode = mode === 'lasso' ? 'lasso' : 'pan';
  if (plot._fullLayout) Plotly.relayout(plot, { dragmode });
  second.drag(dragmode);
};
/** @param {string} mode */
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
/* the run's maps: shipped, then this person's */
const offered = () => [...(opened().info.projections || []), ...(own.run === lx.state.run ? own.map((k) => 'own:' + k) : [])];
const chips = () => {
  const { info } = lx.state;
  if (!info) return;
  const d = info.spec.w_dim * info.spec.num_layers;
  const maps = isDeep() ? [...offered(), '3d'] : offered();
  $('.lx-projections').replaceChildren(...maps.map((p) => mapChip(p, space.on ? '3d' : map.projection, choose)));
  colouring.offer(info);
  for (const c of ['.lx-lasso', '.lx-between']) $(c).hidden = !info.points;
  manifold.offer();
  refit.offer(offered(), map.projection);
  second.offer(offered());
  let shadow = 'map.approximate';
  if (d === 2) shadow = ['code', 'pca'].includes(map.projection) ? 'map.exact' : 'map.anew';
  else if (space.on) shadow = 'map.space.approximate';
  const trust = map.projection === 'umap' && !space.on ? info.card.metrics.map_trustworthiness : undefined,
    kept = trust ? lx.t('map.trust', { share: percent(trust.value, 1) }) : '';
  $('.lx-shadow').textContent = [lx.t(shadow, { n: d }), kept].filter(Boolean).join(' · ');
  $('.lx-shadow').title = trust ? `${aboutText('map_trustworthiness')} ${trust.protocol}` : '';
};
/** @param {string} projection */
const choose = (projection) => {
  pointing.hide();
  if (space.on !== (projection === '3d')) {
    if (map.mode !== 'pick') setMode('pick');
    space.on = !space.on;
    chips();
    remember();
    if (space.on || projection === map.projection) return space.load();
    space.load();
  }
  if (projection === '3d') return undefined;
  if (second.projection === projection) second.projection = map.projection; /* they change places */
  if (projection !== map.projection) names.clear();
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
  const { info } = opened();
  return { projection: info.projections?.[0] || 'code', colour: usualField(info.dataset), grid: isPlane() && !info.points };
};
const linkText = () => {
  const u = usual(),
    l = plot._fullLayout,
    n = opened().info.points;
  return mapText.write({
    projection: map.projection === u.projection ? '' : map.projection,
    colour: colouring.by === u.colour ? '' : colouring.by,
    only: colouring.only.size ? [...colouring.only] : null,
    search: search.raw,
    names: names.on ? null : false,
    images: thumbs.on,
    second: second.projection,
    space: space.text,
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
  map.projection = there && s.projection ? s.projection : u.projection;
  colouring.restore(s.colour ?? '', s.only ?? null, info.dataset);
  manifold.pressed = s.grid ?? u.grid;
  names.on = s.names ?? true;
  thumbs.on = !!s.images;
  space.restore(s.space || '');
  second.projection = s.second && (info.projections.includes(s.second) || ownParts(s.second)) ? s.second : '';
  enter(s.mode || 'pick');
  search.restore(s.search || '', info);
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
  await second.load();
  await space.load();
  await paint(true);
  if (s.range) {
    await map.frame(s.range.slice(0, 2), s.range.slice(2));
    whole = false;
  }
  marker.follow();
  between.draw();
  await lasso.restoreAlong(s.along ?? 0);
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
  lastAsked.drop();
  delete element.dataset.ready;
  plot.classList.add('lx-stale');
  colouring.clear();
  colouring.fit(info.dataset);
  search.restore('', info);
  between.restore([]);
  between.away();
  marker.forget();
  pointing.hide();
  map.projection = info.projections?.[0] || 'code';
  if (map.mode !== 'pick') enter('pick');
  manifold.pressed = isPlane() && !info.points;
  names.on = true;
  thumbs.on = false;
  space.clear();
  second.projection = '';
  second.clear();
  thumbs.offer();
  names.clear();
  lasso.restore([]);
  between.drawStrip();
  chips();
  load();
});
lx.on('restore', restore);
lx.on('code', () => {
  lasso.codeMoved();
  marker.follow();
  second.follow();
  space.frame();
});
lx.on('view', (v) => {
  pointing.hide();
  if (v === 'map') requestAnimationFrame(load);
  else refit.open(false);
});
lx.on('lang', () => {
  chips();
  if (lx.state.info) search.translate(lx.state.info);
  if (map.xs) colouring.draw();
  lasso.draw();
  names.draw();
});
lx.on('theme', () => {
  if (!map.xs) return;
  colouring.retint();
  map.over();
  lasso.draw();
});
lx.translate(element);
