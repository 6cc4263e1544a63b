/* One unit: what it is for the image, its filters, the input and the real images that excite it most, and what it draws. */
import { lx } from './store.js';

export class MicUnit {
  #mic;
  #host;
  #layer = null;
  #unit = null;
  #data = null;
  #best = null;
  #filters = null;
  #ticket = 0;
  #key = '';
  #timer;
  #load = async () => {
    if (this.#unit === null || !this.#mic.on() || !this.#mic.facts || this.#mic.panel !== 'units') return;
    const me = ++this.#ticket,
      run = lx.state.run,
      now = [run, this.#layer, this.#unit].join(),
      still = () => me === this.#ticket && this.#mic.on() && lx.state.run === run && this.#mic.panel === 'units',
      first = now !== this.#key;
    lx.stale([this.#host], true);
    try {
      const d = await this.#mic.poll({ op: 'unit', layer: this.#layer, unit: this.#unit, ...this.#mic.source() }, still);
      if (!d) return;
      if (d.column) d.drawn = await this.#mic.picture(d.column);
      if (!still()) return;
      if (first) {
        this.#best = this.#filters = null;
        if (this.#layer === 0 && this.#mic.facts.filters) {
          const f = await this.#mic.ask({ op: 'filters', units: [this.#unit] }),
            ims = await Promise.all([f.encoder, f.decoder].map(this.#mic.picture));
          if (!still()) return;
          this.#filters = Object.assign(ims, { tile: f.tile });
        }
      }
      this.#data = d;
      this.#key = now;
      this.tell();
      lx.stale([this.#host], false);
      this.#mic.count('unit');
      if (!this.#best) {
        const b = await this.#mic.poll({ op: 'ascent', layer: this.#layer, units: [this.#unit] }, still);
        if (!b) return;
        this.#best = { im: await this.#mic.picture(b.picture), tile: b.tile, value: b.values[0], grey: b.grey[0] };
        if (still()) {
          this.tell();
          this.#mic.count('best');
        }
      }
    } catch (e) {
      if (me === this.#ticket) {
        if (this.#key !== now || !this.#data) {
          this.#data = null;
          this.#key = '';
          this.#host.replaceChildren();
        }
        lx.stale([this.#host], false);
        this.#mic.failed(e);
      }
    }
  };

  constructor(host, mic) {
    this.#host = host;
    this.#mic = mic;
  }

  #piece(tag, name, text) {
    const e = document.createElement(tag);
    if (name) e.className = name;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  #canvas(im, [h, w], at = 0) {
    const c = this.#piece('canvas');
    c.width = w;
    c.height = h;
    const columns = Math.max(1, Math.round(im.width / w));
    c.getContext('2d', { willReadFrequently: true }).drawImage(im, (at % columns) * w, Math.floor(at / columns) * h, w, h, 0, 0, w, h);
    c.setAttribute('role', 'img');
    return c;
  }

  #figure(c, caption, name) {
    const f = this.#piece('figure', name),
      cap = this.#piece('figcaption', '', caption);
    c.setAttribute('aria-label', caption);
    f.append(c, cap);
    return f;
  }

  tell() {
    if (!this.#data || !this.#mic.facts) return;
    const rows = [],
      h = this.#piece('h2', 'lx-mic-title', `${this.#mic.layer(this.#layer)} · ${lx.t('mic.unit.name', { unit: this.#unit })}`);
    if (this.#data.dead) h.append(this.#piece('b', 'lx-mic-dead', lx.t('mic.dead')));
    rows.push(h);
    const pics = this.#piece('div', 'lx-mic-figures');
    if (this.#filters)
      this.#filters.forEach((im, k) =>
        pics.append(
          this.#figure(
            this.#canvas(im, this.#filters.tile),
            lx.t(k ? 'mic.filter.decoder' : 'mic.filter.encoder'),
            k ? 'lx-mic-f-dec' : 'lx-mic-f-enc',
          ),
        ),
      );
    if (this.#best)
      pics.append(
        this.#figure(
          this.#canvas(this.#best.im, this.#best.tile),
          lx.t('mic.best.is', { value: this.#mic.short(this.#best.value) }),
          'lx-mic-f-best',
        ),
      );
    else pics.append(this.#piece('div', 'lx-mic-pending', lx.t('mic.best.wait')));
    rows.push(pics);
    const span = (v) =>
        100 *
          Math.max(
            0,
            Math.min(
              1,
              this.#data.high > this.#data.low && !this.#data.dead ? (v - this.#data.low) / (this.#data.high - this.#data.low) : 0,
            ),
          ) +
        '%',
      line = this.#piece('div', 'lx-mic-line'),
      fill = this.#piece('i'),
      tick = this.#piece('b');
    fill.style.width = span(this.#data.value);
    tick.style.left = span(this.#data.mean);
    line.append(fill, tick);
    line.title = lx.t('mic.range', { low: this.#mic.short(this.#data.low), high: this.#mic.short(this.#data.high) });
    rows.push(
      this.#piece(
        'p',
        'lx-mic-now',
        lx.t('mic.now', {
          value: this.#mic.short(this.#data.value),
          mean: this.#mic.short(this.#data.mean),
          deviation: this.#mic.short(this.#data.deviation),
        }),
      ),
      line,
    );
    if (this.#data.column) {
      rows.push(this.#piece('h3', '', lx.t('mic.column')));
      const two = this.#piece('div', 'lx-mic-figures'),
        [, hh, ww] = lx.state.info.spec.shape;
      [
        ['mic.column.code', 0],
        ['mic.column.more', 1],
        ['mic.column.change', 2],
      ].forEach(([words, k]) =>
        two.append(
          this.#figure(
            this.#canvas(this.#data.drawn, [hh, ww], k),
            lx.t(words, { step: this.#mic.short(this.#data.step) }),
            'lx-mic-f-col' + k,
          ),
        ),
      );
      rows.push(two);
    }
    rows.push(this.#piece('h3', '', lx.t('mic.exciting')));
    const real = this.#piece('div', 'lx-mic-real');
    this.#data.exciting.slice(0, 8).forEach((index, k) => {
      const b = this.#piece('button'),
        c = this.#piece('canvas'),
        i = this.#piece('i', 'num', this.#mic.short(this.#data.values[k]));
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
    this.#host.replaceChildren(...rows);
    this.#host.dataset.unit = this.#unit;
    this.#host.dataset.layer = this.#layer;
    this.#host.dataset.value = this.#data.value;
    this.#host.dataset.high = this.#data.high;
    if (this.#best) {
      this.#host.dataset.best = this.#best.value;
      this.#host.dataset.grey = this.#best.grey;
    } else delete this.#host.dataset.best;
  }

  show(l, u) {
    this.#layer = l;
    this.#unit = u;
    if (u === null) {
      this.#host.replaceChildren();
      return;
    }
    this.#load();
  }

  code() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#load, 60);
  }

  clear() {
    this.#ticket++;
    this.#data = this.#best = this.#filters = this.#unit = null;
    this.#key = '';
    this.#host.replaceChildren();
  }
}
