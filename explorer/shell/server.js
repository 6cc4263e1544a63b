/* Where the page's questions go: to the server that it came from. A page that has no server has another module in this one's place, which
 * answers them in the browser (explorer/site/browser/server.js). */

const base = () => new URL(window.gradio_config?.root || '/', location.href).pathname.replace(/\/$/, '') + '/gradio_api/explorer/';

/** Where something of the server's lies. @param {string} path */
export const address = (path) => base() + path;

/** Where a script lies that is run when it is needed. @param {string} path @returns {Promise<string>} */
export const script = async (path) => address(path);

/** Whether what will be needed may be fetched before it is. */
export const ahead = true;

/** Its answer; rejects where none comes. @param {string} path @param {RequestInit} [init] @returns {Promise<Response>} */
export const ask = (path, init) => fetch(address(path), init);
