/* Chips as radio buttons: arrows move and choose. */
export const radioGroup = (host, key, chosen) => {
  const all = () => [...host.querySelectorAll(`[data-${key}]`)].filter((b) => !b.hidden);
  host.addEventListener('click', (e) => {
    const b = e.target.closest(`[data-${key}]`);
    if (b) chosen(b.dataset[key]);
  });
  host.addEventListener('keydown', (e) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key],
      list = all(),
      k = list.indexOf(document.activeElement);
    if (!step || k < 0) return;
    e.preventDefault();
    const to = list[(k + step + list.length) % list.length];
    chosen(to.dataset[key]);
    to.focus();
  });
  return (value) => {
    for (const b of host.querySelectorAll(`[data-${key}]`)) {
      const is = b.dataset[key] === String(value);
      b.classList.toggle('on', is);
      b.setAttribute('aria-checked', is);
      b.tabIndex = is ? 0 : -1;
    }
  };
};
