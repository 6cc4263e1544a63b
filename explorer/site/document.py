"""The page as plain HTML: the same components as ``explorer/page.py`` builds, with plain elements where Gradio's would stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import gradio as gr
from gradio.blocks import Block

from .. import page, shell, theme
from ..runs.session import Session
from ..server.access import Access
from . import VIEWS

HERE = Path(__file__).parent
ENGLISH, KOREAN = "Loading the page", "페이지를 불러오는 중"      # before anything is there that knows the visitor's language
LOADING = (f'<div id="lx-loading" role="progressbar" aria-label="{ENGLISH} · {KOREAN}">'
           f'<span>{ENGLISH} · <span lang="ko">{KOREAN}</span></span><b><i></i></b></div>')


def blocks(session: Session, names: Sequence[str] = VIEWS) -> gr.Blocks:
    """The page's components; ``names``: of its views."""
    return page.build(session, Access(training=False), names)


def document(session: Session, names: Sequence[str] = VIEWS, head: str = "", body: str = "") -> str:
    """The whole page, of the views ``names``. ``head``: what is added to its head, ``body``: to its end."""
    inner = "".join(_element(child) for child in blocks(session, names).children)
    styles = _packed(f"{theme.styles()}\n{shell.stylesheets()}\n{page.shown(names)}\n{(HERE / 'site.css').read_text('utf-8')}")
    return f"""<!doctype html>
<html lang="en" style="color-scheme:light dark"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>Latent Explorer</title><style>{styles}</style>{head}</head>
<body data-site="1" data-loading>{LOADING}<div class="gradio-container"><main class="contain">{inner}</main></div>
<script type="application/json" id="lx-relabel">[]</script>{body}</body></html>
"""


def _element(block: Block) -> str:
    """A component as HTML; ``data-mount``: the module of its behaviour."""
    classes = " ".join(block.elem_classes or [])
    named = f' id="{escape(block.elem_id)}"' if block.elem_id else ""
    if isinstance(block, gr.HTML):
        given = {"value": block.value or "", **block.props}
        template = re.sub(r"\$\{(\w+)\}", lambda found: str(given[found[1]]), block.html_template)
        module = shell.module_of(block)
        mount = f' data-mount="{module}"' if module else ""
        inner = f'<div class="{classes}"{mount}>{template}</div>'
        return f'<div{named} class="block {classes}"><div class="html-container">{inner}</div></div>'
    if isinstance(block, gr.Slider):
        return _slider(block, named)
    if isinstance(block, gr.Column):
        phone = {"lx-left": "", "lx-main": " lx-site-phone"}.get(block.elem_id or "")       # on a phone the left side is folded away
        told = "" if phone is None else f'<p class="lx-site-told{phone}" data-t="site.told"></p>'
        return f'<div{named} class="column {classes}">{"".join(_element(child) for child in block.children)}{told}</div>'
    if hasattr(block, "children"):
        return "".join(_element(child) for child in block.children)
    raise TypeError(f"{type(block).__name__} has no plain element; write one here, or build it for the server's page alone.")


def _slider(slider: gr.Slider, named: str) -> str:
    """As Gradio draws one: label and number on a line, the track under them."""
    ends = f'min="{slider.minimum}" max="{slider.maximum}" step="{slider.step}" value="{slider.value}"'
    return f"""<div{named} class="block"><div class="wrap"><div class="head"><label><span></span></label>
<div class="tab-like-container"><input type="number" {ends}></div></div>
<div class="slider_input_container"><input type="range" {ends}></div></div></div>"""


def _packed(css: str) -> str:
    """The same rules without comments and indents: a page that is one file has no byte to spare."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"(?<=[{};,])\s+", "", plain))


__all__ = ["blocks", "document"]
