"""Directions found after training, as sliders, each with what it was measured to change: a second face of the Codes view."""

from __future__ import annotations

import gradio as gr

from ...shell import piece


def directions() -> gr.HTML:
    """A switch over the view, and the panel behind it. ``data-found``: how many directions; ``data-on``: whether the panel is shown."""
    return piece("directions", """
<div class="lx-chips lx-switch" role="radiogroup" data-t-label="dir.switch">
  <button type="button" class="lx-chip" role="radio" data-face="grid" data-t="dir.grid"></button>
  <button type="button" class="lx-chip" role="radio" data-face="found" data-t="dir.found"></button>
</div>
<div class="lx-stage lx-found" data-moves=".lx-seven canvas" hidden>
  <div class="lx-film-strip">
    <h3><b class="lx-which"></b> <span class="lx-tells"></span></h3>
    <div class="lx-seven"><canvas role="img"></canvas><div class="lx-cells7"></div></div>
  </div>
  <div class="lx-progress" role="progressbar" data-t-label="dir.finding" hidden><i></i></div>
  <p class="lx-note lx-finding" data-t="dir.finding" hidden></p>
  <div class="lx-groups"></div>
</div>""", elem_id="lx-directions", elem_classes=["lx-fill"])
