import { button, offer } from './dom.js';
import { mounted } from './gradio_component.js';
import { arrowKeys, check } from './radios.js';
import { lx } from './store.js';

/** @import { Info } from './types' */

const { element } = mounted('classes');

const row = element.querySelector('.lx-classes'),
  list = element.querySelector('select'),
  MOST = 24;
/** @param {number} k */
const choose = (k) => lx.setLabel(k);
/** @param {Info} info */
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
  if (many)
    offer(
      list,
      names.map((name, k) => [k, name]),
    );
  else
    row.append(
      ...names.map((textContent, k) =>
        button({ className: 'lx-chip', role: 'radio', data: { class: k }, textContent, onclick: () => choose(k) }),
      ),
    );
  mark();
};
const mark = () => {
  const k = lx.state.label;
  list.value = k ?? '';
  element.dataset.label = k ?? '';
  check(row.children, (b) => Number(b.dataset.class) === k);
};
arrowKeys(row);
list.onchange = () => choose(+list.value);
lx.on('run', build);
lx.on('code', mark);
lx.translate(element);
