/* The state, for what is only asked for while a run is open. */
import { lx } from './store.js';

/** @import { Opened } from './types' */

export const opened = () => /** @type {Opened} */ (lx.state);
