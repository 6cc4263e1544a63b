"""Map: the held-out images where their codes lie; click, hover, lasso, interpolate, refit."""

from __future__ import annotations

from typing import Any

import gradio as gr
import numpy as np

from training import checkpoint, maps

from .. import Refused, latent
from ..components.plane import plane
from . import Context
from .fitting import fit


def supports(spec: dict[str, Any]) -> bool:
    """Runs that encode, or whose code is a plane by itself."""
    return len(spec["shape"]) == 3 and (spec["encodes"] or spec["w_dim"] * spec["num_layers"] == 2)


def build(context: Context) -> None:
    """The stage, and the form of the refit, which the stage's chip opens."""
    plane()
    with gr.Column(elem_id="lx-refit"):
        neighbours = gr.Slider(2, 100, value=maps.Map.n_neighbors, step=1, buttons=[])
        distance = gr.Slider(0, 0.99, value=0.1, step=0.01, buttons=[])
        metric = gr.Dropdown(list(maps.METRICS), value="euclidean")
        go = gr.Button("Fit", variant="primary", size="sm", elem_id="lx-fit")
        gr.HTML('<p class="lx-note" data-t="map.fit.note"></p>', apply_default_css=False, js_on_load="window.lx.translate(element)")
        answer = gr.JSON(elem_id="lx-fit-answer", show_label=False, container=False)
    for component, key in ((neighbours, "map.fit.neighbours"), (distance, "map.fit.distance"), (metric, "map.fit.metric")):
        context.relabel(component, key)
    context.relabel(go, "map.fit.go", "value")

    def refit(run: str, n: float, d: float, m: str, progress: gr.Progress = gr.Progress()) -> dict[str, Any]:  # noqa: B008
        return fitted(context, run, int(n), float(d), m, progress)

    run = gr.Textbox(visible=False)
    go.click(refit, [run, neighbours, distance, metric], answer, js="(r, n, d, m) => [window.lx.state.run, n, d, m]", concurrency_limit=1,
             concurrency_id="umap", show_progress="full", api_visibility="private"
             ).success(None, answer, None, js="(a) => { window.lxFitted(a); }", show_progress="hidden", api_visibility="private")


def fitted(context: Context, run: str, n_neighbors: int, min_dist: float, metric: str, progress: Any) -> dict[str, Any]:
    """Fit a run's map anew. The owner's is written into the run; a visitor's goes back to that browser alone."""
    try:
        loaded = context.session.run(run)
        if loaded.codes is None:
            raise gr.Error(f"{run} has no codes of real images to lay out.")
        places = np.empty((0, 2), np.float32)
        for kind, value in fit(loaded.codes, n_neighbors=n_neighbors, min_dist=min_dist, metric=metric):
            if kind == "epoch":
                progress(value)
            else:
                places = value
    except (Refused, ValueError) as e:
        raise gr.Error(str(e), print_exception=False) from e
    answer = {"run": run, "n_neighbors": n_neighbors}
    if context.access.training:
        maps.write(loaded.folder / checkpoint.MAP, maps.Map(loaded.codes, places, n_neighbors, min_dist, metric))
    else:
        answer["xy"] = latent.to_text(places)
    return answer
