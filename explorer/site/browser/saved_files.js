/* What a visitor takes along: a film as a GIF, and seeds as a zip or on a sheet; as views/films.py and views/batch.py make them. */
import { channelsLast, enlarged, grid, toBytes } from './pixels.js';
import { crc32 } from './crc.js';
import { gif } from './gif.js';
import { render } from './render_operations.js';
import { Refused } from './refusal.js';
import * as styles from './styles.js';
import { times } from './paths_and_grids.js';
import { zipped } from './zip.js';

/** @import { Batch } from '../../shell/answers' */
/** @import { Pixels } from './types' */
/** @import { Run } from './run' */
/** @typedef {{ op: string, seconds: number, fps: number, size: number, format: 'gif' | 'mp4', back?: boolean, loop?: boolean }} Filmed */

const MOST_FRAMES = 240;

/** The film as a file. Pixels stay squares: enlarged by a whole number. @param {Run} run @param {Filmed} asked */
export const film = async (run, asked) => {
  const { seconds, fps, size, format, back, loop = false } = asked,
    count = Math.max(2, Math.round(seconds * fps));
  if (format !== 'gif') throw new Refused('site.mp4');
  if (count > MOST_FRAMES) throw new Refused('site.frames', { n: count, most: MOST_FRAMES });
  const at = back ? times(count, true).map((t) => 1 - Math.abs(1 - 2 * t)) : times(count, loop),
    frames = [];
  for (const t of at) {
    const frame = await render(run, /** @type {{ op: string }} */ ({ ...asked, t })),
      factor = Math.max(1, Math.floor(size / Math.max(frame.width, frame.height)));
    frames.push(enlarged(frame, factor));
  }
  return gif(frames, fps);
};

/** A picture as a PNG; with `text`, that is kept within it under `name` (iTXt, in UTF-8). @param {Pixels} picture
 * @param {{ name: string, text: string }} [about] @returns {Promise<Uint8Array<ArrayBuffer>>} */
const png = async ({ width, height, channels, data }, about) => {
  const canvas = new OffscreenCanvas(width, height),
    context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d')),
    image = context.createImageData(width, height);
  for (let i = 0, from = 0; i < image.data.length; i += 4, from += channels) {
    for (let c = 0; c < 3; c++) image.data[i + c] = data[from + (channels === 3 ? c : 0)];
    image.data[i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  const file = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
  return about ? withText(file, about) : file;
};

const HEAD = 33; /* bytes of a PNG before its second chunk: its signature and IHDR */

/** @param {Uint8Array} file @param {{ name: string, text: string }} about */
const withText = (file, { name, text }) => {
  const body = new TextEncoder().encode(`iTXt${name}\0\0\0\0\0${text}`),
    out = new Uint8Array(file.length + body.length + 8),
    view = new DataView(out.buffer);
  out.set(file.subarray(0, HEAD));
  view.setUint32(HEAD, body.length - 4);
  out.set(body, HEAD + 4);
  view.setUint32(HEAD + 4 + body.length, crc32(body));
  out.set(file.subarray(HEAD), HEAD + 8 + body.length);
  return out;
};

/** A class as a part of a file's name. @param {Run} run @param {number} label */
const classPart = (run, label) => {
  const said = (run.told.card.data.classes[label] ?? '').replace(/[^\p{L}\p{N}_]+/gu, '-').replace(/^[-_]+|[-_]+$/g, '');
  return `class-${label}` + (said && said !== String(label) ? `-${said.slice(0, 40)}` : '');
};

/** @typedef {Batch & { count: number }} Counted */

/** @param {Run} run @param {Counted} asked */
const drawn = async (run, { first, count, label, each_class: each, psi }) => {
  const classes = run.spec.num_classes && each ? Array.from({ length: run.spec.num_classes }, (_, k) => k) : [run.label(label)],
    digits = String(first + count - 1).length,
    made = [];
  for (let seed = first; seed < first + count; seed++)
    for (const of of classes) {
      const full = await run.sample(seed, of),
        w = psi === null || psi === undefined ? full : styles.strip(run, full, [psi], run.spec.num_layers, null),
        x = await run.images(w, of),
        name = `seed-${String(seed).padStart(digits, '0')}` + (of === null ? '' : `-${classPart(run, of)}`);
      made.push({ seed, label: of, name: `${name}.png`, pixels: channelsLast(toBytes(x.data), run.shape) });
    }
  return made;
};

/** Seeds as a file, and its name. @param {Run} run @param {Counted} asked */
export const seeds = async (run, asked) => {
  const made = await drawn(run, asked),
    [c, height, width] = run.shape,
    { card } = run.told,
    names = card.data.classes,
    about = {
      format: 'latent-explorer-seeds',
      version: 1,
      run: run.name,
      family: card.family,
      weights_sha256: card.weights_sha256,
      images_seen: card.images_seen,
      psi: asked.psi ?? null,
      images: made.map(({ name: file, seed, label }) => ({
        file,
        seed,
        ...(label !== null && { class: label, class_name: names[label] ?? '' }),
      })),
    },
    last = asked.first + asked.count - 1,
    name = `${run.name}-${asked.count === 1 ? `seed-${last}` : `seeds-${asked.first}-${last}`}`;
  if (asked.format === 'zip') {
    /** @type {[string, Uint8Array<ArrayBuffer>][]} */
    const all = [['seeds.json', new TextEncoder().encode(JSON.stringify(about, null, 1))]];
    for (const one of made) all.push([one.name, await png({ width, height, channels: c, data: one.pixels })]);
    return { file: zipped(all), name: `${name}.zip` };
  }
  const tiles = new Uint8Array(made.length * c * height * width),
    columns = asked.each_class && run.spec.num_classes ? run.spec.num_classes : Math.ceil(Math.sqrt(made.length));
  made.forEach(({ pixels }, k) => tiles.set(pixels, k * pixels.length));
  const sheet = await png(grid(tiles, run.shape, columns), { name: about.format, text: JSON.stringify(about) });
  return { file: new Blob([sheet], { type: 'image/png' }), name: `${name}.png` };
};
