"""What the Map view asks: the code for a place, where a path lies, and the manifold behind a plane of codes."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from typing_extensions import TypedDict

from ... import Refused, images
from ...latent import moves, neighbours, run_directions
from ...latent.neighbours import pca
from ...runs.run import Run
from ..base import MOST_PIXELS, Ask, Codes, Draw, short

Place = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]


class DrawManifold(Draw):
    """The plane of a 2-D code, evenly spaced from lo to hi in both; the top row has the highest y."""

    op: Literal["manifold"]
    lo: Annotated[float, Field(allow_inf_nan=False, ge=-1e4, le=1e4)] = -3.0
    hi: Annotated[float, Field(allow_inf_nan=False, ge=-1e4, le=1e4)] = 3.0
    n: Annotated[int, Field(ge=2, le=24)] = 15

    def draw(self, run: Run) -> np.ndarray:
        if run.d != 2:
            raise Refused(f"A manifold grid needs a code of 2 numbers; this run's has {run.d}.")
        if self.lo >= self.hi:
            raise Refused("The grid's lower end must lie below its upper end.")
        run.require_images()
        x, y = np.meshgrid(np.linspace(self.lo, self.hi, self.n), np.linspace(self.hi, self.lo, self.n))
        codes = np.stack([x, y], -1).reshape(-1, 2).astype(np.float32)
        if len(codes) * run.spec.shape[1] * run.spec.shape[2] > MOST_PIXELS:
            raise Refused("That grid is too large for images of this size; ask for fewer.")
        return images.grid(run.decode(codes, self.label), self.n)


class PlaceAnswer(TypedDict):
    """A code (base64 of float32), ``approximate`` where the map leads back to no code exactly; how far the nearest real image's code is, 1
    being usual; that image and its class."""

    w: str
    approximate: bool
    ratio: float
    nearest: int
    label: int | None


class AskPlace(Ask):
    """The code for a place on the map, and how far the nearest real image's code is (1: the usual distance between neighbours)."""

    op: Literal["place"]
    projection: Literal["umap", "pca", "code"]
    x: Place
    y: Place

    def answer(self, run: Run) -> PlaceAnswer:
        found = neighbours.place(run, self.projection, np.array([self.x, self.y]))
        ratio, nearest = neighbours.of_run(run).ratio(found.code)
        return {"w": moves.to_text(found.code), "approximate": found.approximate, "ratio": short(ratio), "nearest": nearest,
                "label": run.class_of(nearest)}


class WayAnswer(TypedDict):
    """Of each frame the nearest held-out image and, where they are exact, the places one after another, base64 of float32."""

    indices: list[int]
    xy: str | None


class AskWay(Ask):
    """Where the codes of a path lie on a map: exactly where the map has a place for every code, else as the nearest held-out images."""

    op: Literal["way"]
    keys: Codes
    frames: Annotated[int, Field(ge=2, le=65)] = 33
    method: Literal["lerp", "slerp"] = "lerp"
    projection: Literal["umap", "pca", "code"]

    def answer(self, run: Run) -> WayAnswer:
        keys = moves.codes(self.keys, run.d, least=2, most=12)
        w = np.stack([moves.walk(keys, t, self.method, False) for t in np.linspace(0, 1, self.frames)]).astype(np.float32)
        indices = [int(neighbours.of_run(run).nearest(v)[0][0]) for v in w]
        exact = pca(w, run_directions.basis(run)) if self.projection == "pca" else w[:, :2] if self.projection == "code" else None
        return {"indices": indices, "xy": None if exact is None else moves.to_text(exact)}
