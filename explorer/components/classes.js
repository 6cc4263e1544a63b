import { mounted } from './mounted.js';
import { lx } from './store.js';

const { element } = mounted('classes');

const row = element.querySelector('.lx-classes'),
  list = element.querySelector('select'),
  MOST = 24;
const choose = (k) => lx.setLabel(k);
const build = (info) => {
  const n = info.spec.num_classes,
    many = n > MOST;
  element.classList.toggle('off', !n);
  row.hidden = many;
  list.hidden = !many;
  row.replaceChildren();
  list.replaceChildren();
  const names = Array.from({ length: n }, (_, k) => lx.names(k));
  row.classList.toggle(
    'lx-short',
    names.every((v) => v.length <= 2),
  );
  names.forEach((name, k) => {
    if (many) {
      const o = document.createElement('option');
      o.value = k;
      o.textContent = name;
      list.append(o);
      return;
    }
    const b = document.createElement('button');
    b.type = 'button';
    b.className = 'lx-chip';
    b.setAttribute('role', 'radio');
    b.dataset.class = k;
    b.textContent = name;
    b.onclick = () => choose(k);
    row.append(b);
  });
  mark();
};
const mark = () => {
  const k = lx.state.label;
  list.value = k ?? '';
  element.dataset.label = k ?? '';
  for (const b of row.children) {
    const is = +b.dataset.class === k;
    b.classList.toggle('on', is);
    b.setAttribute('aria-checked', is);
    b.tabIndex = is ? 0 : -1;
  }
};
row.onkeydown = (e) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key],
    n = row.children.length;
  if (!step || !n) return;
  e.preventDefault();
  const k = (lx.state.label + step + n) % n;
  choose(k);
  row.children[k].focus();
};
list.onchange = () => choose(+list.value);
lx.on('run', build);
lx.on('code', mark);
lx.translate(element);
