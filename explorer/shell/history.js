/* Changes of the page as steps of the browser's history. store.js makes one History; views know only lx.keep, lx.undo and lx.redo.
 *
 * A step is what one act of a person did: a click, a drag from press to release, what was typed into one field, arrow keys in quick
 * succession. Its first change pushes an entry (the former state stays reachable at once), whatever follows from it without another act, an
 * answer of the server, a walk that plays, is written into the same entry when it comes to rest. What no person did makes no step.
 * Browsers refuse more than 100 entries in 30 seconds (WebKit): acts that come faster than MOST allows join the step before them.
 * A step to a run that is there no more is passed by, in the direction of travel; at the end of the way its entry takes what is shown.
 * Each entry's state is its address; its number, history.state.lx, tells what undo and redo may still reach. */
import { count } from './dom.js';

const QUIET = 400;
const REST = 350;
const LONG = 2000;
const SPAN = 30000;
const MOST = 85;
const SPARE = 10;
const TYPED = /^(text|search|url|email|tel|password|number|date|time)$/;

const storedTop = () => {
  try {
    return Number(sessionStorage.getItem('lx-top'));
  } catch {
    return 0;
  }
};

/** @param {number} top */
const storeTop = (top) => {
  try {
    sessionStorage.setItem('lx-top', String(top));
  } catch {
    /* private browsing */
  }
};

/** Whether keys write into it. @param {any} e */
const edits = (e) => !!e?.isContentEditable || e?.tagName === 'TEXTAREA' || (e?.tagName === 'INPUT' && TYPED.test(e.type));

export class History {
  #told;
  #link;
  #index;
  #top;
  #target;
  #fresh = false;
  #pushing = false;
  #timer = 0;
  #since = 0;
  #written;
  #held = 1; /* restores under way; the first opening is one */
  /** @type {number[]} */
  #calls = [];
  /* whose act it is */
  #down = false;
  #last = -Infinity;
  /** @type {EventTarget | null} */
  #field = null;
  #travelling = 0;

  /**
   * `restore` shows the address; false: what it leads to is there no more.
   * @param {{ link: () => string, restore: (known: boolean) => Promise<boolean>, told: () => void }} page
   */
  constructor({ link, restore, told }) {
    this.#link = link;
    this.#told = told;
    const opening = /** @type {PerformanceNavigationTiming} */ (performance.getEntriesByType('navigation')[0]);
    this.#index = Number.isInteger(history.state?.lx) ? history.state.lx : 0;
    this.#top = opening?.type === 'reload' ? Math.max(this.#index, storedTop()) : this.#index;
    this.#target = this.#index;
    this.#written = location.href;
    this.#hear('pointerdown', () => {
      this.#down = true;
      this.#field = null;
      this.#begin();
    });
    this.#hear('pointerup', () => {
      this.#down = false;
    });
    this.#hear('pointercancel', () => {
      this.#down = false;
    });
    this.#hear('drop', () => this.#begin());
    this.#hear('paste', () => this.#begin());
    this.#hear('keydown', (e, soon) => {
      if (e.repeat || ['Control', 'Shift', 'Alt', 'Meta', 'Tab'].includes(e.key)) return;
      const same = e.target === this.#field,
        typing = edits(e.target) && e.key !== 'Enter',
        moving = /^(Arrow|Page|Home|End)/.test(e.key);
      this.#field = e.target;
      if (!(same && (typing || (moving && soon)))) this.#begin();
    });
    /* without a hand or a key: a screen reader, a voice */
    for (const type of /** @type {const} */ (['input', 'change', 'click']))
      this.#hear(type, (e, soon) => {
        if (!this.#down && !soon && !(type === 'click' && /** @type {UIEvent} */ (e).detail)) this.#begin();
      });
    window.addEventListener('popstate', async (e) => {
      const known = Number.isInteger(e.state?.lx),
        from = this.#index;
      if (known) this.#index = e.state.lx;
      else this.#top = ++this.#index; /* a link pasted into this page's address */
      this.#top = Math.max(this.#top, this.#index);
      this.#written = location.href;
      if (this.#travelling) {
        clearTimeout(this.#travelling);
        this.#travelling = 0;
      } else this.#target = this.#index;
      if (this.#target !== this.#index) return this.#travel();
      const at = this.#index,
        there = await this.#hold(() => restore(known));
      if (!there && at === this.#index && this.#target === at) this.#pass(Math.sign(at - from));
    });
    window.addEventListener('keydown', (e) => {
      if (!(e.ctrlKey || e.metaKey) || e.altKey || e.defaultPrevented || edits(e.target)) return;
      const key = e.key.toLowerCase(),
        redo = key === 'y' || (key === 'z' && e.shiftKey);
      if (!redo && key !== 'z') return;
      e.preventDefault();
      this.#go(redo ? 1 : -1);
    });
  }

  #write() {
    const url = this.#link(),
      push = this.#pushing && this.#room(MOST);
    this.#rest();
    this.#pushing = false;
    if (this.#held || !url || (url === this.#written && history.state?.lx === this.#index)) return;
    if (push) {
      this.#top = this.#target = ++this.#index;
      this.#fresh = false;
      this.#put('pushState', url);
    } else if (this.#room(MOST + SPARE)) this.#put('replaceState', url);
    else return this.#later(SPAN / 10);
    this.#count();
  }
  #begin() {
    if (this.#timer && !this.#pushing) this.#write();
    this.#fresh = true;
  }

  /**
   * @template {keyof WindowEventMap} Type
   * @param {Type} type
   * @param {(e: WindowEventMap[Type], soon: boolean) => void} fn
   */
  #hear(type, fn) {
    window.addEventListener(
      type,
      (e) => {
        fn(e, e.timeStamp - this.#last < QUIET);
        this.#last = e.timeStamp;
      },
      true,
    );
  }

  /** @param {number} n */
  #room(n) {
    const from = performance.now() - SPAN;
    this.#calls = this.#calls.filter((t) => t > from);
    return this.#calls.length < n;
  }

  /** @param {'pushState' | 'replaceState'} how @param {string} url */
  #put(how, url) {
    this.#calls.push(performance.now());
    history[how]({ ...history.state, lx: this.#index }, '', url);
    this.#written = url;
  }

  #count() {
    storeTop(this.#top);
    count(document.body, 'link');
    this.#told();
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#timer = this.#since = 0;
  }

  /** @param {number} ms */
  #later(ms) {
    const now = performance.now();
    this.#since ||= now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), Math.min(ms, Math.max(0, this.#since + LONG - now)));
  }

  /** Something of the link has changed; `quiet`: by no act of a person. */
  changed(quiet = false) {
    if (this.#held) return;
    if (this.#fresh && !quiet) this.#pushing = true;
    this.#later(this.#pushing ? 0 : REST);
  }

  #travel() {
    if (this.#travelling || this.#target === this.#index) return;
    this.#travelling = setTimeout(() => {
      this.#travelling = 0;
      this.#target = this.#index;
    }, 2000); /* the browser knows no such entry */
    history.go(this.#target - this.#index);
  }

  /** Beyond an entry that cannot be shown. @param {number} by the way that was being gone */
  #pass(by) {
    const to = this.#index + by;
    if (!by || to < 0 || to > this.#top) return;
    this.#rest();
    this.#target = to;
    this.#travel();
  }

  /** @param {number} by */
  #go(by) {
    if (this.#timer) this.#write();
    this.#fresh = this.#pushing = false;
    const to = Math.max(0, Math.min(this.#top, this.#target + by));
    if (to === this.#target) return;
    this.#target = to;
    this.#travel();
  }

  /** @template T @param {() => Promise<T>} work */
  async #hold(work) {
    this.#held++;
    this.#rest();
    this.#fresh = this.#pushing = false;
    try {
      return await work();
    } finally {
      this.#held--;
      this.#told();
      if (!this.#held) {
        this.#pushing = this.#fresh;
        this.#later(0);
      }
    }
  }

  /** Goes to another place: one step, whatever is told on the way. @template T @param {() => Promise<T>} work whether it is there then */
  async visit(work) {
    if (this.#timer) this.#write();
    const there = await this.#hold(work);
    if (there) this.#pushing = true;
    return there;
  }

  undo() {
    return this.#go(-1);
  }

  redo() {
    return this.#go(1);
  }

  /** The first opening is over: from here on changes are written. */
  begun() {
    this.#held--;
    this.#fresh = this.#pushing = false;
    this.#later(0);
    this.#told();
  }

  get can() {
    return { undo: this.#target > 0, redo: this.#target < this.#top };
  }

  get busy() {
    return this.#timer || this.#held || this.#travelling ? 1 : 0;
  }
}
