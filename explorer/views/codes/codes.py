"""Codes of models that were trained with codes or classes: a live grid over two of them, and the controls beside it."""

from __future__ import annotations

import gradio as gr

from ...shell import piece


def codes() -> gr.HTML:
    """Class and category buttons, sliders, noise; what was read from the image beside what was set. The grid is the server's "codes"."""
    return piece("codes", """
<div class="lx-coded">
  <div class="lx-stage lx-code-stage">
    <div class="lx-sides">
      <label><span data-t="coded.rows"></span><select class="lx-chip lx-of-rows"></select></label>
      <button type="button" class="lx-chip lx-swap" data-t-label="coded.swap" data-t-title="coded.swap">⇄</button>
      <label><span data-t="coded.columns"></span><select class="lx-chip lx-of-columns"></select></label>
    </div>
    <div class="lx-code-scroll"><div class="lx-code-cells" role="group" data-t-label="coded.grid"><canvas></canvas></div></div>
  </div>
  <div class="lx-stage lx-code-panel" data-moves=".lx-code-cells canvas,.lx-hero canvas" role="group" data-t-label="coded.controls">
    <div class="lx-code-list"></div>
    <div class="lx-code-noise">
      <h2 class="lx-h" data-t="coded.noise"></h2>
      <div class="lx-code-row"><input type="number" class="lx-code-seed" min="0" max="4294967295" step="1" data-t-label="coded.seed">
        <button type="button" class="lx-btn lx-small lx-reseed" data-t="coded.reseed" data-t-title="coded.reseed.help"></button></div>
    </div>
    <p class="lx-note lx-code-legend"></p>
  </div>
</div>""", elem_id="lx-codes", elem_classes=["lx-fill", "lx-whole"])
