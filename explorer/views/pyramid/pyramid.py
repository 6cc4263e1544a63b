"""Pyramid: a column for each level with what it was given, what it adds and the sum; new noise, a second sample's noise, a real image."""

from __future__ import annotations

import gradio as gr

from ...shell import piece
from ...shell.film_dialogue import film_dialogue


def pyramid() -> gr.HTML:
    """``data-n`` counts pictures, ``data-second`` those of the second sample; ``data-run``: whose the last one is; ``data-source``: sample,
    held, draw or file; ``data-error`` says what went wrong. ``drawing_pad.js`` is the pad."""
    return piece("pyramid", film_dialogue("pyramid") + """
<div class="lx-stage lx-pyr">
  <div class="lx-pyr-bar">
    <span class="lx-group lx-of-what" role="radiogroup" data-t-label="pyr.source" hidden>
      <button type="button" class="lx-chip" role="radio" data-source="sample" data-t="pyr.sample"></button>
      <button type="button" class="lx-chip" role="radio" data-source="held" data-t="pyr.held"></button>
      <button type="button" class="lx-chip" role="radio" data-source="draw" data-t="pyr.draw"></button>
      <button type="button" class="lx-chip" role="radio" data-source="file" data-t="pyr.file"></button></span>
    <span class="lx-spring"></span>
    <span class="lx-for" data-for="held" hidden><input type="number" class="lx-input lx-index" min="0" step="1" data-t-label="pyr.index">
      <span class="lx-of num"></span><button type="button" class="lx-btn lx-small lx-another" data-t="pyr.another"></button></span>
    <span class="lx-for" data-for="draw" hidden><button type="button" class="lx-btn lx-small lx-clear" data-t="pyr.clear"></button></span>
    <span class="lx-for" data-for="file" hidden><button type="button" class="lx-btn lx-small lx-choose" data-t="pyr.choose"></button>
      <button type="button" class="lx-btn lx-small lx-invert" aria-pressed="false" data-t="pyr.invert"></button>
      <input type="file" accept="image/*" hidden></span>
    <span class="lx-for" data-for="sample" hidden><button type="button" class="lx-btn lx-small lx-first" data-t="pyr.all"></button>
      <button type="button" class="lx-btn lx-small lx-second" data-t="pyr.second" data-t-title="pyr.second.help"></button></span>
  </div>
  <div class="lx-drawing" hidden>
    <canvas class="lx-pad" width="280" height="280" tabindex="0" role="application" data-t-label="pyr.pad"></canvas>
    <i class="lx-cursor" hidden></i></div>
  <p class="lx-note lx-state" role="status"></p>
  <div class="lx-levels"></div>
  <section class="lx-growing" hidden>
    <div class="lx-fade" data-moves=".lx-fade-pair>canvas"><h2 class="lx-h" data-t="grow.levels"></h2>
      <div class="lx-fade-pair"><canvas role="img"></canvas>
        <div><input type="range" class="lx-range" min="0" max="1" step="0.01" value="1" data-t-label="grow.levels">
          <p class="lx-fade-at num"></p>
          <p class="lx-note"></p></div></div></div>
    <div class="lx-while" hidden><h2 class="lx-h" data-t="grow.while"></h2><div class="lx-kept-stages"></div>
      <p class="lx-note" data-t="grow.while.note"></p></div>
  </section>
</div>""", elem_id="lx-pyramid", elem_classes=["lx-fill"])
