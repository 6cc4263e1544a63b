/* A zip whose files are stored as they are (APPNOTE 6.3.10): pictures are packed already. No window, no document. */
import { crc32 } from './crc.js';

const UTF8 = 0x0800,
  FIRST_DAY = 0x0021; /* 1 January 1980: the same files give the same bytes */

/** @param {(number | number[])[]} fields numbers of two bytes, or of four where they are given as [number] */
const head = (...fields) => {
  const out = new Uint8Array(fields.length * 4),
    view = new DataView(out.buffer);
  let at = 0;
  for (const field of fields) {
    if (Array.isArray(field)) view.setUint32(at, field[0], true);
    else view.setUint16(at, field, true);
    at += Array.isArray(field) ? 4 : 2;
  }
  return out.slice(0, at);
};

/** @param {[string, Uint8Array<ArrayBuffer>][]} files names and bytes; fewer than 65,536, and less than 4 GB in all */
export const zipped = (files) => {
  const parts = [],
    list = [];
  let at = 0,
    listed = 0;
  for (const [name, bytes] of files) {
    const called = new TextEncoder().encode(name),
      size = [bytes.length],
      /** @type {any[]} */
      about = [UTF8, 0, 0, FIRST_DAY, [crc32(bytes)], size, size, called.length, 0],
      local = head([0x04034b50], 20, ...about),
      entry = head([0x02014b50], 20, 20, ...about, 0, 0, 0, [0], [at]);
    parts.push(local, called, bytes);
    list.push(entry, called);
    at += local.length + called.length + bytes.length;
    listed += entry.length + called.length;
  }
  const n = files.length;
  return new Blob([...parts, ...list, head([0x06054b50], 0, 0, n, n, [listed], [at], 0)], { type: 'application/zip' });
};
