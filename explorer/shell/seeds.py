"""The dialogue that saves a batch of seeds; seeds.js gives it life. Its button stands beside "New seed" (hero.py)."""

from __future__ import annotations

import gradio as gr

from . import piece


def seeds() -> gr.HTML:
    """``data-saved``: what was saved last, zip or sheet."""
    return piece("seeds", """
<dialog class="lx-dialog" aria-labelledby="lx-seeds-title">
  <h2 id="lx-seeds-title" data-t="seeds.title"></h2>
  <p data-t="seeds.how"></p>
  <div class="lx-seeds-of">
    <label><span data-t="seeds.first"></span><input type="number" class="lx-input lx-seeds-first" min="0" step="1"></label>
    <label><span data-t="seeds.last"></span><input type="number" class="lx-input lx-seeds-last" min="0" step="1"></label>
    <label><span data-t="seeds.count"></span><input type="number" class="lx-input lx-seeds-count" min="1" step="1"></label>
    <label class="lx-seeds-classes"><span data-t="classes"></span><select class="lx-input"></select></label>
    <label class="lx-seeds-psi" data-t-title="seeds.psi.help"><span data-t="seeds.psi"></span>
      <input type="number" class="lx-input" min="-2" max="2" step="0.05"></label>
  </div>
  <p class="lx-seeds-told num" role="status"></p>
  <p role="alert" class="lx-wrong"></p>
  <div class="lx-actions"><button type="button" class="lx-btn lx-accent lx-seeds-zip" data-t="seeds.zip"></button>
    <button type="button" class="lx-btn lx-seeds-sheet" data-t="seeds.sheet"></button>
    <button type="button" class="lx-btn lx-seeds-close" data-t="code.close"></button></div>
</dialog>""", elem_id="lx-seeds")
