/* What the code keeps and loses: a classifier reads held-out images and their reconstructions; a table of the two readings, and the most
 * frequent confusions in words. Worked out once a run, asked for until it is there. data-run: whose table is shown, data-kept: the share. */
import { lx } from './store.js';

export const makeKept = (host) => {
  const q = (s) => host.querySelector(s),
    table = q('table'),
    list = q('ul'),
    pick = q('select');
  let found = null,
    timer = 0,
    field = 0;
  const name = (f, k) => (f.name === 'class' ? f.categories[k] : lx.category(f.name, f.categories[k]));
  const brief = (s) => (s.length > 9 ? s.slice(0, 8) + '…' : s);
  const tell = () => {
    q('.lx-waiting').hidden = !!found;
    q('.lx-told').hidden = !found;
    if (!found) return;
    const f = found.fields[field] || found.fields[0],
      whole = f.counts.map((r) => r.reduce((a, b) => a + b, 0));
    q('.lx-share').textContent = lx.t('rec.kept.share', { p: Math.round(100 * f.share), n: found.images.toLocaleString(lx.state.lang) });
    pick.hidden = found.fields.length < 2;
    pick.replaceChildren(
      ...found.fields.map((g, k) => {
        const o = document.createElement('option');
        o.value = k;
        o.textContent = `${lx.field(g.name)} · ${Math.round(100 * g.share)} %`;
        return o;
      }),
    );
    pick.value = field;
    list.replaceChildren(
      ...(f.confusions.length ? f.confusions : [null]).map((c) => {
        const li = document.createElement('li');
        li.textContent = c
          ? lx.t('rec.kept.becomes', { was: name(f, c.was), now: name(f, c.now), n: Math.max(1, Math.round((100 * c.count) / c.of)) })
          : lx.t('rec.kept.none');
        if (c) li.title = lx.t('rec.kept.exact', { count: c.count, of: c.of });
        return li;
      }),
    );
    const head = document.createElement('tr'),
      corner = document.createElement('td');
    corner.textContent = lx.t('rec.kept.corner');
    head.append(corner);
    f.categories.forEach((c, k) => {
      const th = document.createElement('th');
      th.scope = 'col';
      th.textContent = brief(name(f, k));
      th.title = name(f, k);
      head.append(th);
    });
    table.replaceChildren(
      head,
      ...f.counts.map((row, i) => {
        const tr = document.createElement('tr'),
          th = document.createElement('th');
        th.scope = 'row';
        th.textContent = brief(name(f, i));
        th.title = name(f, i);
        tr.append(th);
        row.forEach((v, j) => {
          const td = document.createElement('td'),
            part = whole[i] ? v / whole[i] : 0;
          td.textContent = v || '';
          td.className = i === j ? 'same' : 'lost';
          td.style.setProperty('--k', i === j ? 100 * part * 0.45 + '%' : Math.min(85, 100 * Math.sqrt(part) * 1.4) + '%');
          td.title = `${name(f, i)} → ${name(f, j)}: ${v} / ${whole[i]}`;
          tr.append(td);
        });
        return tr;
      }),
    );
    host.dataset.run = lx.state.run;
    host.dataset.kept = f.share;
  };
  const ask = async () => {
    clearTimeout(timer);
    const run = lx.state.run;
    if (lx.state.view !== 'reconstruct' || found) return;
    try {
      const d = await lx.api('code', { run, op: 'kept' });
      if (run !== lx.state.run) return;
      host.hidden = d.ready && !d.fields.length;
      if (host.hidden) return; /* no classifier of this data set: nothing to tell */
      if (d.ready) {
        found = d;
        tell();
      } else {
        q('.lx-waiting i').style.width = 100 * d.done + '%';
        q('.lx-waiting').setAttribute('aria-valuenow', Math.round(100 * d.done));
        timer = setTimeout(ask, 900);
      }
    } catch (e) {
      host.hidden = true;
      lx.say(e.message, 'error');
    }
  };
  pick.onchange = () => {
    field = +pick.value;
    tell();
  };
  return {
    tell,
    enter: () => {
      found = null;
      field = 0;
      host.hidden = true;
      delete host.dataset.run;
      tell();
      clearTimeout(timer);
      timer = setTimeout(ask, 1500);
    },
    resume: () => {
      if (!found) ask();
    },
  };
};
