"""Which run is open, always on the screen: above the list, where its owner may also name and describe it, and on a phone in a line."""

from __future__ import annotations

import gradio as gr

from training.run_label import LONGEST

from . import piece


def now() -> gr.HTML:
    """Picture, title and line of the open run; a form in their place while it is being named."""
    return piece("open_run", f"""
<div class="lx-now">
  <div class="lx-now-run" aria-live="polite"><img alt="" width="44" height="44" hidden><span><b></b><i></i></span></div>
  <button type="button" class="lx-btn lx-small lx-now-edit" data-t-label="run.edit" data-t-title="run.edit" hidden>✎</button>
  <p class="lx-now-said" hidden></p>
</div>
<form class="lx-naming" hidden>
  <label><span data-t="run.edit.title"></span>
    <input class="lx-input lx-naming-title" type="text" maxlength="{LONGEST['title']}" autocomplete="off"></label>
  <label><span data-t="run.edit.description"></span><textarea class="lx-input lx-naming-words" rows="3"
    maxlength="{LONGEST['description']}"></textarea></label>
  <div><button type="submit" class="lx-btn lx-small lx-accent" data-t="run.edit.save"></button>
    <button type="button" class="lx-btn lx-small lx-naming-cancel" data-t="run.edit.cancel"></button></div>
  <p class="lx-naming-wrong" role="alert" hidden></p>
</form>""", elem_id="lx-now")


def here() -> gr.HTML:
    """The open run's title on a narrow screen, which opens the list."""
    return piece("open_run_title", """<button type="button" class="lx-here"><span>☰</span><b></b><i></i></button>""", elem_id="lx-here")
