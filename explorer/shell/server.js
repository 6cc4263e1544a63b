/* Where the page's questions go: to the server that it came from. A page that has no server has another module in this one's place, which
 * answers them in the browser (explorer/site/browser/server.js). */

const base = () => new URL(window.gradio_config?.root || '/', location.href).pathname.replace(/\/$/, '') + '/gradio_api/explorer/';

/** Where something of the server's lies. @param {string} path */
export const address = (path) => base() + path;

/** Its answer; rejects where none comes. @param {string} path @param {RequestInit} [init] @returns {Promise<Response>} */
export const ask = (path, init) => fetch(address(path), init);
