/* The nearest test images of a run whose codes the site does not hold: all of them are encoded first, which a visitor asks for. */
import { button, make } from '../../shell/dom.js';
import { Refused } from './refusal.js';
import { Run } from './run.js';

/** The offer beside the inspector's row of nearest images. */
export const offerNear = () => {
  const host = document.getElementById('lx-near');
  if (!host) return;
  const told = make('p', { className: 'lx-note' }),
    press = button({ className: 'lx-btn' }),
    offer = make('div', { className: 'lx-site-near', hidden: true }, told, press);
  host.append(offer);
  /** @type {Run | null} */
  let run = null;
  const tell = () => {
    const n = (run?.told.points ?? 0).toLocaleString('en');
    told.textContent = window.lx.t('site.near', { n });
    press.textContent = window.lx.t('site.near.seek');
  };
  const show = (/** @type {boolean} */ asked) => {
    offer.hidden = !asked;
    host.classList.toggle('lx-site-unsought', asked);
  };
  window.lx.on('run', async (/** @type {{ points: number }} */ { points }) => {
    show(false);
    const name = window.lx.state.run;
    if (!points) return;
    const found = await Run.of(name).catch(() => null),
      holds = found && (found.sought || (await found.kept().catch(() => null)));
    if (!found || holds || name !== window.lx.state.run) return;
    run = found;
    tell();
    show(true);
  });
  window.lx.on('lang', tell);
  press.onclick = async () => {
    if (!run) return;
    press.disabled = true;
    press.textContent = window.lx.t('site.near.seeking');
    try {
      await run.all();
      show(false);
      window.lx.setCode(window.lx.state.w, window.lx.state.origin); /* the row asks again */
    } catch (e) {
      window.lx.say(e instanceof Refused ? e.message : window.lx.t('site.missing'), 'error');
    }
    press.disabled = false;
    tell();
  };
};
