"""Runs side by side: a column of samples each, curves on shared axes, and a table of cards."""

from __future__ import annotations

import gradio as gr

from ...shell import piece


def compare() -> gr.HTML:
    """Up to four runs. Samples are the server's "samples", drawn anew at each change of seed or class; the table is its "compare"."""
    return piece("compare", """
<div class="lx-compare">
  <div class="lx-cmp-tools">
    <label><span data-t="cmp.seed"></span>
      <input type="number" class="lx-cmp-seed" min="0" max="4294967295" step="1" value="0" data-t-label="cmp.seed"></label>
    <button type="button" class="lx-btn lx-small lx-cmp-new" data-t="cmp.new"></button>
    <label class="lx-cmp-classes"><span data-t="cmp.class"></span>
      <select class="lx-chip lx-cmp-class" data-t-label="cmp.class"></select></label>
    <span class="lx-spring"></span>
    <select class="lx-chip lx-cmp-add" data-t-label="cmp.add"></select>
  </div>
  <div class="lx-cmp-columns" role="list" data-t-label="cmp.samples"></div>
  <div class="lx-cmp-under"><ul class="lx-cmp-names" data-t-label="cmp.names"></ul>
  <section><h2 class="lx-h" data-t="cmp.curves"></h2><div class="lx-cmp-curves"></div>
    <button type="button" class="lx-btn lx-small lx-cmp-more"></button></section></div>
  <section><h2 class="lx-h" data-t="cmp.card"></h2><div class="lx-cmp-scroll"><table class="lx-cmp-table"></table></div>
    <p class="lx-note" data-t="cmp.best"></p>
    <details class="lx-cmp-how" hidden><summary data-t="cmp.how"></summary><dl></dl></details></section>
</div>""", elem_id="lx-compare")
