/* Between two images: A was pinned, B is the image in use; a slider and a strip on the straight way between their codes in the current run.
 * data-n counts strips (on the strip), data-at is where the slider stands, data-a: what A is. `view`: set(w, origin), changed(). */
import { TOO_LONG, base64Of, fromBase64, imageText, painted, textImage } from './image_text.js';
import { lx } from './store.js';

export const makeBetween = (host, view) => {
  const FRAMES = 9,
    q = (s) => host.querySelector(s),
    slider = q('input'),
    strip = q('.lx-mixes canvas');
  let a = null,
    b = null,
    timer = 0,
    asking = false,
    wish = null,
    text = '';
  const bytes = (canvas) => {
    const c = lx.state.info.spec.shape[0],
      d = canvas.getContext('2d', { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height).data,
      out = new Uint8Array((d.length / 4) * c);
    for (let i = 0, j = 0; i < d.length; i += 4) for (let k = 0; k < c; k++) out[j++] = d[i + k];
    let s = '';
    for (let i = 0; i < out.length; i += 8192) s += String.fromCharCode(...out.subarray(i, i + 8192));
    return btoa(s);
  };
  const copy = (canvas) => {
    const c = document.createElement('canvas');
    c.width = canvas.width;
    c.height = canvas.height;
    c.getContext('2d', { willReadFrequently: true }).drawImage(canvas, 0, 0);
    return c;
  };
  const put = (to, from) => {
    to.width = from.width;
    to.height = from.height;
    to.getContext('2d').drawImage(from, 0, 0);
  };
  const pair = () => {
    const run = lx.state.run,
      w = a?.codes.get(run);
    return w && b && b.run === run && b.w.length === w.length ? [w, b.w] : null;
  };
  const at = (t, [from, to]) => (t >= 1 ? to : t <= 0 ? from : Float32Array.from(from, (v, i) => v + (to[i] - v) * t));
  const draw = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const ends = pair();
      if (!ends || lx.state.view !== 'reconstruct') return;
      const keys = new Float32Array(2 * ends[0].length);
      keys.set(ends[0]);
      keys.set(ends[1], ends[0].length);
      lx.draw(strip, { op: 'strip', keys: lx.b64(keys), frames: FRAMES });
    }, 120);
  };
  const tell = () => {
    host.hidden = !b;
    const ready = !!pair();
    slider.disabled = !ready;
    q('.lx-mixes').classList.toggle('wait', !ready);
    host.dataset.at = slider.value;
    lx.range(slider);
    slider.setAttribute('aria-valuetext', lx.t('rec.between.at', { p: Math.round(slider.value * 100) }));
    q('.lx-mix-note').textContent = lx.t(a?.mine ? 'rec.between.note' : 'rec.between.first');
  };
  const tile = async (d) => {
    const im = new Image();
    im.src = d.picture;
    await im.decode();
    const w = im.width / (1 + d.runs.filter((r) => !r.problem).length),
      c = document.createElement('canvas');
    c.width = w;
    c.height = im.height;
    c.getContext('2d', { willReadFrequently: true }).drawImage(im, 0, 0, w, im.height, 0, 0, w, im.height);
    return c;
  };
  /* A's code in the current run; without an A of this shape, a held-out image that is not B */
  const fetch = async () => {
    if (asking || pair()) return;
    const run = lx.state.run,
      n = lx.state.info.dataset?.n || 0,
      size = lx.state.info.spec.shape;
    if (a && String(a.shape) !== String(size)) a = null;
    if (!a && n < 2) return;
    asking = true;
    try {
      const index = (b.index ?? 0) === 0 ? 1 : 0,
        d = await lx.api('beside', { run, runs: [run], image: a ? (a.pixels ? { pixels: a.pixels } : { index: a.index }) : { index } });
      if (run === lx.state.run && !d.runs[0].problem) {
        if (!a) {
          const canvas = await tile(d);
          a = { canvas, pixels: bytes(canvas), codes: new Map(), shape: size, mine: false, name: 'held ' + index };
          text = 'n' + index;
          view.changed(true);
        } else if (!a.canvas) {
          a.canvas = await tile(d);
          a.pixels = bytes(a.canvas);
        }
        a.codes.set(run, lx.f32(d.runs[0].w));
        show();
      }
    } catch {
      /* the strip stays as it is; the next image asks again */
    }
    asking = false;
  };
  const show = () => {
    if (a?.canvas) {
      put(q('.lx-a canvas'), a.canvas);
      host.dataset.a = a.name;
    }
    tell();
    draw();
  };
  const take = (answer, canvas) => {
    b = { run: lx.state.run, w: answer.w, rows: answer.rows, index: answer.index, canvas: copy(canvas) };
    put(q('.lx-b canvas'), b.canvas);
    slider.value = wish === null ? 1 : wish / 100;
    wish = null;
    show();
    fetch();
  };
  q('.lx-pin').onclick = () => {
    if (!b) return;
    a = {
      canvas: b.canvas,
      pixels: bytes(b.canvas),
      codes: new Map(b.rows.map((r) => [r.run, r.w])),
      shape: lx.state.info.spec.shape,
      mine: true,
      name: b.index === undefined ? 'image' : 'held ' + b.index,
      index: b.index,
    };
    show();
    keepA();
  };
  const move = (t) => {
    const ends = pair();
    if (!ends) return;
    slider.value = t;
    tell();
    view.set(at(t, ends), t >= 1 ? { kind: 'image' } : { kind: 'images' });
    view.changed();
  };
  slider.oninput = () => move(+slider.value);
  q('.lx-mixes').onclick = (e) => {
    const r = strip.getBoundingClientRect();
    move(Math.max(0, Math.min(1, Math.floor(((e.clientX - r.left) / r.width) * FRAMES) / (FRAMES - 1))));
  };
  /* A for the link: a held-out image by its number (n: nobody chose it), any other as text */
  const keepA = async () => {
    const now = a,
      shape = lx.state.info.spec.shape;
    text = '';
    const found = now.index !== undefined ? 'h' + now.index : await imageText(fromBase64(now.pixels), shape[0]);
    if (now === a) {
      text = found === TOO_LONG ? '' : now.index === undefined && found ? 'i' + found : found;
      view.changed();
    }
  };
  const restore = async (link) => {
    const shape = lx.state.info.spec.shape,
      from = link?.a || '';
    a = null;
    text = '';
    wish = link ? link.at : null;
    delete host.dataset.a;
    put(q('.lx-a canvas'), painted(new Uint8Array(shape.reduce((p, v) => p * v)), shape));
    const bytes =
      from[0] === 'i'
        ? await textImage(
            from.slice(1),
            shape.reduce((p, v) => p * v),
            shape[0],
          )
        : null;
    if (bytes) a = { canvas: painted(bytes, shape), pixels: base64Of(bytes), codes: new Map(), shape, mine: true, name: 'image' };
    else if (/^[hn]\d{1,9}$/.test(from) && +from.slice(1) < (lx.state.info.dataset?.n || 0))
      a = { index: +from.slice(1), codes: new Map(), shape, mine: from[0] === 'h', name: 'held ' + from.slice(1) };
    if (a) text = from;
    if (b) {
      show();
      fetch();
    }
  };
  return {
    take,
    tell,
    restore,
    enter: () => {
      b = null;
      tell();
    },
    get a() {
      return text;
    },
    get at() {
      return b ? Math.round(100 * slider.value) : 100;
    },
  };
};
