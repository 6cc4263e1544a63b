/* The form of a training: family, data, recipe, settings and name; a training is started here. What was chosen and typed is in the link. */
import { button, make } from '../../shell/dom.js';
import { LastAsked } from '../../shell/last_asked.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { lx } from '../../shell/store.js';
import { Augmented } from './augmentation_preview.js';
import { fits, isWithin, settingField } from './setting_field.js';
import { number, word } from './training_words.js';
import { Upload } from './upload.js';

/** @import { AskAugmented, AskStart, FamilyTold, FormAnswer, SettingTold } from '../../shell/answers' */
/** @import { AskJob } from '../../shell/types' */
/** @import { Setting } from './setting_field.js' */
/** @typedef {{ ask: AskJob, running: () => boolean, started: (name: string) => Promise<void> }} View running: any training at all */

/* nothing is wrong */
const nothing = () => '';
/** What a refused call says, in the language that the page has when it is asked. @param {any} e @returns {() => string} */
const why = (e) => e.told ?? (() => e.message);

export class TrainingForm {
  #element;
  /** @type {View} */
  #view;
  #upload;
  #seen;
  /** @type {FormAnswer | null} */
  #form = null; /* what the server offers */
  #chosen = { family: '', recipe: '' };
  /** @type {Record<string, Setting>} */
  #edited = {};
  /** @type {Map<string, ReturnType<typeof settingField>>} */
  #fields = new Map(); /* by name, as they are shown */
  #named = false; /* the name is a person's own */
  #typed = '';
  #begun = new Set(); /* names that were typed and started here: such a name is used up once it is taken */
  #busy = false;
  #wrong = nothing; /* why a training was not started */
  #lastAsked = new LastAsked();

  /** @param {any} element @param {View} view */
  constructor(element, view) {
    this.#element = element;
    this.#view = view;
    this.#upload = new Upload(element, {
      ask: view.ask,
      able: () => this.#form?.training,
      begun: () => this.#refuse(),
      changed: () => {
        this.allow();
        this.#fit();
        this.#seen.show();
      },
    });
    this.#seen = new Augmented(element, view.ask, () => this.#augmentation());
    for (const name of ['.lx-families', '.lx-recipes']) arrowKeys(this.#find(name));
    this.#find('.lx-data').onchange = () => {
      this.#edited = {};
      this.fill();
      this.#write();
    };
    this.#find('.lx-size').onchange = () => {
      this.#write();
      this.#seen.show();
    };
    this.#find('.lx-name').oninput = () => {
      this.#typed = this.#find('.lx-name').value.trim();
      this.#named = this.#typed !== '';
      this.#write();
    };
    this.#find('.lx-form').oninput = () => this.#refuse(); /* at once: a line that goes as Start is pressed moves it away */
    this.#find('.lx-form').onsubmit = (/** @type {SubmitEvent} */ e) => {
      e.preventDefault();
      if (!this.#find('.lx-go button').disabled) this.#start();
    };
    lx.on('restore', () => {
      if (this.#form && (lx.state.kept.train ?? '') !== this.#told()) {
        this.#recall();
        this.fill();
      }
    });
  }

  /** @param {string} selector @returns {any} */
  #find(selector) {
    return this.#element.querySelector(selector);
  }

  get loaded() {
    return !!this.#form;
  }

  /* what the server offers, once it is known */
  get #offered() {
    return /** @type {FormAnswer} */ (this.#form);
  }

  get #family() {
    return /** @type {FamilyTold} */ (this.#offered.families.find((f) => f.name === this.#chosen.family));
  }

  /** @returns {string} */
  get #data() {
    return this.#find('.lx-data').value;
  }

  get #own() {
    return this.#data === this.#form?.own;
  }

  /* of each setting its value in the recipe, for these data */
  /** @returns {Record<string, Setting>} */
  #values() {
    const f = this.#family,
      per = f.recipes[this.#chosen.recipe] || {};
    return { ...Object.fromEntries(f.settings.map((s) => [s.name, s.default])), ...(per['*'] || {}), ...(per[this.#data] || {}) };
  }

  /* what is to be changed of which images; null: nothing, or of none that are here */
  /** @returns {AskAugmented | null} */
  #augmentation() {
    if (!this.#form || (this.#own && !this.#upload.token)) return null;
    const how = String(this.#edited.augment ?? this.#values().augment),
      own = { upload: this.#upload.token, size: +this.#find('.lx-size').value };
    return how === 'none' ? null : { how, data: this.#data, ...(this.#own && own) };
  }

  /** @param {FamilyTold} family */
  #firstRecipe(family) {
    const { quick } = this.#offered;
    return family.recipes[quick] ? quick : Object.keys(family.recipes)[0] || '';
  }

  /** Ask the server what can be trained. */
  async load() {
    try {
      const again = this.loaded,
        select = this.#find('.lx-data'),
        sizes = this.#find('.lx-size');
      const form = (this.#form = await this.#view.ask('job_form', {})),
        before = select.value,
        size = sizes.value;
      select.replaceChildren(...form.data.map((d) => make('option', { value: d.name, textContent: d.title })));
      if (before) select.value = before;
      sizes.replaceChildren(...form.sizes.map((n) => make('option', { value: n, textContent: `${n} × ${n}` })));
      sizes.value = (again && size) || form.sizes[0];
      if (!again) this.#recall();
      this.fill();
      this.#element.dataset.form = 'ready';
    } catch (e) {
      this.#refuse(why(e));
    }
  }

  async #start() {
    this.#refuse();
    this.#busy = true;
    this.allow();
    try {
      const name = this.#find('.lx-name').value.trim(),
        own = this.#own;
      /** @type {AskStart} */
      const asked = {
        ...this.#chosen,
        data: this.#data,
        settings: this.#edited,
        name,
        upload: own ? this.#upload.token : null,
        size: own ? +this.#find('.lx-size').value : null,
      };
      const started = await this.#view.ask('job_start', asked);
      this.#begun.add(name);
      this.#write();
      await this.#view.started(started);
    } catch (e) {
      this.#refuse(why(e));
    } finally {
      this.#busy = false;
      this.allow();
      this.load();
    }
  }

  /** @param {() => string} wrong the sentence in the page's language, "": nothing is wrong */
  #refuse(wrong = nothing) {
    this.#wrong = wrong;
    this.#find('.lx-wrong').textContent = wrong();
    this.#find('.lx-wrong').hidden = !wrong();
  }

  /** What can be used now. */
  allow() {
    if (!this.#form) return;
    const { training } = this.#form,
      { sending } = this.#upload,
      running = this.#view.running(),
      go = this.#find('.lx-go button');
    for (const e of this.#element.querySelectorAll('.lx-form :is(input,select)')) e.disabled = !training;
    for (const e of this.#element.querySelectorAll('.lx-own button')) e.disabled = !training || sending;
    go.disabled = !training || running || sending || this.#busy;
    const ready = sending ? 'train.start.sending' : 'train.start';
    go.textContent = lx.t(running ? 'train.start.busy' : ready);
    if (training) return;
    this.#refuse(() => lx.t('train.error.visitor'));
    const empty = this.#element.querySelector('.lx-nothing p');
    empty.dataset.t = 'start.train.visitor';
    empty.textContent = lx.t(empty.dataset.t);
  }

  #suggest() {
    const { taken } = this.#offered,
      input = this.#find('.lx-name');
    if (this.#named && !(this.#begun.has(this.#typed) && taken.includes(this.#typed))) {
      input.value = this.#typed;
      return;
    }
    const base = `${this.#chosen.family}-${this.#own ? 'own' : this.#data}`;
    let n = base;
    for (let k = 2; taken.includes(n); k++) n = `${base}-${k}`;
    input.value = n;
  }

  /**
   * @param {string} selector
   * @param {[value: string, words: string][]} list
   * @param {string} current
   * @param {(value: string) => void} choose
   */
  #radios(selector, list, current, choose) {
    const host = this.#find(selector),
      kept = host.contains(document.activeElement),
      pick = (/** @type {string} */ value) => {
        this.#edited = {};
        this.#refuse();
        choose(value);
        this.fill();
        this.#write();
      };
    host.replaceChildren(
      ...list.map(([value, textContent]) =>
        button({
          className: 'lx-chip',
          role: 'radio',
          data: { value },
          textContent,
          disabled: !this.#offered.training,
          onclick: () => pick(value),
        }),
      ),
    );
    check(host.children, (b) => b.dataset.value === current);
    if (kept) host.querySelector('[aria-checked=true]')?.focus();
  }

  /** Show what is offered and what is chosen of it. */
  fill() {
    if (!this.#form) return;
    this.#refuse(this.#wrong);
    const f = this.#family;
    this.#radios(
      '.lx-families',
      this.#form.families.map((x) => [x.name, x.title]),
      this.#chosen.family,
      (v) => {
        this.#chosen.family = v;
        this.#chosen.recipe = this.#firstRecipe(this.#family);
      },
    );
    this.#find('.lx-family-note').textContent = `${word('family.' + f.name, f.summary)} (${f.paper})`;
    this.#fillData();
    this.#radios(
      '.lx-recipes',
      Object.keys(f.recipes).map((r) => [r, word('recipe.' + r, r)]),
      this.#chosen.recipe,
      (v) => {
        this.#chosen.recipe = v;
      },
    );
    this.#tellImages();
    this.#fillSettings();
    this.#suggest();
    this.allow();
    this.#fit();
    this.#seen.show();
  }

  /** How many images are seen, and what may be expected of that many. */
  #tellImages() {
    const help = 'recipe.' + this.#chosen.recipe + '.help',
      usual = Number(this.#values().images),
      n = this.#edited.images ?? usual,
      note = this.#find('.lx-recipe-note'),
      setting = this.#family.settings.find((s) => s.name === 'images');
    note.textContent = '';
    if (!setting || !isWithin(setting, n)) return;
    const enough = lx.known(help) ? lx.t(help) : '',
      more = n < usual ? lx.t('train.recipe.fewer', { n: number(usual) }) : enough;
    note.textContent = `${lx.t('train.recipe.images', { n: number(n) })} ${more}`.trim();
  }

  /** What follows from a person's own images: how many train, the batch, the pixel model. */
  async #fit() {
    const host = this.#find('.lx-own-fit'),
      upload = this.#own && this.#upload.token,
      isLast = this.#lastAsked.ask();
    if (!upload) {
      host.textContent = '';
      this.#decide({});
      return;
    }
    try {
      const f = await this.#view.ask('job_fit', { ...this.#chosen, settings: this.#edited, upload });
      if (!isLast()) return;
      this.#decide({ ...f.settings, batch_size: f.batch });
      const counts = { training: number(f.training), held: number(f.held_out), batch: number(f.batch) },
        kind = lx.t(f.grey ? 'train.own.grey' : 'train.own.colour'),
        follows = Object.entries(f.settings).map(([k, v]) => `${word('setting.' + k, k)}: ${word('choice.' + v, String(v))}.`);
      host.textContent = [lx.t(f.enough ? 'train.own.fit' : 'train.own.fit.batch', counts), kind, ...follows].join(' ');
      host.classList.toggle('bad', !f.enough);
    } catch (e) {
      if (isLast()) host.textContent = /** @type {Error} */ (e).message;
    }
  }

  #fillData() {
    const { data, training } = this.#offered,
      ready = !!data.find((d) => d.name === this.#data)?.ready,
      own = this.#find('.lx-own'),
      note = this.#find('.lx-data-note');
    for (const o of this.#find('.lx-data').options)
      o.textContent = word('data.' + o.value, data.find((d) => d.name === o.value)?.title ?? o.value);
    own.hidden = !this.#own;
    own.classList.toggle('off', !training);
    note.hidden = ready;
    note.textContent = ready ? '' : lx.t('train.data.later');
  }

  #fillSettings() {
    const [main, more] = this.#element.querySelectorAll('.lx-settings'),
      plain = this.#values(),
      of = (/** @type {boolean} */ advanced) =>
        this.#family.settings.filter((s) => !!s.advanced === advanced).map((s) => this.#setting(s, plain[s.name]));
    this.#fields.clear();
    main.replaceChildren(...of(false));
    more.replaceChildren(...of(true));
    this.#seen.under(main.querySelector('[data-setting=augment]')?.closest('.lx-setting'));
    this.#find('.lx-advanced').hidden = !more.children.length;
  }

  /** @param {SettingTold} s @param {Setting} plain */
  #setting(s, plain) {
    const field = settingField(s, plain, this.#edited[s.name], this.#offered.training, (value) => {
      if (value === undefined) delete this.#edited[s.name];
      else this.#edited[s.name] = value;
      this.#write();
      this.#tellImages();
      this.#fit();
      this.#seen.show();
    });
    this.#fields.set(s.name, field);
    return field.row;
  }

  /* fields show what will be taken: what a person's images decide, else the recipe's */
  /** @param {Record<string, Setting>} decided */
  #decide(decided) {
    for (const [name, field] of this.#fields) field.decide(decided[name]);
  }

  /* ---- the link ---- */
  #told() {
    return JSON.stringify({
      ...this.#chosen,
      data: this.#data,
      ...(this.#own && { size: +this.#find('.lx-size').value }),
      ...(Object.keys(this.#edited).length && { settings: this.#edited }),
      ...(this.#named && { name: this.#find('.lx-name').value }),
    });
  }

  #write() {
    if (this.#form) lx.keep('train', this.#told());
  }

  #recall() {
    const { families, data, sizes, first } = this.#offered;
    /** @type {any} */
    let d = {}; /* what a link says, whatever that is */
    try {
      d = Object(JSON.parse(lx.state.kept.train || '{}'));
    } catch {
      /* a damaged link: the usual form */
    }
    const f = families.find((x) => x.name === d.family) || families.find((x) => x.name === first) || families[0];
    this.#chosen = { family: f.name, recipe: Object.hasOwn(f.recipes, d.recipe) ? d.recipe : this.#firstRecipe(f) };
    this.#find('.lx-data').value = data.some((x) => x.name === d.data) ? d.data : data[0].name;
    this.#find('.lx-size').value = sizes.includes(d.size) ? d.size : sizes[0];
    this.#edited = Object.fromEntries(
      f.settings
        .filter((s) => Object.hasOwn(Object(d.settings), s.name) && fits(s, d.settings[s.name]))
        .map((s) => [s.name, d.settings[s.name]]),
    );
    this.#named = typeof d.name === 'string' && d.name.trim() !== '';
    this.#typed = this.#named ? d.name.trim() : '';
    if (this.#named) this.#find('.lx-name').value = d.name;
  }
}
