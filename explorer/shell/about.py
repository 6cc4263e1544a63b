"""The fold "What am I looking at?": two sentences of the view, then the run's equation, paper and main figure; and the view's pictures to
save."""

from __future__ import annotations

import gradio as gr

from . import piece


def about(view: str) -> gr.HTML:
    """The fold of one view; its sentences are ``about.<view>``."""
    return piece("about", """
<details class="lx-about" open><summary data-t="about"></summary>
<p><span data-t="about.${view}"></span> <span class="lx-eq"></span> <cite></cite></p>
</details>
<span class="lx-fold-tools"><button type="button" class="lx-btn lx-small lx-pictures" data-t="take" aria-haspopup="dialog"></button>
<button type="button" class="lx-btn lx-small lx-pace-on" data-t="pace.on" data-t-title="pace.on.help" aria-pressed="false"></button></span>
<p class="lx-measured"><span class="lx-figure" hidden></span> <span class="lx-how" hidden></span></p>
<dialog class="lx-dialog" aria-labelledby="lx-take-${view}"><h2 id="lx-take-${view}" data-t="take.title"></h2>
<p data-t="take.how"></p><ul class="lx-takes"></ul><p role="alert" class="lx-wrong"></p>
<div class="lx-actions"><button type="button" class="lx-btn lx-take-close" data-t="code.close"></button></div>
</dialog>""", view=view, elem_classes=["lx-fold"])
