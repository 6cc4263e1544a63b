/* Full screen for a projector: only the view, in large type. Where a browser refuses the whole screen, the page is laid out so all
 * the same. Escape leaves it, as the button does; nothing of the state is touched. The body has class lx-projected, and --zoom says how
 * large all is. */
import { shownTitles } from './run_line.js';
import { zoomOf } from './screen.js';
import { lx } from './store.js';

const WRITTEN = 'textarea,select,[contenteditable],input:not([type=range],[type=checkbox],[type=radio])';

/** @param {HTMLElement} header with the button .lx-full and the line .lx-projector */
export const projector = (header) => {
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (header.querySelector(selector)),
    [go, line, leave] = ['.lx-full', '.lx-projector', '.lx-leave'].map(find);
  /** @type {HTMLElement | null} */
  let before = null;
  const on = () => document.body.classList.contains('lx-projected');
  const fit = () => on() && document.body.style.setProperty('--zoom', String(zoomOf(innerWidth, innerHeight)));
  const tell = () => {
    find('.lx-projector b').textContent = lx.t('view.' + lx.state.view);
    find('.lx-projector span').textContent = shownTitles().join(' · ');
  };
  /** @param {boolean} is */
  const put = (is) => {
    if (is === on()) return;
    if (is) before = /** @type {HTMLElement} */ (document.activeElement);
    document.body.classList.toggle('lx-projected', is);
    line.hidden = !is;
    fit();
    document.dispatchEvent(new Event('lx-projected'));
    dispatchEvent(new Event('resize')); /* charts look at their room then */
    const back = before && before !== document.body && before.isConnected ? before : go;
    (is ? leave : back).focus();
  };
  const exit = () => {
    put(false);
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  };
  const enter = async () => {
    put(true);
    try {
      await document.documentElement.requestFullscreen();
    } catch {
      return; /* refused: large all the same */
    }
    if (!on()) exit();
  };
  go.onclick = enter;
  leave.onclick = exit;
  document.addEventListener('fullscreenchange', () => {
    if (!document.fullscreenElement) put(false);
    else fit();
  });
  addEventListener('resize', fit);
  document.addEventListener('keydown', (e) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
    if (e.key === 'Escape' && on()) exit();
    if (e.key.toLowerCase() !== 'f' || e.repeat || (e.target instanceof Element && e.target.matches(WRITTEN))) return;
    e.preventDefault();
    if (on()) exit();
    else enter();
  });
  for (const event of /** @type {const} */ (['run', 'runs', 'view', 'lang', 'showing'])) lx.on(event, tell);
};
