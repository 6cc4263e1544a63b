"""Named questions about a run's maps and its held-out images: where their codes lie, the code for a place, one image."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from .. import NotThere
from ..latent import moves, neighbours
from ..runs.run import Run
from ..runs.session import Session
from ..views.map.requests import AskPlace
from ..views.samples import AskPoint
from .api import OfRun, as_text

Coordinate = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6, description="a finite number, a coordinate of the map")]


class MapTold(TypedDict):
    """Point k is held-out image k. ``projections``: the maps of this run, the best first; ``classes``: names of the numbers in ``labels``;
    ``attributes``: for each field the number of each image's category, named in ``categories``."""

    projection: str
    projections: list[str]
    points: list[list[float]]
    labels: list[int | None]
    classes: list[str]
    attributes: dict[str, list[int]]
    categories: dict[str, list[str]]


def maps_of(run: Run) -> list[str]:
    """The maps of a run, the best first. Raises NotThere."""
    known = neighbours.projections(run)
    if not known:
        raise NotThere("This run has no map.")
    return known


class Map(OfRun):
    """The map of a run: a place for the code of each held-out image, with the images' classes and attributes."""

    title = "map"
    projection: Annotated[Literal["umap", "pca", "code", "pca3"] | None, Field(
        description='"umap", "pca", "code" (of codes with 2 numbers), "pca3" (three directions), or nothing for the best there is')] = None

    def answer(self, session: Session) -> MapTold:
        run = self.opened(session)
        known = maps_of(run)
        name = self.projection or known[0]
        points = neighbours.space(run) if name == "pca3" else neighbours.points(run, name)
        held, n = run.held, len(points)
        attributes = {} if held is None or held.attributes is None else {
            field: held.attributes[:n, k].tolist() for k, (field, _) in enumerate(held.spec.attributes)}
        return {"projection": name, "projections": known, "points": points.tolist(), "labels": [run.class_of(k) for k in range(n)],
                "classes": [] if held is None else list(held.spec.classes), "attributes": attributes,
                "categories": {} if held is None else {f: list(c) for f, c in held.spec.attributes if f in attributes}}

    @classmethod
    def pictures(cls, answer: Any) -> tuple[list[str], Any]:
        """In short: where each class lies, and how many of it."""
        points, labels = np.array(answer["points"]), np.array([-1 if v is None else v for v in answer["labels"]])
        names = dict(enumerate(answer["classes"]))
        middles = [{"label": int(v), "name": names.get(int(v), ""), "images": int((labels == v).sum()),
                    "mean": points[labels == v].mean(0).tolist()} for v in np.unique(labels)]
        return [], {"projection": answer["projection"], "projections": answer["projections"], "images": len(points), "classes": middles}


class PlaceTold(TypedDict):
    """A code; ``approximate`` where the map leads back to no code exactly; ``ratio``: how far off the nearest held-out image's code is, 1
    being usual; that image and its class."""

    code: list[float]
    approximate: bool
    ratio: float
    nearest: int
    label: int | None


class Place(OfRun):
    """The code for a place on a map of the run."""

    title = "place"
    x: Coordinate
    y: Coordinate
    projection: Annotated[Literal["umap", "pca", "code"] | None, Field(
        description='"umap", "pca", "code" (of codes with 2 numbers), or nothing for the best there is')] = None

    def answer(self, session: Session) -> PlaceTold:
        run = self.opened(session)
        known = maps_of(run)
        told = AskPlace.model_validate({"op": "place", "run": self.run, "projection": self.projection or known[0], "x": self.x,
                                        "y": self.y}).answer(run)
        return {"code": moves.from_text(told["w"]).tolist(), "approximate": told["approximate"], "ratio": told["ratio"],
                "nearest": told["nearest"], "label": told["label"]}


class HeldOutTold(TypedDict):
    """A held-out image: itself, PNG or JPEG in base64, its code (None where the run has none of it), its class and what it shows."""

    index: int
    image: str
    code: list[float] | None
    label: int | None
    attributes: dict[str, str]


class HeldOut(OfRun):
    """A held-out image of the run's data set, which it was not trained on, with its code."""

    title = "held_out"
    index: Annotated[int, Field(ge=0, lt=2**31, description="the number of a held-out image, from 0")]

    def answer(self, session: Session) -> HeldOutTold:
        run = self.opened(session)
        image = as_text(run.real(np.array([self.index]))[0].transpose(1, 2, 0))
        if run.codes is None and not run.spec.encodes:
            return {"index": self.index, "image": image, "code": None, "label": run.class_of(self.index),
                    "attributes": run.attributes_of(self.index)}
        told = AskPoint(op="point", run=self.run, index=self.index).answer(run)
        return {"index": told["index"], "image": image, "code": moves.from_text(told["w"]).tolist(), "label": told["label"],
                "attributes": told["attributes"]}

    @classmethod
    def pictures(cls, answer: Any) -> tuple[list[str], Any]:
        return [answer["image"]], {k: v for k, v in answer.items() if k != "image"}


__all__ = ["HeldOut", "Map", "Place"]
