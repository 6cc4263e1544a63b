/* The dials of two mixed networks as text for a link: the other run's name and a percentage per layer. */
import { coded } from '../../shell/address.js';

/** @param {string} name @param {number[]} at hundredths */
export const textDials = (name, at) => `${coded(name)}.${at.join('_')}`;

/** What a text says, for a network of so many layers: half of both where it says nothing that fits.
 * @param {string} text @param {number} layers @returns {{ name: string, at: number[] }} */
export const restoredDials = (text, layers) => {
  const [name, dials] = text.split('.'),
    at = (dials ?? '').split('_').map(Number),
    fits = at.length === layers && at.every((v) => Number.isInteger(v) && v >= 0 && v <= 100);
  let plain = '';
  try {
    plain = decodeURIComponent(name);
  } catch {
    /* a damaged link names no run */
  }
  return { name: plain, at: fits && dials ? at : Array.from({ length: layers }, () => 50) };
};
