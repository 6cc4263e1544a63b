const $ = (s) => element.querySelector(s), MOST = 4 * 2 ** 20, BARS = 128;
let source = 'held', mode = 'signed', answer = null, mine = null, given = null, file = null, invert = false, fresh = true;
for (const c of ['.lx-given', '.lx-out canvas', '.lx-diff canvas']) $(c).getContext('2d', { willReadFrequently: true });
const here = () => lx.state.view === 'reconstruct' && lx.state.info && lx.supports(lx.state.run, 'reconstruct');
const shape = () => lx.state.info.spec.shape;
const base64 = (u) => { let s = ''; for (let i = 0; i < u.length; i += 8192) s += String.fromCharCode(...u.subarray(i, i + 8192)); return btoa(s); };
const picture = async (url) => { const im = new Image(); im.src = url; await im.decode(); return im; };
const onto = (canvas, im) => { canvas.width = im.width; canvas.height = im.height; canvas.getContext('2d').drawImage(im, 0, 0); };
const data = (canvas) => canvas.getContext('2d', { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height).data;

/* ---- encoding, in all runs that take images of this shape at once: latest wins, one request in flight ---- */
const beside = makeBeside($('.lx-beside'), { mode: () => mode, edit: (name) => edit(name) });
const opened = new Set(), slow = new Map();            /* runs that the server has in memory; how often a run's usual errors were asked for in vain */
let next = null, busy = false, again = 0;
const encode = (image, more = {}) => { clearTimeout(again); next = { run: lx.state.run, image, more }; if (!busy) pump(); };
const pump = async () => {
  busy = true;
  while (next) {
    const { run, image, more, quiet } = next, all = beside.fitting().map((r) => r.name), now = all.filter((n) => n === run || opened.has(n)); next = null; const began = performance.now();
    try {
      const d = await lx.api('beside', { run, runs: now, image, ...(more.invert ? { invert: true } : {}), ...spoil.asked() });
      const noisy = d.noise !== undefined, strip = await picture(d.picture), own = d.runs.find((r) => r.run === run);
      for (const r of d.runs) opened.add(r.run);
      if (run !== lx.state.run || !here()) continue;
      if (own.problem) throw new Error(own.problem);
      const rows = cut(strip, d.runs, noisy); given = noisy ? clean : data($('.lx-given')); spoil.take(noisy ? { noise: d.noise, rows } : null); beside.show(rows, given, $('.lx-given'));
      const mineNow = rows.find((r) => r.run === run);
      if (quiet) { if (answer) { answer.percentile = mineNow.percentile; tell(); } }
      else {
        answer = { ...d, ...mineNow, rows, image, more }; edited = null; onto($('.lx-out canvas'), mineNow.tile); delete element.dataset.error; hint('');
        mine = answer.w; lx.setCode(answer.w, origin(), answer.class ?? undefined); between.take(answer, $('.lx-given')); search.take(answer);
        change.ask(); compare(); tell(); element.dataset.ms = Math.round(performance.now() - began); element.dataset.n = (+element.dataset.n || 0) + 1;
      }
      if (next) continue;
      if (now.length < all.length) { for (const n of all) opened.add(n); next = { run, image, more, quiet: true }; continue; }
      const wanting = noisy ? [] : rows.filter((r) => typeof r.percentile !== 'number' && (slow.get(r.run) || 0) < 8);
      for (const r of wanting) slow.set(r.run, (slow.get(r.run) || 0) + 1);
      if (wanting.length) again = setTimeout(() => { if (!busy && here() && run === lx.state.run) { next = { run, image, more, quiet: true }; pump(); } }, 900);
    } catch (e) { if (!next && !quiet && run === lx.state.run) { element.dataset.error = e.message; hint(e.message); lx.say(e.message, 'error'); } }
  }
  busy = false; cloud();
};
/* the answer's picture is a row of tiles: the input, then a reconstruction for each run that has one, then, where the input has noise, the image without */
let clean = null;
const cut = (strip, runs, noisy) => { const n = runs.filter((r) => !r.problem).length, h = strip.height, w = strip.width / (1 + n + noisy); let k = 0;
  const tile = (i) => { const c = document.createElement('canvas'); c.width = w; c.height = h; c.getContext('2d', { willReadFrequently: true }).drawImage(strip, i * w, 0, w, h, 0, 0, w, h); return c; };
  onto($('.lx-given'), tile(0)); clean = noisy ? data(tile(n + 1)) : null;
  return runs.filter((r) => !r.problem).map((r) => { const t = tile(++k); return { ...r, w: lx.f32(r.w), sigma: r.sigma && lx.f32(r.sigma), tile: t, pixels: data(t) }; }); };
const origin = () => typeof answer.image === 'object' && 'index' in answer.image ? { kind: 'point', index: answer.image.index, label: answer.label } : { kind: 'image' };
/* another run, with the code that it gave this image; a held-out image of one data set is a file to a run of another */
const edit = (name) => {
  const row = answer?.rows.find((r) => r.run === name) || beside.rows().find((r) => r.run === name), to = lx.runOf(name); if (!answer || !row) return;
  if (row.searched) { lx.open(name, { w: row.w, origin: { kind: 'image' }, ...(typeof row.class === 'number' ? { label: row.class } : {}) }).then((ok) => { if (ok) lx.show('codes'); }); return; }
  if (name === lx.state.run) { mine = answer.w; lx.setCode(answer.w, origin(), answer.class ?? undefined); return; }
  keep = { image: answer.image, more: answer.more };
  if (source === 'held' && to && lx.runOf(lx.state.run)?.dataset !== to.dataset) { file = $('.lx-given').toDataURL().split(',')[1]; invert = false; $('.lx-invert').setAttribute('aria-pressed', false); source = 'file'; keep = { image: file, more: {} }; }
  lx.open(name, { w: row.w, origin: source === 'held' ? origin() : { kind: 'image' }, ...(row.class === null || row.class === undefined ? {} : { label: row.class }) });
};

const spoil = makeSpoil($('.lx-spoil'), () => { const a = answer || next; if (a && here()) encode(a.image, a.more); });
const between = makeBetween($('.lx-mix')), kept = makeKept($('.lx-kept')), search = makeSearch($('.lx-search'), { join: beside.join }), change = makeEdit($('.lx-change'));

/* ---- the pictures ---- */
const hint = (text) => { const p = $('.lx-hint'); p.textContent = text; p.hidden = !text; };
const compare = () => {
  const out = $('.lx-out canvas'), canvas = $('.lx-diff canvas'); if (!given || given.length !== out.width * out.height * 4) { canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height); return null; }
  return errorMap(canvas, given, data(out), out.width, out.height, shape()[0] === 1, mode);
};
let edited = null;
const tell = () => {
  const own = answer && edited === null;
  $('.lx-out-name').dataset.t = own || !answer ? 'rec.output' : 'rec.output.edited'; $('.lx-out-name').textContent = lx.t($('.lx-out-name').dataset.t);
  $('.lx-error').textContent = !answer ? '—' : short(own ? answer.error : edited); element.dataset.squared = own ? answer.error : edited ?? '';
  $('.lx-rank').textContent = !answer ? '' : own ? (typeof answer.percentile !== 'number' ? '' : '· ' + lx.t('rec.rank', { p: Math.round(answer.percentile * 100) })) : '· ' + lx.t('rec.edited', { e: short(answer.error) });
  $('.lx-back').hidden = own || !answer;
  $('.lx-low').textContent = lx.t(mode === 'signed' ? 'rec.darker' : 'rec.none'); $('.lx-high').textContent = lx.t(mode === 'signed' ? 'rec.brighter' : 'rec.much'); $('.lx-scale').classList.toggle('absolute', mode === 'absolute');
  for (const b of element.querySelectorAll('[data-mode]')) b.setAttribute('aria-checked', b.dataset.mode === mode);
};
/* ---- the code ---- */
const bars = () => {
  const canvas = $('.lx-bars canvas'), x = canvas.getContext('2d'), ratio = devicePixelRatio || 1, W = canvas.clientWidth, H = canvas.clientHeight, w = lx.state.w; if (!W || !w) return;
  canvas.width = W * ratio; canvas.height = H * ratio; x.scale(ratio, ratio);
  const n = Math.min(w.length, BARS), sigma = answer?.sigma?.length === w.length ? answer.sigma : null, mean = answer?.w?.length === w.length ? answer.w : null;
  let top = 1; for (let i = 0; i < n; i++) top = Math.max(top, Math.abs(w[i]), mean ? Math.abs(mean[i]) + (sigma ? sigma[i] : 0) : 0);
  const Y = (v) => H / 2 - (v / top) * (H / 2 - 6), step = (W - 26) / n, width = Math.max(1, Math.min(18, step * 0.62)), accent = lx.css('--accent'), soft = lx.css('--soft');
  x.font = '11px ' + lx.css('--ui'); x.fillStyle = soft; x.textBaseline = 'middle'; x.fillText(top.toFixed(1), 0, 8); x.fillText('0', 0, H / 2); x.fillText('−' + top.toFixed(1), 0, H - 8);
  x.strokeStyle = lx.css('--line'); x.beginPath(); x.moveTo(26, H / 2); x.lineTo(W, H / 2); x.stroke();
  for (let i = 0; i < n; i++) {
    const c = 26 + step * (i + 0.5); x.fillStyle = accent; x.globalAlpha = 0.85; x.fillRect(c - width / 2, Math.min(Y(0), Y(w[i])), width, Math.max(1, Math.abs(Y(w[i]) - Y(0)))); x.globalAlpha = 1;
    if (sigma && mean) { const a = Y(mean[i] + sigma[i]), b = Y(mean[i] - sigma[i]), k = Math.min(4, width / 2.5); x.strokeStyle = lx.css('--ink'); x.lineWidth = n > 64 ? 0.8 : 1.3; x.beginPath(); x.moveTo(c, a); x.lineTo(c, b);
      if (n <= 64) { x.moveTo(c - k, a); x.lineTo(c + k, a); x.moveTo(c - k, b); x.lineTo(c + k, b); } x.stroke(); }
  }
  $('.lx-bars-note').textContent = lx.t(sigma ? 'rec.code.note' : 'rec.code.plain') + (w.length > n ? ' ' + lx.t('rec.code.some', { n, d: w.length }) : '');
};
let seed = 0;
const cloud = () => { if (!answer?.sigma || !here()) return; lx.draw($('.lx-draws canvas'), { op: 'resample', w: lx.b64(answer.w), sigma: lx.b64(answer.sigma), n: 12, columns: 6, seed }); };
$('.lx-again').onclick = () => { seed = lx.random(); cloud(); };

let keep = null;

/* ---- where the image comes from ---- */
const pad = makePad($('.lx-pad'), $('.lx-cursor'), () => draw());
let waiting = 0;
const draw = () => { $('.lx-given').classList.toggle('blank', pad.empty); hint(pad.empty ? lx.t('rec.empty') : ''); if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; if (!here() || source !== 'draw' || pad.empty) return;
  const [, h, w] = shape(); encode({ pixels: base64(pad.pixels(h, w, $('.lx-centre input').checked)) }); }); };
const held = (index) => { const n = lx.state.info.dataset?.n; if (!n) { answer = given = null; hint(lx.t(lx.state.info.other_images ? 'images.other' : 'rec.noheld')); tell(); return; }
  index = Math.max(0, Math.min(n - 1, Math.round(index) || 0)); $('.lx-index').value = index; encode({ index }); };
const pick = async (f) => {
  if (!f) return; if (f.size > MOST) { element.dataset.error = lx.t('rec.large'); hint(lx.t('rec.large')); lx.say(lx.t('rec.large'), 'error'); return; }
  file = base64(new Uint8Array(await f.arrayBuffer())); choose('file'); encode(file, { invert });
};
const choose = (name) => {
  source = name; element.dataset.source = name;
  const grey = !!lx.state.info && shape()[0] === 1, drawing = name === 'draw';
  for (const b of element.querySelectorAll('[data-source]')) { if (b === element) continue; b.setAttribute('aria-checked', b.dataset.source === name); b.tabIndex = b.dataset.source === name ? 0 : -1; b.hidden = b.dataset.source === 'draw' && !grey; }
  for (const c of element.querySelectorAll('[data-for]')) c.hidden = c.dataset.for !== name;
  $('.lx-pad').hidden = !drawing; $('.lx-given').classList.toggle('inset', drawing); $('.lx-given').title = drawing ? lx.t('rec.seen') : ''; $('.lx-centre').hidden = !drawing; $('.lx-invert').hidden = !grey; $('.lx-to-pad').parentElement.hidden = drawing || !grey;
  $('.lx-cursor').hidden = true; $('.lx-given').classList.toggle('blank', drawing && pad.empty); note();
};
const note = () => {
  if (!lx.state.info) return; const [, h, w] = shape();
  $('.lx-source-note').textContent = source === 'file' ? lx.t('rec.file.note', { h, w, title: lx.state.info.card.data.title }) : '';
  $('.lx-centre-note').textContent = lx.t($('.lx-centre input').checked ? 'rec.centre.on' : 'rec.centre.off'); $('.lx-of').textContent = lx.state.info.dataset ? lx.t('rec.of', { n: lx.state.info.dataset.n.toLocaleString(lx.state.lang) }) : '';
  if (source === 'draw') hint(pad.empty ? lx.t('rec.empty') : ''); else if (source === 'file' && !file) hint(lx.t('rec.drop'));
};
const radios = element.querySelector('.lx-sources');
for (const b of radios.children) b.onclick = () => { choose(b.dataset.source); if (source === 'held') held(+$('.lx-index').value || 0); else if (source === 'draw') draw(); else if (file) encode(file, { invert }); };
radios.onkeydown = (e) => { const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key]; if (!step) return; e.preventDefault(); const all = [...radios.children].filter((b) => !b.hidden), b = all[(all.findIndex((c) => c.dataset.source === source) + step + all.length) % all.length]; b.focus(); b.click(); };
$('.lx-index').onchange = () => held(+$('.lx-index').value);
$('.lx-another').onclick = () => held(Math.floor(Math.random() * (lx.state.info.dataset?.n || 1)));
const tool = (erase) => { pad.erase(erase); $('.lx-pen').setAttribute('aria-pressed', !erase); $('.lx-eraser').setAttribute('aria-pressed', erase); };
$('.lx-pen').onclick = () => tool(false); $('.lx-eraser').onclick = () => tool(true); $('.lx-clear').onclick = () => { pad.clear(); tool(false); draw(); };
$('.lx-centre input').onchange = () => { note(); draw(); };
$('.lx-to-pad').onclick = () => { if (!given) return; pad.load($('.lx-given')); choose('draw'); draw(); $('.lx-pad').focus(); };
$('.lx-invert').onclick = () => { invert = !invert; $('.lx-invert').setAttribute('aria-pressed', invert); if (file) encode(file, { invert }); };
const input = element.querySelector('input[type=file]'); $('.lx-choose').onclick = () => input.click(); input.onchange = () => { pick(input.files[0]); input.value = ''; };
const square = $('.lx-in');
element.ondragover = (e) => { e.preventDefault(); square.classList.add('over'); }; element.ondragleave = () => square.classList.remove('over');
element.ondrop = (e) => { e.preventDefault(); square.classList.remove('over'); pick(e.dataTransfer.files[0]); };
document.addEventListener('paste', (e) => { if (!here()) return; const f = [...e.clipboardData.files][0]; if (f) { e.preventDefault(); pick(f); } });
$('.lx-back').onclick = () => edit(lx.state.run);
for (const b of element.querySelectorAll('[data-mode]')) b.onclick = () => { mode = b.dataset.mode; compare(); tell(); beside.paint(); };

/* ---- opening the view, changing the run ---- */
const enter = () => {
  if (!here()) return;
  const { run, origin, info } = lx.state; $('.lx-two').classList.toggle('no-cloud', !info.spec.stochastic); $('.lx-cloud').hidden = !info.spec.stochastic;
  if (source === 'draw' && shape()[0] !== 1) source = 'held';
  if (element.dataset.run === run && answer) { choose(source); bars(); kept.resume(); change.ask(); return; }         /* back from another view: as it was left */
  const carried = keep || (answer && element.dataset.run !== run && source !== 'held' ? answer : null); keep = null;
  element.dataset.run = run; answer = null; edited = null; next = null; choose(source); between.enter(); kept.enter(); search.take(null);
  if (carried) { if (typeof carried.image === 'object' && 'index' in carried.image) held(carried.image.index); else if (source === 'draw') draw(); else encode(carried.image, carried.more); return; }
  if (source === 'draw' && !pad.empty) { draw(); return; }
  choose('held');
  if (fresh && ['image', 'link', 'sliders'].includes(origin?.kind)) {                   /* a link: its code is shown, the image is not known */
    given = null; $('.lx-given').getContext('2d').clearRect(0, 0, 999, 999); hint(lx.t('rec.blank')); edited = NaN; lx.draw($('.lx-out canvas'), { op: 'image', w: lx.b64(lx.state.w) }); compare(); tell(); bars();
  } else held(origin?.kind === 'point' ? origin.index : +$('.lx-index').value || 0);
  fresh = false;
};
lx.on('code', (w) => {
  if (!here()) return;
  if (answer && mine && w.length === mine.length && w.every((v, i) => v === mine[i])) { edited = null; if (busy) { bars(); tell(); change.sync(); return; } }
  else edited = NaN;
  lx.draw($('.lx-out canvas'), { op: 'image', w: lx.b64(w) }, (x, im) => { onto($('.lx-out canvas'), im); const e = compare(); if (edited !== null) edited = e ?? NaN; tell(); });
  bars(); change.sync();
});
lx.on('view', (v) => { if (v === 'reconstruct') enter(); else if (lx.state.info) fresh = false; });
lx.on('run', () => setTimeout(enter));
lx.on('runs', () => { if (answer && here() && !busy) { next = { run: lx.state.run, image: answer.image, more: answer.more, quiet: true }; pump(); } });
lx.on('lang', () => { note(); tell(); bars(); beside.paint(); between.tell(); kept.tell(); search.tell(); change.tell(); });
lx.on('theme', () => requestAnimationFrame(bars));
new ResizeObserver(() => { if (here()) bars(); }).observe($('.lx-bars canvas'));
choose('held'); tell(); lx.translate(element); element.dataset.ready = 'true';
