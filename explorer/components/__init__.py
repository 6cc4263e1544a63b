"""Small gr.HTML components, each with its ``.js`` and ``.css`` beside it. What they know of the page they ask of ``window.lx`` (store.js).

To write one: ``<name>.py`` with a function that returns ``piece("<name>", template)``; ``<name>.js``, which runs with ``element`` (the box
around the template), ``trigger``, ``watch``, ``props`` and ``lx`` in scope once it is in the page; and ``<name>.css`` (global rules: prefix
class names; it is nested under ``:root``, so it must not name html or :root). Visible text carries ``data-t="key"`` (data-t-label for an
aria-label, data-t-title for a title) and stands in ``explorer/i18n/*.json``, so that it follows the language. A stage that should fill its
view has ``elem_classes=["lx-fill"]``. A custom event must stand in quotes in the .js: ``trigger('name')``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

HERE = Path(__file__).parent


def script(name: str) -> str:
    """The JavaScript of a component, in a block of its own (its names may be those of Gradio's parameters), with ``lx`` in scope."""
    return f"const lx = window.lx;\n{{\n{(HERE / f'{name}.js').read_text('utf-8')}\n}}"


def stylesheets() -> str:
    """The CSS of all components, one after another, under :root as in theme.css."""
    return ":root{\n" + "\n".join(p.read_text("utf-8") for p in sorted(HERE.glob("*.css"))) + "}\n"


def piece(name: str, template: str, **props: Any) -> gr.HTML:
    """A gr.HTML with ``template`` whose behaviour is ``<name>.js``.

    A function and not a subclass: Gradio writes a .pyi file beside every subclass of a component.
    """
    return gr.HTML(value="", html_template=template, js_on_load=script(name), apply_default_css=False, **props)
