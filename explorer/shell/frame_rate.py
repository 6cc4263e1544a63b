"""How quick the page is, for who asks: milliseconds of the last drawing and frames a second, in a corner."""

from __future__ import annotations

import gradio as gr

from . import piece


def pace() -> gr.HTML:
    """Off until the key or the button below a view asks for it; the browser remembers that. ``data-ms``, ``data-server``, ``data-fps``: as
    numbers."""
    return piece("frame_rate", """
<output class="lx-pace num" data-t-label="pace" hidden></output>""", elem_id="lx-pace")
