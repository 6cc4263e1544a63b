/* Noise on the input, to see which run takes it off again. asked(): what requests say of it, {} without. again(): encode the same image anew. */
import { lx } from './store.js';

export const makeSpoil = (host, again) => {
  const $ = (s) => host.querySelector(s),
    kinds = [...host.querySelectorAll('[data-noise]')],
    amount = $('input'),
    standard = { gaussian: 40, dropout: 50, block: 15 },
    usual = { ...standard };
  let kind = '',
    seed = 0,
    told = null;
  const tell = () => {
    for (const b of kinds) {
      b.setAttribute('aria-checked', b.dataset.noise === kind);
      b.tabIndex = b.dataset.noise === kind ? 0 : -1;
    }
    $('.lx-spoil-more').hidden = !kind;
    $('output').textContent = kind === 'gaussian' ? (amount.value / 100).toFixed(2) : amount.value + ' %';
    lx.range(amount);
    const best = told?.rows?.length ? told.rows.reduce((a, b) => (a.error <= b.error ? a : b)) : null,
      run = best && lx.runOf(best.run);
    $('.lx-spoil-told').textContent =
      !kind || !told
        ? ''
        : lx.t(best && best.error < told.noise ? 'rec.noise.told' : 'rec.noise.worse', {
            noise: told.noise.toPrecision(3),
            left: best ? best.error.toPrecision(3) : '',
            run: run?.title || run?.family_title || best?.run || '',
          });
  };
  const choose = (name) => {
    kind = name;
    if (kind) amount.value = usual[kind];
    told = null;
    tell();
    again();
  };
  for (const b of kinds) b.onclick = () => choose(b.dataset.noise);
  $('.lx-spoil-kinds').onkeydown = (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const b = kinds[(kinds.findIndex((k) => k.dataset.noise === kind) + step + kinds.length) % kinds.length];
    b.focus();
    b.click();
  };
  amount.oninput = () => {
    usual[kind] = +amount.value;
    tell();
    again();
  };
  $('.lx-spoil-again').onclick = () => {
    seed = lx.random();
    again();
  };
  lx.on('lang', tell);
  tell();
  const restore = (noise) => {
    kind = noise?.kind || '';
    seed = noise?.seed || 0;
    told = null;
    Object.assign(usual, standard);
    amount.value = kind ? (usual[kind] = noise.amount) : standard.gaussian;
    tell();
  };
  return {
    restore,
    get state() {
      return kind ? { kind, amount: +amount.value, seed } : null;
    },
    on: () => !!kind,
    asked: () => (kind ? { noise: { kind, amount: amount.value / 100, seed } } : {}),
    take: (answer) => {
      told = answer;
      tell();
    },
  };
};
