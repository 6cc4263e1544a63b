/* The site's files: beside the page, or within it where the page is a single file (window.lxFiles, unpacked by single.js). */

/** @type {Map<string, Uint8Array<ArrayBuffer>> | undefined} */
const within = window.lxFiles;

/** Whether the page is a single file. */
export const single = !!within;

/** @type {Map<string, string>} */
const urls = new Map();
const TYPES = { png: 'image/png', webp: 'image/webp', js: 'text/javascript', mjs: 'text/javascript', json: 'application/json' };

/** A file cannot be had; its message is a sentence's key. */
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

/** @param {string} path @returns {Promise<Uint8Array<ArrayBuffer>>} */
export const bytes = async (path) => new Uint8Array(await (await response(path)).arrayBuffer());

/** @param {string} path @returns {Promise<any>} */
export const json = async (path) => (await response(path)).json();

/** What a file holds that was packed by gzip. @param {string} path */
export const unpacked = async (path) => {
  const packed = /** @type {ReadableStream} */ ((await response(path)).body);
  return new Response(packed.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
};
