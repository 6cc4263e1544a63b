/* How many images a batch of seeds has, or why it is none. No window, no document. */

const MOST = 256; /* images at once, as the server says (batch.py) */
const MOST_PIXELS = 4096 * 4096;

/** Images of so many pixels that can be saved at once. @param {number[]} shape */
export const mostOf = (shape) => Math.min(MOST, Math.floor(MOST_PIXELS / (shape[1] * shape[2])));

/**
 * The images of the seeds from `first` to `last`, each of so many classes; or the key of a sentence, and its parts.
 * @param {{ first: number, last: number, classes: number, most: number }} asked
 * @returns {{ seeds: number, images: number } | { key: 'seeds.whole' | 'seeds.order' | 'seeds.many', n?: string, most?: number }}
 */
export const imagesOf = ({ first, last, classes, most }) => {
  if (![first, last].every((v) => Number.isSafeInteger(v) && v >= 0)) return { key: 'seeds.whole' };
  if (last < first) return { key: 'seeds.order' };
  const seeds = last - first + 1,
    images = seeds * Math.max(classes, 1);
  return images > most ? { key: 'seeds.many', n: images.toLocaleString('en'), most } : { seeds, images };
};
