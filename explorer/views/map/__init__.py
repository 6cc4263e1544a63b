"""Map: the held-out images where their codes lie; click, hover, lasso, interpolate, refit."""

from __future__ import annotations

from training.model import LatentSpec

from .. import Context


def supports(spec: LatentSpec) -> bool:
    """Runs that encode, or whose code is a plane by itself."""
    return len(spec.shape) == 3 and (spec.encodes or spec.w_dim * spec.num_layers == 2)


def build(context: Context) -> None:
    """The stage, and, where there is a server, the form of the refit, which the stage's chip opens. Fitting itself is umap_fits.py's."""
    import gradio as gr

    from training import maps

    from .plane import plane
    from .refit import refit
    plane()
    if not context.server:
        return
    with gr.Column(elem_id="lx-refit"):
        neighbours = gr.Slider(2, 100, value=maps.Map.n_neighbors, step=1, buttons=[])
        distance = gr.Slider(0, 0.99, value=0.1, step=0.01, buttons=[])
        metric = gr.Dropdown(list(maps.METRICS), value="euclidean")
        go = gr.Button("Fit", variant="primary", size="sm", elem_id="lx-fit")
        refit()
    for component, key in ((neighbours, "map.fit.neighbours"), (distance, "map.fit.distance"), (metric, "map.fit.metric")):
        context.relabel(component, key)
    context.relabel(go, "map.fit.go", "value")
    go.click(None, [neighbours, distance, metric], None, js="(n, d, m) => { window.lxFit(n, d, m); }", show_progress="hidden",
             api_visibility="private")
