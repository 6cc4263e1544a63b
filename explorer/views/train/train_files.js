/* What of a person's own files is sent, and under which names. No window, no document. */

/** @typedef {{ name: string, path?: string }} Named a file; path: with its folders */

const READ = /\.(a?png|jpe?g|jpe|jfif|webp|gif|bmp|dib|tiff?|p[pgbn]m|avif|jp2|j2k)$/i;
/* archives and tables: training/archive.py and training/image_tables.py */
const MANY = /\.(zip|tar|tar\.(gz|bz2|xz)|tgz|tbz2?|txz|npz|npy|csv|csv\.gz|parquet)$/i,
  IDX = /idx[1-4][._-](ubyte|byte|short|int|float|double)(\.gz)?$/i,
  BESIDE = /mapping\.txt$/i;
/* what is not sent, by how its name ends; training/pictures.py knows better */
/** @type {[string, RegExp][]} */
const KINDS = [
  ['heic', /\.(heic|heif)$/i],
  ['jxl', /\.jxl$/i],
  ['svg', /\.svgz?$/i],
  ['psd', /\.psd$/i],
  ['pdf', /\.pdf$/i],
  ['raw', /\.(dng|cr[23]|nef|arw|orf|rw2|raf|pef|srw)$/i],
  ['video', /\.(mp4|mov|avi|mkv|webm|m4v)$/i],
  ['archive', /\.(rar|7z|gz|xz|bz2|zst)$/i],
];

/** Whether a name is one of an image, or of what holds many. @param {string} name */
export const isRead = (name) => [READ, MANY, IDX, BESIDE].some((ends) => ends.test(name));

/** Whether a file is a person's own, and not her system's. @param {Named} file */
export const isOwn = (file) => !/(^|\/)(\.|__MACOSX)/.test(file.path || file.name);

/* a name for a sentence: no character that turns or hides others, of a long one its beginning and its end */
/** @param {string} name */
const shortened = (name) => {
  const letters = [...name.replaceAll(/\p{C}/gu, '')];
  return letters.length <= 40 ? letters.join('') : [...letters.slice(0, 26), '…', ...letters.slice(-13)].join('');
};

/** How many of each kind are not sent, and what the first of a kind is called. @param {string[]} names */
export const leftOut = (names) => {
  /** @type {Record<string, number>} */
  const often = {};
  /** @type {Record<string, string>} */
  const first = {};
  for (const name of names.filter((n) => !isRead(n))) {
    const kind = KINDS.find(([, ends]) => ends.test(name))?.[0] || 'other';
    often[kind] = (often[kind] || 0) + 1;
    first[kind] ??= shortened(name);
  }
  return { often, first };
};

/** Kinds of notes that are of files left out, as the browser tells them. */
export const LEFT_OUT = new Set([...KINDS.map(([kind]) => kind), 'other']);

/** What a set of files is called: one file's own name, the folder that all of them lie in. @param {Named[]} files */
export const titleOf = (files) => {
  if (files.length === 1) return files[0].name.replace(/(\.(tar|csv))?\.\w+$/i, '');
  const tops = new Set(files.map((f) => (f.path || '').split('/').slice(0, -1)[0] || ''));
  return tops.size === 1 ? [...tops][0] || 'images' : 'images';
};

/** File k's path on the server: an image's name has a number before it, for two of one name. @param {Named[]} files @param {number} k */
export const pathOf = (files, k) => {
  const folders = (files[k].path || files[k].name).split('/'),
    name = folders.pop() || '',
    numbered = files.length > 1 && READ.test(name);
  return [...folders, numbered ? `${String(k).padStart(5, '0')}-${name}` : name].join('/');
};
