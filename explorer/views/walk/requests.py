"""What the Walk view asks: where a path is at a time. A whole film is export.py's."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ...latent import moves
from ...runs.run import Run
from ..base import Codes, Draw
from ..samples import Path


class DrawWalk(Path, Draw):
    """Where a path is at time t."""

    op: Literal["walk"]
    t: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]

    def draw(self, run: Run) -> np.ndarray:
        return self.frames(run, np.array([self.t]))[0]


class DrawPixels(Draw):
    """What a cross-fade between the decoded keys shows at time t: the same as a walk with space "pixels"."""

    op: Literal["pixels"]
    keys: Codes
    t: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]
    loop: bool = False

    def draw(self, run: Run) -> np.ndarray:
        path = Path.model_validate(dict(run=self.run, label=self.label, keys=moves.to_text(self.keys), loop=self.loop, space="pixels"))
        return path.frames(run, np.array([self.t]))[0]
