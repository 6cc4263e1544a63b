/* What a page that is a single file brings with it: unpack_single_page.js puts its files here before any other module is there. */

/** @type {{ files?: Map<string, Uint8Array<ArrayBuffer>> }} by path */
export const page = {};
