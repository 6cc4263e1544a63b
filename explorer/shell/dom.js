/* Elements, and what is done to them in every view. */

/**
 * An element with what is in it.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [properties] the element's own ones; `data`: its dataset; `role` and names with a hyphen are attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export const make = (tag, { data = {}, ...properties } = {}, ...children) => {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'role' || name.includes('-')) e.setAttribute(name, value);
    else Object.assign(e, { [name]: value });
  }
  Object.assign(e.dataset, data);
  e.append(...children);
  return e;
};

/** @param {Record<string, any>} [properties] @param {...(Node | string)} children */
export const button = (properties, ...children) => make('button', { type: 'button', ...properties }, ...children);

/** @param {string} text */
const spelt = (text) => ` ${text.split(/[^\p{L}\p{N}.−]+/u).join(' ')} `;

/**
 * A button's name with what is read on it, where it is not in the name already: who speaks to a page says what they see.
 * @param {string} text
 * @param {string} seen
 */
export const named = (text, seen) => (/[\p{L}\p{N}]/u.test(seen) && !spelt(text).includes(spelt(seen)) ? `${text}, ${seen.trim()}` : text);

/** A name that is heard and seen on hovering. @param {HTMLElement} e with its words in it @param {string} text */
export const entitle = (e, text) => {
  e.title = text;
  e.setAttribute('aria-label', named(text, e.textContent || ''));
};

/**
 * What a select offers.
 * @param {HTMLSelectElement} select @param {any[][]} list value and words each
 * @param {any} [value] the chosen one
 */
export const offer = (select, list, value) => {
  select.replaceChildren(...list.map(([each, textContent]) => make('option', { value: each, textContent })));
  if (value !== undefined) select.value = value;
};

/** One more in a data attribute: what has happened so often. @param {HTMLElement} e */
export const count = (e, key = 'n') => {
  e.dataset[key] = String((Number(e.dataset[key]) || 0) + 1);
};

/** How far work is, 0 to 1; null: none is under way. @param {HTMLElement} bar @param {number | null} share */
export const progress = (bar, share) => {
  bar.hidden = share === null;
  if (share === null) return;
  const fill = /** @type {HTMLElement} */ (bar.firstElementChild);
  fill.style.width = 100 * share + '%';
  bar.setAttribute('aria-valuenow', String(Math.round(100 * share)));
};

/**
 * What is done at first and whenever a box that is shown has another size.
 * @param {HTMLElement} box
 * @param {() => void} act
 * @param {(box: HTMLElement) => string | number} [sizeOf] what of it matters
 */
export const onNewSize = (box, act, sizeOf = (e) => `${e.clientWidth}x${e.clientHeight}`) => {
  /** @type {string | number} */
  let size = '';
  new ResizeObserver(() => {
    const now = sizeOf(box);
    if (!box.clientWidth || now === size) return;
    size = now;
    act();
  }).observe(box);
};

/** What a browser keeps for this page, null where it keeps nothing. @param {string} key */
export const remembered = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

/** Whether the browser has kept it: private windows and full ones do not. @param {string} key @param {string} text */
export const remember = (key, text) => {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
};

/** @param {number} ms */
export const wait = (ms) => new Promise((done) => setTimeout(done, ms));
