"""What the Codes view asks: grids over a code, a class, a direction or the noise, and what a direction of one's own changes."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from ... import Refused
from ...latent import code_slices, moves, posteriors, run_directions
from ...runs.run import Run
from ..base import MOST_TILES, Ask, Codes, DirectionTold, Draw, direction_told, short, tiles

Rows = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=16)]
Sigmas = Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=-20, le=20)]], Field(min_length=1, max_length=64)]


class DrawTraverse(Draw):
    """One code with its coordinate along each direction (a row) set to each value (a column), in sigmas from the mean."""

    op: Literal["traverse"]
    w: Codes
    directions: Rows
    values: Sigmas

    def draw(self, run: Run) -> np.ndarray:
        w = moves.codes(self.w, run.d, most=1)[0]
        if max(self.directions) >= len(run_directions.sliders(run).vectors):
            raise Refused(f"This run has {len(run_directions.sliders(run).vectors)} directions, counted from 0.")
        values = np.array(self.values, np.float32)
        rows = [run_directions.sliders(run).moved(w, k, values) for k in self.directions]
        return tiles(run, np.concatenate(rows), len(values), self.label)


class DrawDimensions(Draw):
    """One code with each of some numbers of it (a row) set to each value (a column)."""

    op: Literal["dimensions"]
    w: Codes
    dimensions: Rows
    values: Sigmas

    def draw(self, run: Run) -> np.ndarray:
        w = moves.codes(self.w, run.d, most=1)
        if max(self.dimensions) >= run.d:
            raise Refused(f"This run's codes have {run.d} numbers, counted from 0.")
        made = np.repeat(w, len(self.dimensions) * len(self.values), 0)
        at = np.repeat(self.dimensions, len(self.values))
        made[np.arange(len(made)), at] = np.tile(np.array(self.values, np.float32), len(self.dimensions))
        return tiles(run, made, len(self.values), self.label)


class DimensionsAnswer(TypedDict):
    """Of each number of a code its mean KL to the prior in nats and its mean σ over ``images`` held-out images; below ``unused`` nats it
    counts as unused."""

    kl: list[float]
    sigma: list[float]
    images: int
    unused: float


class AskDimensions(Ask):
    """How much each number of a code tells of an image, on average."""

    op: Literal["kl"]

    def answer(self, run: Run) -> DimensionsAnswer:
        told = posteriors.told(run)
        return {"kl": [short(v) for v in told.kl], "sigma": [short(v) for v in told.sigma], "images": told.images,
                "unused": posteriors.UNUSED}


class PosteriorAnswer(TypedDict):
    """q(z|x) of one image: of each number the mean, the standard deviation and the KL to the prior in nats."""

    mean: list[float]
    sigma: list[float]
    kl: list[float]


class AskPosterior(Ask):
    """The posterior of a held-out image, as the encoder gives it."""

    op: Literal["posterior"]
    index: Annotated[int, Field(ge=0)]

    def answer(self, run: Run) -> PosteriorAnswer:
        mean, sigma = posteriors.of_image(run, self.index)
        kl = posteriors.nats(mean, sigma)
        return {"mean": [short(v) for v in mean], "sigma": [short(v) for v in sigma], "kl": [short(v) for v in kl]}


class Side(BaseModel):
    """What runs along one side of a grid of codes: see coding.Axis."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    of: Literal["class", "code", "direction", "noise"]
    values: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=-20, le=2**53)]], Field(min_length=1, max_length=32)]
    name: Annotated[str, Field(max_length=64)] = ""
    index: Annotated[int, Field(ge=0, le=64)] = 0

    @property
    def axis(self) -> code_slices.Axis:
        return code_slices.Axis(self.of, tuple(self.values), self.name, self.index)


class DrawCodes(Draw):
    """A code with two things changed: one along the rows, one along the columns (a class, a code, a direction, the noise)."""

    op: Literal["codes"]
    w: Codes
    rows: Side
    columns: Side

    def draw(self, run: Run) -> np.ndarray:
        if len(self.rows.values) * len(self.columns.values) > MOST_TILES:
            raise Refused(f"That would be {len(self.rows.values) * len(self.columns.values)} images; ask for fewer at once.")
        w = moves.codes(self.w, run.d, most=1)[0]
        made, labels = code_slices.cells(run, w, self.label, self.rows.axis, self.columns.axis)
        return tiles(run, made, len(self.columns.values), labels)


class AskMeasure(Ask):
    """What a direction of one's own changes."""

    op: Literal["measure"]
    vector: Codes

    def answer(self, run: Run) -> DirectionTold:
        run.require_images()
        return direction_told(run_directions.measure(run, moves.codes(self.vector, run.d, most=1)[0], self.label))
