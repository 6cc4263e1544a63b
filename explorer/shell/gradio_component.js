/* What Gradio hands to a component when it is in the page: its element, and its ways back to Gradio (`trigger`, `server`).
 *
 * mount.js, which runs before all modules, keeps it by the component's name and then imports the component's module: so a module asks for
 * what is its own, once, at its top. */

/** @import { Mounted } from './types' */

/** @param {string} name @returns {Mounted} */
export const mounted = (name) => window.lxMount.found[name];
