import { mounted } from './mounted.js';
import { lx } from './store.js';

const { element } = mounted('labels');

const $ = (s) => element.querySelector(s),
  WAYS = ['fine-tuned', 'frozen', 'scratch'],
  NS = 'http://www.w3.org/2000/svg';
const on = () =>
  !!(
    lx.state.view === 'microscope' &&
    lx.state.info?.spec.encodes &&
    lx.state.info.spec.shape.length === 3 &&
    lx.state.info.dataset?.classes?.length
  );
/* live: run → { n: { way: accuracy } }, what was measured here; told: the answer for the current run */
const live = new Map();
let told = null,
  owner = null,
  busy = false,
  working = '';
const colour = (k) => (k ? lx.palette[k] : lx.css('--accent'));
const all = () => {
  const out = [];
  for (const [n, ways] of Object.entries(told?.known || {}))
    for (const way of WAYS) if (ways[way]) out.push({ n: +n, way, v: ways[way].accuracy, protocol: ways[way].protocol });
  for (const [n, ways] of Object.entries(live.get(owner) || {}))
    for (const way of WAYS) if (way in ways) out.push({ n: +n, way, v: ways[way], here: true });
  return out;
};
const make = (tag, more, text) => {
  const e = document.createElementNS(NS, tag);
  for (const [k, v] of Object.entries(more)) e.setAttribute(k, v);
  if (text !== undefined) e.textContent = text;
  return e;
};
const paint = () => {
  const svg = $('svg'),
    points = all();
  svg.replaceChildren();
  element.dataset.points = points.length;
  element.dataset.live = points.filter((p) => p.here).length;
  const L = 52,
    R = 628,
    T = 12,
    B = 262,
    low = Math.min(0.5, ...points.map((p) => Math.floor(p.v * 10) / 10)),
    X = (n) => L + ((R - L) * (Math.log10(n) - 0.9)) / (Math.log10(1200) - 0.9),
    Y = (v) => B - ((B - T) * (v - low)) / (1 - low);
  for (let v = Math.round(low * 10); v <= 10; v++) {
    svg.append(
      make('line', { x1: L, x2: R, y1: Y(v / 10), y2: Y(v / 10), class: 'rule' }),
      make('text', { x: L - 8, y: Y(v / 10) + 4, 'text-anchor': 'end' }, v * 10 + ' %'),
    );
  }
  for (const n of [10, 20, 50, 100, 200, 500, 1000])
    svg.append(make('text', { x: X(n), y: B + 18, 'text-anchor': 'middle' }, n.toLocaleString(lx.state.lang)));
  svg.append(make('text', { x: (L + R) / 2, y: B + 35, 'text-anchor': 'middle' }, lx.t('few.axis')));
  WAYS.forEach((way, k) => {
    for (const here of [true, false]) {
      const mine = points.filter((p) => p.way === way && !!p.here === here).sort((a, b) => a.n - b.n);
      if (mine.length > 1)
        svg.append(
          make('polyline', {
            points: mine.map((p) => `${X(p.n)},${Y(p.v)}`).join(' '),
            fill: 'none',
            stroke: colour(k),
            'stroke-width': 2,
            'stroke-dasharray': here ? '4 4' : 'none',
            opacity: 0.8,
          }),
        );
      for (const p of mine) {
        const c = make('circle', {
          cx: X(p.n),
          cy: Y(p.v),
          r: 5,
          fill: here ? lx.css('--panel') : colour(k),
          stroke: colour(k),
          'stroke-width': 2,
          'data-way': way,
          'data-labels': p.n,
        });
        c.append(
          make(
            'title',
            {},
            `${lx.t('few.' + way)}, ${lx.t('few.labels', { n: p.n })}: ${(100 * p.v).toFixed(1)} % · ${p.here ? lx.t('few.here') : p.protocol}`,
          ),
        );
        svg.append(c);
      }
    }
  });
  $('.lx-few-key').replaceChildren(
    ...WAYS.map((way, k) => {
      const li = document.createElement('li'),
        dot = document.createElement('i');
      dot.style.background = colour(k);
      li.append(dot, lx.t('few.' + way));
      return li;
    }),
    (() => {
      const li = document.createElement('li');
      li.className = 'dim';
      li.textContent = lx.t('few.hollow');
      return li;
    })(),
  );
  element.dataset.n = (+element.dataset.n || 0) + 1;
};
const tools = () => {
  $('.lx-few-sizes').replaceChildren(
    ...(told?.sizes || []).map((n) => {
      const b = document.createElement('button'),
        done = WAYS.every((w) => w in (live.get(owner)?.[n] || {}));
      b.type = 'button';
      b.className = 'lx-chip';
      b.dataset.size = n;
      b.textContent = n;
      b.disabled = busy || done;
      b.setAttribute('aria-label', lx.t('few.labels', { n }));
      b.onclick = () => measure(n);
      return b;
    }),
  );
  $('.lx-few-tools').hidden = !told?.sizes.length;
  $('.lx-few-told').textContent = busy ? working : '';
  $('.lx-progress').hidden = !busy;
};
const ALL = ['frozen', 'scratch', 'fine-tuned'],
  measure = (n) => work(ALL.map((way) => [n, way]));
const work = async (jobs) => {
  if (busy) return;
  busy = true;
  const run = owner,
    found = live.get(run) || {};
  live.set(run, found);
  try {
    for (const [k, [n, way]] of jobs.entries()) {
      if (run !== owner || !on()) break;
      if (way in (found[n] || {})) continue;
      for (;;) {
        working = `${lx.t('few.' + way)}, ${lx.t('few.labels', { n })}`;
        tools();
        const d = await lx.api('code', { run, op: 'labels', n, way }),
          share = Math.round((100 * (k + (d.ready ? 1 : d.done))) / jobs.length);
        $('.lx-progress i').style.width = share + '%';
        $('.lx-progress').setAttribute('aria-valuenow', share);
        if (d.ready) {
          (found[n] ||= {})[way] = d.accuracy;
          if (run === owner) paint();
          break;
        }
        await new Promise((ok) => setTimeout(ok, 200));
      }
    }
  } catch (e) {
    lx.say(e.message, 'error');
  }
  busy = false;
  tools();
};
/* what costs little is measured as soon as the panel is seen */
const begin = () => {
  if (on() && told && !busy && element.offsetWidth) work(told.sizes.map((n) => [n, 'frozen']));
};
const enter = async () => {
  if (!on()) return;
  const run = lx.state.run;
  if (owner === run) {
    paint();
    begin();
    return;
  }
  owner = run;
  told = null;
  element.hidden = true;
  try {
    const d = await lx.code({ op: 'labels' });
    if (run !== lx.state.run) return;
    told = d;
    element.hidden = false;
    paint();
    tools();
    begin();
  } catch (e) {
    if (run === lx.state.run) element.dataset.why = e.message;
  }
};
lx.on('run', () => setTimeout(enter));
lx.on('view', enter);
lx.on('lang', () => {
  if (on() && told) {
    paint();
    tools();
  }
});
new ResizeObserver(begin).observe(element);
lx.translate(element);
element.dataset.ready = 'true';
