/* Where two pictures differ: painted on a canvas, and the squared error over all pixels as [0, 1]. */
import { heat } from '../../shell/colours.js';
import { brush } from '../../shell/pictures.js';

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8ClampedArray} a RGBA of the input, (w * h * 4)
 * @param {Uint8ClampedArray} b of the output
 * @param {number} w @param {number} h
 * @param {boolean} grey
 * @param {string} mode "signed" (red brighter, blue darker) or "absolute"
 */
export const errorMap = (canvas, a, b, w, h, grey, mode) => {
  const image = new ImageData(w, h),
    o = image.data;
  let error = 0;
  for (let i = 0; i < a.length; i += 4) {
    let d = 0;
    for (let c = 0; c < (grey ? 1 : 3); c++) {
      const e = (b[i + c] - a[i + c]) / 255;
      error += e * e;
      d += e;
    }
    if (!grey) d /= 3;
    const m = Math.min(1, Math.abs(d)),
      k = mode === 'signed' ? Math.sqrt(m) : m ** 0.6; /* small errors are lifted so that they can be seen */
    const colour = mode === 'signed' ? (d > 0 ? [255, 90, 54] : [63, 167, 255]).map((v) => v * k) : heat(k);
    o[i] = colour[0];
    o[i + 1] = colour[1];
    o[i + 2] = colour[2];
    o[i + 3] = 255;
  }
  canvas.width = w;
  canvas.height = h;
  brush(canvas).putImageData(image, 0, 0);
  return error;
};
/** @param {number} v */
export const short = (v) => {
  if (v >= 100) return v.toFixed(0);
  return v.toFixed(v >= 10 ? 1 : 2);
};
