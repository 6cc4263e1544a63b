"""Walk: a path through keyframes, played, scrubbed and saved as a film."""

from __future__ import annotations

import gradio as gr

from ...shell import piece


def film() -> gr.HTML:
    """Frames are drawn live by the server's "walk"; playing asks for the frame of the moment, latest wins.

    Two screens follow the straight way and the arc in step; the chosen one is what is taken on and saved.
    """
    return piece("film", """
<div class="lx-stage lx-film">
  <div class="lx-tools">
    <span class="lx-group lx-ways" role="radiogroup" data-t-label="walk.method">
      <button type="button" class="lx-chip" role="radio" data-way="lerp" data-t="walk.lerp"></button>
      <button type="button" class="lx-chip" role="radio" data-way="slerp" data-t="walk.slerp"></button>
    </span>
    <button type="button" class="lx-chip lx-both" aria-pressed="false" data-t="walk.both" data-t-title="walk.both.help"></button>
    <button type="button" class="lx-chip lx-loop" aria-pressed="true" data-t="walk.loop"></button>
    <select class="lx-chip lx-length" data-t-label="walk.length"></select>
    <span class="lx-spring"></span>
    <button type="button" class="lx-chip lx-gif"></button>
    <button type="button" class="lx-chip lx-mp4"></button>
  </div>
  <div class="lx-screen">
    <div class="lx-shot lx-shot-lerp"><canvas width="28" height="28" role="img" data-t-label="walk.image.lerp"></canvas>
      <span data-t="walk.lerp"></span></div>
    <div class="lx-shot lx-shot-slerp"><canvas width="28" height="28" role="img" data-t-label="walk.image.slerp"></canvas>
      <span data-t="walk.slerp"></span></div>
  </div>
  <div class="lx-transport" data-moves="#lx-film .lx-shot canvas"><button type="button" class="lx-btn lx-accent lx-play"></button>
    <input type="range" class="lx-range" min="0" max="1" step="0.001" value="0" data-t-label="walk.position">
    <output class="num">0 %</output></div>
</div>
<div class="lx-under">
  <div class="lx-keys" role="list" data-t-label="walk.keys"></div>
  <div class="lx-contacts">
    <div class="lx-contact lx-contact-lerp"><span data-t="walk.lerp"></span><canvas role="img" data-t-label="walk.strip"></canvas></div>
    <div class="lx-contact lx-contact-slerp"><span data-t="walk.slerp"></span><canvas role="img" data-t-label="walk.strip"></canvas></div>
  </div>
  <div class="lx-norm" role="img" data-t-label="walk.norm.help" data-t-title="walk.norm.help">
    <div class="lx-norm-text"><span data-t="walk.norm"></span>
      <span class="lx-norm-lerp"><i></i><span data-t="walk.lerp"></span> <b class="num"></b></span>
      <span class="lx-norm-slerp"><i></i><span data-t="walk.slerp"></span> <b class="num"></b></span>
      <span class="lx-shell"><i></i><span class="num"></span></span></div>
    <div class="lx-norm-plot"><svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><rect x="0" width="100"></rect>
      <line x1="0" x2="100"></line><polyline class="lerp"></polyline><polyline class="slerp"></polyline></svg>
      <i class="lx-norm-now"></i></div>
  </div>
  <p class="lx-note lx-why-way"></p>
</div>""",
                 elem_id="lx-film", elem_classes=["lx-fill", "lx-whole"])
