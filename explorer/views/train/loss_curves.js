/* The curves of a training: its loss and each term of it over the images seen, and the buttons that hide a term. */
import { make } from '../../shell/dom.js';
import { termName } from '../../shell/metric_text.js';
import { PLAIN, curvesForFile, curvesLayout, forFile } from '../../shell/plot.js';
import { lx } from '../../shell/store.js';
import { brief } from './training_words.js';

/** @import { Idle, Snapshot } from '../../shell/answers' */

const COLOURS = ['#3d5afe', '#e4572e', '#2a9d5c', '#b8860b', '#8e44ad', '#1b9aaa', '#c2185b', '#795548'];

/** @typedef {{ n: string, l: number[][], c: string }} Line a term's name, pairs of images and value, colour */
/** @param {number} i */
const colour = (i) => COLOURS[i % COLOURS.length];

/** @param {Line} line */
const line = ({ n, l, c }) => ({
  type: 'scatter',
  mode: l.length > 1 ? 'lines' : 'markers',
  name: termName(n),
  x: l.map((p) => p[0]),
  y: l.map((p) => p[1]),
  line: { color: c, width: 1.75 },
  marker: { color: c, size: 5 },
  hovertemplate: '%{y:.4~g}',
});

/* the part of the height that is shown: the first steps do not flatten the rest */
/** @param {Line[]} lines */
const heights = (lines) => {
  const all = lines.flatMap(({ l }) => l.map((p) => p[1])).sort((a, b) => a - b);
  if (!all.length) return [0, 1];
  const last = Math.max(...lines.map(({ l }) => l[l.length - 1][1])),
    low = all[0],
    high = all.length > 60 ? Math.max(all[Math.floor(all.length * 0.985)], last) : all[all.length - 1],
    room = (high - low) * 0.05 || 0.5;
  return [low - room, high + room];
};

/** @param {Line[]} lines @param {number} total */
const layout = (lines, total) =>
  curvesLayout({ l: 46, r: 8, t: 6, b: 26 }, 11, {
    x: {
      showgrid: false,
      nticks: 4,
      tickformat: '~s',
      hoverformat: ',d',
      showticklabels: !!lines.length,
      range: [0, Math.max(total || 0, ...lines.map(({ l }) => l[l.length - 1][0]), 1)],
    },
    /* thousands may be "12k", but a loss of 0.5 is no "500m"; where there is none there is nothing to read off */
    y: { nticks: 5, tickformat: heights(lines)[1] < 1000 ? '~g' : '~s', showticklabels: !!lines.length, range: heights(lines) },
  });

export class LossCurves {
  #element;
  #figure;
  #buttons;
  /** @type {Idle | Snapshot | null} */
  #shot = null;
  /** @type {Set<string>} */
  #hidden = new Set();

  /** @param {any} element */
  constructor(element) {
    this.#element = element;
    this.#figure = element.querySelector('.lx-loss');
    this.#buttons = element.querySelector('.lx-terms');
    forFile(this.#figure, () => curvesForFile(lx.t('train.curves'), this.#figure.layout));
  }

  /** A training as it stands. @param {Idle | Snapshot} shot */
  show(shot) {
    this.#shot = shot;
    if (shot.state === 'idle') return;
    this.#offer(Object.keys(shot.terms));
    this.draw();
  }

  /** @param {string[]} names */
  #offer(names) {
    const host = this.#buttons,
      key = JSON.stringify([names, lx.state.lang]);
    if (host.dataset.key === key) return;
    host.dataset.key = key;
    host.replaceChildren(...names.map((n, i) => this.#button(n, i)));
  }

  /** @param {string} n @param {number} i */
  #button(n, i) {
    const b = make('button', { type: 'button', className: 'lx-term' }, make('i'), termName(n)),
      pressed = () => b.setAttribute('aria-pressed', String(!this.#hidden.has(n)));
    b.onclick = () => {
      if (!this.#hidden.delete(n)) this.#hidden.add(n);
      pressed();
      this.draw();
    };
    b.dataset.term = n;
    b.style.setProperty('--c', colour(i));
    pressed();
    return b;
  }

  async draw() {
    const s = this.#shot,
      figure = this.#figure;
    if (!s || s.state === 'idle' || lx.state.view !== 'train' || !figure.clientWidth) return;
    const lines = Object.entries(s.terms)
      .map(([n, l], i) => ({ n, l, c: colour(i) }))
      .filter(({ n, l }) => !this.#hidden.has(n) && l.length);
    try {
      await lx.loadPlotly();
    } catch (e) {
      return lx.say(/** @type {Error} */ (e).message, 'error');
    }
    if (this.#shot !== s || lx.state.view !== 'train') return;
    await Plotly.react(figure, lines.map(line), layout(lines, s.total), PLAIN);
    figure.setAttribute(
      'aria-label',
      lx.t('train.curves') + ': ' + lines.map(({ n, l }) => `${termName(n)} ${brief(l[l.length - 1][1])}`).join(', '),
    );
    this.#element.dataset.points = Math.max(0, ...lines.map(({ l }) => l.length));
  }
}
