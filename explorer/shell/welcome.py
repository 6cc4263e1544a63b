"""What a first visitor reads above the stage: which model this is, and one sentence on what to do with it in this view."""

from __future__ import annotations

import gradio as gr

from . import piece


def welcome() -> gr.HTML:
    """Shown to who comes without a link to a run, until it is closed; then never again in that browser."""
    return piece("welcome", """
<aside class="lx-welcome" hidden><p><b></b> <span></span></p>
  <button type="button" class="lx-btn lx-small" data-t-label="close">✕</button></aside>""", elem_id="lx-welcome")
