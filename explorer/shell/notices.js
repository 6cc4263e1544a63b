/* Notices, the clipboard and downloads. */
import { t } from './words.js';

/** @type {HTMLElement | null} */
let toast = null;
let timer = 0;
/** @param {string} sentence @param {'error' | ''} [kind] */
export const say = (sentence, kind) => {
  if (!toast) {
    toast = document.createElement('div');
    toast.id = 'lx-toast';
    toast.setAttribute('role', 'status');
    document.body.append(toast);
  }
  toast.textContent = sentence;
  toast.dataset.kind = kind || '';
  toast.classList.add('on');
  clearTimeout(timer);
  timer = setTimeout(() => toast?.classList.remove('on'), kind === 'error' ? 7000 : 2600);
};
/** @param {string} text @param {string} [done] what is said then */
export const copy = async (text, done) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const a = document.createElement('textarea');
    a.value = text;
    document.body.append(a);
    a.select();
    document.execCommand('copy');
    a.remove();
  }
  say(done || t('copied'));
};
/** @param {Blob} blob @param {string} name */
export const save = (blob, name) => {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(blob);
  a.download = name;
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(a.href), 60000);
};
