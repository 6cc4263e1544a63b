/* A drawing pad on a 280 × 280 canvas: pen, eraser, keyboard. pixels(h, w, centre) gives it as the model's grey image. */
export const makePad = (canvas, cursor, changed) => {
  const S = 280,
    x = canvas.getContext('2d', { willReadFrequently: true });
  let on = false,
    erase = false,
    key = { x: S / 2, y: S / 2, down: false },
    empty = true;
  const clear = () => {
    x.fillStyle = '#000';
    x.fillRect(0, 0, S, S);
    empty = true;
  };
  const style = () => {
    x.lineWidth = erase ? 34 : 22;
    x.lineCap = x.lineJoin = 'round';
    x.strokeStyle = erase ? '#000' : '#fff';
  };
  const at = (e) => {
    const r = canvas.getBoundingClientRect();
    return [((e.clientX - r.left) * S) / r.width, ((e.clientY - r.top) * S) / r.height];
  };
  const line = (a, b) => {
    style();
    x.beginPath();
    x.moveTo(...a);
    x.lineTo(...b);
    x.stroke();
    empty = empty && erase;
    changed();
  };
  let last = null;
  canvas.onpointerdown = (e) => {
    if (e.button) return;
    on = true;
    canvas.setPointerCapture(e.pointerId);
    last = at(e);
    line(last, [last[0] + 0.01, last[1]]);
  };
  canvas.onpointermove = (e) => {
    if (!on) return;
    for (const p of e.getCoalescedEvents?.() || [e]) {
      const to = at(p);
      line(last, to);
      last = to;
    }
    if (!e.getCoalescedEvents?.().length) {
      const to = at(e);
      line(last, to);
      last = to;
    }
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    on = false;
  };
  const place = () => {
    cursor.style.left = `${(key.x / S) * 100}%`;
    cursor.style.top = `${(key.y / S) * 100}%`;
    cursor.classList.toggle('down', key.down);
  };
  canvas.onkeydown = (e) => {
    const step = { ArrowRight: [10, 0], ArrowLeft: [-10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10] }[e.key];
    if (step) {
      const from = [key.x, key.y];
      key.x = Math.max(5, Math.min(S - 5, key.x + step[0]));
      key.y = Math.max(5, Math.min(S - 5, key.y + step[1]));
      if (key.down) line(from, [key.x, key.y]);
    } else if (e.key === ' ' || e.key === 'Enter') {
      key.down = !key.down;
      if (key.down) line([key.x, key.y], [key.x + 0.01, key.y]);
    } else if (e.key === 'Delete' || e.key === 'Backspace') {
      clear();
      changed();
    } else return;
    e.preventDefault();
    cursor.hidden = false;
    place();
  };
  canvas.onblur = () => {
    cursor.hidden = true;
    key.down = false;
  };
  canvas.onfocus = () => {
    if (canvas.matches(':focus-visible')) {
      cursor.hidden = false;
      place();
    }
  };
  const work = document.createElement('canvas');
  /** (h * w) grey values 0 to 255. With `centre` as MNIST was made: the strokes' box scaled to 20 of 28 pixels, its centre of mass in the middle. */
  const pixels = (h, w, centre) => {
    const K = 8;
    work.width = w * K;
    work.height = h * K;
    const y = work.getContext('2d', { willReadFrequently: true });
    y.fillStyle = '#000';
    y.fillRect(0, 0, work.width, work.height);
    y.imageSmoothingEnabled = true;
    y.imageSmoothingQuality = 'high';
    const d = x.getImageData(0, 0, S, S).data;
    let l = S,
      r = -1,
      t = S,
      b = -1,
      m = 0,
      mx = 0,
      my = 0;
    if (centre)
      for (let j = 0; j < S; j++)
        for (let i = 0; i < S; i++) {
          const v = d[4 * (j * S + i)];
          if (v < 16) continue;
          if (i < l) l = i;
          if (i > r) r = i;
          if (j < t) t = j;
          if (j > b) b = j;
          m += v;
          mx += v * (i + 0.5);
          my += v * (j + 0.5);
        }
    if (m > 0) {
      const size = Math.max(r - l + 1, b - t + 1),
        scale = ((20 / 28) * Math.min(h, w) * K) / size;
      y.drawImage(
        canvas,
        l,
        t,
        r - l + 1,
        b - t + 1,
        work.width / 2 - (mx / m - l) * scale,
        work.height / 2 - (my / m - t) * scale,
        (r - l + 1) * scale,
        (b - t + 1) * scale,
      );
    } else y.drawImage(canvas, 0, 0, work.width, work.height);
    const f = y.getImageData(0, 0, work.width, work.height).data,
      out = new Uint8Array(h * w);
    for (let j = 0; j < h; j++)
      for (let i = 0; i < w; i++) {
        let s = 0;
        for (let v = 0; v < K; v++) for (let u = 0; u < K; u++) s += f[4 * ((j * K + v) * w * K + i * K + u)];
        out[j * w + i] = Math.round(s / (K * K));
      }
    return out;
  };
  const load = (image) => {
    clear();
    x.imageSmoothingEnabled = true;
    x.imageSmoothingQuality = 'high';
    x.drawImage(image, 0, 0, S, S);
    empty = false;
  };
  clear();
  return {
    clear,
    pixels,
    load,
    erase: (v) => {
      erase = v;
    },
    get empty() {
      return empty;
    },
  };
};
