"""Walk: a path through keyframes, played, scrubbed and saved as a film."""

from __future__ import annotations

import gradio as gr

from . import piece


def film() -> gr.HTML:
    """Frames are drawn live by the server's "walk"; playing asks for the frame of the moment, latest wins."""
    return piece("film", """
<div class="lx-stage lx-film">
  <div class="lx-tools">
    <span class="lx-group lx-ways" role="radiogroup" data-t-label="walk.method">
      <button type="button" class="lx-chip" role="radio" data-way="lerp" data-t="walk.lerp"></button>
      <button type="button" class="lx-chip" role="radio" data-way="slerp" data-t="walk.slerp"></button>
    </span>
    <button type="button" class="lx-chip lx-loop" aria-pressed="true" data-t="walk.loop"></button>
    <select class="lx-chip lx-length" data-t-label="walk.length"></select>
    <span class="lx-spring"></span>
    <button type="button" class="lx-chip lx-gif" data-t="walk.gif"></button>
    <button type="button" class="lx-chip lx-mp4" data-t="walk.mp4"></button>
  </div>
  <div class="lx-screen"><canvas width="28" height="28" role="img" data-t-label="walk.image"></canvas></div>
  <div class="lx-transport"><button type="button" class="lx-btn lx-accent lx-play"></button>
    <input type="range" class="lx-range" min="0" max="1" step="0.001" value="0" data-t-label="walk.position">
    <output class="num">0 %</output></div>
</div>
<div class="lx-under">
  <div class="lx-keys" role="list" data-t-label="walk.keys"></div>
  <div class="lx-contact"><canvas role="img" data-t-label="walk.strip"></canvas></div>
  <p class="lx-note lx-why-way"></p>
</div>""",
                 elem_id="lx-film", elem_classes=["lx-fill"])
