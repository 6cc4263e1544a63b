"""Few labels: accuracy against the number of labels, of a classifier on the encoder, frozen or fine-tuned, and of one from scratch."""

from __future__ import annotations

import gradio as gr

from ...shell import piece


def labels() -> gr.HTML:
    """``data-n`` counts drawings, ``data-points`` the accuracies shown, ``data-live`` those that were measured here."""
    return piece("labels", """
<section class="lx-stage lx-few"><h2 class="lx-h" data-t="few.title"></h2>
  <p class="lx-note" data-t="few.note"></p>
  <div class="lx-few-plot"><svg role="img" data-t-label="few.title" viewBox="0 0 640 300" preserveAspectRatio="xMidYMid meet"></svg></div>
  <ul class="lx-few-key"></ul>
  <div class="lx-few-tools"><b data-t="few.measure"></b><span class="lx-few-sizes" role="group" data-t-label="few.measure"></span>
    <span class="lx-few-told lx-note" role="status"></span></div>
  <div class="lx-progress" role="progressbar" data-t-label="few.working" aria-valuemin="0" aria-valuemax="100" hidden><i></i></div>
  <p class="lx-note" data-t="few.how"></p></section>""", elem_id="lx-labels")
