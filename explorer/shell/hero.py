"""The top of the inspector: the image of the current code, where it came from, and what to make of it."""

from __future__ import annotations

import gradio as gr

from . import piece


def hero() -> gr.HTML:
    """Draws the current code. Its event "follow" moves the sliders to the current code (js only, no server)."""
    return piece("hero", """
<div class="lx-hero"><canvas width="28" height="28" role="img" data-t-label="hero"></canvas></div>
<div class="lx-row"><span class="lx-origin" aria-live="polite"></span>
  <button type="button" class="lx-btn lx-seed" data-t="seed.new" data-t-title="seed.new.help"></button>
  <button type="button" class="lx-btn lx-batch" data-t="seeds" data-t-title="seeds.help" aria-haspopup="dialog"></button></div>
<div class="lx-actions">
  <button type="button" class="lx-btn lx-save" data-t="save.image"></button>
  <button type="button" class="lx-btn lx-copy" data-t="copy.code"></button>
  <button type="button" class="lx-btn lx-code" data-t="code" data-t-title="code.help" aria-haspopup="dialog"></button></div>
<dialog class="lx-dialog" aria-labelledby="lx-code-title">
  <h2 id="lx-code-title" data-t="code.title"></h2>
  <p data-t="code.how"></p>
  <textarea rows="6" spellcheck="false" data-t-label="code.numbers.label"></textarea>
  <p role="alert" class="lx-wrong"></p>
  <div class="lx-actions"><button type="button" class="lx-btn lx-accent lx-code-use" data-t="code.use"></button>
    <button type="button" class="lx-btn lx-code-open" data-t="code.open"></button>
    <input type="file" accept=".json,.npy,application/json" hidden></div>
  <div class="lx-actions"><button type="button" class="lx-btn lx-code-json" data-t="code.save.json"></button>
    <button type="button" class="lx-btn lx-code-npy" data-t="code.save.npy"></button>
    <button type="button" class="lx-btn lx-code-close" data-t="code.close"></button></div>
</dialog>
<p class="lx-honest" role="note"></p>
<p class="lx-own-read" role="note" hidden></p>""", "follow", elem_id="lx-hero")
