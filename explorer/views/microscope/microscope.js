import { base64Of, fromBase64 } from '../../shell/bytes.js';
import { count, progress } from '../../shell/dom.js';
import { TOO_LONG, imageText, painted, textImage } from '../../shell/image_text.js';
import { LastAsked } from '../../shell/last_asked.js';
import { latest } from '../../shell/one_in_flight.js';
import { MicCode } from './microscope_code.js';
import { MicColumns } from './microscope_decoder_columns.js';
import { MicDepth } from './microscope_code_length.js';
import { MicDrawn } from './microscope_random_codes.js';
import { MicLesson } from './microscope_pca_lesson.js';
import { MicMaps } from './microscope_feature_maps.js';
import { MicNetworks } from './microscope_networks.js';
import { MicUnits } from './microscope_units.js';
import { mounted } from '../../shell/gradio_component.js';
import { Pad } from '../../shell/drawing_pad.js';
import { brush, decoded, density, onto, wipe } from '../../shell/pictures.js';
import { untilReady } from '../../shell/poll.js';
import { radioGroup } from '../../shell/radios.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @import { FactsAnswer, HeldOutImage, MicroscopeAsks, NotReady, Pixels } from '../../shell/answers' */
/** @import { AskMicroscope, Code, MicroscopeAnswer, MicroscopeAsked } from '../../shell/types' */
/** @typedef {typeof mic} Mic */
/**
 * @typedef {object} Part of a panel
 * @property {() => unknown} enter
 * @property {() => unknown} clear
 * @property {() => unknown} [code] another code, or another image
 * @property {() => unknown} [tell] its words again
 * @property {() => unknown} [paint] its colours again
 */
/**
 * @typedef {object} Shown what the link keeps
 * @property {string} panel
 * @property {string} units
 * @property {number} k
 * @property {number} seed
 * @property {number} lesson
 * @property {string} order
 * @property {number | null} step
 * @property {string} image
 * @property {string} maps
 * @property {string} networks
 */

const { element } = mounted('microscope');

const $ = (/** @type {string} */ s) => element.querySelector(s),
  PANELS = /** @type {HTMLElement[]} */ ([...element.querySelectorAll('[data-to]')]).map((b) => String(b.dataset.to));
const on = () => !!(lx.state.view === 'microscope' && lx.state.info && lx.supports(opened().run, 'microscope'));
/** @type {FactsAnswer | null} */
let facts = null;
/* panel: what is shown. facts: of the run's encoder. given: the image that the current code was taken from ({index} or {pixels}), null:
   it is the code's own image. sketched: what was drawn, as text for a link. */
/** @type {string | null} */
let owner = null;
/** @type {HeldOutImage | Pixels | null} */
let given = null;
/** @type {Code | null} */
let own = null;
let panel = 'units',
  setting = false,
  lastAsked = new LastAsked(),
  sketched = '',
  packing = 0;
/* work that outlived its run asks nothing and fails silently */
const gone = new Error('gone');
/** @type {AskMicroscope} */
const api = (body) => (facts ? lx.api('microscope', /** @type {any} */ (lx.whose(body))) : Promise.reject(gone));
/** @param {Error} e */
const failed = (e) => {
  if (e === gone) return;
  element.dataset.error = e.message;
  lx.say(e.message, 'error');
};
/** @param {number} v */
const short = (v) => {
  const a = Math.abs(v);
  let text = a.toFixed(2);
  if (a >= 100) text = a.toFixed(0);
  else if (a >= 10) text = a.toFixed(1);
  else if (a < 0.01 && a > 0) text = a.toExponential(0).replace('-', '−');
  return (v < 0 ? '−' : '') + text;
};
const mic = {
  on,
  /** @param {string} key */
  count: (key) => count(element, key),
  failed,
  get panel() {
    return panel;
  },
  get facts() {
    return facts;
  },
  get given() {
    return given;
  },
  ask: api,
  /**
   * Until the server has it; null where nobody wants it any more.
   * @template {keyof MicroscopeAsks} Op
   * @param {MicroscopeAsked<Op>} body
   * @param {() => unknown} still
   * @param {HTMLElement} [bar]
   * @returns {Promise<Exclude<MicroscopeAnswer<Op>, NotReady> | null>}
   */
  poll: (body, still, bar) => {
    const asked = /** @type {() => Promise<any>} */ (() => api(body));
    return untilReady(asked, still, (done) => bar && progress(bar, done), 250);
  },
  /** @returns {{ w: string, image?: HeldOutImage | Pixels }} */
  source: () => ({ w: lx.b64(opened().w), ...(given && { image: given }) }),
  picture: decoded,
  /** @param {number} k @returns {string} */
  layer: (k) => {
    if (!facts || k === facts.layers.length - 1) return lx.t('mic.code');
    return facts.layers[k].name === 'features' ? lx.t('mic.features') : lx.t('mic.layer', { n: k + 1 });
  },
  short,
  /** @param {number} layer @param {number} unit */
  unit: (layer, unit) => {
    units.choose(layer, unit);
    show('units');
  },
  /** the units of another run @param {string} run */
  look: (run) => {
    panel = 'units';
    lx.open(run);
  },
  /** the code's numbers: once where all layers have the same, as an image's code of some models */
  numbers: () => {
    const { w } = opened(),
      d = facts?.d ?? w.length;
    return w.length > d && w.every((v, i) => v === w[i % d]) ? w.subarray(0, d) : w;
  },
  write: () => {
    if (!on() || !facts) return;
    const kept = [panel, units.text(), depth.k ?? '', drawn.seed, lesson.seed, code.order[0], lesson.step ?? '', sketched],
      more = [maps.text(), networks.text()];
    lx.keep('mic', (more.some(Boolean) ? [...kept, ...more] : kept).join('~'));
  },
  ink: () => ({ ink: lx.css('--ink'), soft: lx.css('--soft'), line: lx.css('--line'), accent: lx.css('--accent') }),
  /**
   * A canvas at the screen's own resolution, its context in CSS pixels.
   * @param {HTMLCanvasElement} canvas
   * @returns {[CanvasRenderingContext2D, number, number]}
   */
  plot: (canvas) => {
    const k = density(),
      w = canvas.clientWidth,
      h = canvas.clientHeight;
    canvas.width = Math.round(w * k);
    canvas.height = Math.round(h * k);
    const x = brush(canvas);
    x.scale(k, k);
    x.font = '11px ' + getComputedStyle(canvas).fontFamily;
    return [x, w, h];
  },
};
const units = new MicUnits($('[data-panel=units]'), mic),
  code = new MicCode($('[data-panel=code]'), mic),
  depth = new MicDepth($('[data-panel=depth]'), mic),
  drawn = new MicDrawn($('[data-panel=drawn]'), mic),
  columns = new MicColumns($('.lx-mic-columns'), mic),
  lesson = new MicLesson($('.lx-mic-lesson'), mic),
  maps = new MicMaps($('[data-panel=maps]'), mic),
  networks = new MicNetworks($('[data-panel=networks]'), mic);
/** @type {Record<string, Part[]>} */
const parts = { units: [units], code: [code], depth: [depth], drawn: [drawn], pca: [columns, lesson], maps: [maps], networks: [networks] },
  all = Object.values(parts).flat();

/* ---- the bar ---- */
const mark = radioGroup($('.lx-mic-panels'), 'to', (to) => show(to));
/** @param {string} name */
const fits = (name) => {
  if (name === 'maps') return true;
  if (name === 'networks') return networks.known?.partners.length;
  if (!facts?.layers.length) return false; /* no encoder */
  return name === 'pca' ? facts.linear : name !== 'labels' || lx.state.info?.dataset?.classes?.length;
};
/** @param {string} to */
const show = (to) => {
  panel = PANELS.includes(to) && fits(to) ? to : 'units';
  if (!fits(panel)) panel = 'maps';
  mark(panel);
  element.dataset.panel = document.body.dataset.mic = panel;
  for (const e of element.querySelectorAll('.lx-mic-panel')) e.hidden = e.dataset.panel !== panel;
  if (on() && facts) {
    for (const p of parts[panel] || []) p.enter();
    mic.write();
  }
};
const thumb = latest(
  async (/** @type {string} */ run, /** @type {HeldOutImage | Pixels | null} */ image, /** @type {Code} */ w) => {
    const canvas = $('.lx-mic-given');
    if (image && 'index' in image) {
      await lx.tile(canvas, image.index);
      return;
    }
    if (image && 'pixels' in image) {
      onto(canvas, painted(fromBase64(image.pixels), opened().info.spec.shape));
      return;
    }
    delete canvas.dataset.index;
    const im = await createImageBitmap(await (await lx.bytes('render', lx.whose({ op: 'image', run, w: lx.b64(w) }))).blob());
    if (run === lx.state.run && w === lx.state.w) onto(canvas, im);
  },
  failed,
  () => [$('.lx-mic-given')],
  () => {
    const c = $('.lx-mic-given');
    delete c.dataset.index;
    wipe(c);
  },
);
/* the number of the held-out image that is looked at */
const held = () => (given && 'index' in given ? given.index : null);
const index = $('.lx-mic-index'),
  n = () => lx.state.info?.dataset?.n || 0;
index.onchange = () => {
  const v = Math.floor(+index.value);
  if (Number.isFinite(v) && v >= 0 && v < n()) lx.point(v);
  else index.value = held() ?? '';
};
$('.lx-mic-another').onclick = () => {
  if (n()) lx.point(lx.random() % n());
};
/* the pad: what is drawn is encoded and becomes the current code */
const sketch = latest(async (/** @type {string} */ run, /** @type {string} */ pixels) => {
  const d = await lx.api('code', lx.whose({ op: 'encode', run, image: { pixels } }));
  if (run !== lx.state.run) return;
  setting = true;
  given = { pixels };
  own = lx.f32(d.w);
  sketched = '';
  lx.setCode(own, { kind: 'image' });
  setting = false;
  pack(pixels);
  count(element, 'drawing');
}, failed);
/* what was drawn, in the link, once the hand rests */
/** @param {string} pixels */
const pack = (pixels) => {
  clearTimeout(packing);
  packing = setTimeout(async () => {
    const text = await imageText(fromBase64(pixels), opened().info.spec.shape[0]);
    if (given && 'pixels' in given && given.pixels === pixels) {
      sketched = text === TOO_LONG ? '' : text;
      mic.write();
    }
  }, 250);
};
const pad = new Pad($('.lx-pad'), $('.lx-cursor'), () => {
  if (!on() || pad.empty) return;
  const { run, info } = opened(),
    [c, h, w] = info.spec.shape,
    grey = pad.pixels(h, w, c === 1 && h === 28),
    out = new Uint8Array(h * w * c);
  for (let i = 0; i < h * w; i++) for (let k = 0; k < c; k++) out[i * c + k] = grey[i];
  sketch(run, base64Of(out));
});
/** @param {boolean} open */
const openPad = (open) => {
  $('.lx-mic-drawing').hidden = !open;
  $('.lx-mic-draw').setAttribute('aria-expanded', open);
  $('.lx-mic-draw').classList.toggle('on', open);
};
$('.lx-mic-draw').onclick = () => openPad($('.lx-mic-drawing').hidden);
$('.lx-mic-clear').onclick = () => pad.clear();

/* ---- the current code and run ---- */
/** @param {Code} a @param {Code} b */
const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i]);
const follow = () => {
  const { w, run, origin } = lx.state;
  if (!w || !run) return;
  if (!setting && !(own && same(w, own))) {
    own = null;
    sketched = '';
    given = origin?.kind === 'point' && origin.index < n() ? { index: origin.index } : null;
  }
  if (!on() || !facts) return;
  if (document.activeElement !== index) index.value = held() ?? '';
  index.max = n() - 1;
  index.placeholder = '—';
  thumb(run, given, w);
  for (const p of parts[panel] || []) p.code?.();
};
/** @param {string | undefined} text @returns {Shown | null} */
const parse = (text) => {
  const [p, u, k, s, l, o, t, image, m, mixed] = String(text || '').split('~'),
    number = (/** @type {string} */ v) => (/^\d{1,9}$/.test(v) ? +v : null);
  if (!PANELS.includes(p)) return null;
  return {
    panel: p,
    units: u,
    k: +k,
    seed: number(s) ?? 0,
    lesson: number(l) ?? 0,
    order: o,
    step: number(t),
    image: image || '',
    maps: m || '',
    networks: mixed || '',
  };
};
/* what the link keeps, or what a run opens with */
/** @type {Shown} */
const standard = { panel: 'units', units: '0.0..', k: 0, seed: 0, lesson: 0, order: '', step: null, image: '', maps: '', networks: '' };
/** @param {Shown} kept */
const apply = (kept) => {
  units.restore(kept.units);
  depth.k = kept.k >= 1 && kept.k <= (facts?.d ?? 0) ? Math.floor(kept.k) : null;
  drawn.seed = kept.seed;
  lesson.seed = kept.lesson;
  lesson.step = kept.step;
  if (kept.order) code.order = kept.order === 's' ? 'strong' : 'plain';
  maps.restore(kept.maps);
  networks.restore(kept.networks);
  panel = kept.panel;
  if (kept.image) bring(kept.image);
};
/** @param {string} text */
const bring = async (text) => {
  const { run, w, info } = opened(),
    shape = info.spec.shape,
    bytes = await textImage(
      text,
      shape.reduce((p, q) => p * q),
      shape[0],
    );
  if (!bytes || run !== lx.state.run || w !== lx.state.w) return;
  given = { pixels: base64Of(bytes) };
  own = w;
  sketched = text;
  if (shape[0] === 1) pad.load(painted(bytes, shape));
  follow();
};
/* the pad draws white on black: for grey images, as in Reconstruct and Pyramid */
const offerPad = () => {
  const grey = opened().info.spec.shape[0] === 1;
  $('.lx-mic-draw').hidden = !grey;
  if (!grey) openPad(false);
};
const offerPanels = () => {
  for (const b of element.querySelectorAll('[data-to]')) b.hidden = !fits(b.dataset.to);
  $('.lx-mic-no-partner').hidden = !networks.known || networks.known.partners.length > 0;
};
const start = async () => {
  if (!on()) return;
  const run = lx.state.run;
  if (owner === run && facts) {
    follow();
    for (const p of parts[panel] || []) p.enter();
    return;
  }
  const isLast = lastAsked.ask();
  facts = null;
  const panels = element.querySelectorAll('.lx-mic-panel');
  lx.stale(panels, true);
  for (const p of all) p.clear();
  try {
    const d = await lx.api('microscope', lx.whose({ op: 'facts' }));
    if (!isLast() || !on() || run !== lx.state.run) return;
    facts = d;
    owner = run;
    lx.stale(panels, false);
    delete element.dataset.error;
    const kept = parse(lx.state.kept.mic),
      learnt = networks.learn().then(() => {
        if (isLast()) offerPanels();
      });
    offerPanels();
    $('.lx-mic-input').hidden = !facts.layers.length;
    offerPad();
    $('.lx-mic-input')
      .querySelectorAll('.lx-mic-index,.lx-mic-another')
      .forEach((/** @type {HTMLElement} */ e) => {
        e.hidden = !n();
      });
    if (kept?.panel === 'networks') {
      await learnt;
      if (!isLast() || !on() || run !== lx.state.run) return;
    }
    if (kept) apply(kept);
    element.dataset.run = run ?? '';
    follow();
    show(panel);
  } catch (e) {
    if (isLast()) {
      for (const p of panels) p.hidden = true;
      failed(/** @type {Error} */ (e));
    }
  }
};
lx.on('run', () => {
  owner = null;
  own = null;
  given = null;
  sketched = '';
  start();
});
lx.on('view', start);
lx.on('restore', () => {
  own = null;
  panel = standard.panel;
  follow();
  if (!facts || owner !== lx.state.run) {
    start();
    return;
  } /* shown when the view is opened, or the run is there */
  for (const p of all) p.clear();
  apply(parse(lx.state.kept.mic) || standard);
  if (on()) show(panel);
  else owner = null;
});
lx.on('code', follow);
lx.on('lang', () => {
  if (facts) for (const p of all) p.tell?.();
});
lx.on('theme', () =>
  requestAnimationFrame(() => {
    if (on() && facts) for (const p of parts[panel] || []) p.paint?.();
  }),
);
lx.on('runs', () => {
  if (facts) units.runs();
});
new ResizeObserver(() => {
  if (on() && facts) for (const p of parts[panel] || []) p.paint?.();
}).observe($('.lx-mic'));
lx.translate(element);
mark(panel);
element.dataset.panel = panel;
element.dataset.ready = 'true';
