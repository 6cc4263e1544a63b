/* Pictures: decoded, cut into tiles, put on canvases. */

/** A canvas so large. @param {number} width @param {number} height */
export const blank = (width, height) => Object.assign(document.createElement('canvas'), { width, height });

/** What draws on a canvas. @param {HTMLCanvasElement} canvas */
export const brush = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));

/** Pixels are read back often: the canvas stays out of the graphics card. @param {HTMLCanvasElement} canvas */
export const pen = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));

/** Pixels of the screen for each of CSS, at most two: more is not seen. */
export const density = () => Math.min(devicePixelRatio || 1, 2);

/** Promise of the image at an address. @param {string} url */
export const decoded = async (url) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
};

/** @param {HTMLCanvasElement} canvas */
export const wipe = (canvas) => brush(canvas).clearRect(0, 0, canvas.width, canvas.height);

/** @typedef {HTMLImageElement | ImageBitmap | HTMLCanvasElement} Picture */

/** The whole image on a canvas of its size. @param {HTMLCanvasElement} canvas @param {Picture} image */
export const onto = (canvas, image) => {
  canvas.width = image.width;
  canvas.height = image.height;
  brush(canvas).drawImage(image, 0, 0);
};

/**
 * Tile `at` of a picture of tiles, row by row, on a canvas of a tile's size.
 * @param {HTMLCanvasElement} canvas
 * @param {Picture} image
 * @param {number[]} tile height and width
 * @param {number} at
 */
export const crop = (canvas, image, [h, w], at) => {
  const columns = Math.max(1, Math.round(image.width / w));
  canvas.width = w;
  canvas.height = h;
  pen(canvas).drawImage(image, (at % columns) * w, Math.floor(at / columns) * h, w, h, 0, 0, w, h);
};

/** A part of a picture as a canvas: from x on, so wide, the whole height. @param {Picture} image @param {number} x @param {number} width */
export const slice = (image, x, width) => {
  const canvas = blank(width, image.height);
  pen(canvas).drawImage(image, x, 0, width, image.height, 0, 0, width, image.height);
  return canvas;
};

/** Pixels of a canvas, four bytes each. @param {HTMLCanvasElement} canvas */
export const pixelsOf = (canvas) => pen(canvas).getImageData(0, 0, canvas.width, canvas.height).data;

/**
 * A tile with round corners.
 * @param {CanvasRenderingContext2D} x
 * @param {CanvasImageSource} image
 * @param {[number, number, number, number]} from left, top, width and height in the image
 * @param {[number, number, number]} to left, top and side on the canvas
 * @param {number} radius
 */
export const rounded = (x, image, from, [left, top, side], radius) => {
  x.save();
  x.beginPath();
  x.roundRect(left, top, side, side, radius);
  x.clip();
  x.drawImage(image, ...from, left, top, side, side);
  x.restore();
};

/**
 * A row of tiles as wide as the canvas is shown, with gaps between them.
 * @param {CanvasRenderingContext2D} x
 * @param {CanvasImageSource} image
 * @param {{ n: number, tile: number[], gap: number, width: number, radius?: number, zoom?: number }} how tile: height and width in
 *   the image; width: where the canvas has none yet; zoom: above so many times its size a tile is shown as pixels
 */
export const tileRow = (x, image, { n, tile: [h, w], gap, width, radius = 8, zoom = 1 }) => {
  const { canvas } = x,
    k = density(),
    side = ((canvas.clientWidth || width) - gap * (n - 1)) / n;
  canvas.width = Math.round((canvas.clientWidth || width) * k);
  canvas.height = Math.round(side * k);
  x.imageSmoothingEnabled = side * k < zoom * w;
  x.imageSmoothingQuality = 'high';
  for (let i = 0; i < n; i++) rounded(x, image, [i * w, 0, w, h], [i * (side + gap) * k, 0, side * k], radius * k);
};

/**
 * A table of tiles over the buttons of a grid.
 * @param {CanvasRenderingContext2D} x
 * @param {CanvasImageSource} image
 * @param {{ w: number, h: number, side: number, gap: number, rows: number, columns: number, down?: number }} box w, h: of a tile in the
 *   image; side: on the screen; down: from row to row
 * @param {[number, number]} at left and top of the canvas in the grid
 * @param {number} radius
 */
export const tileGrid = (x, image, { w, h, side, gap, rows, columns, down = side + gap }, [left, top], radius) => {
  const { canvas } = x,
    k = density(),
    [W, H] = [columns * (side + gap), rows * down];
  canvas.style.cssText = `left:${left}px;top:${top}px;width:${W}px;height:${H}px`;
  if (canvas.width !== W * k || canvas.height !== H * k) {
    canvas.width = W * k;
    canvas.height = H * k;
  }
  x.imageSmoothingEnabled = side * k < w;
  x.clearRect(0, 0, canvas.width, canvas.height);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) rounded(x, image, [c * w, r * h, w, h], [c * (side + gap) * k, r * down * k, side * k], radius * k);
};
