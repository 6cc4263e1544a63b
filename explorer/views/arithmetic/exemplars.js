/* Exemplars of a sum: "s" and a seed, "r" and a real image's number; how they are called and drawn. */
import { crop } from '../../shell/pictures.js';
import { opened } from '../../shell/state.js';
import { lx } from '../../shell/store.js';

/** @param {string} r */
export const exemplarName = (r) => (r[0] === 's' ? lx.t('origin.seed', { seed: r.slice(1) }) : lx.t('origin.point', { index: r.slice(1) }));

/** Real images come from their sheet, samples as the model draws them; a promise of the samples.
 * @param {HTMLCanvasElement[]} canvases @param {string[]} refs */
export const drawExemplars = (canvases, refs) => {
  const samples = refs.map((r, i) => ({ r, c: canvases[i] })).filter(({ r }) => r[0] === 's');
  refs.forEach((r, i) => {
    if (r[0] === 'r') lx.tile(canvases[i], +r.slice(1)).catch(() => {});
  });
  if (!samples.length) return Promise.resolve();
  const asked = { op: 'exemplars', refs: samples.map(({ r }) => r), columns: 12 };
  return lx
    .bytes('render', lx.whose(asked))
    .then((r) => r.blob())
    .then(createImageBitmap)
    .then((im) => {
      samples.forEach(({ c }, k) => {
        crop(c, im, opened().info.spec.shape.slice(1), k);
        c.dataset.drawn = '1';
      });
      im.close();
    })
    .catch((e) => lx.say(e.message, 'error'));
};
