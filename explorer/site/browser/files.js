/* The site's files: beside the page, or within it where the page is a single file (unpack_single_page.js unpacks them). */
import { coming } from './download_progress.js';
import { page } from './embedded_files.js';

const within = page.files;

/** Whether the page is a single file. */
export const single = !!within;

/** @type {Map<string, string>} */
const urls = new Map();
const TYPES = { png: 'image/png', webp: 'image/webp', js: 'text/javascript', json: 'application/json' };

/** A file cannot be had; its message is its path. */
export class Missing extends Error {}

/** Null for a file that the site was written without. @param {unknown} e */
export const left = (e) => {
  if (e instanceof Missing) return null;
  throw e;
};

/** @param {string} path */
const typeOf = (path) => /** @type {Record<string, string>} */ (TYPES)[path.split('.').pop() || ''] || 'application/octet-stream';

/** Where a file lies, for a script or an image. @param {string} path */
export const address = (path) => {
  const bytes = within?.get(path);
  if (!bytes) return new URL(path, document.baseURI).href;
  if (!urls.has(path)) urls.set(path, URL.createObjectURL(new Blob([bytes], { type: typeOf(path) })));
  return /** @type {string} */ (urls.get(path));
};

/** A file as an answer; one that is not there rejects. @param {string} path @param {AbortSignal | null} [signal] */
export const response = async (path, signal) => {
  const bytes = within?.get(path);
  if (bytes) return new Response(bytes, { headers: { 'content-type': typeOf(path) } });
  if (within) throw new Missing(path);
  const answer = await fetch(new URL(path, document.baseURI), { signal });
  if (!answer.ok) throw new Missing(path);
  return answer;
};

/** How many bytes an answer has, 0 where its host packs it: then nobody says. @param {Response} answer */
const sizeOf = ({ headers }) => (headers.get('content-encoding') ? 0 : +(headers.get('content-length') ?? 0));

/** A file's bytes; whoever looks at what is on its way (download_progress.js) sees them come. @param {string} path
 * @returns {Promise<Uint8Array<ArrayBuffer>>} */
export const bytes = async (path) => {
  const found = within?.get(path);
  if (found) return found;
  const file = coming(path);
  try {
    const answer = await response(path);
    file.of(sizeOf(answer));
    const parts = [],
      reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
    for (let part; !(part = await reader.read()).done; file.came(part.value.length)) parts.push(part.value);
    return new Uint8Array(await new Blob(/** @type {BlobPart[]} */ (parts)).arrayBuffer());
  } finally {
    file.end();
  }
};

/** @param {string} path @returns {Promise<any>} */
export const json = async (path) => (await response(path)).json();

/** What a file holds that was packed by gzip; some hosts unpack it themselves. @param {string} path @returns {Promise<ArrayBuffer>} */
export const unpacked = async (path) => {
  const packed = await bytes(path);
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed.slice().buffer;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
};

/** What a packed file of JSON says. @param {string} path @returns {Promise<any>} */
export const packedJson = async (path) => JSON.parse(new TextDecoder().decode(await unpacked(path)));

/** What a file holds whose even bytes come before its odd ones (explorer/site/byte_planes.py). @param {string} path */
export const merged = async (path) => {
  const both = new Uint8Array(await unpacked(path)),
    half = (both.length + 1) >> 1,
    out = new Uint8Array(both.length);
  for (let i = 0; i < half; i++) out[2 * i] = both[i];
  for (let i = half; i < both.length; i++) out[2 * (i - half) + 1] = both[i];
  return out;
};
