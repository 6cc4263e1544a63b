import { base64Of } from '../../shell/bytes.js';
import { button, count, make, offer } from '../../shell/dom.js';
import { mounted } from '../../shell/mounted.js';
import { PLAIN, plainLayout } from '../../shell/plot.js';
import { arrowKeys, check } from '../../shell/radios.js';
import { lx } from '../../shell/store.js';
import { isOwn, isRead, leftOut, pathOf, titleOf } from './train_files.js';

const { element, server } = mounted('train');

const $ = (s) => element.querySelector(s),
  ACTIVE = ['starting', 'running', 'measuring'];
const COLOURS = ['#3d5afe', '#e4572e', '#2a9d5c', '#b8860b', '#8e44ad', '#1b9aaa', '#c2185b', '#795548'];
let form = null,
  chosen = { family: null, recipe: null },
  edited = {},
  named = false,
  typed = '',
  token = null,
  sending = false,
  shot = null,
  watched = null,
  shownSamples = '',
  hidden = new Set(),
  busy = false;

/* Calls of the server; what it refuses is thrown as a sentence in the page's language. */
const ask = async (name, value = {}) => {
  let d;
  try {
    d = await server[name](value);
  } catch {
    throw new Error(lx.t('error.offline'));
  }
  if (!d || typeof d !== 'object' || !('value' in d)) {
    const sentence = d?.key && lx.known(d.key) ? lx.t(d.key, d.values) : d?.error || lx.t('error.offline');
    throw Object.assign(new Error(sentence), { notes: d?.values?.notes });
  }
  return d.value;
};
const number = (v) => v.toLocaleString(lx.state.lang, { maximumFractionDigits: 0 });
const brief = (v) => {
  const a = Math.abs(v);
  let text = String(+v.toPrecision(4));
  if (a !== 0 && (a < 0.001 || a >= 1e6)) text = v.toExponential(1);
  else if (a >= 1000) text = number(v);
  return text.replace('-', '−');
};
const bound = (v) => (v !== 0 && Math.abs(v) < 0.001 ? v.toExponential().replace('-', '−') : v.toLocaleString(lx.state.lang));
const clock = (s) => {
  s = Math.max(0, Math.round(s));
  const h = Math.floor(s / 3600),
    m = Math.floor(s / 60) % 60,
    r = String(s % 60).padStart(2, '0');
  return h ? `${h}:${String(m).padStart(2, '0')}:${r}` : `${m}:${r}`;
};
const word = (key, other) => (lx.known(key) ? lx.t(key) : other);

/* ---- the form ---- */
const family = () => form.families.find((f) => f.name === chosen.family);
const data = () => $('.lx-data').value;
const values = () => {
  const f = family(),
    per = f.recipes[chosen.recipe] || {};
  return { ...Object.fromEntries(f.settings.map((s) => [s.name, s.default])), ...(per['*'] || {}), ...(per[data()] || {}) };
};
const radios = (host, list, current, pick) => {
  const kept = host.contains(document.activeElement);
  host.replaceChildren(
    ...list.map(([value, textContent]) =>
      button({ className: 'lx-chip', role: 'radio', data: { value }, textContent, disabled: !form.training, onclick: () => pick(value) }),
    ),
  );
  check(host.children, (b) => b.dataset.value === current);
  if (kept) host.querySelector('[aria-checked=true]')?.focus();
};
for (const name of ['.lx-families', '.lx-recipes']) arrowKeys($(name));
const begun = new Set(); /* names that were typed and started here: such a name is used up once it is taken */
const suggest = () => {
  if (named && !(begun.has(typed) && form.taken.includes(typed))) {
    $('.lx-name').value = typed;
    return;
  }
  const base = `${chosen.family}-${data() === form.own ? 'own' : data()}`;
  let n = base;
  for (let k = 2; form.taken.includes(n); k++) n = `${base}-${k}`;
  $('.lx-name').value = n;
};
/* how a setting is shown: a check box, a choice, a line to type in */
const inputOf = (s, value) => {
  if (s.kind === 'bool') return make('input', { type: 'checkbox', checked: value });
  if (s.choices) {
    const select = make('select', { className: 'lx-input' });
    offer(
      select,
      s.choices.map((c) => [c, word('choice.' + c, String(c))]),
      value,
    );
    return select;
  }
  return make('input', {
    type: 'text',
    className: 'lx-input',
    inputMode: { int: 'numeric', float: 'decimal' }[s.kind] || 'text',
    autocomplete: 'off',
    value: Array.isArray(value) ? value.join(', ') : value,
  });
};
const valueOf = (s, input) => {
  const text = input.value.trim();
  if (s.kind === 'bool') return input.checked;
  if (s.choices) return typeof s.default === 'number' ? Number(text) : text;
  return s.kind === 'numbers' ? text : Number(text.replaceAll(/[\s_]/g, ''));
};
const edit = (s, input, row) => {
  const v = valueOf(s, input),
    plain = values()[s.name],
    same = s.kind === 'numbers' ? v.split(/[\s,]+/).join() === plain.join() : v === plain;
  if (same) delete edited[s.name];
  else edited[s.name] = v;
  input.classList.toggle('bad', typeof v === 'number' && !(v >= (s.low ?? -Infinity) && v <= (s.high ?? Infinity)));
  row.classList.toggle('changed', s.name in edited);
  write();
};
const field = (s) => {
  const row = make('div', { className: 'lx-setting' }),
    input = inputOf(s, edited[s.name] ?? values()[s.name]),
    title = word('setting.' + s.name, s.name.replaceAll('_', ' ')),
    ranged = ['int', 'float', 'numbers'].includes(s.kind) && !(s.low === null && s.high === null),
    range = ranged ? ` · ${bound(s.low ?? 0)} … ${bound(s.high ?? 0)}` : '';
  input.dataset.setting = s.name;
  input.setAttribute('aria-label', title);
  input.disabled = !form.training;
  input.onchange = () => edit(s, input, row);
  row.classList.toggle('changed', s.name in edited);
  row.append(
    make('label', { className: 'lx-field' }, make('span', { textContent: title }), input),
    make('small', { textContent: word('setting.' + s.name + '.help', s.help) + range }),
  );
  return row;
};
const fill = () => {
  if (!form) return;
  const f = family(),
    set = form.data.find((d) => d.name === data());
  radios(
    $('.lx-families'),
    form.families.map((x) => [x.name, x.title]),
    chosen.family,
    (v) => {
      chosen.family = v;
      edited = {};
      chosen.recipe = first(family());
      fill();
      write();
    },
  );
  $('.lx-family-note').textContent = `${word('family.' + f.name, f.summary)} (${f.paper})`;
  for (const o of $('.lx-data').options) o.textContent = word('data.' + o.value, form.data.find((d) => d.name === o.value).title);
  $('.lx-own').hidden = data() !== form.own;
  $('.lx-own').classList.toggle('off', !form.training);
  $('.lx-data-note').hidden = set.ready;
  $('.lx-data-note').textContent = set.ready ? '' : lx.t('train.data.later');
  radios(
    $('.lx-recipes'),
    Object.keys(f.recipes).map((r) => [r, word('recipe.' + r, r)]),
    chosen.recipe,
    (v) => {
      chosen.recipe = v;
      edited = {};
      fill();
      write();
    },
  );
  $('.lx-recipe-note').textContent =
    lx.t('train.recipe.images', { n: number(edited.images || values().images) }) +
    (lx.known('recipe.' + chosen.recipe + '.help') ? ' ' + lx.t('recipe.' + chosen.recipe + '.help') : '');
  const main = [],
    more = [];
  for (const s of f.settings) (s.advanced ? more : main).push(field(s));
  const [a, b] = element.querySelectorAll('.lx-settings');
  a.replaceChildren(...main);
  b.replaceChildren(...more);
  $('.lx-advanced').hidden = !more.length;
  suggest();
  allowed();
};
const first = (f) => (f.recipes[form.quick] ? form.quick : Object.keys(f.recipes)[0] || '');
const wrong = (sentence) => {
  $('.lx-wrong').textContent = sentence || '';
  $('.lx-wrong').hidden = !sentence;
};
const allowed = () => {
  if (!form) return;
  const running = shot?.running?.length,
    go = $('.lx-go button');
  for (const e of element.querySelectorAll('.lx-form :is(input,select)')) e.disabled = !form.training;
  for (const e of element.querySelectorAll('.lx-own button')) e.disabled = !form.training || sending;
  go.disabled = !form.training || !!running || sending || busy;
  const ready = sending ? 'train.start.sending' : 'train.start';
  go.textContent = lx.t(running ? 'train.start.busy' : ready);
  if (!form.training) wrong(lx.t('train.error.visitor'));
};
/* ---- the link: what was chosen and typed ---- */
const told = () =>
  JSON.stringify({
    ...chosen,
    data: data(),
    ...(data() === form.own && { size: +$('.lx-size').value }),
    ...(Object.keys(edited).length && { settings: edited }),
    ...(named && { name: $('.lx-name').value }),
  });
const write = () => {
  if (form) lx.keep('train', told());
};
const fits = (s, v) => {
  if (s.kind === 'bool') return typeof v === 'boolean';
  if (s.choices) return s.choices.includes(v);
  return s.kind === 'int' || s.kind === 'float' ? Number.isFinite(v) : typeof v === 'string';
};
const recall = () => {
  let d = {};
  try {
    d = Object(JSON.parse(lx.state.kept.train || '{}'));
  } catch {
    /* a damaged link: the usual form */
  }
  const f = form.families.find((x) => x.name === d.family) || form.families.find((x) => x.name === form.first) || form.families[0];
  chosen = { family: f.name, recipe: Object.hasOwn(f.recipes, d.recipe) ? d.recipe : first(f) };
  $('.lx-data').value = form.data.some((x) => x.name === d.data) ? d.data : form.data[0].name;
  $('.lx-size').value = form.sizes.includes(d.size) ? d.size : form.sizes[0];
  edited = Object.fromEntries(
    f.settings
      .filter((s) => Object.hasOwn(Object(d.settings), s.name) && fits(s, d.settings[s.name]))
      .map((s) => [s.name, d.settings[s.name]]),
  );
  named = typeof d.name === 'string' && d.name.trim() !== '';
  typed = named ? d.name.trim() : '';
  if (named) $('.lx-name').value = d.name;
};
lx.on('restore', () => {
  if (form && (lx.state.kept.train ?? '') !== told()) {
    recall();
    fill();
  }
});
const load = async () => {
  try {
    const again = !!form;
    form = await ask('job_form');
    const select = $('.lx-data'),
      before = select.value;
    select.replaceChildren(...form.data.map((d) => make('option', { value: d.name, textContent: d.title })));
    if (before) select.value = before;
    const size = $('.lx-size').value;
    $('.lx-size').replaceChildren(...form.sizes.map((n) => make('option', { value: n, textContent: `${n} × ${n}` })));
    $('.lx-size').value = (again && size) || form.sizes[0];
    if (!again) recall();
    fill();
    element.dataset.form = 'ready';
  } catch (e) {
    wrong(e.message);
  }
};
$('.lx-data').onchange = () => {
  edited = {};
  fill();
  write();
};
$('.lx-size').onchange = () => write();
$('.lx-name').oninput = () => {
  typed = $('.lx-name').value.trim();
  named = typed !== '';
  write();
};
$('.lx-form').onsubmit = async (e) => {
  e.preventDefault();
  if ($('.lx-go button').disabled) return;
  wrong('');
  busy = true;
  allowed();
  try {
    const name = $('.lx-name').value.trim(),
      own = data() === form.own;
    watched = await ask('job_start', {
      family: chosen.family,
      data: data(),
      recipe: chosen.recipe,
      settings: edited,
      name,
      upload: own ? token : null,
      size: own ? +$('.lx-size').value : null,
    });
    begun.add(name);
    write();
    await tick();
  } catch (e) {
    wrong(e.message);
  } finally {
    busy = false;
    allowed();
    load();
  }
};

/* ---- a person's own images, sent in pieces ---- */
const base64 = async (blob) => base64Of(new Uint8Array(await blob.arrayBuffer()));
const nameIn = (note) => {
  /* of a setting, its words: "Pixel model: Gaussian" */
  const [key, value] = (note.name || '').split(' = ');
  return note.kind === 'suited' && value ? `${word('setting.' + key, key)}: ${word('choice.' + value, value)}` : note.name;
};
const said = (note) =>
  lx.t('note.' + note.kind, {
    ...note,
    name: nameIn(note),
    n: number(note.n || 0),
    low: brief(note.low || 0),
    high: brief(note.high || 0),
  });
const tell = (host, notes) => {
  host.replaceChildren(...notes.map((n) => make('li', { textContent: lx.known('note.' + n.kind) ? said(n) : n.sentence || '' })));
  host.hidden = !notes.length;
};
const send = async (files) => {
  const seen = [...files].filter(isOwn),
    dropped = leftOut(seen.map((f) => f.name));
  files = seen.filter((f) => isRead(f.name));
  const state = $('.lx-own-state'),
    PIECE = 1 << 20;
  token = null;
  delete element.dataset.upload;
  tell($('.lx-own-notes'), []);
  wrong('');
  if (!files.length) {
    state.textContent = lx.t('train.own.none');
    tell(
      $('.lx-own-notes'),
      Object.entries(dropped).map(([kind, n]) => ({ kind, n })),
    );
    return;
  }
  sending = true;
  allowed();
  try {
    const title = titleOf(files);
    const mine = await ask('job_begin_upload', { title });
    let done = 0;
    for (const [k, f] of files.entries()) {
      const path = pathOf(files, k);
      for (let at = 0; at === 0 || at < f.size; at += PIECE)
        await ask('job_add_upload', { token: mine, path, piece: await base64(f.slice(at, at + PIECE)), first: at === 0 });
      if (++done % 10 === 0 || done === files.length)
        state.textContent = lx.t('train.own.sending', { n: number(done), total: number(files.length) });
    }
    const found = await ask('job_check_upload', { token: mine, dropped });
    token = mine;
    element.dataset.upload = 'ready';
    state.textContent = lx.t('train.own.ready', { n: number(found.images) });
    tell($('.lx-own-notes'), found.notes);
  } catch (e) {
    state.textContent = e.message;
    tell($('.lx-own-notes'), e.notes || []);
  } finally {
    sending = false;
    allowed();
  }
};
const within = (list) =>
  [...list].map((f) => Object.defineProperty(f, 'path', { value: f.webkitRelativePath || f.path || f.name, configurable: true }));
const entries = async (items) => {
  const out = [],
    walk = async (entry, path) => {
      if (entry.isFile) {
        const f = await new Promise((ok, no) => entry.file(ok, no));
        Object.defineProperty(f, 'path', { value: path + f.name, configurable: true });
        out.push(f);
        return;
      }
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((ok, no) => reader.readEntries(ok, no));
        if (!some.length) break;
        for (const e of some) await walk(e, path + entry.name + '/');
      }
    };
  for (const e of items.map((i) => i.webkitGetAsEntry?.()).filter(Boolean)) await walk(e, '');
  return out;
};
$('.lx-pick-files').onclick = () => $('.lx-files').click();
$('.lx-pick-folder').onclick = () => $('.lx-folder').click();
for (const input of [$('.lx-files'), $('.lx-folder')])
  input.onchange = () => {
    const list = within(input.files);
    if (list.length)
      send(list).then(() => {
        input.value = '';
      });
  };
const drop = $('.lx-drop');
drop.ondragover = (e) => {
  e.preventDefault();
  drop.classList.add('over');
};
drop.ondragleave = () => drop.classList.remove('over');
drop.ondrop = async (e) => {
  e.preventDefault();
  drop.classList.remove('over');
  if (!form?.training || sending) return;
  send(await entries([...e.dataTransfer.items]));
};

/* ---- the monitor ---- */
const stateWord = (s) => lx.t('train.state.' + s);
const figures = (s) => {
  const list = [['train.images', s.total ? `${number(s.images)} / ${number(s.total)}` : number(s.images)]];
  if (s.images_per_second) list.push(['train.speed', number(s.images_per_second)]);
  if (s.seconds_left !== null && s.seconds_left !== undefined) list.push(['train.left', clock(s.seconds_left)]);
  if (s.seconds) list.push(['train.spent', clock(s.seconds)]);
  for (const [k, line] of Object.entries(s.terms).slice(0, 1)) if (line.length) list.push([null, brief(line.at(-1)[1]), k]);
  $('.lx-figures').replaceChildren(
    ...list.map(([key, value, name]) =>
      make('div', {}, make('dt', { textContent: key ? lx.t(key) : word('term.' + name, name) }), make('dd', { textContent: value })),
    ),
  );
};
/* what is to be said of a training as it stands, beside its alarms */
const stateText = (s) => {
  const fetching = /^data:(.*)/
    .exec(s.message || '')?.[1]
    .trim()
    .replace(' of ', ' / ');
  if (s.state === 'starting') return fetching === undefined ? lx.t('train.starting') : lx.t('train.fetching', { what: fetching });
  if (s.state === 'measuring' || s.state === 'stopped') return lx.t('train.' + s.state);
  if (s.state === 'interrupted') {
    const left = s.can.open ? 'train.interrupted.kept' : 'train.interrupted.lost';
    return lx.t(s.resumable ? 'train.interrupted' : left);
  }
  if (s.error && lx.known(s.error.key)) return lx.t(s.error.key, s.error.values);
  return ['failed', 'diverged'].includes(s.state) ? s.message : '';
};
const paint = (s) => {
  shot = s;
  element.dataset.state = s.state;
  element.dataset.name = s.name || '';
  element.dataset.images = s.images || 0;
  element.dataset.busy = ACTIVE.includes(s.state);
  $('.lx-nothing').hidden = !!s.name;
  $('.lx-watch').hidden = !s.name;
  recent(s);
  allowed();
  if (!s.name) return;
  const live = ACTIVE.includes(s.state),
    share = s.total ? Math.min(1, s.images / s.total) : 0;
  $('.lx-run-name').textContent = s.name;
  $('.lx-badge').textContent = stateWord(s.state);
  const bar = $('.lx-progress');
  wait(bar, s.state === 'starting' || s.state === 'measuring');
  bar.firstChild.style.width = `${share * 100}%`;
  bar.setAttribute('aria-valuenow', Math.round(share * 100));
  figures(s);
  const alarms = Object.entries(s.alarms || {}),
    say = [...alarms.map(([name, values]) => lx.t('train.alarm.' + name, values)), stateText(s)];
  const note = $('.lx-alarm'),
    text = say.filter(Boolean).join(' ');
  note.hidden = !text;
  if (note.textContent !== text) note.textContent = text;
  note.classList.toggle('calm', !alarms.length && ['starting', 'measuring', 'stopped'].includes(s.state));
  tell($('.lx-watch .lx-notes'), s.notes || []);
  $('.lx-stop').hidden = !(live && s.can.stop);
  $('.lx-resume').hidden = !s.can.resume;
  $('.lx-delete').hidden = !s.can.delete;
  $('.lx-see').hidden = !s.can.open;
  $('.lx-see').classList.toggle('lx-accent', !live);
  if (s.samples_mtime !== shownSamples) samples(s);
  else if (!s.samples_mtime) blank();
  terms(s);
  plot();
};
let slide = null;
const wait = (bar, on) => {
  bar.classList.toggle('wait', on);
  if (!on) {
    slide?.cancel();
    slide = null;
  } else if (!matchMedia('(prefers-reduced-motion:reduce)').matches)
    slide ??= bar.firstChild.animate([{ marginLeft: 0 }, { marginLeft: '70%' }], {
      duration: 1400,
      iterations: Infinity,
      direction: 'alternate',
      easing: 'ease-in-out',
    });
};
const blank = () => {
  $('.lx-samples img').hidden = true;
  $('.lx-blank').hidden = false;
  delete element.dataset.samples;
};
const samples = async (s) => {
  shownSamples = s.samples_mtime;
  if (!s.samples_mtime) return blank();
  try {
    const url = await ask('job_samples', { name: s.name }),
      img = $('.lx-samples img');
    if (!url || shot.name !== s.name) return;
    img.src = url;
    img.alt = lx.t('train.samples');
    img.hidden = false;
    $('.lx-blank').hidden = true;
    count(element, 'samples');
  } catch {
    /* shown at the next save */
  }
};
const recent = (s) => {
  const list = (s.recent || []).filter((r) => r.name !== s.name);
  $('.lx-recent').hidden = !list.length;
  const host = $('.lx-recent .lx-chips'),
    key = JSON.stringify([list, lx.state.lang]);
  if (host.dataset.key === key) return;
  host.dataset.key = key;
  host.replaceChildren(
    ...list.map((r) =>
      make(
        'button',
        {
          type: 'button',
          className: 'lx-chip',
          onclick: () => {
            watched = r.name;
            tick();
          },
        },
        r.name,
        make('i', { textContent: stateWord(r.state) }),
      ),
    ),
  );
};
const terms = (s) => {
  const names = Object.keys(s.terms),
    host = $('.lx-terms'),
    key = JSON.stringify([names, lx.state.lang]);
  if (host.dataset.key === key) return;
  host.dataset.key = key;
  host.replaceChildren(
    ...names.map((n, i) => {
      const b = make(
        'button',
        {
          type: 'button',
          className: 'lx-term',
          onclick: () => {
            hidden.has(n) ? hidden.delete(n) : hidden.add(n);
            b.setAttribute('aria-pressed', String(!hidden.has(n)));
            plot();
          },
        },
        make('i'),
        word('term.' + n, n),
      );
      b.dataset.term = n;
      b.style.setProperty('--c', COLOURS[i % COLOURS.length]);
      b.setAttribute('aria-pressed', String(!hidden.has(n)));
      return b;
    }),
  );
};
const figure = $('.lx-loss');
const plot = async () => {
  const s = shot;
  if (!s?.terms || lx.state.view !== 'train' || !figure.clientWidth) return;
  const lines = Object.entries(s.terms)
    .map(([n, l], i) => ({ n, l, colour: COLOURS[i % COLOURS.length] }))
    .filter(({ n, l }) => !hidden.has(n) && l.length);
  try {
    await lx.loadPlotly();
  } catch (e) {
    return lx.say(e.message, 'error');
  }
  if (shot !== s || lx.state.view !== 'train') return;
  const all = lines.flatMap(({ l }) => l.map((p) => p[1])).sort((a, b) => a - b),
    low = all[0],
    last = Math.max(...lines.map(({ l }) => l.at(-1)[1]));
  const high = all.length > 60 ? Math.max(all[Math.floor(all.length * 0.985)], last) : all.at(-1),
    room = (high - low) * 0.05 || 0.5; // the first steps do not flatten the rest
  const axis = { fixedrange: true, gridcolor: lx.css('--line'), zeroline: false, linecolor: lx.css('--line') };
  await Plotly.react(
    figure,
    lines.map(({ n, l, colour }) => ({
      type: 'scatter',
      mode: l.length > 1 ? 'lines' : 'markers',
      name: word('term.' + n, n),
      x: l.map((p) => p[0]),
      y: l.map((p) => p[1]),
      line: { color: colour, width: 1.75 },
      marker: { color: colour, size: 5 },
      hovertemplate: '%{y:.4~g}',
    })),
    {
      ...plainLayout({ l: 46, r: 8, t: 6, b: 26 }, 11),
      hovermode: 'x unified',
      hoverlabel: {
        bgcolor: lx.css('--panel'),
        bordercolor: lx.css('--line'),
        font: { color: lx.css('--ink'), size: 12, family: lx.css('--ui') },
      },
      xaxis: {
        ...axis,
        showgrid: false,
        nticks: 4,
        tickformat: '~s',
        hoverformat: ',d',
        range: [0, Math.max(s.total || 0, ...lines.map(({ l }) => l.at(-1)[0]), 1)],
      },
      yaxis: { ...axis, nticks: 5, tickformat: '~s', range: all.length ? [low - room, high + room] : [0, 1] },
    },
    PLAIN,
  );
  figure.setAttribute(
    'aria-label',
    lx.t('train.curves') + ': ' + lines.map(({ n, l }) => `${word('term.' + n, n)} ${brief(l.at(-1)[1])}`).join(', '),
  );
  element.dataset.points = Math.max(0, ...lines.map(({ l }) => l.length));
};
lx.on('view', () => requestAnimationFrame(plot));

/* ---- what the buttons do ---- */
const act = (name, after) => async (e) => {
  const b = e.currentTarget;
  b.disabled = true;
  try {
    await ask(name, { name: shot.name });
    await after?.();
    await tick();
    await load();
  } catch (e) {
    lx.say(e.message, 'error');
  } finally {
    b.disabled = false;
  }
};
$('.lx-stop').onclick = act('job_stop', () => {
  $('.lx-badge').textContent = lx.t('train.stopping');
});
$('.lx-resume').onclick = act('job_resume', () => {
  watched = shot.name;
});
const remove = act('job_delete', () => {
  watched = null;
  shownSamples = '';
  return lx.refresh();
});
let sure = 0;
$('.lx-delete').onclick = (e) => {
  const b = $('.lx-delete');
  if (Date.now() - sure < 4000) {
    sure = 0;
    b.textContent = lx.t('train.delete');
    remove(e);
    return;
  }
  sure = Date.now();
  b.textContent = lx.t('train.delete.sure');
  setTimeout(() => {
    if (Date.now() - sure >= 4000) b.textContent = lx.t('train.delete');
  }, 4100);
};
$('.lx-see').onclick = async () => {
  const name = shot.name;
  await lx.refresh();
  if (!(await lx.open(name))) return;
  /* while it is still measured, a map has no points yet */
  const can = lx.views.map((v) => v.name).filter((v) => v !== 'train' && lx.supports(name, v));
  lx.show(can.find((v) => lx.state.info.points || v !== 'map') || 'train');
};

/* ---- looking again: each second while something runs or the view is open; a hidden view asks less often ---- */
let timer,
  asking = false,
  before = null,
  listed = false;
const tick = async () => {
  if (asking) return;
  asking = true;
  try {
    const s = await ask('job_snapshot', { name: watched });
    if (watched && s.name !== watched) watched = null;
    const change = before && before.name === s.name && before.state !== s.state;
    if (before?.name !== s.name) {
      shownSamples = '';
      listed = false;
    }
    paint(s);
    count(element, 'ticks');
    delete element.dataset.error;
    if (change || (s.can?.open && !listed && ACTIVE.includes(s.state))) {
      listed = !!s.can?.open;
      lx.refresh();
    }
    if (change && s.state === 'finished' && lx.state.view !== 'train') lx.say(lx.t('train.done', { name: s.name }));
    if (change && !ACTIVE.includes(s.state)) load();
    before = { name: s.name, state: s.state };
  } catch (e) {
    element.dataset.error = e.message;
  } finally {
    asking = false;
  }
  plan();
};
const plan = () => {
  clearTimeout(timer);
  const here = lx.state.view === 'train',
    live = ACTIVE.includes(shot?.state);
  let pause = 3000;
  if (live) pause = here ? 1000 : 2000;
  if (document.hidden) pause = 5000;
  if (here || live) timer = setTimeout(tick, pause);
};
lx.on('view', (v) => {
  if (v === 'train') {
    if (!form) load();
    tick();
  } else plan();
});
lx.on('run', (info) => {
  if (info.other_images) lx.say(lx.t('images.other'), 'error');
});
lx.on('lang', () => {
  fill();
  if (shot) paint(shot);
});
lx.on('theme', () => requestAnimationFrame(plot));
lx.translate(element);
tick();
