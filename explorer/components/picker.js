import { mounted } from './mounted.js';
import { lx } from './store.js';

const { element } = mounted('picker');

const list = element.querySelector('.lx-runs'),
  none = element.querySelector('.lx-none'),
  damaged = element.querySelector('.lx-damaged');
const line = (r) => {
  const parts = [r.dataset_title, r.num_layers > 1 ? lx.t('run.layers', { n: r.num_layers }) : lx.t('run.size', { n: r.w_dim })];
  if (r.headline) parts.push(headline(r.headline));
  return parts.join(' · ');
};
const headline = (h) => {
  const n = h.value,
    share = h.unit === '' && n >= 0 && n <= 1; // a share of all images
  const v =
    typeof n !== 'number'
      ? n
      : (share ? 100 * n : n)
          .toFixed(h.unit.startsWith('of ') && Number.isInteger(n) ? 0 : Math.abs(n) < 10 && !share ? 2 : 1)
          .replace('-', '−');
  const unit =
    share || h.unit === '%' ? ' %' : h.unit.startsWith('×') ? ' ×' : (h.unit.replace(/^of (\d+)$/, '/$1').match(/^\/\d+$/)?.[0] ?? '');
  return `${lx.known('metric.' + h.name) ? lx.t('metric.' + h.name) : h.name.replaceAll('_', ' ')} ${v}${unit}`;
};
const fill = () => {
  const every = lx.state.runs || [],
    runs = [...every.filter((r) => lx.supports(r.name)), ...every.filter((r) => !lx.supports(r.name))],
    current = lx.state.run,
    kept = list.contains(document.activeElement) && document.activeElement.dataset.run;
  list.replaceChildren(
    ...runs.map((r) => {
      const b = document.createElement('button'),
        ok = lx.supports(r.name);
      b.type = 'button';
      b.className = 'lx-run';
      b.dataset.run = r.name;
      b.setAttribute('role', 'radio');
      b.setAttribute('aria-checked', r.name === current);
      b.tabIndex = r.name === current || (!current && r === runs[0]) ? 0 : -1;
      b.classList.toggle('on', r.name === current);
      b.classList.toggle('dim', !ok);
      b.title = ok ? r.family_title + ' · ' + line(r) : lx.t('view.' + lx.state.view + '.needs');
      const im = document.createElement('img');
      im.src = lx.base() + 'thumb/' + encodeURIComponent(r.name) + '?v=' + r.images_seen;
      im.alt = '';
      im.width = im.height = 38;
      im.loading = 'lazy';
      const text = document.createElement('span'),
        title = document.createElement('b'),
        sub = document.createElement('i');
      title.textContent = r.title || r.family_title;
      sub.textContent = ok ? line(r) : lx.t('run.cannot');
      text.append(title, sub);
      b.append(im, text);
      b.onclick = () => lx.open(r.name);
      return b;
    }),
  );
  none.hidden = !lx.state.runs || runs.length > 0;
  if (kept) list.querySelector(`[data-run="${CSS.escape(kept)}"]`)?.focus();
  const bad = Object.entries(lx.state.problems || {});
  damaged.hidden = !bad.length;
  damaged.querySelector('summary').textContent = lx.t('runs.damaged', { n: bad.length });
  damaged.querySelector('ul').replaceChildren(
    ...bad.map(([, why]) => {
      const li = document.createElement('li');
      li.textContent = why;
      return li;
    }),
  );
  element.dataset.n = runs.length;
};
list.onkeydown = (e) => {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
  if (!step) return;
  const all = [...list.children],
    to = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  e.preventDefault();
  to.focus();
  to.click();
};
for (const event of ['runs', 'run', 'view', 'lang']) lx.on(event, fill);
addEventListener('focus', () => lx.state.runs && lx.refresh());
lx.translate(element);
