"""The map's stage: points of the held-out images, the marker of the current code, hover, lasso, interpolation, manifold grid."""

from __future__ import annotations

import gradio as gr

from ...shell import piece

# what lies over each other in the stage, from below: pictures, points, markers and names
LAYERS = """  <canvas class="lx-manifold" hidden></canvas>
  <div class="lx-plot" tabindex="0" role="application" data-t-label="map.label"></div>
  <canvas class="lx-map-images" hidden></canvas>
  <canvas class="lx-map-space" tabindex="0" role="application" data-t-label="map.space.label" hidden></canvas>
  <svg class="lx-map-space-marker" aria-hidden="true" hidden><g visibility="hidden"><circle r="7"/>
    <path d="M-13 0h8M5 0h8M0 -13v8M0 5v8"/></g></svg>
  <svg class="lx-marker" aria-hidden="true"><g visibility="hidden"><circle r="7"/>
    <path d="M-13 0h8M5 0h8M0 -13v8M0 5v8"/></g><circle class="lx-ring" r="9" visibility="hidden"/></svg>
  <svg class="lx-posterior" aria-hidden="true"></svg>
  <p class="lx-posterior-told" role="status" hidden></p>
  <svg class="lx-pair" aria-hidden="true"></svg>
  <div class="lx-map-second" role="img" data-t-label="map.second.label" hidden></div>
  <svg class="lx-marker lx-map-second-marker" aria-hidden="true" hidden><g visibility="hidden"><circle r="7"/>
    <path d="M-13 0h8M5 0h8M0 -13v8M0 5v8"/></g><circle class="lx-ring" r="9" visibility="hidden"/></svg>
  <span class="lx-map-second-name" hidden></span>
  <div class="lx-names" aria-hidden="true"></div>
"""

TOOLS = """  <div class="lx-tools">
    <span class="lx-group lx-projections" role="radiogroup" data-t-label="view.map"></span>
    <select class="lx-chip lx-by" data-t-label="map.colour"></select>
    <button type="button" class="lx-chip lx-lasso" aria-pressed="false" data-t="map.lasso"></button>
    <button type="button" class="lx-chip lx-between" aria-pressed="false" data-t="map.between"></button>
    <button type="button" class="lx-chip lx-grid" aria-pressed="false" data-t="map.grid" hidden></button>
    <button type="button" class="lx-chip lx-titled" aria-pressed="true" data-t="map.names" data-t-title="map.names.help" hidden></button>
    <button type="button" class="lx-chip lx-map-imaging" aria-pressed="false" data-t="map.images" data-t-title="map.images.help"
      hidden></button>
    <select class="lx-chip lx-map-seconds" data-t-label="map.second.choose" hidden></select>
    <button type="button" class="lx-chip lx-refit" aria-expanded="false" hidden></button>
    <span class="lx-seek" role="search" hidden>
      <input type="search" class="lx-chip lx-seek-text" role="combobox" aria-autocomplete="list" aria-expanded="false"
        aria-controls="lx-seek-list" autocomplete="off" spellcheck="false" data-t-label="map.find" data-t-title="map.find.help">
      <ul id="lx-seek-list" class="lx-seek-list" role="listbox" data-t-label="map.find" hidden></ul></span>
    <span class="lx-seek-told" hidden><output role="status"></output>
      <button type="button" class="lx-btn lx-small lx-seek-take" data-t="map.find.take" hidden></button></span>
  </div>
"""

# what is said of the points: that they come, the legend, the tooltip
TOLD = """  <div class="lx-wait" data-t="map.loading"></div>
  <p class="lx-wait lx-nothing" data-t="map.none" hidden></p>
  <div class="lx-shadow"></div>
  <div class="lx-legend" role="group" data-t-label="map.colour"></div>
  <div class="lx-tip" hidden><canvas width="28" height="28"></canvas><span></span></div>
"""

# the cards of the lasso and of two picked images
PANELS = """  <section class="lx-card lx-lassos" hidden>
    <p class="lx-hint" data-t="map.lasso.hint"></p>
    <div class="lx-sets"></div>
    <label class="lx-move" hidden><span data-t="map.lasso.move"></span>
      <input type="range" class="lx-range" min="-2" max="2" step="0.01" value="0"><output class="num">0.00</output></label>
    <button type="button" class="lx-btn lx-small lx-clear" data-t="map.lasso.clear" hidden></button>
  </section>
  <section class="lx-card lx-strip" hidden>
    <p class="lx-hint" data-t="map.between.first"></p>
    <div class="lx-rows" hidden>
      <span data-t="map.between.latent"></span><div><canvas class="lx-latent"></canvas></div>
      <span data-t="map.between.pixels"></span><div><canvas class="lx-pixels"></canvas></div>
    </div>
    <p class="lx-note lx-way-note" hidden></p>
    <button type="button" class="lx-btn lx-small lx-towalk" data-t="map.between.walk" hidden></button>
  </section>
"""


def plane() -> gr.HTML:
    """Plotly's scattergl with our own marker, tooltip, legend and panels. ``data-projection`` and ``data-points`` say what is drawn."""
    return piece("plane", f"""
<div class="lx-stage lx-map" data-mode="pick">
{LAYERS}{TOOLS}{TOLD}{PANELS}</div>""",
                 elem_id="lx-plane", elem_classes=["lx-fill"])
