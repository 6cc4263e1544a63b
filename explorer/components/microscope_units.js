/* A page of a layer's units: their weights, encoder's and decoder's filters in pairs, maximising inputs, or the real images that excite them. */
import { makeCells, makeChoice, makeLatest } from './microscope_cells.js';
import { makeMicUnit } from './microscope_unit.js';
import { lx } from './store.js';

export const makeMicUnits = (host, mic) => {
  const $ = (s) => host.querySelector(s),
    PAIRS = 24,
    FEW = 8,
    bar = $('.lx-progress'),
    halt = $('.lx-mic-halt');
  let halted = false;
  let layer = 0,
    page = 0,
    alive = false,
    look = null,
    unit = null,
    other = '',
    data = null,
    shown = '',
    ticket = 0,
    sought = false,
    alike = null;
  const grid = makeCells($('.lx-mic-grid')),
    second = makeCells($('.lx-mic-other-grid')),
    detail = makeMicUnit($('.lx-mic-unit'), mic);
  const two = (v) => lx.number(Math.round(100 * v) / 100 || 0);
  const can = (l) => (l === 'best' || l === 'real' ? true : layer === 0 && mic.facts.filters),
    usual = () => (mic.facts.filters && layer === 0 ? 'weights' : 'best');
  const text = () => [layer, page, unit ?? '', look ?? '', +alive, other].join('.');
  const restore = (t) => {
    const [l, p, u, k, a, ...o] = String(t || '').split('.'),
      size = mic.facts.layers[+l];
    if (!size) return;
    layer = +l;
    page = Math.max(0, Math.floor(+p) || 0);
    unit = /^\d+$/.test(u) && +u < size.units ? +u : null;
    look = ['weights', 'pairs', 'best', 'real'].includes(k) && can(k) ? k : null;
    alive = a === '1';
    other = o.join('.');
  };
  const layers = () => {
    $('.lx-mic-layers').replaceChildren(
      ...mic.facts.layers.map((l, k) => {
        const b = document.createElement('button');
        b.type = 'button';
        b.className = 'lx-chip';
        b.setAttribute('role', 'radio');
        b.dataset.layer = k;
        b.textContent = `${mic.layer(k)} · ${l.units}`;
        b.title = lx.t(l.channels ? 'mic.channels' : 'mic.dense', { n: l.units });
        return b;
      }),
    );
    markLayer(layer);
  };
  const markLayer = makeChoice($('.lx-mic-layers'), 'layer', (k) => {
    layer = +k;
    page = 0;
    unit = null;
    look = can(look) ? look : usual();
    load();
  });
  const markLook = makeChoice($('.lx-mic-looks'), 'look', (k) => {
    look = k;
    load();
  });
  $('.lx-mic-back').onclick = () => {
    if (page > 0) {
      page--;
      unit = null;
      load();
    }
  };
  $('.lx-mic-on').onclick = () => {
    if (data && page < data.pages - 1) {
      page++;
      unit = null;
      load();
    }
  };
  $('.lx-mic-alive').onclick = () => {
    alive = !alive;
    page = 0;
    load();
  };
  $('.lx-mic-other').onchange = (e) => {
    other = e.target.value;
    load();
  };
  const runs = () => {
    const s = $('.lx-mic-other'),
      me = lx.runOf(lx.state.run),
      fit = (lx.state.runs || []).filter((r) => r.name !== lx.state.run && lx.supports(r.name, 'microscope') && r.dataset === me?.dataset);
    s.replaceChildren(
      ...[['', lx.t('mic.other.none')], ...fit.map((r) => [r.name, r.title || r.name])].map(([v, name]) => {
        const o = document.createElement('option');
        o.value = v;
        o.textContent = name;
        return o;
      }),
    );
    if (!fit.some((r) => r.name === other)) other = '';
    s.value = other;
  };
  /* ---- the grid ---- */
  const cell = (u, k, more) => ({
    at: k,
    caption: u.unit,
    meter: 0,
    dead: u.dead,
    on: u.unit === unit,
    data: { unit: u.unit },
    title: lx.t(u.dead ? 'mic.unit.dead' : 'mic.unit', { layer: mic.layer(layer), unit: u.unit }),
    pick: () => choose(layer, u.unit, true),
    ...more,
  });
  const real = (dim) => {
    grid.show(
      data.units.map((u, k) => cell(u, k, { index: u.exciting, dim })),
      [null],
      lx.state.info.spec.shape.slice(1),
      8,
    );
  };
  const draw = async (still) => {
    const list = look === 'pairs' ? data.units.slice(0, other ? PAIRS / 2 : PAIRS) : data.units,
      ids = list.map((u) => u.unit);
    alike = null;
    halt.hidden = true;
    const more = look === 'pairs' && !!other;
    $('.lx-mic-other-grid').hidden = $('.lx-mic-other-name').hidden = !more;
    if (!more) second.clear();
    host.dataset.look = look;
    if (!list.length) {
      grid.clear();
      return;
    }
    if (look === 'weights' || look === 'pairs') {
      const d = await mic.ask({ op: 'filters', units: ids });
      if (!still()) return;
      const ims = await Promise.all((look === 'pairs' ? [d.encoder, d.decoder] : [d.encoder]).map(mic.picture));
      if (!still()) return;
      alike = d.mean;
      grid.show(
        list.map((u, k) =>
          cell(u, k, look === 'pairs' ? { caption: two(d.alike[k]), meter: undefined, data: { unit: u.unit, alike: d.alike[k] } } : {}),
        ),
        ims,
        d.tile,
        look === 'pairs' ? 4 : 8,
      );
      if (more) await beside(still);
    } else if (look === 'best') {
      real(true);
      lx.stale(pages(), false);
      await climb(list, still);
    } else real(false);
  };
  /* maximising inputs, few at a time: the first one alone, each shown as soon as it is there, until somebody stops */
  const climb = async (list, still) => {
    halted = false;
    halting();
    for (let from = 0, size = 1; from < list.length; from += size, size = from === 1 ? FEW - 1 : FEW) {
      progress(from / list.length);
      const some = list.slice(from, from + size),
        d = await mic.poll({ op: 'ascent', layer, units: some.map((u) => u.unit) }, still);
      if (!d) return;
      const im = await mic.picture(d.picture);
      if (!still()) return;
      some.forEach((u, k) => grid.put(from + k, cell(u, k, { data: { unit: u.unit, value: d.values[k], grey: d.grey[k] } }), im, d.tile));
      if (halted && from + size < list.length) {
        bar.hidden = true;
        halting();
        return;
      }
    }
    bar.hidden = halt.hidden = true;
  };
  const progress = (share) => {
    bar.hidden = false;
    bar.firstChild.style.width = 100 * share + '%';
    bar.setAttribute('aria-valuenow', Math.round(100 * share));
  };
  const halting = () => {
    halt.hidden = false;
    halt.dataset.t = halted ? 'mic.best.on' : 'mic.best.stop';
    halt.textContent = lx.t(halt.dataset.t);
  };
  halt.onclick = () => {
    if (!halted) {
      halted = true;
      return;
    }
    shown = '';
    load();
  };
  /* the same of another run: its own units, those that vary most */
  const beside = async (still) => {
    const say = (words, name) => {
        second.clear();
        $('.lx-mic-other-name').textContent = words;
        host.dataset.other = name;
      },
      title = lx.runOf(other)?.title || other,
      ask = (body) => lx.api('microscope', { run: other, ...body }),
      facts = await ask({ op: 'facts' });
    if (!still()) return;
    if (!facts.filters || facts.layers[0].units !== mic.facts.layers[0].units) {
      say(lx.t('mic.other.unfit', { title }), 'none');
      return;
    }
    for (;;) {
      const d = await ask({ op: 'units', layer: 0 });
      if (!still()) return;
      if (!d.ready) {
        await new Promise((f) => setTimeout(f, 250));
        continue;
      }
      const ids = d.units.slice(0, PAIRS / 2).map((u) => u.unit),
        f = await ask({ op: 'filters', units: ids }),
        ims = await Promise.all([f.encoder, f.decoder].map(mic.picture));
      if (!still()) return;
      say(lx.t('mic.other.alike', { title, alike: two(f.mean) }), other);
      second.show(
        ids.map((u, k) => ({
          at: k,
          caption: two(f.alike[k]),
          title: lx.t('mic.unit', { layer: lx.t('mic.layer', { n: 1 }), unit: u }),
          data: { unit: u, alike: f.alike[k] },
        })),
        ims,
        f.tile,
        4,
      );
      return;
    }
  };
  /* before the server has watched the units, the first ones as they are numbered */
  const first = async (still) => {
    const n = Math.min(64, mic.facts.layers[0].units),
      ids = Array.from({ length: n }, (_, k) => k),
      d = await mic.ask({ op: 'filters', units: ids }),
      im = await mic.picture(d.encoder);
    if (still())
      grid.show(
        ids.map((u, k) => ({ at: k, caption: u, meter: 0, data: { unit: u } })),
        im,
        d.tile,
        8,
      );
  };
  const pages = () => host.querySelectorAll('.lx-mic-grid, .lx-mic-other-name, .lx-mic-told, .lx-mic-look-told');
  /* a page that cannot be had: nothing of another one under its name */
  const empty = () => {
    grid.clear();
    second.clear();
    halt.hidden = true;
    data = null;
    shown = '';
    lx.stale(pages(), false);
    for (const s of ['.lx-mic-told', '.lx-mic-look-told', '.lx-mic-other-name', '.lx-mic-page']) $(s).textContent = '';
  };
  const load = async () => {
    if (!mic.on() || mic.panel !== 'units') return;
    look = look && can(look) ? look : usual();
    markLayer(layer);
    markLook(look);
    for (const b of host.querySelectorAll('[data-look]')) b.hidden = !can(b.dataset.look);
    $('.lx-mic-other').hidden = look !== 'pairs' || $('.lx-mic-other').options.length < 2;
    const run = lx.state.run,
      key = () => [run, layer, page, alive, look, other].join('|'),
      me = ++ticket,
      still = () => me === ticket && mic.on() && lx.state.run === run && mic.panel === 'units';
    try {
      if (shown === key()) {
        lx.stale(pages(), false);
        detail.show(layer, unit);
      } else {
        bar.hidden = true;
        shown = '';
        lx.stale(pages(), true);
        if (!grid.n && look === 'weights' && page === 0) await first(still);
        if (!still()) return;
        const d = await mic.poll({ op: 'units', layer, page, alive, ...(sought && unit !== null && { unit }) }, still, bar);
        if (!d) return;
        data = d;
        page = d.page;
        sought = false;
        if (unit === null) unit = d.units[0]?.unit ?? null;
        tell();
        detail.show(layer, unit);
        await draw(still);
        if (!still()) return;
        shown = key();
        lx.stale(pages(), false);
        mic.count('units');
        mic.write();
      }
      tell();
      values();
    } catch (e) {
      bar.hidden = true;
      if (me === ticket) {
        empty();
        mic.failed(e);
      }
    }
  };
  const values = makeLatest(
    async () => {
      if (!data?.units.length || look === 'pairs' || !mic.on() || mic.panel !== 'units') return;
      const now = shown,
        d = await mic.ask({ op: 'values', layer, units: data.units.map((u) => u.unit), ...mic.source() });
      if (now !== shown || grid.n !== d.values.length) return;
      grid.each((e, c, k) => {
        const u = data.units[k],
          share = u.high > u.low && !u.dead ? (d.values[k] - u.low) / (u.high - u.low) : 0,
          b = e.querySelector('u b');
        if (b) b.style.width = 100 * Math.max(0, Math.min(1, share)) + '%';
        e.dataset.now = d.values[k];
      });
      mic.count('values');
    },
    mic.failed,
    () => host.querySelectorAll('.lx-mic-left .lx-mic-cell u'),
    () =>
      grid.each((e) => {
        const b = e.querySelector('u b');
        if (b) b.style.width = 0;
      }),
  );
  const choose = (k, u, here) => {
    if (k < 0) k += mic.facts.layers.length;
    const moved = k !== layer;
    if (moved) {
      layer = k;
      page = 0;
      look = null;
    }
    unit = u;
    if (!here && (moved || !data?.units.some((x) => x.unit === u))) {
      sought = true;
      shown = '';
    }
    if (here) {
      grid.each((e) => e.classList.toggle('is-on', +e.dataset.unit === u));
      detail.show(layer, u);
      mic.write();
    }
  };
  const tell = () => {
    if (!data) return;
    const { total, dead, pages, seen } = data;
    $('.lx-mic-page').textContent = lx.t('mic.page', { k: page + 1, n: pages });
    $('.lx-mic-back').disabled = page === 0;
    $('.lx-mic-on').disabled = page >= pages - 1;
    for (const s of ['.lx-mic-page', '.lx-mic-back', '.lx-mic-on']) $(s).hidden = pages < 2;
    $('.lx-mic-told').textContent = lx.t(dead ? 'mic.told.dead' : 'mic.told', { n: total, dead, seen });
    const b = $('.lx-mic-alive');
    b.hidden = !dead;
    b.setAttribute('aria-pressed', alive);
    b.textContent = lx.t('mic.alive', { dead });
    $('.lx-mic-look-told').textContent =
      lx.t('mic.look.' + look + '.told', { alike: alike === null ? '' : two(alike) }) + (look === 'pairs' ? '' : ' ' + lx.t('mic.meter'));
    host.dataset.dead = dead;
    host.dataset.layer = layer;
    detail.tell();
  };
  return {
    text,
    restore,
    choose,
    enter: () => {
      runs();
      layers();
      load();
    },
    code: () => {
      values();
      detail.code();
    },
    tell: () => {
      if (!mic.on()) return;
      runs();
      layers();
      if (data && mic.panel === 'units') {
        shown = '';
        load();
      }
    },
    runs,
    clear: () => {
      layer = page = 0;
      sought = false;
      unit = look = data = null;
      alive = false;
      other = '';
      shown = '';
      ticket++;
      grid.clear();
      second.clear();
      detail.clear();
    },
  };
};
