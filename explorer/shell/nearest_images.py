"""The real images whose codes lie nearest to the current one."""

from __future__ import annotations

import gradio as gr

from . import piece


def near() -> gr.HTML:
    """Asks for neighbours a moment after the code rests; tells the page the distance ratio by the document's event "lx-ratio"."""
    return piece("nearest_images", """
<div class="lx-near" role="group" data-t-label="near"></div>""", elem_id="lx-near")
