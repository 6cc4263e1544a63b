/* Of several questions the last one counts, whichever is answered last. No window, no document.
 *
 *   const isLast = asked.ask();
 *   const answer = await …;
 *   if (!isLast()) return;
 */
export class LastAsked {
  #n = 0;

  /** A new question. The function that is returned says whether nothing was asked after it, and it was not dropped. */
  ask() {
    this.#n++;
    return this.same();
  }

  /** The same for what belongs to the last question, and is none itself. */
  same() {
    const n = this.#n;
    return () => n === this.#n;
  }

  /** Whatever is on its way is of no use any more. */
  drop() {
    this.#n++;
  }
}
