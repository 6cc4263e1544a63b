"""What stands in the stage when the current run cannot be shown by the current view, or when there is no run at all."""

from __future__ import annotations

import gradio as gr

from . import piece


def cannot() -> gr.HTML:
    """One sentence and a way on."""
    return piece("unsupported_view", """
<div class="lx-panel"><p class="lx-why"></p><button type="button" class="lx-btn lx-accent"></button></div>""",
                 elem_id="lx-why", elem_classes=["lx-fill"])
