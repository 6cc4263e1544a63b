"""Arithmetic: exemplars from a gallery in A, B and C; A − B + C with its noisy neighbours; what a classifier makes of it."""

from __future__ import annotations

import gradio as gr

from ...shell import piece
from ...shell.film_dialogue import film_dialogue

_SLOT = """
<section class="lx-slot" data-slot="{0}" tabindex="0" role="group">
  <h3><b>{1}</b><span class="lx-said"></span></h3>
  <div class="lx-mean"><canvas role="img"></canvas></div>
  <div class="lx-thumbs"></div>
  <p class="lx-slot-tools"><button type="button" class="lx-empty" data-t="arith.clear"></button>
    <button type="button" class="lx-last" data-t="arith.last"></button></p>
</section>"""


def arithmetic() -> gr.HTML:
    """``data-ready``: the run whose sum is shown; ``data-n`` counts checks; ``data-gallery``: how many exemplars match the filter."""
    return piece("arithmetic", f"""{film_dialogue("arithmetic")}
<div class="lx-stage lx-arith">
  <div class="lx-sum">
    {_SLOT.format("a", "A")}<i class="lx-sign">−</i>{_SLOT.format("b", "B")}<i class="lx-sign">+</i>{_SLOT.format("c", "C")}
    <i class="lx-sign">=</i>
    <section class="lx-result">
      <h3><b data-t="arith.result"></b><span class="lx-said"></span></h3>
      <div class="lx-nine"><canvas role="img" data-t-label="arith.nine"></canvas><div class="lx-cells9"></div></div>
      <p class="lx-note lx-arith-take"></p>
    </section>
  </div>
  <div class="lx-dials" data-moves="#lx-arithmetic .lx-nine canvas">
    <div class="lx-strength"><span data-t="arith.strength"></span>
      <input type="range" class="lx-range" min="-1" max="3" step="0.01" value="1" data-t-label="arith.strength">
      <output class="num">1.00</output>
      <button type="button" class="lx-animate" data-t-label="arith.film" data-t-title="arith.film" aria-haspopup="dialog">▶</button></div>
    <button type="button" class="lx-btn lx-small lx-noise" data-t="arith.noise" data-t-title="arith.noise.help"></button>
    <button type="button" class="lx-btn lx-small lx-again" data-t="arith.start"></button>
    <form class="lx-keep"><input class="lx-input" maxlength="40" data-t-label="arith.name">
      <button class="lx-btn lx-small" data-t="arith.save" data-t-title="arith.save.help"></button>
      <button type="button" class="lx-btn lx-small lx-json" data-t="arith.json" data-t-label="arith.json.help"></button></form>
  </div>
  <div class="lx-verdict" role="status"></div>
  <div class="lx-shelf">
    <div class="lx-shelf-bar">
      <span class="lx-group lx-from" role="radiogroup" data-t-label="arith.gallery">
        <button type="button" class="lx-chip" role="radio" data-source="samples" data-t="arith.samples"></button>
        <button type="button" class="lx-chip" role="radio" data-source="real" data-t="arith.real"></button></span>
      <span class="lx-filters"></span>
      <select class="lx-chip lx-filter" data-t-label="arith.filter"></select>
      <span class="lx-spring"></span>
      <span class="lx-count num"></span>
      <button type="button" class="lx-chip lx-prev" data-t-label="arith.prev">‹</button>
      <button type="button" class="lx-chip lx-next" data-t-label="arith.next">›</button>
    </div>
    <p class="lx-note lx-how"></p>
    <div class="lx-progress" role="progressbar" hidden><i></i></div>
    <div class="lx-gallery" role="group" data-t-label="arith.gallery"></div>
  </div>
</div>""", elem_id="lx-arithmetic", elem_classes=["lx-fill"])
