/* A page without Gradio: its components are in the document from the start; each module is run with its element, and plain inputs take the
 * place of Gradio's sliders. What only a server can do says so. */

import { single } from './files.js';
import { offerNear } from './nearest_by_encoding.js';
import { begin as fetchRuntime } from './runtime.js';
import { wait } from './loading_notice.js';

/** @import { Mounted } from '../../shell/types' */

/** @type {Record<string, Mounted>} */
const found = {};

/** Inspector's sliders: Gradio's updates on plain inputs; the hand on them is heard as on Gradio's (hero.js). */
const sliders = () => {
  const all = [...document.querySelectorAll('#lx-sliders .block')];
  for (const block of all)
    for (const input of inputs(block))
      input.addEventListener('input', () => {
        if (input.value !== '') put(block, +input.value, input);
      });
  return all;
};
/** @param {Element} block @returns {HTMLInputElement[]} */
const inputs = (block) => [...block.querySelectorAll('input')];

/** @param {Element} block @param {number} value @param {HTMLInputElement} [but] what a person is at work in keeps what it says */
const put = (block, value, but) => {
  for (const input of inputs(block)) {
    if (input !== but) input.value = String(value);
    if (input.type === 'range') input.style.setProperty('--range_progress', `${((value - +input.min) / (+input.max - +input.min)) * 100}%`);
  }
};

/** @param {Element[]} blocks */
const follow = (blocks) => {
  /** @typedef {{ visible: boolean, label?: string, value?: number, minimum?: number, maximum?: number }} Update */
  const updates = /** @type {Update[]} */ (window.lx.sliderUpdates(blocks.length));
  updates.forEach(({ visible, label = '', value = 0, minimum = 0, maximum = 0 }, k) => {
    const block = /** @type {HTMLElement} */ (blocks[k]);
    block.hidden = !visible;
    if (!visible) return;
    /** @type {HTMLElement} */ (block.querySelector('span')).textContent = label;
    for (const input of inputs(block)) Object.assign(input, { ariaLabel: label, min: minimum, max: maximum });
    put(block, value);
  });
};

/** Buttons of what takes a server: they say so, and stay where they are on the server's page. */
const CANNOT = '.lx-refit,.lx-now-edit,.lx-mp4,.lx-filmed-mp4,.lx-generators button',
  FILM = '.lx-mp4,.lx-filmed-mp4';
/** A link to a view of the server's page is told so. */
const lacks = (/** @type {string} */ search) => {
  const asked = new URLSearchParams(search).get('view');
  if (asked && !window.lx.views.some((/** @type {{ name: string }} */ v) => v.name === asked))
    window.lx.say(window.lx.t('site.view'), 'error');
};

const begin = async () => {
  const { search } = location; /* the page writes its own there soon */
  fetchRuntime();
  const blocks = sliders(),
    trigger = (/** @type {string} */ event) => event === 'follow' && follow(blocks),
    scripts = single ? '' : new URL('../../', import.meta.url);
  window.lxMount = Object.assign(async () => {}, { found });
  const mounts = [...document.querySelectorAll('[data-mount]')].map(async (element) => {
    const name = String(/** @type {HTMLElement} */ (element).dataset.mount),
      given = /** @type {Mounted} */ ({ element, trigger, server: null });
    found[/** @type {string} */ (name.split('/').pop())] = given;
    const module = await import(single ? `lx/${name}` : new URL(`${name}.js`, scripts).href);
    module.default?.(given);
  });
  document.addEventListener(
    'click',
    (e) => {
      const asked = e.target instanceof Element && e.target.closest(CANNOT);
      if (!asked) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      window.lx.say(window.lx.t(asked.matches(FILM) ? 'site.mp4' : 'site.cannot'), 'error');
    },
    true,
  );
  await Promise.all(mounts);
  wait();
  offerNear();
  lacks(search);
};
begin();
