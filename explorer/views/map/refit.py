"""What a fit of the map says while it goes on: how much is done, and a way to end it."""

from __future__ import annotations

import gradio as gr

from ...shell import piece


def refit() -> gr.HTML:
    """Stands under the form of the map, which starts a fit by ``window.lxFit``. ``data-state``: idle or fitting; ``data-share``."""
    return piece("refit", """
<p class="lx-note" data-t="map.fit.note"></p>
<div class="lx-fit-now" hidden><progress max="1" data-t-label="map.fit.go"></progress><output class="num" role="status"></output>
  <button type="button" class="lx-btn lx-small lx-fit-stop" data-t="map.fit.stop"></button></div>
<p class="lx-fit-wrong" role="alert" hidden></p>""", elem_id="lx-fit-foot")
