/* A person's own images: files, a folder or what is dropped, sent to the server in pieces, and what it says of them. Which of them are
 * sent, and under which names, is in train_files.js. */
import { base64Of } from '../../shell/bytes.js';
import { make } from '../../shell/dom.js';
import { lx } from '../../shell/store.js';
import { isOwn, isRead, leftOut, pathOf, titleOf } from './train_files.js';
import { number, showNotes } from './training_words.js';

/** @import { SurveyAnswer } from '../../shell/answers' */
/** @import { AskJob } from '../../shell/types' */
/** @import { Note } from './training_words.js' */
/** @typedef {{ ask: AskJob, able: () => boolean | undefined, begun: () => void, changed: () => void }} View able: whether one may send */

const PIECE = 1 << 20;

/** @typedef {File & { path?: string }} Placed a file, and the folders that it was in */
/** @param {Blob} blob */
const base64 = async (blob) => base64Of(new Uint8Array(await blob.arrayBuffer()));

/** @param {File} file @param {string} path @returns {Placed} */
const placed = (file, path) => Object.defineProperty(file, 'path', { value: path, configurable: true });

/** @param {Iterable<Placed>} list */
const within = (list) => [...list].map((f) => placed(f, f.webkitRelativePath || f.path || f.name));

/** All files below what was dropped. @param {DataTransferItem[]} items */
const entries = async (items) => {
  /** @type {Placed[]} */
  const out = [];
  const walk = async (/** @type {any} */ entry, /** @type {string} */ path) => {
    if (entry.isFile) {
      const f = await new Promise((ok, no) => entry.file(ok, no));
      out.push(placed(f, path + f.name));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((ok, no) => reader.readEntries(ok, no));
      if (!some.length) break;
      for (const e of some) await walk(e, path + entry.name + '/');
    }
  };
  const dropped = items.map((i) => ({ entry: i.webkitGetAsEntry?.(), file: i.getAsFile() })); /* the list is empty after the first wait */
  for (const { entry, file } of dropped) {
    if (entry) await walk(entry, '');
    else if (file) out.push(placed(file, file.name)); /* of a program that hands over no folders */
  }
  return out;
};

export class Upload {
  #element;
  /** @type {View} */
  #view;
  /** @type {string | null} */
  token = null; /* by which the server knows the images, once all of them are there */
  sending = false;
  /** @type {ReturnType<typeof leftOut>} */
  #dropped = { often: {}, first: {} }; /* what was not sent, by kind */

  /** @param {any} element @param {View} view */
  constructor(element, view) {
    this.#element = element;
    this.#view = view;
    const files = this.#find('.lx-files'),
      folder = this.#find('.lx-folder');
    this.#find('.lx-pick-files').onclick = () => files.click();
    this.#find('.lx-pick-folder').onclick = () => folder.click();
    for (const input of [files, folder])
      input.onchange = () => {
        const list = within(input.files);
        if (list.length)
          this.#send(list).then(() => {
            input.value = '';
          });
      };
    this.#droppable(this.#find('.lx-drop'));
    for (const name of ['.lx-own-turned', '.lx-own-part']) this.#find(`${name} select`).onchange = () => this.#again();
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#element.querySelector(selector);
  }

  /** @param {HTMLElement} drop */
  #droppable(drop) {
    drop.ondragover = (e) => {
      e.preventDefault();
      drop.classList.add('over');
    };
    drop.ondragleave = () => drop.classList.remove('over');
    drop.ondrop = async (e) => {
      e.preventDefault();
      drop.classList.remove('over');
      if (!this.#view.able() || this.sending) return;
      this.#send(await entries([...(e.dataTransfer?.items || [])]));
    };
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.#find('.lx-own-state').textContent = sentence;
  }

  /** @param {Note[]} notes */
  #note(notes) {
    showNotes(this.#find('.lx-own-notes'), notes);
  }

  /** @param {Placed[]} all */
  async #send(all) {
    const own = all.filter(isOwn),
      dropped = (this.#dropped = leftOut(own.map((f) => f.name))),
      files = own.filter((f) => isRead(f.name));
    this.token = null;
    delete this.#element.dataset.upload;
    this.#note([]);
    this.#show(null);
    this.#view.begun();
    if (!files.length) {
      this.#say(lx.t('train.own.none'));
      this.#note(Object.entries(dropped.often).map(([kind, n]) => ({ kind, n, name: dropped.first[kind] })));
      return;
    }
    this.sending = true;
    this.#view.changed();
    try {
      const token = await this.#view.ask('job_begin_upload', { title: titleOf(files) });
      await this.#sendPieces(token, files);
      await this.#check(token, 'auto', '');
    } catch (e) {
      this.#complain(e);
    } finally {
      this.sending = false;
      this.#view.changed();
    }
  }

  /** Why it cannot be used, and what was left out. @param {unknown} e */
  #complain(e) {
    const { message, notes } = /** @type {Error & { notes?: Note[] }} */ (e);
    this.#say(message);
    this.#note(notes || []);
  }

  /** What the server finds in it, read as is said. @param {string} token @param {string} turned @param {string} part */
  async #check(token, turned, part) {
    const { often: dropped, first } = this.#dropped,
      found = await this.#view.ask('job_check_upload', { token, dropped, first, turned, part });
    this.token = token;
    this.#element.dataset.upload = 'ready';
    this.#say(lx.t('train.own.ready', { n: number(found.images) }));
    this.#show(found);
    this.#note(found.notes);
  }

  /** The same images, read as is said now. */
  async #again() {
    if (!this.token || this.sending) return;
    const [turned, part] = ['.lx-own-turned', '.lx-own-part'].map((name) => this.#find(`${name} select`).value);
    this.sending = true;
    this.#view.changed();
    try {
      await this.#check(this.token, turned, part);
    } catch (e) {
      this.#complain(e);
    } finally {
      this.sending = false;
      this.#view.changed();
    }
  }

  /** What they are, some of them, and what may be said of them. @param {SurveyAnswer | null} found null: nothing is known yet */
  #show(found) {
    const sheet = this.#find('.lx-own-sheet'),
      parts = this.#find('.lx-own-part');
    showNotes(this.#find('.lx-own-found'), found?.found || []);
    sheet.hidden = !found?.sheet;
    if (found?.sheet) sheet.querySelector('img').src = found.sheet;
    this.#find('.lx-own-turned').hidden = !found?.table;
    this.#find('.lx-own-turned select').value = found?.turned || 'auto';
    parts.hidden = !found?.parts.length;
    parts.querySelector('select').replaceChildren(...(found?.parts || []).map((p) => make('option', { value: p, textContent: p })));
    if (found?.part) parts.querySelector('select').value = found.part;
  }

  /** @param {string} token @param {Placed[]} files */
  async #sendPieces(token, files) {
    let done = 0;
    for (const [k, f] of files.entries()) {
      const path = pathOf(files, k);
      for (let at = 0; at === 0 || at < f.size; at += PIECE)
        await this.#view.ask('job_add_upload', { token, path, piece: await base64(f.slice(at, at + PIECE)), first: at === 0 });
      if (++done % 10 === 0 || done === files.length)
        this.#say(lx.t('train.own.sending', { n: number(done), total: number(files.length) }));
    }
  }
}
