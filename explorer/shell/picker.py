"""The list of runs on the left: a radio group, filtered by what the current view can show."""

from __future__ import annotations

import gradio as gr

from . import piece


def picker() -> gr.HTML:
    """Fills itself from the store's "runs"; damaged runs are folded at the bottom, each with its sentence."""
    return piece("picker", """
<h2 class="lx-h" data-t="runs"></h2>
<div class="lx-runs" role="radiogroup" data-t-label="runs"></div>
<p class="lx-none" data-t="runs.none" hidden></p>
<details class="lx-damaged" hidden><summary></summary><ul></ul></details>""", elem_id="lx-picker")
