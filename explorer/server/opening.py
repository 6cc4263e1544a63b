"""What the picker lists, and all that the page needs to open a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from training import checkpoint

from ..latent import moves, neighbours, run_directions
from ..runs import datasets, point_tiles
from ..runs.run import Run
from ..runs.session import Session, first_of
from .access import Access

Views = Callable[[dict[str, Any]], list[str]]


def list_runs(session: Session, access: Access, views: Views) -> dict[str, Any]:
    """What the picker shows: a row for each run, a sentence for each folder that is none, and whether training is allowed."""
    cards, problems = session.runs()            # once: each time it looks at every run's files
    titles, rows = datasets.titles(c.data for c in cards.values()), []
    for card in cards.values():
        can = point_tiles.shown(card.spec)
        spec = can.to_dict()
        kept = card.metrics.get(card.headline)
        headline = {"name": card.headline, "value": kept.get("value"), "unit": kept.get("unit", "")} if kept else None
        family_title = session.about(card)["family_title"]
        rows.append(dict(name=card.name, title=card.title or family_title, family=card.family, family_title=family_title,
                         dataset=card.data.key, dataset_title=titles[card.data.key], shape=list(spec["shape"]), w_dim=can.w_dim,
                         num_layers=can.num_layers, encodes=can.encodes, stochastic=can.stochastic,
                         num_classes=can.num_classes, levels=list(can.levels), headline=headline, attributes=len(card.data.attributes),
                         changed=card.metrics.get("arithmetic_changed", {}).get("value"),
                         images_seen=card.images_seen, finished=card.finished, parameters=card.parameters, views=views(spec)))
    return {"runs": rows, "first": first_of(cards), "problems": problems, "training": access.training}


def describe(session: Session, name: str, views: Views) -> dict[str, Any]:
    """All that the page needs to open a run; ``views``: names of the views that fit it, from its spec."""
    run = session.run(name)
    basis, effects = run_directions.sliders(run), run_directions.effects(run)
    directions = [dict(vector=moves.to_text(v), sigma=float(s), share=round(float(share), 5), label=e.label, effect=round(e.change, 3),
                       low=e.low, high=e.high)
                  for v, s, share, e in zip(basis.vectors, basis.sigmas, basis.shares, effects, strict=True)]
    return {"card": checkpoint.to_dict(run.card), **session.about(run.card), "spec": run.spec.to_dict(), "views": views(run.spec.to_dict()),
            "mean": moves.to_text(basis.mean), "scale": basis.scale, "directions": directions,
            "points": run.coded,
            "projections": neighbours.projections(run), "umap": None if run.map is None else {"n_neighbors": run.map.n_neighbors},
            "dataset": _dataset(session, run), "other_images": session.others_images(run.card.data), "default": neighbours.first_code(run)}


def _dataset(session: Session, run: Run) -> dict[str, Any] | None:
    held = run.held
    if held is None:
        return None
    spec = held.spec
    return dict(name=held.folder.name, title=session.titles().get(spec.key, spec.title), classes=list(spec.classes),
                attributes=[[n, list(c)] for n, c in spec.attributes], attribution=spec.attribution, n=held.n, tile=list(spec.shape[1:]),
                columns=held.columns, per_sheet=held.per_sheet, sheets=held.num_sheets, channels=spec.shape[0])
