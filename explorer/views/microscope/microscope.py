"""The Microscope's stage: a bar that chooses panel and image, and the panels, each with a file of its own that runs before the stage's."""

from __future__ import annotations

import gradio as gr

from ...shell import piece

PANELS = ("units", "code", "depth", "drawn", "pca", "maps", "networks", "labels")    # the last one stands beside the stage: labels.py

_UNITS = """
<div class="lx-mic-panel" data-panel="units">
  <div class="lx-mic-row lx-mic-which">
    <span class="lx-group lx-mic-layers" role="radiogroup" data-t-label="mic.layers"></span></div>
  <div class="lx-mic-row lx-mic-tools">
    <span class="lx-group lx-mic-looks" role="radiogroup" data-t-label="mic.looks">
      <button type="button" class="lx-chip" role="radio" data-look="weights" data-t="mic.look.weights"
        data-t-title="mic.look.weights.help"></button>
      <button type="button" class="lx-chip" role="radio" data-look="pairs" data-t="mic.look.pairs"
        data-t-title="mic.look.pairs.help"></button>
      <button type="button" class="lx-chip" role="radio" data-look="best" data-t="mic.look.best"
        data-t-title="mic.look.best.help"></button>
      <button type="button" class="lx-chip" role="radio" data-look="real" data-t="mic.look.real"
        data-t-title="mic.look.real.help"></button></span>
    <select class="lx-chip lx-mic-other" data-t-label="mic.other" data-t-title="mic.other.help" hidden></select>
    <button type="button" class="lx-chip lx-mic-alive" aria-pressed="false" data-t="mic.alive" hidden></button>
  </div>
  <button type="button" class="lx-btn lx-small lx-mic-halt" hidden></button>
  <div class="lx-progress" role="progressbar" data-t-label="mic.working" hidden><i></i></div>
  <div class="lx-mic-split">
    <div class="lx-mic-left">
      <div class="lx-mic-grid" role="group" data-t-label="mic.units"></div>
      <h2 class="lx-h lx-mic-other-name" hidden></h2>
      <div class="lx-mic-grid lx-mic-other-grid" role="group" data-t-label="mic.other.units" hidden></div>
      <div class="lx-mic-row lx-mic-pages"><button type="button" class="lx-btn lx-small lx-mic-back" data-t-label="mic.page.back">‹</button>
        <span class="lx-note num lx-mic-page"></span>
        <button type="button" class="lx-btn lx-small lx-mic-on" data-t-label="mic.page.on">›</button>
        <span class="lx-note lx-mic-told"></span></div>
      <p class="lx-note lx-mic-look-told"></p>
    </div>
    <div class="lx-mic-unit" aria-live="polite"></div>
  </div>
</div>"""

_CODE = """
<div class="lx-mic-panel" data-panel="code" hidden>
  <div class="lx-mic-row"><span class="lx-group lx-mic-orders" role="radiogroup" data-t-label="mic.order">
      <button type="button" class="lx-chip" role="radio" data-order="plain" data-t="mic.order.plain"></button>
      <button type="button" class="lx-chip" role="radio" data-order="strong" data-t="mic.order.strong"></button></span>
    <span class="lx-note lx-mic-bar-told" role="status"></span></div>
  <canvas class="lx-mic-bars" tabindex="0" role="application" data-t-label="mic.bars"></canvas>
  <p class="lx-note lx-mic-code-told"></p>
  <section class="lx-mic-lit" hidden><h2 class="lx-h" data-t="mic.lit"></h2>
    <canvas class="lx-mic-histogram" role="img" data-t-label="mic.lit"></canvas><p class="lx-note lx-mic-lit-told"></p></section>
  <section><h2 class="lx-h" data-t="mic.parts"></h2><p class="lx-note lx-mic-parts-told"></p><div class="lx-mic-parts"></div>
    <p class="lx-note lx-mic-sums-told"></p><div class="lx-mic-parts"></div></section>
</div>"""

_DEPTH = """
<div class="lx-mic-panel" data-panel="depth" hidden>
  <section class="lx-mic-through"><h2 class="lx-h" data-t="mic.depth"></h2><div class="lx-mic-depth"></div>
    <p class="lx-note lx-mic-depth-told"></p></section>
  <section><h2 class="lx-h" data-t="mic.sizes"></h2>
    <div class="lx-mic-size" data-moves=".lx-mic-size-three canvas"><div class="lx-mic-size-three"></div>
      <div><label class="lx-dial lx-mic-k"><span data-t="mic.size.k"></span><output class="num"></output>
          <input type="range" class="lx-range" min="1" max="1" step="1" data-t-label="mic.size.k"></label>
        <canvas class="lx-mic-curve" role="img" data-t-label="mic.size.curve"></canvas>
        <p class="lx-note lx-mic-curve-told"></p></div></div>
    <div class="lx-progress" role="progressbar" data-t-label="mic.working" hidden><i></i></div>
    <div class="lx-mic-sizes"></div><div class="lx-mic-sizes"></div><p class="lx-note" data-t="mic.sizes.note"></p></section>
</div>"""

_DRAWN = """
<div class="lx-mic-panel" data-panel="drawn" hidden>
  <div class="lx-mic-row"><button type="button" class="lx-btn lx-small lx-mic-reseed" data-t="seed.new"></button>
    <span class="lx-note num lx-mic-seed"></span></div>
  <section data-by="normal"><h2 class="lx-h" data-t="mic.drawn.normal"></h2><div class="lx-mic-samples"></div>
    <p class="lx-note" data-t="mic.drawn.normal.note"></p></section>
  <section data-by="own"><h2 class="lx-h lx-mic-own-name"></h2><div class="lx-mic-samples"></div>
    <p class="lx-note lx-mic-own-note"></p></section>
  <section data-by="mixture"><h2 class="lx-h" data-t="mic.drawn.mixture"></h2>
    <div class="lx-progress" role="progressbar" data-t-label="mic.working" hidden><i></i></div>
    <div class="lx-mic-samples"></div><p class="lx-note" data-t="mic.drawn.mixture.note"></p></section>
  <p class="lx-note lx-mic-drawn-told"></p>
</div>"""

_PCA = """
<div class="lx-mic-panel" data-panel="pca" hidden>
  <section class="lx-mic-columns"><h2 class="lx-h" data-t="mic.pca"></h2>
    <div class="lx-progress" role="progressbar" data-t-label="mic.working" hidden><i></i></div>
    <p class="lx-note" data-t="mic.pca.plain"></p><div class="lx-mic-three"></div>
    <p class="lx-note" data-t="mic.pca.turned"></p><div class="lx-mic-three"></div>
    <p class="lx-note" data-t="mic.pca.exact"></p><div class="lx-mic-three"></div>
    <h2 class="lx-h" data-t="mic.pca.angles"></h2><div class="lx-mic-angles" role="img" data-t-label="mic.pca.angles"></div>
    <p class="lx-note lx-mic-angles-told"></p></section>
  <section class="lx-mic-lesson"><h2 class="lx-h" data-t="mic.lesson"></h2>
    <div class="lx-mic-lesson-two" data-moves=".lx-mic-cloud"><div class="lx-mic-cloud" role="img" data-t-label="mic.lesson"></div>
      <div><label class="lx-dial"><span data-t="mic.lesson.step"></span><output class="num"></output>
          <input type="range" class="lx-range" min="0" max="1" step="1" data-t-label="mic.lesson.step"></label>
        <div class="lx-mic-row"><button type="button" class="lx-btn lx-small lx-mic-play" data-t="mic.lesson.play"></button>
          <button type="button" class="lx-btn lx-small lx-mic-newcloud" data-t="mic.lesson.cloud"></button></div>
        <p class="lx-note lx-mic-lesson-told" role="status"></p>
        <p class="lx-note lx-mic-keys"><span><i class="lx-mic-mine"></i><b data-t="mic.lesson.mine"></b></span>
          <span><i class="lx-mic-exact"></i><b data-t="mic.lesson.exact"></b></span></p></div></div></section>
</div>"""

_MAPS = """
<div class="lx-mic-panel" data-panel="maps" hidden>
  <div class="lx-mic-row"><span class="lx-group lx-mic-generator" role="radiogroup" data-t-label="mic.maps.layers"></span></div>
  <div class="lx-mic-row"><span class="lx-group lx-mic-maps-by" role="radiogroup" data-t-label="mic.maps.by">
      <button type="button" class="lx-chip" role="radio" data-by="strong" data-t="mic.maps.strong"
        data-t-title="mic.maps.strong.help"></button>
      <button type="button" class="lx-chip" role="radio" data-by="varies" data-t="mic.maps.varies"
        data-t-title="mic.maps.varies.help"></button>
    </span></div>
  <div class="lx-mic-grid lx-mic-maps" role="group" data-t-label="mic.panel.maps"></div>
  <p class="lx-note lx-mic-maps-told" role="status"></p>
  <div class="lx-mic-row lx-mic-maps-else" hidden>
    <button type="button" class="lx-btn lx-small lx-mic-to-codes" data-t="mic.maps.codes"></button>
    <button type="button" class="lx-btn lx-small lx-mic-to-units" hidden></button></div>
  <p class="lx-note lx-mic-no-partner" data-t="mic.mix.none" hidden></p>
</div>"""

_NETWORKS = """
<div class="lx-mic-panel" data-panel="networks" hidden>
  <div class="lx-mic-row"><label class="lx-mic-mix-with"><span data-t="mic.mix.with"></span>
    <select class="lx-chip lx-mic-partner"></select></label></div>
  <div class="lx-mic-mix-three"><figure><canvas></canvas><figcaption></figcaption></figure>
    <figure><canvas></canvas><figcaption></figcaption></figure><figure><canvas></canvas><figcaption></figcaption></figure></div>
  <div class="lx-mic-mix-hidden" hidden></div><div class="lx-mic-mix-line" hidden></div>
  <label class="lx-mic-mix-every"><span data-t="mic.mix.all"></span>
    <input type="range" class="lx-range lx-mic-mix-all" min="0" max="100" step="1" value="50"></label>
  <div class="lx-mic-mix-dials"></div>
  <section><h2 class="lx-h" data-t="mic.mix.strip"></h2><div class="lx-mic-mix-strip"></div></section>
  <p class="lx-note" data-t="mic.mix.told"></p>
</div>"""


def microscope() -> gr.HTML:
    """``data-panel``: what is shown; ``data-units``, ``data-code``, ``data-depth``, ``data-sizes``, ``data-drawn``, ``data-pca``,
    ``data-lesson``, ``data-maps`` and ``data-networks`` count what was drawn there; ``data-error`` says what went wrong. The body's
    ``data-mic`` is the panel, by which CSS shows one that stands beside the stage."""
    chips = "".join(f'<button type="button" class="lx-chip" role="radio" data-to="{name}" data-t="mic.panel.{name}"></button>'
                    for name in PANELS)
    return piece("microscope", f"""
<div class="lx-stage lx-mic">
  <div class="lx-mic-bar">
    <span class="lx-group lx-mic-panels" role="radiogroup" data-t-label="mic.panels">{chips}</span>
    <span class="lx-spring"></span>
    <span class="lx-mic-input"><canvas class="lx-mic-given" role="img" data-t-label="mic.given" data-t-title="mic.given"></canvas>
      <input type="number" class="lx-input lx-mic-index" min="0" step="1" data-t-label="rec.index" data-t-title="rec.index">
      <button type="button" class="lx-btn lx-small lx-mic-another" data-t="rec.another"></button>
      <button type="button" class="lx-btn lx-small lx-mic-draw" aria-expanded="false" data-t="rec.draw"></button></span>
  </div>
  <div class="lx-mic-drawing" hidden><div class="lx-mic-square"><canvas class="lx-pad" width="280" height="280" tabindex="0"
      role="application" data-t-label="rec.pad"></canvas><i class="lx-cursor" hidden></i></div>
    <div><p class="lx-note" data-t="mic.draw.note"></p>
      <button type="button" class="lx-btn lx-small lx-mic-clear" data-t="rec.clear"></button></div></div>
  {_UNITS}{_CODE}{_DEPTH}{_DRAWN}{_PCA}{_MAPS}{_NETWORKS}
</div>""", elem_id="lx-microscope", elem_classes=["lx-fill"])
