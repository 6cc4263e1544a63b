"""When a page is at rest: what it has begun is counted, so that nobody has to wait for a while to see whether something else comes.

Counted are requests and what is read of them, files and pictures being read, scripts (Plotly's) and the modules of components that are on
their way, and timers of half a second at most (a debounce, a poll); longer ones are for what a person may see later. lx.busy is the page's
own count, of drawings and steps of the history.
"""

from __future__ import annotations

from tests.waiting import HANGS

# before any script of the page: loading_timers.js gives the counting of gradio's timers a timer ten times a second, for ever: no work.
# A live training's next frame is asked for before there is one, and gradio's stream of events is read for as long as the page is open.
COUNT = """(() => {
  if (window.lxBegun) return;
  const SOON = 500, ENDLESS = /\\/live\\/[^/]+\\/frames|heartbeat|queue\\/data/;
  const begun = window.lxBegun = { now: 0, ever: 0, timers: new Set(), mounting: 0 };
  const begin = () => { begun.now++; begun.ever++; let over = false; return () => { if (!over) { over = true; begun.now--; } }; };
  const promised = (owner, name, endless = () => false) => {
    const real = owner[name];
    owner[name] = function (...given) {
      if (endless(given[0])) return real.apply(this, given);
      const done = begin(), answer = real.apply(this, given);
      answer.then(done, done);
      return answer;
    };
  };
  promised(window, 'fetch', (what) => ENDLESS.test(what?.url || what));
  promised(window, 'createImageBitmap');
  for (const name of ['blob', 'arrayBuffer', 'json', 'text']) promised(Response.prototype, name);
  for (const name of ['arrayBuffer', 'text']) promised(Blob.prototype, name);
  promised(HTMLImageElement.prototype, 'decode');
  const toBlob = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (fn, ...more) {
    const done = begin();
    toBlob.call(this, (blob) => { done(); fn(blob); }, ...more);
  };
  const source = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, 'src');
  Object.defineProperty(HTMLScriptElement.prototype, 'src', { ...source, set(address) {
    const done = begin();
    for (const end of ['load', 'error']) this.addEventListener(end, done, { once: true });
    source.set.call(this, address);
  } });
  let mount;                                                   // mount.js: a component is in the page, and its module on its way
  Object.defineProperty(window, 'lxMount', { configurable: true, enumerable: true, get: () => mount, set: (real) => {
    mount = Object.assign(async (...given) => {
      const done = begin();
      begun.mounting++;
      try { return await real(...given); } finally { begun.mounting--; done(); }
    }, real);
  } });
  const { setTimeout: set, clearTimeout: clear } = window;
  window.setTimeout = (fn, ms = 0, ...given) => {
    if (typeof fn !== 'function' || ms > SOON || ms === 100 && String(fn).includes('fn(performance.now())')) return set(fn, ms, ...given);
    begun.ever++;
    const timer = set(() => { begun.timers.delete(timer); fn(...given); }, ms);
    begun.timers.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => { begun.timers.delete(timer); clear(timer); };
})()"""

# true when two frames and a turn of the loop went by in which nothing was under way and nothing began; false if that never comes
RESTS = """async () => {
  const frame = () => new Promise(requestAnimationFrame), turn = () => new Promise((ok) => {
    const line = new MessageChannel();
    line.port1.onmessage = ok;
    line.port2.postMessage(0);
  });
  const begun = window.lxBegun, still = () => window.lx && !lx.busy && !begun.now && !begun.timers.size, end = performance.now() + HANGS;
  for (;;) {
    const before = begun.ever;
    await frame(); await frame(); await turn();
    if (still() && begun.ever === before) return true;
    if (performance.now() > end) return false;
  }
}""".replace("HANGS", str(1000 * HANGS))
