"""The class of a conditional run, in the inspector: one button each, or a list where there are many."""

from __future__ import annotations

import gradio as gr

from . import piece


def classes() -> gr.HTML:
    """Shown for runs with classes. A class is part of what is drawn everywhere; choosing one keeps the code."""
    return piece("classes", """
<h2 class="lx-h" data-t="classes" data-t-title="classes.help"></h2>
<div class="lx-classes" role="radiogroup" data-t-label="classes"></div>
<select class="lx-chip lx-class-list" data-t-label="classes" hidden></select>""", elem_id="lx-classes")
