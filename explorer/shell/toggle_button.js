/** A button that is pressed or not: aria-pressed says which, a click turns it. */
export class Switch {
  #button;

  /** @param {HTMLElement} button @param {() => void} turned told of a click, not of `on` being set */
  constructor(button, turned) {
    this.#button = button;
    button.onclick = () => {
      this.on = !this.on;
      turned();
    };
  }

  get on() {
    return this.#button.getAttribute('aria-pressed') === 'true';
  }

  set on(on) {
    this.#button.setAttribute('aria-pressed', String(on));
  }

  /** Whether it is offered at all. */
  get offered() {
    return !this.#button.hidden;
  }

  set offered(is) {
    this.#button.hidden = !is;
  }
}
