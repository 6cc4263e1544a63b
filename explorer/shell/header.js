import { BookmarkList } from './bookmark_list.js';
import { button } from './dom.js';
import './dial_preview.js';
import { mounted } from './gradio_component.js';
import { projector } from './projector.js';
import { shownTitles } from './run_line.js';
import { lx } from './store.js';

const { element, trigger } = mounted('header');

const tabs = element.querySelector('.lx-tabs'),
  right = element.querySelector('.lx-right');
const language = element.querySelector('.lx-lang'),
  theme = element.querySelector('.lx-theme'),
  drawer = element.querySelector('.lx-drawer');
for (const v of lx.views) {
  const b = button({
    className: 'lx-tab',
    id: 'lx-tab-' + v.name,
    data: { view: v.name, t: 'view.' + v.name },
    role: 'tab',
    'aria-controls': 'view-' + v.name,
    textContent: lx.t('view.' + v.name),
    onclick: () => lx.show(v.name),
  });
  if (v.name === 'train') {
    b.className = 'lx-btn lx-accent';
    right.append(b);
    tabs.setAttribute('aria-owns', b.id);
  } else tabs.append(b);
}
/* One order for all tabs, Train's button included: arrows, Home and End, from wherever the focus is. */
/** @returns {HTMLElement[]} */
const all = () => lx.views.map((v) => element.querySelector('#lx-tab-' + v.name));
/* On a narrow screen the tabs stand under all else of the bar: Tab comes to them there. */
const narrow = matchMedia('(max-width:720px)');
const ordered = () => {
  const focused = /** @type {HTMLElement} */ (document.activeElement);
  if (narrow.matches) tabs.before(right);
  else tabs.after(right);
  if (right.contains(focused)) focused.focus();
};
narrow.addEventListener('change', ordered);
ordered();
/** @type {Record<string, (at: number, n: number) => number>} */
const goes = { ArrowRight: (at, n) => (at + 1) % n, ArrowLeft: (at, n) => (at + n - 1) % n, Home: () => 0, End: (at, n) => n - 1 };
element.addEventListener('keydown', (/** @type {KeyboardEvent} */ e) => {
  const list = all(),
    at = list.indexOf(/** @type {HTMLElement} */ (e.target)),
    go = goes[e.key];
  if (at < 0 || !go || e.ctrlKey || e.metaKey || e.altKey) return;
  const to = list[go(at, list.length)];
  e.preventDefault();
  to.focus();
  to.click();
});
/* Each view is the panel of its tab; false while some are not in the page yet. */
const panels = () =>
  all()
    .map((b) => {
      const panel = document.getElementById('view-' + b.dataset.view);
      panel?.setAttribute('role', 'tabpanel');
      panel?.setAttribute('aria-labelledby', b.id);
      return panel;
    })
    .every(Boolean);
if (!panels()) {
  new MutationObserver((_, observer) => {
    if (panels()) observer.disconnect();
  }).observe(document.body, { childList: true, subtree: true });
}
const titled = () => {
  document.title = [...shownTitles(), lx.t('view.' + lx.state.view), 'Latent Explorer'].join(' · ');
};
for (const event of /** @type {const} */ (['run', 'runs', 'view', 'lang', 'showing'])) lx.on(event, titled);
element.querySelector('.lx-skip').onclick = (/** @type {Event} */ e) => {
  const main = /** @type {HTMLElement} */ (document.getElementById('lx-main'));
  e.preventDefault();
  main.tabIndex = -1;
  main.focus();
};
lx.on('view', (name) => {
  for (const b of all()) {
    const on = b.dataset.view === name;
    b.classList.toggle('on', on);
    b.setAttribute('aria-selected', String(on));
    b.tabIndex = on ? 0 : -1;
  }
});
lx.on('lang', (lang) => {
  language.textContent = lang === 'en' ? '한국어' : 'English';
  language.lang = lang === 'en' ? 'ko' : 'en';
  trigger('language');
});
lx.on('theme', (name) => theme.setAttribute('aria-pressed', name === 'dark'));
language.onclick = () => lx.setLang(lx.state.lang === 'en' ? 'ko' : 'en');
theme.onclick = () => lx.setTheme(lx.state.theme === 'dark' ? 'light' : 'dark');
const undo = element.querySelector('.lx-undo'),
  redo = element.querySelector('.lx-redo');
undo.onclick = () => lx.undo();
redo.onclick = () => lx.redo();
lx.on('history', (can) => {
  undo.disabled = !can.undo;
  redo.disabled = !can.redo;
});
new BookmarkList(element);
element.querySelector('.lx-link').onclick = () => lx.copy(lx.link(), lx.t('copied.link'));
/** @param {boolean} on */
const open = (on) => {
  document.body.classList.toggle('lx-runs-open', on);
  drawer.setAttribute('aria-expanded', on);
};
const turn = () => {
  const on = !document.body.classList.contains('lx-runs-open');
  open(on);
  if (on) document.dispatchEvent(new Event('lx-drawer'));
};
drawer.onclick = turn;
document.addEventListener('lx-runs', turn);
lx.on('run', () => open(false));
document.addEventListener('keydown', (e) => {
  if (e.key === 'Escape') open(false);
});
projector(element);
lx.translate(element);
element.dataset.ready = 'true';
