/* A photograph of something written or worn, made as the images of a data set were: on an even, black ground, cropped to what stands on
 * it and placed in the middle. Pure: numbers in, numbers out; no window, no document. */

/** Grey values 0 to 255, row by row. @typedef {{ width: number, height: number, values: ArrayLike<number> }} Grey */
/** @typedef {'invert' | 'level' | 'crop' | 'margin' | 'thicken' | 'centre'} Step */
/** @typedef {{ left: number, top: number, width: number, height: number }} Box in pixels of the picture */
/**
 * How a data set's images were made. box: the share of the image that the longer side takes; mass: whether the centre of mass, not of
 * the box, is in the middle; stroke: how wide pens write at least, as a share of the longer side, 0: nothing is made wider.
 * @typedef {{ box: number, mass: boolean, stroke: number }} Manner
 */

/** MNIST: 20 of 28 pixels, by the centre of mass (LeCun et al. 1998). @type {Manner} */
export const WRITTEN = { box: 20 / 28, mass: true, stroke: 0.11 };
/** Fashion-MNIST: trimmed, the longer side 28 of 28 pixels, in the middle (Xiao et al. 2017). @type {Manner} */
export const WORN = { box: 1, mass: false, stroke: 0 };
/** The manner of a data set that is known by name; null: its pictures are taken as they are unless a person asks.
 * @param {string} name @returns {Manner | null} */
export const mannerOf = (name) => ({ mnist: WRITTEN, 'fashion-mnist': WORN })[name] || null;

const LEAST_CONTRAST = 0.1 /* of the ground's own brightness: less is no ink */,
  LEAST_INK = 12 /* pixels */,
  SPECK = 0.04 /* of the largest part's ink: smaller ones are dirt */,
  SAMPLES = 2500; /* pixels to which the ground is fitted */

/** @param {Float32Array} sorted @param {number} share */
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
/** @param {ArrayLike<number>} list */
const ordered = (list) => Float32Array.from(list).sort();

/** Solves a system of equations, by elimination with pivots. @param {number[][]} a with the right side as last column */
const solved = (a) => {
  const n = a.length;
  for (let i = 0; i < n; i++) {
    let best = i;
    for (let r = i + 1; r < n; r++) if (Math.abs(a[r][i]) > Math.abs(a[best][i])) best = r;
    [a[i], a[best]] = [a[best], a[i]];
    const pivot = a[i][i] || 1e-9;
    for (let r = 0; r < n; r++) {
      if (r === i) continue;
      const k = a[r][i] / pivot;
      for (let c = i; c <= n; c++) a[r][c] -= k * a[i][c];
    }
  }
  return a.map((row, i) => row[n] / (row[i] || 1e-9));
};

/** @param {number} x @param {number} y both -1 to 1 */
const terms = (x, y) => [1, x, y, x * x, x * y, y * y];

/**
 * The ground as a smooth surface (of second degree) through most pixels: what stands on it has ever less weight.
 * @param {Grey} grey
 * @returns {{ surface: Float32Array, spread: number }} spread: of the ground's pixels about it
 */
const smooth = ({ width, height, values }) => {
  const step = Math.max(1, Math.floor(Math.sqrt((width * height) / SAMPLES))),
    /** @type {[number[], number][]} */
    points = [];
  for (let j = step >> 1; j < height; j += step)
    for (let i = step >> 1; i < width; i += step) points.push([terms((2 * i) / width - 1, (2 * j) / height - 1), values[j * width + i]]);
  const middle = at(ordered(points.map(([, v]) => v)), 0.5);
  let weights = [middle, 0, 0, 0, 0, 0],
    spread = 255;
  for (let round = 0; round < 14; round++) {
    const off = points.map(([t, v]) => v - t.reduce((sum, x, k) => sum + x * weights[k], 0));
    spread = Math.max(1.5, 1.4826 * at(ordered(off.map(Math.abs)), 0.5));
    const system = weights.map(() => new Array(weights.length + 1).fill(0));
    points.forEach(([t, v], p) => {
      const share = 1 / (1 + (off[p] / (2 * spread)) ** 2) ** 2;
      for (let r = 0; r < t.length; r++) {
        for (let c = 0; c < t.length; c++) system[r][c] += share * t[r] * t[c];
        system[r][t.length] += share * t[r] * v;
      }
    });
    weights = solved(system);
  }
  const surface = new Float32Array(width * height);
  for (let j = 0; j < height; j++)
    for (let i = 0; i < width; i++) {
      const [x, y] = [(2 * i) / width - 1, (2 * j) / height - 1],
        v = weights[0] + weights[1] * x + weights[2] * y + weights[3] * x * x + weights[4] * x * y + weights[5] * y * y;
      surface[j * width + i] = Math.max(0, Math.min(255, v));
    }
  return { surface, spread };
};

/** Sums of a window about each pixel, of (2 r + 1) pixels a side. @param {Float32Array} v @param {number} w @param {number} h
 * @param {number} r */
const windowed = (v, w, h, r) => {
  const sums = new Float64Array((w + 1) * (h + 1)),
    out = new Float32Array(w * h);
  for (let j = 0; j < h; j++)
    for (let i = 0; i < w; i++)
      sums[(j + 1) * (w + 1) + i + 1] = v[j * w + i] + sums[j * (w + 1) + i + 1] + sums[(j + 1) * (w + 1) + i] - sums[j * (w + 1) + i];
  for (let j = 0; j < h; j++)
    for (let i = 0; i < w; i++) {
      const left = Math.max(0, i - r),
        right = Math.min(w, i + r + 1),
        top = Math.max(0, j - r) * (w + 1),
        bottom = Math.min(h, j + r + 1) * (w + 1);
      out[j * w + i] = sums[bottom + right] - sums[top + right] - sums[bottom + left] + sums[top + left];
    }
  return out;
};

/** The value that best parts two kinds (Otsu 1979), of numbers 0 to 1. @param {Float32Array} v */
const parting = (v) => {
  const bins = new Float64Array(256);
  for (const x of v) bins[Math.min(255, Math.floor(x * 256))]++;
  let all = 0;
  bins.forEach((n, k) => (all += n * k));
  let below = 0,
    sum = 0,
    most = -1,
    best = 0;
  for (let k = 0; k < 255; k++) {
    below += bins[k];
    sum += bins[k] * k;
    const above = v.length - below;
    if (!below || !above) continue;
    const between = below * above * (sum / below - (all - sum) / above) ** 2;
    if (between > most) [most, best] = [between, k];
  }
  return (best + 1) / 256;
};

/** The ground that is there: where ink is, as its neighbourhood. @param {Grey} grey */
const groundOf = (grey) => {
  const { width: w, height: h, values } = grey,
    { surface, spread } = smooth(grey),
    limit = Math.max(3 * spread, 12),
    plain = new Float32Array(w * h),
    bright = new Float32Array(w * h);
  let up = 0,
    down = 0;
  for (let p = 0; p < w * h; p++) {
    const off = values[p] - surface[p];
    if (off > limit) up += off * off;
    else if (off < -limit) down += off * off;
    plain[p] = +(Math.abs(off) <= limit);
  }
  const reach = Math.max(2, Math.round(Math.max(w, h) / 100)),
    clear = windowed(plain, w, h, reach);
  for (let p = 0; p < w * h; p++) {
    plain[p] = +(clear[p] > 0.9 * (2 * reach + 1) ** 2);
    bright[p] = plain[p] * values[p];
  }
  const r = Math.max(3, Math.round(Math.max(w, h) / 12)),
    n = windowed(plain, w, h, r),
    sums = windowed(bright, w, h, r),
    enough = 0.15 * (2 * r + 1) ** 2;
  return { dark: down > up, ground: surface.map((v, p) => (n[p] > enough ? sums[p] / n[p] : v)) };
};

/** Connected parts of a mask: which pixel is of which part (0: none), and of each its ink and whether it touches the border.
 * @param {Uint8Array} mask @param {Float32Array} ink @param {number} w @param {number} h */
const partsOf = (mask, ink, w, h) => {
  const part = new Int32Array(w * h),
    /** @type {{ ink: number, border: boolean }[]} */
    parts = [{ ink: 0, border: false }];
  for (let start = 0; start < w * h; start++) {
    if (!mask[start] || part[start]) continue;
    const found = { ink: 0, border: false },
      open = [start];
    part[start] = parts.length;
    while (open.length) {
      const p = /** @type {number} */ (open.pop()),
        [x, y] = [p % w, Math.floor(p / w)];
      found.ink += ink[p];
      if (!x || !y || x === w - 1 || y === h - 1) found.border = true;
      for (let v = Math.max(0, y - 1); v <= Math.min(h - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(w - 1, x + 1); u++)
          if (mask[v * w + u] && !part[v * w + u]) {
            part[v * w + u] = parts.length;
            open.push(v * w + u);
          }
    }
    parts.push(found);
  }
  return { part, parts };
};

/** What stands on the ground: a table's edge at the border and specks of dirt do not. @param {Float32Array} ink @param {number} w
 * @param {number} h @param {number} limit */
const figureOf = (ink, w, h, limit) => {
  const mask = Uint8Array.from(ink, (v) => +(v > limit)),
    { part, parts } = partsOf(mask, ink, w, h),
    largest = Math.max(...parts.map((p) => p.ink)),
    within = Math.max(0, ...parts.filter((p) => !p.border).map((p) => p.ink)),
    free = within >= 0.1 * largest,
    least = SPECK * (free ? within : largest);
  return mask.map((on, p) => +(on && parts[part[p]].ink >= least && !(free && parts[part[p]].border)));
};

/** The box of a mask; null where it is empty. @param {ArrayLike<number>} mask @param {number} w @param {number} h @returns {Box | null} */
const boxOf = (mask, w, h) => {
  let [l, r, t, b] = [w, -1, h, -1];
  for (let p = 0; p < w * h; p++) {
    if (!(mask[p] > 0)) continue;
    const [x, y] = [p % w, Math.floor(p / w)];
    [l, r, t, b] = [Math.min(l, x), Math.max(r, x), Math.min(t, y), Math.max(b, y)];
  }
  return r < 0 ? null : { left: l, top: t, width: r - l + 1, height: b - t + 1 };
};

/** How wide a pen wrote: twice the area by the pixels of the edge. @param {Uint8Array} mask @param {number} w @param {number} h */
const strokeOf = (mask, w, h) => {
  let area = 0,
    edge = 0;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const p = y * w + x;
      if (!mask[p]) continue;
      area++;
      if (!x || !y || x === w - 1 || y === h - 1 || !mask[p - 1] || !mask[p + 1] || !mask[p - w] || !mask[p + w]) edge++;
    }
  return (2 * area) / Math.max(1, edge);
};

/** Every pixel's ink spread over a disc. @param {Float32Array} v @param {number} w @param {number} h @param {number} radius */
const spreadOut = (v, w, h, radius) => {
  const out = v.slice(),
    r = Math.ceil(radius);
  for (let p = 0; p < v.length; p++) {
    if (!(v[p] > 0)) continue;
    const [x, y] = [p % w, Math.floor(p / w)];
    for (let b = Math.max(0, y - r); b <= Math.min(h - 1, y + r); b++)
      for (let a = Math.max(0, x - r); a <= Math.min(w - 1, x + r); a++) {
        const there = v[p] * Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(a - x, b - y)));
        if (there > out[b * w + a]) out[b * w + a] = there;
      }
  }
  return out;
};

/** @param {Float32Array} v @param {number} w @param {number} h @param {number} x @param {number} y */
const between = (v, w, h, x, y) => {
  const l = Math.floor(x),
    t = Math.floor(y),
    a = x - l,
    b = y - t;
  if (l < 0 || t < 0 || l + 1 >= w || t + 1 >= h) {
    const i = Math.round(x),
      j = Math.round(y);
    return i < 0 || j < 0 || i >= w || j >= h ? 0 : v[j * w + i];
  }
  const p = t * w + l;
  return (1 - b) * ((1 - a) * v[p] + a * v[p + 1]) + b * ((1 - a) * v[p + w] + a * v[p + w + 1]);
};

/** An image of (h, w) bytes: each pixel the mean of what it covers, so many pixels of the source a side.
 * @param {Float32Array} v @param {number} w @param {number} h @param {[number, number]} to @param {[number, number]} centre
 * @param {number} scale */
const sampled = (v, w, h, [rows, columns], [cx, cy], scale) => {
  const k = Math.max(3, Math.min(12, Math.ceil(scale))),
    out = new Uint8Array(rows * columns);
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) {
      let sum = 0;
      for (let b = 0; b < k; b++)
        for (let a = 0; a < k; a++)
          sum += between(v, w, h, cx + (i + (a + 0.5) / k - columns / 2) * scale - 0.5, cy + (j + (b + 0.5) / k - rows / 2) * scale - 0.5);
      out[j * columns + i] = Math.round((255 * sum) / (k * k));
    }
  return out;
};

/** The middle of all ink. @param {Float32Array} v @param {number} w @returns {[number, number]} */
const massOf = (v, w) => {
  let [m, x, y] = [0, 0, 0];
  v.forEach((s, p) => {
    m += s;
    x += s * ((p % w) + 0.5);
    y += s * (Math.floor(p / w) + 0.5);
  });
  return [x / m, y / m];
};

/** Ink, 0 to 1, of what stands on the picture's ground; null where nothing does. @param {Grey} grey @param {Manner} manner */
const inkOf = (grey, manner) => {
  const { width: w, height: h, values } = grey,
    { dark, ground } = groundOf(grey),
    raw = ground.map((g, p) =>
      Math.max(0, Math.min(1, dark ? (g - values[p]) / Math.max(g, 16) : (values[p] - g) / Math.max(255 - g, 16))),
    ),
    limit = parting(raw),
    noise = 1.4826 * at(ordered(raw.filter((v) => v <= limit)), 0.5),
    mask = figureOf(raw, w, h, limit),
    some = ordered(raw.filter((_, p) => mask[p])),
    high = at(some, manner.stroke ? 0.6 : 0.98),
    low = Math.min(0.6 * high, Math.max(manner.stroke ? 0.25 * high : 0.02, 3 * noise));
  if (some.length < LEAST_INK || high < Math.max(LEAST_CONTRAST, 5 * noise)) return null;
  const about = windowed(Float32Array.from(mask), w, h, 2),
    ink = raw.map((v, p) => (about[p] ? Math.max(0, Math.min(1, (v - low) / (high - low))) : 0)),
    grounds = ordered(ground),
    [least, most] = [at(grounds, 0.02), at(grounds, 0.98)];
  return { ink, mask, dark, levelled: most - least > 10 || high < 0.9 || (dark ? least < 235 : most > 20) };
};

/**
 * A picture as images of a data set were made; null where nothing clear stands on it. done: what was done to it; box: where it stood.
 * @param {Grey} grey @param {[number, number]} to height and width of the image @param {Manner} manner
 * @returns {{ pixels: Uint8Array, done: Step[], box: Box } | null}
 */
export const prepare = (grey, to, manner) => {
  const { width: w, height: h } = grey,
    found = inkOf(grey, manner),
    box = found && boxOf(found.mask, w, h);
  if (!found || !box) return null;
  const size = Math.max(box.width, box.height),
    pen = strokeOf(found.mask, w, h),
    thin = pen < 0.8 * manner.stroke * size,
    ink = thin ? spreadOut(found.ink, w, h, (manner.stroke * size - pen) / 2) : found.ink,
    whole = (thin && boxOf(ink, w, h)) || box,
    /** @type {[number, number]} */
    middle = manner.mass ? massOf(ink, w) : [whole.left + whole.width / 2, whole.top + whole.height / 2],
    scale = Math.max(whole.width, whole.height) / (manner.box * Math.min(...to)),
    plain = Math.min(w / to[1], h / to[0]);
  /** @type {Record<Step, boolean>} */
  const steps = {
    invert: found.dark,
    level: found.levelled,
    thicken: thin,
    crop: scale < 0.92 * plain,
    margin: scale > 1.08 * plain,
    centre: Math.hypot(middle[0] - w / 2, middle[1] - h / 2) > scale,
  };
  const done = /** @type {Step[]} */ (Object.keys(steps)).filter((s) => steps[s]);
  return { pixels: sampled(ink, w, h, to, middle, scale), done, box };
};

/**
 * A square of a picture as an image of (h, w) pixels, channels last, each the mean of what it covers.
 * @param {{ width: number, height: number, data: ArrayLike<number> }} picture four bytes a pixel
 * @param {{ x: number, y: number, side: number }} square
 * @param {number[]} shape channels, height, width
 */
export const cut = ({ width, height, data }, { x, y, side }, [channels, h, w]) => {
  const out = new Uint8Array(h * w * channels),
    scale = side / Math.max(h, w),
    [left, top] = [x + (side - scale * w) / 2, y + (side - scale * h) / 2],
    kept = (/** @type {number} */ v, /** @type {number} */ most) => Math.max(0, Math.min(most, v));
  for (let j = 0; j < h; j++)
    for (let i = 0; i < w; i++) {
      const [l, r] = [kept(left + i * scale, width - 0.01), kept(left + (i + 1) * scale, width)],
        [t, b] = [kept(top + j * scale, height - 0.01), kept(top + (j + 1) * scale, height)],
        sums = [0, 0, 0];
      let area = 0;
      for (let v = Math.floor(t); v < Math.max(b, t + 0.01); v++)
        for (let u = Math.floor(l); u < Math.max(r, l + 0.01); u++) {
          const share = (Math.min(r, u + 1) - Math.max(l, u)) * (Math.min(b, v + 1) - Math.max(t, v));
          area += share;
          for (let k = 0; k < 3; k++) sums[k] += share * data[4 * (v * width + u) + k];
        }
      const [red, green, blue] = sums.map((s) => s / Math.max(area, 1e-9)),
        at = (j * w + i) * channels;
      if (channels === 1) out[at] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
      else out.set([red, green, blue].map(Math.round), at);
    }
  return out;
};
