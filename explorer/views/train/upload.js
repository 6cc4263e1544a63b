/* A person's own images: files, a folder or what is dropped, sent to the server in pieces, and what it says of them. Which of them are
 * sent, and under which names, is in train_files.js. */
import { base64Of } from '../../shell/bytes.js';
import { lx } from '../../shell/store.js';
import { isOwn, isRead, leftOut, pathOf, titleOf } from './train_files.js';
import { number, showNotes } from './training_words.js';

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
      dropped = leftOut(own.map((f) => f.name)),
      files = own.filter((f) => isRead(f.name));
    this.token = null;
    delete this.#element.dataset.upload;
    this.#note([]);
    this.#view.begun();
    if (!files.length) {
      this.#say(lx.t('train.own.none'));
      this.#note(Object.entries(dropped).map(([kind, n]) => ({ kind, n })));
      return;
    }
    this.sending = true;
    this.#view.changed();
    try {
      const token = await this.#view.ask('job_begin_upload', { title: titleOf(files) });
      await this.#sendPieces(token, files);
      const found = await this.#view.ask('job_check_upload', { token, dropped });
      this.token = token;
      this.#element.dataset.upload = 'ready';
      this.#say(lx.t('train.own.ready', { n: number(found.images) }));
      this.#note(found.notes);
    } catch (e) {
      const { message, notes } = /** @type {Error & { notes?: Note[] }} */ (e);
      this.#say(message);
      this.#note(notes || []);
    } finally {
      this.sending = false;
      this.#view.changed();
    }
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
