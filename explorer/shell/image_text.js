/* An image of the model's own size as text for a link, and back: every pixel as it was, deflated, in letters of a web address. */
import { base64Of, fromBase64, urlSafe } from './bytes.js';
import { blank, brush, pen, pixelsOf } from './pictures.js';

export const IMAGE_LETTERS = 20000; /* 64 × 64 in colour always fits; longer ones are not put into a link */
export const TOO_LONG = '!'; /* what stands in a link for an image that is longer */

/** Pixels of a canvas, channels last, (h * w * channels) bytes: of a grey model its first channel alone.
 * @param {HTMLCanvasElement} canvas @param {number} channels */
export const bytesOf = (canvas, channels) => {
  const d = pixelsOf(canvas),
    out = new Uint8Array(canvas.width * canvas.height * channels);
  for (let i = 0, j = 0; i < d.length; i += 4) for (let k = 0; k < channels; k++) out[j++] = d[i + k];
  return out;
};

/**
 * Bytes through a (de)compression stream; null where they are damaged.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {CompressionStream | DecompressionStream} stream
 */
const streamed = async (bytes, stream) => {
  try {
    return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
  } catch {
    return null;
  }
};
/* what a byte adds to the one before it of the same channel: photographs are shorter so, drawings are not */
/** @param {Uint8Array<ArrayBuffer>} bytes @param {number} channels */
export const steps = (bytes, channels) => bytes.map((v, i) => (i < channels ? v : v - bytes[i - channels]));
/** @param {Uint8Array} bytes @param {number} channels */
export const summed = (bytes, channels) => {
  const out = Uint8Array.from(bytes);
  for (let i = channels; i < out.length; i++) out[i] += out[i - channels];
  return out;
};

/** Promise of the text of bytes (channels last), or TOO_LONG. @param {Uint8Array<ArrayBuffer>} bytes @param {number} channels */
export const imageText = async (bytes, channels) => {
  const deflated = (/** @type {Uint8Array<ArrayBuffer>} */ b) => streamed(b, new CompressionStream('deflate-raw'));
  const [plain, stepped] = await Promise.all([deflated(bytes), deflated(steps(bytes, channels))]);
  if (!plain || !stepped) return TOO_LONG;
  const text = plain.length <= stepped.length ? '0' + urlSafe(base64Of(plain)) : '1' + urlSafe(base64Of(stepped));
  return text.length > IMAGE_LETTERS ? TOO_LONG : text;
};

/** Bytes of an image of a shape. @param {number[]} shape */
export const sizeOf = (shape) => shape.reduce((product, n) => product * n, 1);

/** Promise of the bytes of a text, of an image of so many bytes; null where it is none.
 * @param {string} text @param {number} length @param {number} channels */
export const textImage = async (text, length, channels) => {
  if (!/^[01][\w-]+$/.test(text) || text.length > IMAGE_LETTERS) return null;
  const bytes = await streamed(fromBase64(text.slice(1)), new DecompressionStream('deflate-raw'));
  if (bytes?.length !== length) return null;
  return text[0] === '1' ? summed(bytes, channels) : bytes;
};

/**
 * A canvas of pixels, channels last.
 * @param {Uint8Array} bytes
 * @param {number[]} shape channels, height, width
 */
export const painted = (bytes, [channels, h, w]) => {
  const canvas = blank(w, h),
    x = pen(canvas),
    d = x.createImageData(w, h);
  for (let i = 0; i < h * w; i++) {
    for (let k = 0; k < 3; k++) d.data[4 * i + k] = bytes[i * channels + (channels === 3 ? k : 0)];
    d.data[4 * i + 3] = 255;
  }
  x.putImageData(d, 0, 0);
  return canvas;
};

const SENT = 4 * 2 ** 20,
  SHRUNK = 1024; /* bytes of a file that the server takes; pixels a side that a larger one is brought to */
/** Promise of a file's bytes, of a photograph that is too large to send those of a smaller one; null for what the browser cannot make
 * smaller. @param {Blob} file */
export const sendable = async (file) => {
  const sent = file.size > SENT ? await shrunk(file) : file;
  return !sent || sent.size > SENT ? null : new Uint8Array(await sent.arrayBuffer());
};
/** @param {Blob} file @returns {Promise<Blob | null>} */
const shrunk = async (file) => {
  let whole;
  try {
    whole = await createImageBitmap(file);
  } catch {
    return null;
  }
  const scale = Math.min(1, SHRUNK / Math.max(whole.width, whole.height)),
    canvas = blank(Math.max(1, Math.round(whole.width * scale)), Math.max(1, Math.round(whole.height * scale))),
    x = brush(canvas);
  x.imageSmoothingQuality = 'high';
  x.drawImage(whole, 0, 0, canvas.width, canvas.height);
  whole.close();
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
};
