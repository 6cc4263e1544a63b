"""What the picker lists, and all that the page needs to open a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from training import checkpoint
from training import datasets as known_sets
from training.metric_registry import FigureTold, figure
from training.model import DataSpec, LatentSpec
from training.outside import NOWHERE
from training.typeset import typeset

from ..latent import layers, moves, neighbours, run_directions
from ..runs import datasets, ownership, point_tiles
from ..runs.run import Run
from ..runs.session import Session
from ..views import firsts
from .access import Access
from .answers import CardTold, DatasetTold, RunAnswer, RunRow, RunsAnswer, Slider, Spec

Views = Callable[[LatentSpec], list[str]]


def list_runs(session: Session, access: Access, views: Views) -> RunsAnswer:
    """What the picker shows: a row for each run, a sentence for each folder that is none, and whether training is allowed."""
    cards, problems, labels = session.listing()     # once: each time it looks at every run's files
    titles = datasets.titles(c.data for c in cards.values())
    rows: list[RunRow] = []
    for card in cards.values():
        can = point_tiles.shown(card.spec)
        family_title = session.about(card)["family_title"]
        rows.append(RunRow(
            name=card.name, title=card.title or family_title, description=labels[card.name].description,
            own=ownership.is_own(session.places[card.name]), family=card.family, family_title=family_title, dataset=card.data.key,
            dataset_title="" if card.data.name == NOWHERE.name else titles[card.data.key],
            group=_group(card.data), elsewhere=bool(card.source), shape=list(can.shape),
            w_dim=can.w_dim, num_layers=can.num_layers, encodes=can.encodes,
            stochastic=can.stochastic, prior=can.prior, num_classes=can.num_classes, levels=list(can.levels), headline=_headline(card),
            attributes=len(card.data.attributes), changed=card.value("arithmetic_changed"),
            frechet_ratio=card.value("frechet_ratio"),
            images_seen=card.images_seen, finished=card.finished, parameters=card.parameters, views=views(can)))
    return {"runs": rows, "first": session.first(cards), "firsts": firsts(cards, session.named(cards)), "problems": problems,
            "training": access.training}


def _group(data: DataSpec) -> str:
    known = known_sets.known().get(data.name)
    return known.group if known is not None and not data.own else ""


def describe(session: Session, name: str, views: Views) -> RunAnswer:
    """All that the page needs to open a run; ``views``: names of the views that fit it, from its spec."""
    run = session.run(name)
    basis, effects = run_directions.sliders(run), run_directions.effects(run)
    directions = [Slider(vector=moves.to_text(v), sigma=float(s), share=round(float(share), 5), label=e.label, effect=round(e.change, 3),
                         low=e.low, high=e.high, also=list(e.also))
                  for v, s, share, e in zip(basis.vectors, basis.sigmas, basis.shares, effects, strict=True)]
    about = session.about(run.card)
    return {"card": cast(CardTold, checkpoint.to_dict(session.titled(run.card))), "paper": about["paper"], "equation": about["equation"],
            "mathml": typeset(about["equation"]), "headline": _headline(run.card), "summary": about["summary"],
            "family_title": about["family_title"], "spec": cast(Spec, run.spec.to_dict()), "views": views(run.spec),
            "mean": moves.to_text(basis.mean), "truncates": layers.w_avg(run) is not None, "scale": basis.scale, "directions": directions,
            "points": run.coded,
            "projections": neighbours.projections(run), "umap": None if run.map is None else {"n_neighbors": run.map.n_neighbors},
            "dataset": _dataset(session, run), "other_images": session.others_images(run.card.data), "default": neighbours.first_code(run)}


def _headline(card: checkpoint.Card) -> FigureTold | None:
    """The figure that the picker shows; None where it was not measured."""
    return figure(card, card.headline) if card.headline in card.metrics else None


def _dataset(session: Session, run: Run) -> DatasetTold | None:
    held = run.held
    if held is None:
        return None
    spec = held.spec
    _, height, width = spec.shape
    return {"name": session.asked_as(held), "title": session.titles().get(spec.key, spec.title), "classes": list(spec.classes),
            "attributes": [(n, list(c)) for n, c in spec.attributes], "attribution": spec.attribution, "n": held.n, "tile": (height, width),
            "columns": held.columns, "per_sheet": held.per_sheet, "sheets": held.num_sheets, "channels": spec.shape[0]}
