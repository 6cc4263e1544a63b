"""The fold "What am I looking at?": two sentences of the view, then the run's equation, paper and main figure."""

from __future__ import annotations

import gradio as gr

from . import piece


def about(view: str) -> gr.HTML:
    """The fold of one view; its sentences are ``about.<view>``."""
    return piece("about", """
<details class="lx-about" open><summary data-t="about"></summary>
<p><span data-t="about.${view}"></span> <span class="lx-eq"></span> <cite></cite> <span class="lx-figure" hidden></span></p>
</details>""", view=view, elem_classes=["lx-fold"])
