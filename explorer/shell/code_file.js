/* The current code out and in: as .json, as .npy, as text that somebody pastes or types. */
import { copied, fitting, read } from './code_text.js';
import { npyOf, fromNpy } from './npy.js';
import { opened } from './state.js';
import { lx } from './store.js';

/** @import { Wrong, Read } from './code_text.js' */

const LARGEST = 2 ** 22; /* bytes of a file */

/** The current code as JSON: what "Copy code" gives. */
export const codeText = () => {
  const { run, w, label, origin, info } = opened();
  return JSON.stringify({
    run,
    weights_sha256: info.card.weights_sha256,
    shape: [info.spec.num_layers, info.spec.w_dim],
    w: Array.from(w),
    ...(label !== null && { label }),
    origin,
  });
};

/** @param {Wrong} wrong */
const sentence = ({ key, n, size }) => {
  const { num_layers: layers, w_dim: width } = opened().info.spec;
  return lx.t(key, { n, size, how: layers > 1 ? `${layers} × ${width}` : String(width) });
};

/** Makes a code that was read the current one, in its own run where that is here. Throws Error(sentence). @param {Read} found */
const take = async ({ w, run, weights, label }) => {
  const origin = /** @type {const} */ ({ kind: 'file' });
  const elsewhere = run !== undefined && run !== lx.state.run && lx.state.runs?.some((r) => r.name === run);
  if (elsewhere) {
    if (!(await lx.open(run, { w, origin, label }))) return;
  } else lx.setCode(w, origin, label);
  const { info } = opened();
  if (weights && weights !== info.card.weights_sha256) lx.say(lx.t('code.other', { run: run ?? '' }));
};

/** @param {string} text */
const takeText = async (text) => {
  const { runs, info, run } = opened();
  let { num_layers: layers, w_dim: width } = info.spec;
  if (copied(text)) {
    const its = JSON.parse(text).run,
      row = its === run ? null : runs?.find((r) => r.name === its);
    if (row) ({ num_layers: layers, w_dim: width } = row);
  }
  const found = read(text, layers, width);
  if ('key' in found) throw new Error(sentence(found));
  await take(found);
};

/** @param {File} file */
const takeFile = async (file) => {
  if (file.size > LARGEST) throw new Error(lx.t('code.numbers'));
  const bytes = new Uint8Array(await file.arrayBuffer()),
    array = fromNpy(bytes);
  if (!array && bytes[0] === 0x93) throw new Error(lx.t('code.npy'));
  if (!array) return takeText(new TextDecoder().decode(bytes));
  const { num_layers: layers, w_dim: width } = opened().info.spec,
    w = fitting(array.values, layers, width);
  if (!(w instanceof Float32Array)) throw new Error(sentence(w));
  await take({ w });
};

/**
 * The dialogue "Code…" of the inspector.
 * @param {HTMLElement} element that holds the button .lx-code and the dialogue
 * @param {(suffix: string) => string} name of a file, with its suffix
 */
export const codeDialogue = (element, name) => {
  const dialog = /** @type {HTMLDialogElement} */ (element.querySelector('dialog')),
    text = /** @type {HTMLTextAreaElement} */ (dialog.querySelector('textarea')),
    files = /** @type {HTMLInputElement} */ (dialog.querySelector('input[type=file]')),
    problem = /** @type {HTMLElement} */ (dialog.querySelector('[role=alert]'));
  /** @param {Promise<void>} work */
  const tried = async (work) => {
    try {
      await work;
      dialog.close();
    } catch (e) {
      problem.textContent = /** @type {Error} */ (e).message;
    }
  };
  /** @param {string} selector @param {() => void} act */
  const on = (selector, act) => {
    /** @type {HTMLButtonElement} */ (dialog.querySelector(selector)).onclick = act;
  };
  /** @type {HTMLButtonElement} */ (element.querySelector('.lx-code')).onclick = () => {
    problem.textContent = '';
    text.value = Array.from(opened().w, (v) => +v.toPrecision(7)).join(', ');
    dialog.showModal();
    text.select();
  };
  on('.lx-code-use', () => tried(takeText(text.value)));
  on('.lx-code-open', () => files.click());
  on('.lx-code-json', () => lx.save(new Blob([codeText()], { type: 'application/json' }), name('.json')));
  on('.lx-code-npy', () => {
    const { w, info } = opened();
    lx.save(new Blob([npyOf(w, [info.spec.num_layers, info.spec.w_dim])], { type: 'application/octet-stream' }), name('.npy'));
  });
  on('.lx-code-close', () => dialog.close());
  files.onchange = () => {
    const file = files.files?.[0];
    files.value = '';
    if (file) tried(takeFile(file));
  };
  /* a copied code that is pasted where nothing else takes text */
  document.addEventListener('paste', (e) => {
    const told = e.clipboardData?.getData('text/plain') ?? '',
      at = /** @type {HTMLElement} */ (e.target);
    if (e.defaultPrevented || !lx.state.w || dialog.open || at.closest?.('input, textarea, [contenteditable]') || !copied(told)) return;
    e.preventDefault();
    takeText(told).catch((wrong) => lx.say(wrong.message, 'error'));
  });
};
