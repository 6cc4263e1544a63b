/* NumPy's file format for one array (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): what a code is saved as and
 * read from. No window, no document. */

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; /* \x93NUMPY */
const ALIGN = 64; /* bytes at whose multiple the numbers begin */

/**
 * Little-endian float32 in C order, format version 1.0.
 * @param {Float32Array} values
 * @param {number[]} shape whose product is their number
 */
export const npyOf = (values, shape) => {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', '),
    told = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`,
    text = told.padEnd(Math.ceil((10 + told.length + 1) / ALIGN) * ALIGN - 11) + '\n',
    out = new Uint8Array(10 + text.length + 4 * values.length),
    view = new DataView(out.buffer);
  out.set([...MAGIC, 1, 0]);
  view.setUint16(8, text.length, true);
  out.set(new TextEncoder().encode(text), 10);
  values.forEach((v, k) => view.setFloat32(10 + text.length + 4 * k, v, true));
  return out;
};

/** How many bytes a number has, and how it is read. @type {Record<string, [number, (view: DataView, at: number) => number]>} */
const KINDS = {
  '<f4': [4, (view, at) => view.getFloat32(at, true)],
  '<f8': [8, (view, at) => view.getFloat64(at, true)],
  '>f4': [4, (view, at) => view.getFloat32(at)],
  '>f8': [8, (view, at) => view.getFloat64(at)],
};

/**
 * The numbers of a file and their shape; null for what is no such file of float32 or float64 in C order.
 * @param {Uint8Array} bytes
 * @returns {{ values: Float32Array, shape: number[] } | null}
 */
export const fromNpy = (bytes) => {
  if (bytes.length < 12 || MAGIC.some((b, k) => bytes[k] !== b)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    long = bytes[6] > 1,
    start = long ? 12 : 10,
    length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  if (start + length > bytes.length) return null;
  const told = new TextDecoder().decode(bytes.subarray(start, start + length)),
    kind = KINDS[told.match(/'descr':\s*'([^']*)'/)?.[1] ?? ''],
    sides = told.match(/'shape':\s*\(([\d,\s]*)\)/)?.[1];
  if (!kind || sides === undefined || !/'fortran_order':\s*False/.test(told)) return null;
  const shape = sides
      .split(',')
      .filter((s) => s.trim())
      .map(Number),
    n = shape.reduce((a, b) => a * b, 1),
    [size, read] = kind;
  if (bytes.length !== start + length + n * size) return null;
  return { values: Float32Array.from({ length: n }, (_, k) => read(view, start + length + k * size)), shape };
};
