"""Live training side by side: points over the true modes, the critic's map with its arrows, a scrubber over what has happened."""

from __future__ import annotations

import gradio as gr

from ...shell import piece


def collapse() -> gr.HTML:
    """Frames come from the raw routes of explorer/live.py; which panels there are, the process says."""
    return piece("collapse", """
<div class="lx-stage lx-collapse" data-moves=".lx-live-plane">
  <div class="lx-live-tools">
    <span class="lx-group lx-live-data" role="radiogroup" data-t-label="collapse.data">
      <button type="button" class="lx-chip" role="radio" data-name="ring" data-t="collapse.ring"></button>
      <button type="button" class="lx-chip" role="radio" data-name="grid" data-t="collapse.grid"></button>
    </span>
    <span class="lx-live-rule"></span>
    <button type="button" class="lx-chip lx-live-critic" aria-pressed="true" data-t="collapse.critic"
      data-t-title="collapse.critic.help"></button>
    <button type="button" class="lx-chip lx-live-arrows" aria-pressed="true" data-t="collapse.arrows"
      data-t-title="collapse.arrows.help"></button>
    <span class="lx-spring"></span>
    <select class="lx-chip lx-live-speed" data-t-label="collapse.speed"></select>
    <label class="lx-live-seed"><span data-t="collapse.seed"></span>
      <input type="number" min="0" max="2147483647" step="1" value="0" class="num"></label>
    <button type="button" class="lx-chip lx-live-restart" data-t="collapse.restart"></button>
  </div>
  <div class="lx-live-panels"></div>
  <div class="lx-live-alone" role="group" data-t-label="collapse.alone">
    <span class="lx-live-alone-name" data-t="collapse.alone" data-t-title="collapse.alone.help"></span>
    <select class="lx-chip lx-live-updates" data-t-label="collapse.alone.updates"></select>
    <button type="button" class="lx-btn" data-alone="critic" data-t="collapse.alone.critic"
      data-t-title="collapse.alone.critic.help"></button>
    <button type="button" class="lx-btn" data-alone="generator" data-t="collapse.alone.generator"
      data-t-title="collapse.alone.generator.help"></button>
    <span class="lx-live-alone-told num"></span>
  </div>
  <p class="lx-live-state" role="status"></p>
  <div class="lx-transport">
    <button type="button" class="lx-btn lx-accent lx-play" data-t="collapse.play"></button>
    <button type="button" class="lx-btn lx-live-step" data-t="collapse.step"></button>
    <input type="range" class="lx-range" min="0" max="0" step="1" value="0" data-t-label="collapse.scrub">
    <output class="num"></output>
  </div>
</div>
<details class="lx-about lx-live-about"><summary data-t="about"></summary>
  <p data-t="collapse.about"></p><ul></ul></details>""",
                 elem_id="lx-collapse", elem_classes=["lx-fill", "lx-whole"])
