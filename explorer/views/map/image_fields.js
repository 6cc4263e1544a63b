/* What is known of a data set's held-out images, by field: asked for once, when it is first needed. */
import { fieldsOf } from './search_terms.js';

/** @import { Dataset } from '../../shell/types' */

/** @type {Map<string, Promise<Map<string, Uint8Array>>>} */
const asked = new Map();

/**
 * Promise of each field's values by image.
 * @param {(path: string, type: Uint8ArrayConstructor) => Promise<Uint8Array>} binary
 * @param {Dataset} dataset
 */
export const columnsOf = (binary, dataset) => {
  const { name, n } = dataset;
  const there = asked.get(name);
  if (there) return there;
  const columns = binary(`fields/${encodeURIComponent(name)}`, Uint8Array)
    .then((all) => {
      const fields = fieldsOf(dataset);
      if (all.length !== fields.length * n) throw new Error(`${all.length} values are not ${fields.length} of each of ${n} images.`);
      return new Map(fields.map(({ field }, k) => [field, all.subarray(k * n, (k + 1) * n)]));
    })
    .catch((e) => {
      asked.delete(name);
      throw e;
    });
  asked.set(name, columns);
  return columns;
};
