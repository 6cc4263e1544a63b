"""Reconstruct: draw, choose or take an image; beside it what the model makes of it, and where the two differ."""

from __future__ import annotations

import gradio as gr

from ...shell import piece
from ...shell.film_dialogue import film_dialogue

# where the input comes from
SOURCES = """  <div class="lx-chips lx-sources" role="radiogroup" data-t-label="rec.source">
    <button type="button" class="lx-chip" role="radio" data-source="code" data-t="rec.own" data-t-title="rec.own.help"></button>
    <button type="button" class="lx-chip" role="radio" data-source="held" data-t="rec.held"></button>
    <button type="button" class="lx-chip" role="radio" data-source="draw" data-t="rec.draw"></button>
    <button type="button" class="lx-chip" role="radio" data-source="file" data-t="rec.file"></button>
  </div>
"""

# the input: shown, drawn, framed or taken by a camera
INPUT = """    <figure><figcaption data-t="rec.input"></figcaption>
      <div class="lx-square lx-in"><canvas class="lx-given" role="img" data-t-label="rec.input" width="28" height="28"></canvas>
        <canvas class="lx-pad" width="280" height="280" tabindex="0" role="application" data-t-label="rec.pad" hidden></canvas>
        <canvas class="lx-frame" tabindex="0" role="application" data-t-label="rec.frame" hidden></canvas>
        <video class="lx-video" playsinline muted hidden data-t-label="rec.camera.seen"></video>
        <i class="lx-cursor" hidden></i><p class="lx-hint" hidden></p></div>
      <div class="lx-controls" data-for="held"><input type="number" class="lx-input lx-index" min="0" step="1" data-t-label="rec.index">
        <span class="lx-of"></span>
        <button type="button" class="lx-btn lx-small lx-another" data-t="rec.another"></button></div>
      <div class="lx-controls" data-for="draw">
        <button type="button" class="lx-btn lx-small lx-pen" aria-pressed="true" data-t="rec.pen"></button>
        <button type="button" class="lx-btn lx-small lx-eraser" aria-pressed="false" data-t="rec.eraser"></button>
        <button type="button" class="lx-btn lx-small lx-clear" data-t="rec.clear"></button></div>
      <div class="lx-controls" data-for="file"><button type="button" class="lx-btn lx-small lx-choose" data-t="rec.choose"></button>
        <button type="button" class="lx-btn lx-small lx-webcam" data-t="rec.camera" hidden></button>
        <button type="button" class="lx-btn lx-small lx-snap lx-accent" data-t="rec.camera.take" hidden></button>
        <button type="button" class="lx-btn lx-small lx-camera-off" data-t="rec.camera.off" hidden></button>
        <button type="button" class="lx-btn lx-small lx-invert" aria-pressed="false" data-t="rec.invert"></button>
        <input type="file" accept="image/*" hidden></div>
      <div data-for="file"><label class="lx-controls lx-zooming" data-moves="#lx-reconstruct .lx-in .lx-frame" hidden>
          <span data-t="rec.zoom"></span>
          <input type="range" class="lx-range lx-zoom" min="0" max="1" step="0.01" data-t-label="rec.zoom"></label>
        <span class="lx-chips lx-prep" role="radiogroup" data-t-label="rec.prep" hidden>
          <button type="button" class="lx-chip" role="radio" data-prep="prepared" data-t="rec.prep.prepared"></button>
          <button type="button" class="lx-chip" role="radio" data-prep="plain" data-t="rec.prep.plain"></button></span>
        <p class="lx-note lx-prep-note" role="status"></p></div>
      <div class="lx-controls"><button type="button" class="lx-btn lx-small lx-to-pad" data-t="rec.copy"></button></div>
    </figure>
"""

# what the model makes of it, and where the two differ
OUTPUT = """    <figure><figcaption><span class="lx-out-name" data-t="rec.output"></span></figcaption>
      <div class="lx-square lx-out"><canvas role="img" data-t-label="rec.output" width="28" height="28"></canvas></div>
      <p class="lx-figure"><span data-t="rec.squared"></span> <b class="lx-error num"></b> <span class="lx-rank"></span></p>
      <button type="button" class="lx-btn lx-small lx-back" data-t="rec.back" hidden></button>
    </figure>
    <figure><figcaption data-t="rec.error"></figcaption>
      <div class="lx-square lx-diff"><canvas role="img" data-t-label="rec.error" width="28" height="28"></canvas></div>
      <div class="lx-scale"><i></i><span class="lx-low"></span><span class="lx-high"></span></div>
      <span class="lx-chips" role="radiogroup" data-t-label="rec.mode">
        <button type="button" class="lx-chip" role="radio" data-mode="signed" data-t="rec.signed"></button>
        <button type="button" class="lx-chip" role="radio" data-mode="absolute" data-t="rec.absolute"></button></span>
    </figure>
"""

# noise on the input
NOISE = """  <div class="lx-spoil" data-moves="#lx-reconstruct .lx-out canvas" role="group" data-t-label="rec.noise">
    <span class="lx-spoil-kinds lx-chips" role="radiogroup" data-t-label="rec.noise"><b data-t="rec.noise"></b>
      <button type="button" class="lx-chip" role="radio" data-noise="" data-t="rec.noise.none"></button>
      <button type="button" class="lx-chip" role="radio" data-noise="gaussian" data-t="rec.noise.gaussian"></button>
      <button type="button" class="lx-chip" role="radio" data-noise="dropout" data-t="rec.noise.dropout"></button>
      <button type="button" class="lx-chip" role="radio" data-noise="block" data-t="rec.noise.block"></button></span>
    <span class="lx-spoil-more" hidden>
      <input type="range" class="lx-range" min="0" max="100" step="1" value="40" data-t-label="rec.noise.amount">
      <output class="num"></output>
      <button type="button" class="lx-animate" data-t-label="rec.noise.film" data-t-title="rec.noise.film" aria-haspopup="dialog">▶</button>
      <button type="button" class="lx-btn lx-small lx-spoil-again" data-t="rec.noise.again"></button></span>
    <p class="lx-note lx-spoil-told" role="status"></p></div>
  <p class="lx-note lx-source-note"></p>
  <label class="lx-note lx-centre"><input type="checkbox" checked>
    <span><b data-t="rec.centre"></b> <span class="lx-centre-note"></span></span></label>
"""

# the image in all runs that take it, and searches in generators without an encoder
RUNS = """  <section class="lx-beside" hidden><h2 class="lx-h" data-t="rec.others"></h2>
    <div class="lx-models" role="group" data-t-label="rec.others"></div>
    <p class="lx-note lx-others-some" hidden></p>
    <p class="lx-note" data-t="rec.others.note"></p></section>
  <section class="lx-search" hidden><h2 class="lx-h" data-t="rec.search.title"></h2><div class="lx-generators"></div>
    <p class="lx-note" data-t="rec.search.note"></p></section>
"""

# between two images, and along attributes
CHANGES = """  <section class="lx-mix" data-moves="#lx-reconstruct .lx-out canvas" hidden><h2 class="lx-h" data-t="rec.between"></h2>
    <div class="lx-ends">
      <figure class="lx-a"><canvas role="img" data-t-label="rec.between.a"></canvas><figcaption>A</figcaption></figure>
      <div class="lx-way"><input type="range" class="lx-range" min="0" max="1" step="0.01" value="1" data-t-label="rec.between">
        <div class="lx-mixes"><canvas role="img" data-t-label="rec.between"></canvas></div></div>
      <figure class="lx-b"><canvas role="img" data-t-label="rec.between.b"></canvas><figcaption>B</figcaption></figure>
    </div>
    <p class="lx-note"><button type="button" class="lx-btn lx-small lx-pin" data-t="rec.between.pin"></button>
      <button type="button" class="lx-btn lx-small lx-mix-film" data-t="rec.between.film" aria-haspopup="dialog"></button>
      <span class="lx-mix-note"></span></p></section>
  <section class="lx-change" data-moves="#lx-reconstruct .lx-out canvas" hidden>
    <h2 class="lx-h" data-t="rec.change"></h2><div class="lx-edits"></div>
    <p class="lx-note lx-edit-note"></p></section>
"""

# the code, what it keeps and loses
CODE = """  <div class="lx-two">
    <section><h2 class="lx-h" data-t="rec.code"></h2><div class="lx-bars"><canvas role="img" data-t-label="rec.code"></canvas></div>
      <p class="lx-note lx-bars-note"></p></section>
    <section class="lx-cloud"><h2 class="lx-h"><span data-t="rec.samples"></span>
        <button type="button" class="lx-btn lx-small lx-again" data-t="rec.resample"></button></h2>
      <div class="lx-draws"><canvas role="img" data-t-label="rec.samples"></canvas></div>
      <p class="lx-note" data-t="rec.samples.note"></p></section>
  </div>
  <section class="lx-kept" hidden><h2 class="lx-h" data-t="rec.kept"></h2>
    <div class="lx-waiting" role="progressbar" aria-valuemin="0" aria-valuemax="100" data-t-label="rec.kept.counting"><i></i></div>
    <div class="lx-told" hidden><div><p class="lx-share"></p><select class="lx-chip" data-t-label="rec.kept.field"></select><ul></ul>
        <p class="lx-note" data-t="rec.kept.note"></p></div>
      <div class="lx-counts"><table></table></div></div></section>
"""


def reconstruct() -> gr.HTML:
    """``data-n`` counts encodings, ``data-error`` says what went wrong, ``data-source`` is code, held, draw or file; ``data-kept``: whether
    a link carries the image (yes, no); ``data-prep``: whether an own picture is plain or prepared, ``data-done``: how."""
    return piece("reconstruct", film_dialogue("reconstruct") + f"""
<div class="lx-stage lx-rec">
{SOURCES}  <div class="lx-three">
{INPUT}{OUTPUT}  </div>
{NOISE}{RUNS}{CHANGES}{CODE}</div>""",
                 elem_id="lx-reconstruct", elem_classes=["lx-fill"])
