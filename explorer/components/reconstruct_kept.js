/* What the code keeps and loses: a classifier reads held-out images and their reconstructions; a table of the two readings, and the most
 * frequent confusions in words. Worked out once a run, asked for until it is there. data-run: whose table is shown, data-kept: the
 * share. */
import { lx } from './store.js';

export class Kept {
  #host;
  #table;
  #list;
  #pick;
  #found = null;
  #timer = 0;
  #field = 0;
  #ask = async () => {
    clearTimeout(this.#timer);
    const run = lx.state.run;
    if (lx.state.view !== 'reconstruct' || this.#found) return;
    try {
      const d = await lx.api('code', { run, op: 'kept' });
      if (run !== lx.state.run) return;
      this.#host.hidden = d.ready && !d.fields.length;
      if (this.#host.hidden) return; /* no classifier of this data set: nothing to tell */
      if (d.ready) {
        this.#found = d;
        this.tell();
      } else {
        this.#find('.lx-waiting i').style.width = 100 * d.done + '%';
        this.#find('.lx-waiting').setAttribute('aria-valuenow', Math.round(100 * d.done));
        this.#timer = setTimeout(this.#ask, 900);
      }
    } catch (e) {
      this.#host.hidden = true;
      lx.say(e.message, 'error');
    }
  };

  constructor(host) {
    this.#host = host;
    this.#table = this.#find('table');
    this.#list = this.#find('ul');
    this.#pick = this.#find('select');
    this.#pick.onchange = () => {
      this.#field = +this.#pick.value;
      this.tell();
    };
  }

  #find(selector) {
    return this.#host.querySelector(selector);
  }

  #name(f, k) {
    return f.name === 'class' ? f.categories[k] : lx.category(f.name, f.categories[k]);
  }

  #brief(s) {
    return s.length > 9 ? s.slice(0, 8) + '…' : s;
  }

  tell() {
    this.#find('.lx-waiting').hidden = !!this.#found;
    this.#find('.lx-told').hidden = !this.#found;
    if (!this.#found) return;
    const f = this.#found.fields[this.#field] || this.#found.fields[0],
      whole = f.counts.map((r) => r.reduce((a, b) => a + b, 0));
    this.#find('.lx-share').textContent = lx.t('rec.kept.share', {
      p: Math.round(100 * f.share),
      n: this.#found.images.toLocaleString(lx.state.lang),
    });
    this.#pick.hidden = this.#found.fields.length < 2;
    this.#pick.replaceChildren(
      ...this.#found.fields.map((g, k) => {
        const o = document.createElement('option');
        o.value = k;
        o.textContent = `${lx.field(g.name)} · ${Math.round(100 * g.share)} %`;
        return o;
      }),
    );
    this.#pick.value = this.#field;
    this.#list.replaceChildren(
      ...(f.confusions.length ? f.confusions : [null]).map((c) => {
        const li = document.createElement('li');
        li.textContent = c
          ? lx.t('rec.kept.becomes', {
              was: this.#name(f, c.was),
              now: this.#name(f, c.now),
              n: Math.max(1, Math.round((100 * c.count) / c.of)),
            })
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
      th.textContent = this.#brief(this.#name(f, k));
      th.title = this.#name(f, k);
      head.append(th);
    });
    this.#table.replaceChildren(
      head,
      ...f.counts.map((row, i) => {
        const tr = document.createElement('tr'),
          th = document.createElement('th');
        th.scope = 'row';
        th.textContent = this.#brief(this.#name(f, i));
        th.title = this.#name(f, i);
        tr.append(th);
        row.forEach((v, j) => {
          const td = document.createElement('td'),
            part = whole[i] ? v / whole[i] : 0;
          td.textContent = v || '';
          td.className = i === j ? 'same' : 'lost';
          td.style.setProperty('--k', i === j ? 100 * part * 0.45 + '%' : Math.min(85, 100 * Math.sqrt(part) * 1.4) + '%');
          td.title = `${this.#name(f, i)} → ${this.#name(f, j)}: ${v} / ${whole[i]}`;
          tr.append(td);
        });
        return tr;
      }),
    );
    this.#host.dataset.run = lx.state.run;
    this.#host.dataset.kept = f.share;
  }

  enter() {
    this.#found = null;
    this.#field = 0;
    this.#host.hidden = true;
    delete this.#host.dataset.run;
    this.tell();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#ask, 1500);
  }

  resume() {
    if (!this.#found) this.#ask();
  }
}
