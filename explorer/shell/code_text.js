/* A code as text: what "Copy code" gives, or plain numbers that somebody typed. No window, no document. */

/**
 * Why a text is no code: the key of a sentence, and its parts.
 * @typedef {{ key: 'code.none' | 'code.numbers' | 'code.infinite' | 'code.count', n?: number, size?: number, told?: string }} Wrong
 */
/** @typedef {{ w: Float32Array, run?: string, weights?: string, label?: number, origin?: unknown }} Read */

const MOST = 2 ** 20; /* letters of a text */

/** Numbers of an array, or of arrays of arrays, one after another; null where there is anything else. @param {unknown} values */
const flat = (values) => {
  const all = Array.isArray(values) ? values.flat(3) : [];
  return all.length && all.every((v) => typeof v === 'number') ? /** @type {number[]} */ (all) : null;
};

/** @param {string} text */
const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Numbers apart by commas, semicolons, blanks or lines, in brackets or not. @param {string} text */
const typed = (text) => {
  const words = text
      .replace(/[[\](){}]/g, ' ')
      .split(/[\s,;]+/)
      .filter(Boolean),
    numbers = words.map(Number);
  return numbers.some(Number.isNaN) ? null : numbers;
};

/**
 * A code of `layers` × `width` numbers. As many numbers as one layer has are given to each layer.
 * @param {Float32Array | number[]} numbers @param {number} layers @param {number} width
 * @returns {Float32Array | Wrong}
 */
export const fitting = (numbers, layers, width) => {
  const size = layers * width;
  if (numbers.length !== size && numbers.length !== width) return { key: 'code.count', n: numbers.length, size };
  const w = Float32Array.from({ length: size }, (_, k) => numbers[k % numbers.length]);
  return w.every(Number.isFinite) ? w : { key: 'code.infinite' };
};

/**
 * What a text says: a code, and of a copied one the run, its weights, class and origin.
 * @param {string} text @param {number} layers @param {number} width
 * @returns {Read | Wrong}
 */
export const read = (text, layers, width) => {
  if (!text.trim() || text.length > MOST) return { key: 'code.none' };
  const told = parsed(text),
    whole = told && typeof told === 'object' && !Array.isArray(told) ? told : null,
    numbers = told === undefined ? typed(text) : flat(whole ? whole.w : [told].flat());
  if (!numbers) return { key: 'code.numbers' };
  const w = fitting(numbers, layers, width);
  if (!(w instanceof Float32Array)) return w;
  return {
    w,
    ...(typeof whole?.run === 'string' && { run: whole.run }),
    ...(typeof whole?.weights_sha256 === 'string' && { weights: whole.weights_sha256 }),
    ...(Number.isInteger(whole?.label) && { label: whole.label }),
  };
};

/** Whether a text looks like a copied code: no other text that is pasted may move what is on the screen. @param {string} text */
export const copied = (text) => text.length <= MOST && Array.isArray(parsed(text)?.w);
