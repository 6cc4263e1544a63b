"""The top of the inspector: the image of the current code, where it came from, and what to make of it."""

from __future__ import annotations

import gradio as gr

from . import piece


def hero() -> gr.HTML:
    """Draws the current code. Its event "follow" moves the sliders to the current code (js only, no server)."""
    return piece("hero", """
<div class="lx-hero"><canvas width="28" height="28" role="img" data-t-label="hero"></canvas></div>
<div class="lx-row"><span class="lx-origin" aria-live="polite"></span>
  <button type="button" class="lx-btn lx-seed" data-t="seed.new" data-t-title="seed.new.help"></button></div>
<div class="lx-actions">
  <button type="button" class="lx-btn lx-save" data-t="save.image"></button>
  <button type="button" class="lx-btn lx-copy" data-t="copy.code"></button></div>
<p class="lx-honest" role="note"></p>
<p class="lx-own-read" role="note" hidden></p>""", "follow", elem_id="lx-hero")
