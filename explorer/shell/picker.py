"""The list of runs on the left: those that the current view can show, in groups, with a search; the others are folded away below."""

from __future__ import annotations

import gradio as gr

from . import piece


def picker() -> gr.HTML:
    """Fills itself from the store's "runs"; damaged runs are folded at the bottom, each with its sentence."""
    return piece("picker", """
<div class="lx-run-top"><h2 class="lx-h" data-t="runs"></h2>
  <input class="lx-find" type="search" maxlength="100" autocomplete="off" spellcheck="false"
    data-t-label="run.find" data-t-title="run.find.help"></div>
<div class="lx-run-list">
  <div class="lx-runs" role="listbox" data-t-label="runs"></div>
  <p class="lx-run-none" role="status" hidden></p>
  <details class="lx-unfit" hidden><summary></summary><div class="lx-runs" role="listbox"></div></details>
  <details class="lx-damaged" hidden><summary></summary><ul></ul></details>
</div>""", elem_id="lx-picker", elem_classes=["lx-fill"])
