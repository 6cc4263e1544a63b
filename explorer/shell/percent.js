/* A share from 0 to 1 as a percentage. No window, no document. */

/**
 * The number alone, without "%". What is not all is never told as 100, nor what is not none as 0: "99.5", "> 99.9", "0.4", "< 0.1".
 * @param {number} share 0 to 1 @param {number} [digits] behind the point, where those do not round it to all or none
 */
export const percent = (share, digits = 0) => {
  const whole = (/** @type {string} */ text) => [0, 100].includes(+text) && share > 0 && share < 1,
    text = (100 * share).toFixed(digits);
  if (!whole(text)) return text;
  const finer = Math.max(1, digits),
    exact = (100 * share).toFixed(finer);
  if (!whole(exact)) return exact;
  const least = 10 ** -finer;
  return share > 0.5 ? `> ${(100 - least).toFixed(finer)}` : `< ${least.toFixed(finer)}`;
};
