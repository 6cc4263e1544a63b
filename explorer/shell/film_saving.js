/* A film as a file: GIF or MP4, which the server makes. */
import { opened } from './state.js';
import { lx } from './store.js';

/** @import { Filmed } from './types' */

const SIDE = 336; /* pixels of the longer side at most, in whole pixels of the model's */
const FPS = { gif: 20, mp4: 24 }; /* GIF's clock has hundredths of a second, and browsers play every second one */

/**
 * Saves it; `pressed` cannot be pressed meanwhile, and `host` says in data-saving and data-saved what is and was made.
 * @param {{ pressed: HTMLButtonElement, host: HTMLElement, asked: Filmed, format: 'gif' | 'mp4', seconds: number, name: string }} film
 *   name: of the file, without its end
 */
export const saveFilm = async ({ pressed, host, asked, format, seconds, name }) => {
  pressed.disabled = true;
  host.dataset.saving = format;
  lx.say(lx.t('film.saving'));
  try {
    const { spec } = opened().info,
      side = Math.max(...spec.shape.slice(1)),
      size = side * Math.max(1, Math.floor(SIDE / side)),
      answer = await lx.bytes('film', lx.whose({ ...asked, seconds, fps: FPS[format], format, size }));
    lx.save(await answer.blob(), `${name}.${format}`);
    lx.say(lx.t('film.saved'));
    host.dataset.saved = format;
  } finally {
    pressed.disabled = false;
    delete host.dataset.saving;
  }
};
