/* makeHistory: changes of the page as steps of the browser's history. store.js makes one; views know only lx.keep, lx.undo and lx.redo.
 *
 * A step is what one act of a person did: a click, a drag from press to release, what was typed into one field, arrow keys in quick
 * succession. Its first change pushes an entry (the former state stays reachable at once), whatever follows from it without another act, an
 * answer of the server, a walk that plays, is written into the same entry when it comes to rest. What no person did makes no step.
 * Browsers refuse more than 100 entries in 30 seconds (WebKit): acts that come faster than MOST allows join the step before them.
 * Each entry's state is its address; its number, history.state.lx, tells what undo and redo may still reach. */
export const makeHistory = ({ link, restore, told }) => {
  const QUIET = 400,
    REST = 350,
    LONG = 2000,
    SPAN = 30000,
    MOST = 85,
    SPARE = 10;
  const TYPED = /^(text|search|url|email|tel|password|number|date|time)$/;
  const stored = (v) => {
    try {
      return v === undefined ? +sessionStorage.getItem('lx-top') : sessionStorage.setItem('lx-top', v);
    } catch {
      return 0;
    }
  };
  const reloaded = performance.getEntriesByType('navigation')[0]?.type === 'reload';
  let index = Number.isInteger(history.state?.lx) ? history.state.lx : 0;
  let top = reloaded ? Math.max(index, stored()) : index,
    target = index;
  let fresh = false,
    pushing = false,
    timer = 0,
    since = 0,
    written = location.href;
  let held = 1; /* restores under way; the first opening is one */
  let calls = [];

  /* ---- whose act is it? ---- */
  let down = false,
    last = -Infinity,
    field = null;
  const edits = (e) => !!e?.isContentEditable || e?.tagName === 'TEXTAREA' || (e?.tagName === 'INPUT' && TYPED.test(e.type));
  const begin = () => {
    if (timer && !pushing) write();
    fresh = true;
  };
  const hear = (type, fn) =>
    window.addEventListener(
      type,
      (e) => {
        fn(e, e.timeStamp - last < QUIET);
        last = e.timeStamp;
      },
      true,
    );
  hear('pointerdown', () => {
    down = true;
    field = null;
    begin();
  });
  hear('pointerup', () => {
    down = false;
  });
  hear('pointercancel', () => {
    down = false;
  });
  hear('drop', begin);
  hear('paste', begin);
  hear('keydown', (e, soon) => {
    if (e.repeat || ['Control', 'Shift', 'Alt', 'Meta', 'Tab'].includes(e.key)) return;
    const same = e.target === field,
      typing = edits(e.target) && e.key !== 'Enter',
      moving = /^(Arrow|Page|Home|End)/.test(e.key);
    field = e.target;
    if (!(same && (typing || (moving && soon)))) begin();
  });
  /* without a hand or a key: a screen reader, a voice */
  for (const type of ['input', 'change', 'click'])
    hear(type, (e, soon) => {
      if (!down && !soon && !(type === 'click' && e.detail)) begin();
    });

  /* ---- writing ---- */
  const room = (n) => {
    const from = performance.now() - SPAN;
    calls = calls.filter((t) => t > from);
    return calls.length < n;
  };
  const put = (how, url) => {
    calls.push(performance.now());
    history[how]({ ...history.state, lx: index }, '', url);
    written = url;
  };
  const count = () => {
    stored(top);
    document.body.dataset.link = (+document.body.dataset.link || 0) + 1;
    told();
  };
  const rest = () => {
    clearTimeout(timer);
    timer = since = 0;
  };
  const write = () => {
    const url = link(),
      push = pushing && room(MOST);
    rest();
    pushing = false;
    if (held || !url || (url === written && history.state?.lx === index)) return;
    if (push) {
      top = target = ++index;
      fresh = false;
      put('pushState', url);
    } else if (room(MOST + SPARE)) put('replaceState', url);
    else return later(SPAN / 10);
    count();
  };
  const later = (ms) => {
    const now = performance.now();
    since ||= now;
    clearTimeout(timer);
    timer = setTimeout(write, Math.min(ms, Math.max(0, since + LONG - now)));
  };
  /** Something of the link has changed; `quiet`: by no act of a person. */
  const changed = (quiet = false) => {
    if (held) return;
    if (fresh && !quiet) pushing = true;
    later(pushing ? 0 : REST);
  };

  /* ---- going back and forth ---- */
  let travelling = 0;
  const travel = () => {
    if (travelling || target === index) return;
    travelling = setTimeout(() => {
      travelling = 0;
      target = index;
    }, 2000); /* the browser knows no such entry */
    history.go(target - index);
  };
  const go = (by) => {
    if (timer) write();
    fresh = pushing = false;
    const to = Math.max(0, Math.min(top, target + by));
    if (to === target) return;
    target = to;
    travel();
  };
  const hold = async (work) => {
    held++;
    rest();
    fresh = pushing = false;
    try {
      return await work();
    } finally {
      held--;
      told();
      if (!held) {
        pushing = fresh;
        later(0);
      }
    }
  };
  window.addEventListener('popstate', async (e) => {
    const known = Number.isInteger(e.state?.lx);
    if (known) index = e.state.lx;
    else top = ++index; /* a link pasted into this page's address */
    top = Math.max(top, index);
    written = location.href;
    if (travelling) {
      clearTimeout(travelling);
      travelling = 0;
    } else target = index;
    if (target !== index) return travel();
    await hold(() => restore(known));
  });
  window.addEventListener('keydown', (e) => {
    if (!(e.ctrlKey || e.metaKey) || e.altKey || e.defaultPrevented || edits(e.target)) return;
    const key = e.key.toLowerCase(),
      by = key === 'y' || (key === 'z' && e.shiftKey) ? 1 : key === 'z' ? -1 : 0;
    if (by) {
      e.preventDefault();
      go(by);
    }
  });

  return {
    changed,
    undo: () => go(-1),
    redo: () => go(1),
    /** The first opening is over: from here on changes are written. */
    begun: () => {
      held--;
      fresh = pushing = false;
      later(0);
      told();
    },
    get can() {
      return { undo: target > 0, redo: target < top };
    },
    get busy() {
      return timer || held || travelling ? 1 : 0;
    },
  };
};
