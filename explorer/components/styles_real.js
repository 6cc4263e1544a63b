/* Real images in place of samples as the grid's sources, rows first, of runs that encode. `on`: whether they are; held: numbers of held-out images;
   a file in a place's stead is kept until another image is put there. load() fills text (what draws send), codes() and face(k). */
import { base64Of, sendable } from './image_text.js';
import { lx } from './store.js';

export const makeStyleReal = (side) => {
  const n = 2 * side;
  let known = new Map(),
    owner = null;
  const real = { on: false, held: [], files: new Map(), text: null };
  const count = () => lx.state.info.dataset?.n || 0,
    other = () => Math.floor(Math.random() * count());
  const key = (k) => real.files.get(k) || real.held[k],
    keys = () => Array.from({ length: n }, (_, k) => key(k));
  real.able = () => !!lx.state.info?.spec.encodes && count() > 0;
  /* files in the link: place and image, as small as the model sees it */
  const safe = (text) => text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, ''),
    whole = (text) => text.replace(/-/g, '+').replace(/_/g, '/') + '='.repeat(-text.length & 3);
  real.told = () => [...real.files].map(([k, image]) => k + '.' + safe(image)).join('.');
  const filesOf = (text) => {
    const parts = (text || '').split('.'),
      found = new Map();
    for (let i = 0; i + 1 < parts.length; i += 2)
      if (+parts[i] >= 0 && +parts[i] < n && /^[\w-]+$/.test(parts[i + 1])) found.set(+parts[i], whole(parts[i + 1]));
    return found;
  };
  real.enter = (on, held, files) => {
    real.files = on && real.able() ? filesOf(files) : new Map();
    real.on = on && real.able();
    const whole = held?.length === n && held.every((i) => i < count());
    real.held = whole ? held : real.able() ? Array.from({ length: n }, (_, k) => Math.floor(((k + 0.5) * count()) / n)) : [];
  };
  real.draw = () => {
    real.files.clear();
    real.held = real.held.map(other);
  };
  real.again = (k) => {
    real.files.delete(k);
    real.held[k] = other();
  };
  real.file = async (k, f) => {
    const bytes = await sendable(f);
    if (!bytes) throw new Error(lx.t('image.large'));
    const image = base64Of(bytes);
    await ask([image], [image]);
    const seen = known.get(image).face.toDataURL('image/png').split(',')[1];
    await ask([seen], [seen]);
    real.files.set(k, seen);
  };
  real.origin = (k) => (real.files.has(k) ? { kind: 'image' } : { kind: 'point', index: real.held[k] });
  real.name = (k) => (real.files.has(k) ? lx.t('sty.real.file') : lx.t('origin.point', { index: real.held[k] }));
  real.face = (k) => known.get(key(k))?.face;
  const ask = async (images, names) => {
    if (owner !== lx.state.run) {
      known = new Map();
      owner = lx.state.run;
    }
    const run = owner;
    const d = await lx.code({ op: 'reals', images }),
      im = new Image();
    im.src = d.picture;
    await im.decode();
    if (run !== owner) return;
    const w = d.w,
      each = w.length / names.length,
      wide = im.width / names.length;
    names.forEach((name, i) => {
      const c = document.createElement('canvas');
      c.width = wide;
      c.height = im.height;
      c.getContext('2d').drawImage(im, -i * wide, 0);
      known.set(name, { w: w.slice(i * each, (i + 1) * each), face: c });
    });
  };
  real.load = async () => {
    if (owner !== lx.state.run) known = new Map();
    const wanted = [...new Set(keys())].filter((v) => !known.has(v)),
      held = wanted.filter((v) => typeof v === 'number');
    if (held.length)
      await ask(
        held.map((index) => ({ index })),
        held,
      );
    for (const v of wanted) if (typeof v !== 'number') await ask([v], [v]);
    const each = keys().map((v) => known.get(v).w),
      size = Math.max(...each.map((w) => w.length)),
      D = lx.state.info.mean.length;
    const full = (w, to) => (w.length === to ? w : Float32Array.from({ length: to }, (_, i) => w[i % w.length])),
      join = (to) => {
        const a = new Float32Array(n * to);
        each.forEach((w, k) => a.set(full(w, to), k * to));
        return a;
      };
    real.text = lx.b64(join(size));
    return join(D);
  };
  return real;
};
