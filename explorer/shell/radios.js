/* Radio buttons made of buttons: one of them can be reached by Tab, arrows go round among them and choose. */
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Marks the chosen one. @param {Iterable<HTMLElement>} buttons @param {(b: HTMLElement) => boolean} chosen */
export const check = (buttons, chosen) => {
  for (const b of buttons) {
    const is = chosen(b);
    b.classList.toggle('on', is);
    b.setAttribute('aria-checked', String(is));
    b.tabIndex = is ? 0 : -1;
  }
};

/**
 * Arrow keys among a group's buttons that are not hidden: the next one gets the focus and is pressed.
 * @param {HTMLElement} host
 * @param {(b: HTMLElement) => void} [choose]
 */
export const arrowKeys = (host, choose = (b) => b.click()) => {
  host.addEventListener('keydown', (e) => {
    const step = STEPS[e.key],
      all = /** @type {HTMLElement[]} */ ([...host.querySelectorAll('[role=radio]')]).filter((b) => !b.hidden),
      at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (!step || at < 0) return;
    e.preventDefault();
    const to = all[(at + step + all.length) % all.length];
    to.focus();
    choose(to);
  });
};

/**
 * Buttons with data-<key>: a click or an arrow calls `chosen` with its value.
 * @param {HTMLElement} host
 * @param {string} key
 * @param {(value: string) => void} chosen
 * @returns {(value: string | number) => void} marks one
 */
export const radioGroup = (host, key, chosen) => {
  const attribute = `[data-${key}]`,
    valueOf = (/** @type {HTMLElement} */ b) => String(b.dataset[key]);
  host.addEventListener('click', (e) => {
    const b = /** @type {HTMLElement | null} */ (/** @type {Element} */ (e.target).closest(attribute));
    if (b) chosen(valueOf(b));
  });
  arrowKeys(host, (b) => chosen(valueOf(b)));
  return (value) => check(host.querySelectorAll(attribute), (b) => b.dataset[key] === String(value));
};

/**
 * Arrow keys among the cells of a grid, which have data-row and data-column.
 * @param {HTMLElement} host
 * @param {string} selector of the cells
 */
export const gridArrows = (host, selector) => {
  /** @type {Record<string, [number, number]>} */
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  host.addEventListener('keydown', (e) => {
    const b = /** @type {HTMLElement | null} */ (/** @type {Element} */ (e.target).closest(selector)),
      step = moves[e.key];
    if (!b || !step) return;
    const [row, column] = [Number(b.dataset.row) + step[0], Number(b.dataset.column) + step[1]];
    /** @type {HTMLElement | null} */
    const to = host.querySelector(`${selector}[data-row="${row}"][data-column="${column}"]`);
    if (!to) return;
    e.preventDefault();
    to.focus();
  });
};
