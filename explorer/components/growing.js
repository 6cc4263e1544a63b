/* Models whose levels share their code: one image faded in from level to level, and the samples kept while the networks grew.
 * data-at: where the slider stands (1.25: a quarter of level 2 faded in over level 1); data-faded counts pictures, data-stages rows. */
const makeGrowing = (host) => {
  const lx = window.lx, q = (s) => host.querySelector(s), slider = q('.lx-fade input'), canvas = q('.lx-fade canvas'), table = q('.lx-kept-stages'); let tiles = [], mine = '', codes = null;
  const sizes = () => lx.state.info.spec.levels;
  /* (1 - α) · the coarser level enlarged + α · the finer one: what training showed the discriminator at that α */
  const draw = () => {
    if (!tiles.length) return; const at = +slider.value, k = Math.min(tiles.length - 1, Math.floor(at)), alpha = at - k, x = canvas.getContext('2d', { willReadFrequently: true }), [h, w] = [tiles[0].height, tiles[0].width]; canvas.width = w; canvas.height = h;
    const read = (c) => c.getContext('2d', { willReadFrequently: true }).getImageData(0, 0, w, h), a = read(tiles[k]);
    if (alpha > 0) { const b = read(tiles[k + 1]).data; for (let i = 0; i < a.data.length; i++) a.data[i] = Math.round(a.data[i] + alpha * (b[i] - a.data[i])); }
    x.putImageData(a, 0, 0); host.dataset.at = slider.value; host.dataset.faded = (+host.dataset.faded || 0) + 1; told();
  };
  const told = () => {
    const at = +slider.value, k = Math.min(sizes().length - 1, Math.floor(at)), alpha = at - k, text = alpha ? lx.t('grow.at', { from: sizes()[k], to: sizes()[k + 1], alpha: alpha.toFixed(2) }) : lx.t('grow.whole', { size: sizes()[k] });
    q('.lx-fade-at').textContent = text; slider.setAttribute('aria-valuetext', text); canvas.setAttribute('aria-label', text); lx.range(slider);
    for (const b of table.querySelectorAll('[data-stage]')) b.querySelector('span').textContent = name(b);
  };
  const name = (row) => (row.dataset.stage ? row.dataset.stage.replace(', fading in', ' ' + lx.t('grow.fading')) : lx.t('grow.now')) + ' · ' + lx.t('grow.images', { n: (+row.dataset.images).toLocaleString(lx.state.lang) });
  const rows = (d, im) => {
    codes = d.w; table.replaceChildren();
    d.stages.forEach((s, r) => {
      const row = document.createElement('div'), text = document.createElement('span'), strip = document.createElement('div'); row.dataset.stage = s.what; row.dataset.images = s.images; strip.className = 'lx-stage-tiles'; row.append(text, strip);
      for (let c = 0; c < d.columns; c++) { const b = document.createElement('button'), t = document.createElement('canvas'); b.type = 'button'; t.width = t.height = d.side; const x = t.getContext('2d', { willReadFrequently: true }); x.drawImage(im, c * d.side, r * d.side, d.side, d.side, 0, 0, d.side, d.side);
        b.setAttribute('aria-label', lx.t('grow.take', { n: c + 1 })); b.title = lx.t('grow.take', { n: c + 1 }); b.onclick = () => { const n = codes.length / d.columns; lx.setCode(codes.slice(c * n, (c + 1) * n), { kind: 'stages' }); }; b.append(t); strip.append(b); }
      table.append(row);
    });
    host.dataset.stages = d.stages.length; told();
  };
  const ask = async () => {
    const run = lx.state.run; if (mine === run) return; mine = run; table.replaceChildren(); delete host.dataset.stages; q('.lx-while').hidden = true;
    const d = await lx.code({ op: 'stages' }); if (run !== lx.state.run) return; if (!d.stages.length) { host.dataset.stages = 0; return; }        /* a training without stages */
    const im = new Image(); im.src = d.picture; await im.decode(); if (run !== lx.state.run) return; q('.lx-while').hidden = false; rows(d, im);
  };
  slider.oninput = draw;
  return {
    enter: (shown) => { host.hidden = !shown; if (!shown) return; const last = sizes().length - 1; if (+slider.max !== last || mine !== lx.state.run) { slider.max = last; slider.value = last; } ask().catch((e) => { mine = ''; lx.say(e.message, 'error'); }); },
    take: (canvases) => { tiles = canvases; if (!host.hidden) draw(); },
    tell: () => { if (!host.hidden && lx.state.info) told(); },
  };
};
