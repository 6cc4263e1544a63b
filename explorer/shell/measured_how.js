/* How a figure was measured, the protocol of its card, where a finger and a keyboard reach it: what only hovers is not there for them. */
import { button, make } from './dom.js';
import { lx } from './store.js';

/**
 * Puts into `host` a button that opens the protocol beside it; nothing, where there is none.
 * @param {HTMLElement} host
 * @param {string} protocol
 */
export const howMeasured = (host, protocol) => {
  host.hidden = !protocol;
  if (!protocol) return host.replaceChildren();
  const said = make('span', { textContent: protocol, lang: 'en', hidden: true }),
    opens = button({ className: 'lx-how-open', textContent: lx.t('figure.how'), 'aria-expanded': 'false' });
  opens.onclick = () => {
    said.hidden = !said.hidden;
    opens.setAttribute('aria-expanded', String(!said.hidden));
  };
  host.replaceChildren(opens, ' ', said);
};
