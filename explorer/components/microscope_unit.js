/* One unit: what it is for the image, its filters, the input and the real images that excite it most, and what it draws. */
import { lx } from './store.js';

export const makeMicUnit = (host, mic) => {
  let layer = null,
    unit = null,
    data = null,
    best = null,
    filters = null,
    ticket = 0,
    key = '',
    timer;
  const piece = (tag, name, text) => {
    const e = document.createElement(tag);
    if (name) e.className = name;
    if (text !== undefined) e.textContent = text;
    return e;
  };
  const canvas = (im, [h, w], at = 0) => {
    const c = piece('canvas');
    c.width = w;
    c.height = h;
    const columns = Math.max(1, Math.round(im.width / w));
    c.getContext('2d', { willReadFrequently: true }).drawImage(im, (at % columns) * w, Math.floor(at / columns) * h, w, h, 0, 0, w, h);
    c.setAttribute('role', 'img');
    return c;
  };
  const figure = (c, caption, name) => {
    const f = piece('figure', name),
      cap = piece('figcaption', '', caption);
    c.setAttribute('aria-label', caption);
    f.append(c, cap);
    return f;
  };
  const paint = () => {
    if (!data || !mic.facts) return;
    const rows = [],
      h = piece('h2', 'lx-mic-title', `${mic.layer(layer)} · ${lx.t('mic.unit.name', { unit })}`);
    if (data.dead) h.append(piece('b', 'lx-mic-dead', lx.t('mic.dead')));
    rows.push(h);
    const pics = piece('div', 'lx-mic-figures');
    if (filters)
      filters.forEach((im, k) =>
        pics.append(
          figure(canvas(im, filters.tile), lx.t(k ? 'mic.filter.decoder' : 'mic.filter.encoder'), k ? 'lx-mic-f-dec' : 'lx-mic-f-enc'),
        ),
      );
    if (best) pics.append(figure(canvas(best.im, best.tile), lx.t('mic.best.is', { value: mic.short(best.value) }), 'lx-mic-f-best'));
    else pics.append(piece('div', 'lx-mic-pending', lx.t('mic.best.wait')));
    rows.push(pics);
    const span = (v) =>
        100 * Math.max(0, Math.min(1, data.high > data.low && !data.dead ? (v - data.low) / (data.high - data.low) : 0)) + '%',
      line = piece('div', 'lx-mic-line'),
      fill = piece('i'),
      tick = piece('b');
    fill.style.width = span(data.value);
    tick.style.left = span(data.mean);
    line.append(fill, tick);
    line.title = lx.t('mic.range', { low: mic.short(data.low), high: mic.short(data.high) });
    rows.push(
      piece(
        'p',
        'lx-mic-now',
        lx.t('mic.now', { value: mic.short(data.value), mean: mic.short(data.mean), deviation: mic.short(data.deviation) }),
      ),
      line,
    );
    if (data.column) {
      rows.push(piece('h3', '', lx.t('mic.column')));
      const two = piece('div', 'lx-mic-figures'),
        [, hh, ww] = lx.state.info.spec.shape;
      [
        ['mic.column.code', 0],
        ['mic.column.more', 1],
        ['mic.column.change', 2],
      ].forEach(([words, k]) =>
        two.append(figure(canvas(data.drawn, [hh, ww], k), lx.t(words, { step: mic.short(data.step) }), 'lx-mic-f-col' + k)),
      );
      rows.push(two);
    }
    rows.push(piece('h3', '', lx.t('mic.exciting')));
    const real = piece('div', 'lx-mic-real');
    data.exciting.slice(0, 8).forEach((index, k) => {
      const b = piece('button'),
        c = piece('canvas'),
        i = piece('i', 'num', mic.short(data.values[k]));
      b.type = 'button';
      b.title = lx.t('mic.take', { index });
      b.setAttribute('aria-label', b.title);
      b.dataset.index = index;
      b.onclick = () => lx.point(index);
      b.append(c, i);
      real.append(b);
      lx.tile(c, index).catch(() => {});
    });
    rows.push(real);
    host.replaceChildren(...rows);
    host.dataset.unit = unit;
    host.dataset.layer = layer;
    host.dataset.value = data.value;
    host.dataset.high = data.high;
    if (best) {
      host.dataset.best = best.value;
      host.dataset.grey = best.grey;
    } else delete host.dataset.best;
  };
  const load = async () => {
    if (unit === null || !mic.on() || !mic.facts || mic.panel !== 'units') return;
    const me = ++ticket,
      run = lx.state.run,
      now = [run, layer, unit].join(),
      still = () => me === ticket && mic.on() && lx.state.run === run && mic.panel === 'units',
      first = now !== key;
    lx.stale([host], true);
    try {
      const d = await mic.poll({ op: 'unit', layer, unit, ...mic.source() }, still);
      if (!d) return;
      if (d.column) d.drawn = await mic.picture(d.column);
      if (!still()) return;
      if (first) {
        best = filters = null;
        if (layer === 0 && mic.facts.filters) {
          const f = await mic.ask({ op: 'filters', units: [unit] }),
            ims = await Promise.all([f.encoder, f.decoder].map(mic.picture));
          if (!still()) return;
          filters = Object.assign(ims, { tile: f.tile });
        }
      }
      data = d;
      key = now;
      paint();
      lx.stale([host], false);
      mic.count('unit');
      if (!best) {
        const b = await mic.poll({ op: 'ascent', layer, units: [unit] }, still);
        if (!b) return;
        best = { im: await mic.picture(b.picture), tile: b.tile, value: b.values[0], grey: b.grey[0] };
        if (still()) {
          paint();
          mic.count('best');
        }
      }
    } catch (e) {
      if (me === ticket) {
        if (key !== now || !data) {
          data = null;
          key = '';
          host.replaceChildren();
        }
        lx.stale([host], false);
        mic.failed(e);
      }
    }
  };
  return {
    show: (l, u) => {
      layer = l;
      unit = u;
      if (u === null) {
        host.replaceChildren();
        return;
      }
      load();
    },
    code: () => {
      clearTimeout(timer);
      timer = setTimeout(load, 60);
    },
    tell: paint,
    clear: () => {
      ticket++;
      data = best = filters = unit = null;
      key = '';
      host.replaceChildren();
    },
  };
};
