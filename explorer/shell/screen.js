/* Sizes on the screen. No window, no document. */

/* a view needs so much room, in the page's own pixels; what a screen has more is what all is enlarged by */
const ROOM = [880, 540];

/** How much larger than on a desk all is on a projector's screen. @param {number} width @param {number} height */
export const zoomOf = (width, height) => Math.max(1, Math.round(100 * Math.min(width / ROOM[0], height / ROOM[1])) / 100);

/** How much of what lies from a to b is between 0 and `end`. @param {number} a @param {number} b @param {number} end */
export const share = (a, b, end) => (b > a ? Math.max(0, Math.min(b, end) - Math.max(a, 0)) / (b - a) : 0);
