/* A person's picture as the browser reads it: upright by its EXIF tag, transparent parts on white, no larger than is needed here. */
import { blank, pen, pixelsOf } from './pictures.js';
import { cut, prepare } from './photograph_preparation.js';

/** @import { Manner, Step } from './photograph_preparation.js' */

const SIDE = 1024 /* pixels of the longer side that are kept */,
  LOOKED = 320 /* and that are looked at, to find what was written */,
  SMALL = 0.4; /* of the picture: what is smaller is looked at once more, from near */

/** @param {CanvasImageSource} image @param {number} width @param {number} height @param {number} side */
const fitted = (image, width, height, side) => {
  const scale = Math.min(1, side / Math.max(width, height)),
    canvas = blank(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))),
    x = pen(canvas);
  x.fillStyle = '#fff';
  x.fillRect(0, 0, canvas.width, canvas.height);
  x.imageSmoothingQuality = 'high';
  x.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
};

/** Promise of a canvas with the picture; null where the browser cannot read it. @param {Blob} file */
export const photograph = async (file) => {
  let whole;
  try {
    whole = await createImageBitmap(file);
  } catch {
    return null;
  }
  const canvas = fitted(whole, whole.width, whole.height, SIDE);
  whole.close();
  return canvas;
};

/** @param {HTMLCanvasElement} canvas */
const greyOf = (canvas) => {
  const d = pixelsOf(canvas),
    values = new Uint8Array(canvas.width * canvas.height);
  for (let p = 0; p < values.length; p++) values[p] = Math.round(0.299 * d[4 * p] + 0.587 * d[4 * p + 1] + 0.114 * d[4 * p + 2]);
  return { width: canvas.width, height: canvas.height, values };
};

/** What is in a photograph as a data set's images show it; null where nothing clear is. @param {HTMLCanvasElement} photo
 * @param {[number, number]} to height and width @param {Manner} manner */
export const prepared = (photo, to, manner) => {
  const seen = fitted(photo, photo.width, photo.height, LOOKED),
    first = prepare(greyOf(seen), to, manner);
  if (!first) return null;
  const scale = photo.width / seen.width,
    side = scale * Math.max(first.box.width, first.box.height);
  if (scale === 1 || side > SMALL * Math.max(photo.width, photo.height)) return first;
  const about = 1.8 * side,
    [x, y] = [scale * (first.box.left + first.box.width / 2), scale * (first.box.top + first.box.height / 2)],
    [l, t] = [Math.max(0, Math.round(x - about / 2)), Math.max(0, Math.round(y - about / 2))],
    near = blank(Math.min(photo.width - l, Math.ceil(about)), Math.min(photo.height - t, Math.ceil(about)));
  pen(near).drawImage(photo, -l, -t);
  const again = prepare(greyOf(fitted(near, near.width, near.height, LOOKED)), to, manner);
  if (!again) return first;
  /** @type {Step[]} */
  const done = [...new Set([...first.done, ...again.done])];
  return { ...again, done: done.filter((s) => s !== 'margin') };
};

/** The middle of a photograph. @param {HTMLCanvasElement} photo */
export const middleOf = ({ width, height }) => {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
};

/**
 * Bytes of a square of a photograph, channels last.
 * @param {HTMLCanvasElement} photo
 * @param {{ x: number, y: number, side: number }} square
 * @param {number[]} shape channels, height, width
 */
export const cutOf = (photo, square, shape) => cut({ width: photo.width, height: photo.height, data: pixelsOf(photo) }, square, shape);
