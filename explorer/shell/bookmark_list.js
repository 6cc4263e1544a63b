/* The header's dialogue "Bookmarks": keeps the place where the page is, opens, renames and removes kept ones; all as a file, out and in. */
import { FORMAT, LARGEST, LONGEST, MOST, checked, joinedWith, line, read, textOf } from './bookmarks.js';
import { button, count, entitle, make, remember, remembered } from './dom.js';
import { blank, brush } from './pictures.js';
import { opened } from './state.js';
import { lx } from './store.js';

/** @import { Bookmark } from './bookmarks.js' */

const KEY = 'lx-bookmarks',
  UNREAD = 'lx-bookmarks-unread' /* what another version of the page kept, left as it is */,
  SIDE = 64; /* pixels of a small picture at most */

/** @returns {Bookmark[]} */
const stored = () => {
  const text = remembered(KEY);
  if (!text) return [];
  const found = read(text);
  if ('places' in found) return found.places;
  remember(UNREAD, text);
  return [];
};

/** The current image, small; nothing where there is none. */
const thumbnail = async () => {
  const { w, noise } = opened();
  try {
    const answer = await lx.bytes('render', lx.whose({ op: 'image', w: lx.b64(w), ...(noise && { noise }) })),
      image = await createImageBitmap(await answer.blob()),
      k = Math.min(1, SIDE / Math.max(image.width, image.height)),
      canvas = blank(Math.round(k * image.width), Math.round(k * image.height));
    brush(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/png');
  } catch {
    return '';
  }
};
const titleOf = (/** @type {string} */ run) => lx.runOf(run)?.title ?? '';
const suggested = () => {
  const { run, view } = lx.state;
  return line([titleOf(String(run)) || run, lx.t('view.' + view), lx.originText()].filter(Boolean).join(' · '), LONGEST.name);
};

/** Where the page is now. @param {string} name @returns {Promise<Bookmark | null>} */
const placeNow = async (name) => {
  const { run, view, w, origin, label, kept, info } = opened();
  return checked({
    name,
    run,
    title: titleOf(run),
    view,
    weights_sha256: info.card.weights_sha256,
    w: lx.b64(w),
    origin,
    label,
    kept: { ...kept },
    thumb: await thumbnail(),
  });
};

export class BookmarkList {
  #dialog;
  #places = stored();
  /** @type {{ place: Bookmark, at: number } | null} */
  #removed = null;

  /** @param {any} element that holds the button .lx-marks and the dialogue */
  constructor(element) {
    this.#dialog = /** @type {HTMLDialogElement} */ (element.querySelector('.lx-marks-dialogue'));
    element.querySelector('.lx-marks').onclick = () => this.#open();
    this.#find('form').onsubmit = (/** @type {Event} */ e) => {
      e.preventDefault();
      this.#add();
    };
    this.#find('.lx-marks-save').onclick = () => lx.save(new Blob([textOf(this.#places)], { type: 'application/json' }), `${FORMAT}.json`);
    const files = this.#find('input[type=file]');
    this.#find('.lx-marks-load').onclick = () => files.click();
    files.onchange = () => {
      const [file] = files.files;
      files.value = '';
      if (file) this.#load(file);
    };
    this.#find('.lx-marks-close').onclick = () => this.#dialog.close();
    window.addEventListener('storage', (e) => {
      if (e.key !== KEY) return;
      this.#places = stored();
      this.#show();
    });
    for (const event of /** @type {const} */ (['lang', 'runs'])) lx.on(event, () => this.#show());
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#dialog.querySelector(selector);
  }

  /** @param {string} sentence */
  #tell(sentence, wrong = true) {
    this.#find('[role=alert]').textContent = wrong ? sentence : '';
    this.#find('[role=status]').textContent = wrong ? '' : sentence;
  }

  #open() {
    this.#removed = null;
    this.#tell('');
    this.#find('.lx-marks-name').value = suggested();
    for (const e of this.#find('form').elements) e.disabled = !lx.state.info;
    this.#show();
    this.#dialog.showModal();
    this.#find('.lx-marks-name').select();
  }

  /** @param {Bookmark[]} places */
  #keep(places) {
    this.#places = places;
    if (!remember(KEY, textOf(places))) this.#tell(lx.t('marks.full'));
    this.#show();
  }

  async #add() {
    this.#tell('');
    if (this.#places.length >= MOST) return this.#tell(lx.t('marks.most', { n: MOST }));
    const press = this.#find('form button');
    press.disabled = true;
    const place = await placeNow(this.#find('.lx-marks-name').value.trim() || suggested());
    press.disabled = false;
    if (!place) return this.#tell(lx.t('marks.long'));
    this.#removed = null;
    this.#keep([place, ...this.#places]);
    count(this.#dialog, 'kept');
  }

  /** @param {File} file */
  async #load(file) {
    this.#tell('');
    const found = file.size > LARGEST ? { key: 'marks.large' } : read(await file.text());
    if (!('places' in found)) return this.#tell(lx.t(found.key));
    const { places, added, known, left } = joinedWith(this.#places, found.places);
    if (added) this.#keep(places);
    const told = [lx.t('marks.added', { n: added })];
    if (known) told.push(lx.t('marks.known', { n: known }));
    if (found.wrong) told.push(lx.t('marks.wrong', { n: found.wrong }));
    if (left) told.push(lx.t('marks.left', { n: left, most: MOST }));
    if (!this.#find('[role=alert]').textContent) this.#tell(told.join(' '), false);
    count(this.#dialog, 'loaded');
  }

  /* ---- the list ---- */
  #show() {
    const rows = this.#places.map((place) => this.#row(place));
    if (this.#removed) rows.splice(this.#removed.at, 0, this.#gone(this.#removed.place));
    this.#find('ul').replaceChildren(...rows);
    this.#find('.lx-marks-none').hidden = rows.length > 0;
    this.#find('.lx-marks-save').disabled = !this.#places.length;
    this.#dialog.dataset.places = String(this.#places.length);
  }

  /** @param {Bookmark} place */
  #row(place) {
    const here = !!lx.runOf(place.run),
      view = lx.known('view.' + place.view) ? lx.t('view.' + place.view) : place.view,
      picture = make('img', { alt: '', ...(place.thumb && { src: place.thumb }) }),
      name = make('b', { textContent: place.name }),
      where = make('i', { textContent: [titleOf(place.run) || place.title || place.run, view].join(' · ') }),
      words = make('span', {}, name, where);
    if (!here) words.append(make('em', { textContent: lx.t('marks.nothere', { run: place.run }) }));
    const act = (/** @type {string} */ key, /** @type {string} */ textContent, /** @type {() => void} */ onclick, disabled = false) => {
      const b = button({ className: 'lx-btn lx-small', textContent, onclick, disabled });
      entitle(b, lx.t(key, { name: place.name }));
      return b;
    };
    return make(
      'li',
      {},
      picture,
      words,
      act('marks.open.of', lx.t('marks.open'), () => this.#visit(place), !here),
      act('marks.rename.of', '✎', () => this.#rename(place, name)),
      act('marks.remove.of', '×', () => this.#remove(place)),
    );
  }

  /** A removed one, which can be put back while the dialogue is open. @param {Bookmark} place */
  #gone(place) {
    const back = button({ className: 'lx-btn lx-small', textContent: lx.t('marks.back'), onclick: () => this.#putBack() });
    return make('li', { className: 'lx-marks-gone' }, make('span', { textContent: lx.t('marks.removed', { name: place.name }) }), back);
  }

  #putBack() {
    if (!this.#removed) return;
    const { place, at } = this.#removed;
    this.#removed = null;
    this.#keep(this.#places.toSpliced(at, 0, place));
  }

  /** @param {Bookmark} place */
  #remove(place) {
    this.#removed = { place, at: this.#places.indexOf(place) };
    this.#keep(this.#places.filter((p) => p !== place));
    this.#find('.lx-marks-gone button').focus();
  }

  /**
   * A field in the name's place: Enter and leaving it keep what was typed, Escape does not.
   * @param {Bookmark} place @param {HTMLElement} shown
   */
  #rename(place, shown) {
    const field = make('input', { className: 'lx-input', type: 'text', value: place.name, maxLength: LONGEST.name });
    field.setAttribute('aria-label', lx.t('marks.rename.of', { name: place.name }));
    let over = false;
    const end = (/** @type {boolean} */ keep) => {
      if (over) return;
      over = true;
      const name = line(field.value, LONGEST.name);
      if (keep && name) this.#keep(this.#places.map((p) => (p === place ? { ...place, name } : p)));
      else this.#show();
    };
    field.onblur = () => end(true);
    field.onkeydown = (e) => {
      if (e.key !== 'Enter' && e.key !== 'Escape') return;
      e.preventDefault();
      e.stopPropagation();
      end(e.key === 'Enter');
    };
    shown.replaceWith(field);
    field.select();
  }

  /** @param {Bookmark} place */
  async #visit({ run, view, w, origin, label, kept, weights_sha256: weights }) {
    const at = { run, view, kept: { ...kept }, ...(w && { w: lx.f32(w), origin }), ...(label !== null && { label }) };
    this.#dialog.close();
    if (!(await lx.visit(at))) return;
    const { info } = opened();
    if (weights && weights !== info.card.weights_sha256) lx.say(lx.t('code.other', { run }));
    count(this.#dialog, 'visited');
  }
}
