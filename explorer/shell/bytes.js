/* Base64: of bytes, and of little-endian float32, which is how codes travel. No window, no document. */

/** @param {Uint8Array | number[]} bytes */
export const base64Of = (bytes) => {
  let letters = '';
  for (let i = 0; i < bytes.length; i += 8192) letters += String.fromCharCode(...bytes.slice(i, i + 8192));
  return btoa(letters);
};

/** Bytes of base64, of either alphabet, with or without the "=" behind it. @param {string} text */
export const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));

/** Base64 in letters of a web address. @param {string} text */
export const urlSafe = (text) => text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

/** The plain alphabet again, "=" behind it. @param {string} text */
export const urlPlain = (text) => text.replace(/-/g, '+').replace(/_/g, '/') + '='.repeat(-text.length & 3);

/** @param {Float32Array} floats */
export const b64 = (floats) => base64Of(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength));

/** Bytes behind the last whole number are left out. @param {string} text */
export const f32 = (text) => {
  const bytes = fromBase64(text);
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
};

/** Arrays of one length after another. @param {Float32Array[]} codes */
export const joined = (codes) => {
  const all = new Float32Array(codes.reduce((n, w) => n + w.length, 0));
  let at = 0;
  for (const w of codes) {
    all.set(w, at);
    at += w.length;
  }
  return all;
};
