/* A field that offers names below it while one is typed: arrow keys and Enter, or a click, take one. */
import { make } from '../../shell/dom.js';

export class SearchBox {
  #input;
  #list;
  #offers;
  #taken;
  #at = -1;

  /**
   * @param {HTMLInputElement} input @param {HTMLElement} list
   * @param {(text: string) => string[]} offers the names to offer for what is typed
   * @param {(name: string) => void} taken one of them was chosen
   */
  constructor(input, list, offers, taken) {
    this.#input = input;
    this.#list = list;
    this.#offers = offers;
    this.#taken = taken;
    input.addEventListener('input', () => this.#open());
    input.addEventListener('focus', () => this.#open());
    input.addEventListener('blur', () => this.close());
    input.addEventListener('keydown', (e) => this.#key(e));
    /* a press would take the focus from the field, and with it the list */
    list.addEventListener('pointerdown', (e) => e.preventDefault());
    list.addEventListener('click', (e) => {
      const of = /** @type {Element} */ (e.target).closest('[role=option]');
      if (of) this.#take(of.textContent);
    });
  }

  get open() {
    return !this.#list.hidden;
  }

  close() {
    this.#list.hidden = true;
    this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
    this.#at = -1;
  }

  #open() {
    const names = this.#offers(this.#input.value);
    this.close();
    this.#list.replaceChildren(...names.map((name, k) => make('li', { id: `lx-seek-${k}`, role: 'option', textContent: name })));
    this.#list.hidden = !names.length;
    this.#input.setAttribute('aria-expanded', String(this.open));
  }

  /** @param {string | null} name */
  #take(name) {
    this.close();
    if (name) this.#taken(name);
  }

  /** @param {number} by */
  #move(by) {
    const all = [...this.#list.children];
    if (!this.open) return this.#open();
    this.#at = (this.#at + by + (this.#at < 0 && by < 0 ? 1 : 0) + all.length) % all.length;
    all.forEach((e, k) => e.setAttribute('aria-selected', String(k === this.#at)));
    all[this.#at].scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', all[this.#at].id);
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.isComposing) return;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      this.#move(e.key === 'ArrowDown' ? 1 : -1);
    } else if (e.key === 'Enter' && this.open && this.#at >= 0) {
      e.preventDefault();
      this.#take(this.#list.children[this.#at].textContent);
    } else if (e.key === 'Enter') this.close();
    else if (e.key === 'Escape') {
      e.stopPropagation(); /* what is being done on the map goes on */
      if (this.open) e.preventDefault(); /* and the text stays, once */
      this.close();
    }
  }
}
