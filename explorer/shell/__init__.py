"""The shell: what stands around the views, and what their components share. A component is a small gr.HTML with its ``.js`` and ``.css``
beside it, here or in its view's folder. What they know of the page they ask of ``window.lx`` (store.js).

To write one: ``<name>.py`` with a function that returns ``piece("<name>", template)``; ``<name>.js``, a module that runs once the component
is in the page: it imports ``lx`` of store.js and has ``const { element } = mounted('<name>')``, the box around the template (of what is in
the page more than once it exports a function instead, as about.js does); and ``<name>.css`` (global rules: prefix class names; it is nested
under ``:root``, so it must not name html or :root). Visible text carries ``data-t="key"`` (data-t-label for an aria-label, data-t-title for
a title) and stands in ``explorer/i18n/*.json``, so that it follows the language. A stage that should fill its view has
``elem_classes=["lx-fill"]``, one that does not scroll within itself "lx-whole" too.
Events for Gradio (``trigger('name')``) are named behind the template.
"""

from __future__ import annotations

import re
from typing import Any

import gradio as gr

from ..assets import address, files


def script(name: str, *events: str) -> str:
    """What Gradio runs once a component is in the page: its module, which finds there what is its own (gradio_component.js). Events that
    the module triggers are named in it, since Gradio reads off the text which there are."""
    named = "".join(f"/* '{event}' */ " for event in events)
    path = address(files(".js")[name])
    return f"{named}window.lxMount('{path}', {{ element, trigger, server: typeof server === 'undefined' ? null : server }});"


def module_of(component: gr.HTML) -> str | None:
    """The address of the module that ``piece`` gave a component; None for one without behaviour."""
    found = re.search(r"lxMount\('([^']+)'", component.js_on_load or "")
    return found[1] if found else None


def stylesheets() -> str:
    """The CSS of all components, one after another, under :root as in theme.css."""
    return ":root{\n" + "\n".join(p.read_text("utf-8") for p in files(".css").values()) + "}\n"


def piece(name: str, template: str, *events: str, **props: Any) -> gr.HTML:
    """A gr.HTML with ``template`` whose behaviour is ``<name>.js``, which triggers ``events``.

    A function and not a subclass: Gradio writes a .pyi file beside every subclass of a component.
    """
    return gr.HTML(value="", html_template=template, js_on_load=script(name, *events), apply_default_css=False, **props)
