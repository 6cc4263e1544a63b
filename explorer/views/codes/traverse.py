"""Codes for plain models: a live grid, one row per strong direction, and the spectrum under it."""

from __future__ import annotations

import gradio as gr

from ...shell import piece


def traverse() -> gr.HTML:
    """Rows: directions; columns: -3 to 3 sigma around the current code. A click takes a cell on."""
    return piece("traverse", """
<div class="lx-order-row">
  <span class="lx-chips lx-order" role="radiogroup" data-t-label="codes.order" hidden>
    <button type="button" class="lx-chip" role="radio" data-order="" data-t="codes.order.directions"></button>
    <button type="button" class="lx-chip" role="radio" data-order="kl" data-t="codes.order.kl" data-t-title="codes.order.kl.help"></button>
  </span>
  <span class="lx-order-pages" hidden><button type="button" class="lx-chip" data-step="-1" data-t-label="codes.kl.back">‹</button>
    <output class="lx-note num"></output><button type="button" class="lx-chip" data-step="1" data-t-label="codes.kl.on">›</button></span>
  <span class="lx-note lx-order-told" hidden></span>
</div>
<div class="lx-stage lx-traverse">
  <div class="lx-scroll"><div class="lx-cells" role="group" data-t-label="codes.label"><canvas></canvas></div></div>
</div>
<div class="lx-spectrum"><h2 class="lx-h" data-t="codes.spectrum"></h2><div class="lx-bar-plot"></div></div>""",
                 elem_id="lx-traverse", elem_classes=["lx-fill", "lx-whole"])
