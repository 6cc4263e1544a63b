/* "Save pictures…" of each view: whatever it shows on canvases and charts, as PNG, a chart as SVG too. Found when it is asked for, so that
 * a view has nothing to do for it: a canvas with a name for screen readers, or in a figure or section with a caption, has its name here. */
import { button, make, named } from './dom.js';
import { blank, brush } from './pictures.js';
import { fileOf } from './plot.js';
import { lx } from './store.js';

/** @typedef {{ name: string, shown: HTMLCanvasElement, png: () => Promise<Blob>, svg?: () => Promise<Blob> }} Picture */

const SIDE = 1024; /* pixels that the longer side of a saved picture has at least */
const THUMB = 72;

/** @param {Element} e */
const seen = (e) => {
  const { width, height } = e.getBoundingClientRect();
  return width > 8 && height > 8 && getComputedStyle(e).visibility !== 'hidden';
};
/** @param {Element} e @returns {string} */
const nameOf = (e) => {
  const own = e.getAttribute('aria-label') || e.closest('[aria-label]:not([role=tabpanel])')?.getAttribute('aria-label');
  const told =
    own || e.closest('figure')?.querySelector('figcaption')?.textContent || e.closest('section')?.querySelector('h2')?.textContent;
  return told?.trim().replace(/\s+/g, ' ') || lx.t('take.picture');
};
/** @param {HTMLCanvasElement} canvas @param {number} side @param {(k: number) => number} scale */
const sized = (canvas, side, scale) => {
  const k = scale(side / Math.max(canvas.width, canvas.height)),
    out = blank(Math.max(1, Math.round(k * canvas.width)), Math.max(1, Math.round(k * canvas.height))),
    x = brush(out);
  x.imageSmoothingEnabled = k < 1;
  x.drawImage(canvas, 0, 0, out.width, out.height);
  return out;
};
/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
const blobOf = (canvas) => new Promise((ok, no) => canvas.toBlob((b) => (b ? ok(b) : no(new Error(lx.t('take.failed')))), 'image/png'));

/** Whole pixels stay squares: an image is enlarged by a whole number. @param {HTMLCanvasElement} canvas @returns {Picture} */
const ofCanvas = (canvas) => ({
  name: nameOf(canvas),
  shown: sized(canvas, THUMB, (k) => k),
  png: () => blobOf(sized(canvas, SIDE, (k) => Math.max(1, Math.ceil(k)))),
});
/* points drawn by WebGL would be one picture of pixels within the lines, and over all else in a PNG */
/** @param {{ type?: string }} trace */
const asLines = (trace) => (trace.type === 'scattergl' ? { ...trace, type: 'scatter' } : trace);
/** @param {any} chart a plot of Plotly's, which hangs its data and layout on the element @returns {Promise<Picture>} */
const ofChart = async (chart) => {
  const Plotly = await lx.loadPlotly(),
    box = chart.getBoundingClientRect(),
    { name = nameOf(chart), layout: more, traces = [] } = fileOf(chart),
    layout = {
      width: box.width,
      height: box.height,
      ...chart.layout,
      paper_bgcolor: getComputedStyle(document.body).backgroundColor,
      ...more,
    },
    { width, height } = layout;
  /** @param {'png' | 'svg'} format @param {number} scale @param {object[]} own the chart's traces */
  const made = async (format, scale, own = chart.data.map(asLines)) => {
    const data = [...own, ...traces],
      url = await Plotly.toImage({ data, layout, config: { staticPlot: true } }, { format, width, height, scale });
    return (await fetch(url)).blob();
  };
  const small = await createImageBitmap(await made('png', THUMB / Math.max(width, height), chart.data)),
    shown = blank(small.width, small.height);
  brush(shown).drawImage(small, 0, 0);
  return { name, shown, png: () => made('png', 2), svg: () => made('svg', 1) };
};

/* nothing was drawn on it yet: what is out of sight waits */
/** @param {HTMLCanvasElement} canvas */
const drawn = (canvas) => {
  const small = sized(canvas, THUMB, (k) => k);
  return brush(small)
    .getImageData(0, 0, small.width, small.height)
    .data.some((v, i) => i % 4 === 3 && v > 0);
};

/** What a view shows now, from the top. @param {HTMLElement} panel @returns {Promise<Picture[]>} */
const picturesOf = async (panel) => {
  const charts = [...panel.querySelectorAll('.js-plotly-plot')].filter(seen),
    canvases = [...panel.querySelectorAll('canvas')].filter(
      (c) => seen(c) && c.width > 1 && !c.closest('.js-plotly-plot, dialog') && drawn(c),
    );
  return [...(await Promise.all(charts.map(ofChart))), ...canvases.map(ofCanvas)];
};

/** The run's name and a picture's, which may begin with it. @param {string} words */
const fileName = (words) => {
  const name = words
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60),
    run = `${lx.state.run}`;
  return name.startsWith(run) ? name : `${run}-${name}`;
};

/** @param {Picture} picture @param {(e: Error) => void} failed */
const row = ({ name, shown, png, svg }, failed) => {
  /** @param {string} kind @param {() => Promise<Blob>} made */
  const take = (kind, made) =>
    button({
      className: 'lx-btn',
      textContent: kind.toUpperCase(),
      'aria-label': named(lx.t('take.as', { name, kind: kind.toUpperCase() }), kind.toUpperCase()),
      onclick: () => made().then((blob) => lx.save(blob, `${fileName(name)}.${kind}`), failed),
    });
  return make('li', {}, shown, make('span', { textContent: name }), take('png', png), ...(svg ? [take('svg', svg)] : []));
};

/**
 * @param {HTMLElement} element that holds the button .lx-pictures and the dialogue after it
 * @param {() => HTMLElement | null} panel the view
 */
export const pictureDialogue = (element, panel) => {
  const dialog = /** @type {HTMLDialogElement} */ (element.querySelector('dialog')),
    list = /** @type {HTMLElement} */ (dialog.querySelector('ul')),
    problem = /** @type {HTMLElement} */ (dialog.querySelector('[role=alert]'));
  /** @param {Error} e */
  const failed = (e) => {
    problem.textContent = e.message;
  };
  /** @type {HTMLButtonElement} */ (element.querySelector('.lx-pictures')).onclick = async () => {
    const view = panel();
    if (!view) return;
    problem.textContent = '';
    list.replaceChildren();
    dialog.showModal();
    try {
      const found = await picturesOf(view);
      list.replaceChildren(...found.map((picture) => row(picture, failed)));
      if (!found.length) problem.textContent = lx.t('take.none');
    } catch (e) {
      failed(/** @type {Error} */ (e));
    }
    dialog.dataset.ready = String(list.children.length);
  };
  /** @type {HTMLButtonElement} */ (dialog.querySelector('.lx-take-close')).onclick = () => dialog.close();
};
