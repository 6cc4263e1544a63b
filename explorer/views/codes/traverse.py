"""Codes for plain models: a live grid, one row per strong direction, and the spectrum under it."""

from __future__ import annotations

import gradio as gr

from ...shell import piece


def traverse() -> gr.HTML:
    """Rows: directions; columns: -3 to 3 sigma around the current code. A click takes a cell on."""
    return piece("traverse", """
<div class="lx-stage lx-traverse">
  <div class="lx-scroll"><div class="lx-cells" role="group" data-t-label="codes.label"><canvas></canvas></div></div>
</div>
<div class="lx-spectrum"><h2 class="lx-h" data-t="codes.spectrum"></h2><div class="lx-bar-plot"></div></div>""",
                 elem_id="lx-traverse", elem_classes=["lx-fill"])
