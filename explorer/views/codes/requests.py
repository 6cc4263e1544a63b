"""What the Codes view asks: grids over a code, a class, a direction or the noise, and what a direction of one's own changes."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ... import Refused
from ...latent import code_slices, moves, run_directions
from ...runs.run import Run
from ..base import MOST_TILES, Ask, Codes, DirectionTold, Draw, direction_told, tiles


class DrawTraverse(Draw):
    """One code with its coordinate along each direction (a row) set to each value (a column), in sigmas from the mean."""

    op: Literal["traverse"]
    w: Codes
    directions: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=16)]
    values: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=-20, le=20)]], Field(min_length=1, max_length=64)]

    def draw(self, run: Run) -> np.ndarray:
        w = moves.codes(self.w, run.d, most=1)[0]
        if max(self.directions) >= len(run_directions.sliders(run).vectors):
            raise Refused(f"This run has {len(run_directions.sliders(run).vectors)} directions, counted from 0.")
        values = np.array(self.values, np.float32)
        rows = [run_directions.sliders(run).moved(w, k, values) for k in self.directions]
        return tiles(run, np.concatenate(rows), len(values), self.label)


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
