"""What the Walk view asks: where a path is at a time. A whole film is export.py's."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from ...runs.run import Run
from ..base import Draw
from ..samples import Path


class DrawWalk(Path, Draw):
    """Where a path is at time t."""

    op: Literal["walk"]
    t: Annotated[float, Field(allow_inf_nan=False, ge=0, le=1)]

    def draw(self, run: Run) -> np.ndarray:
        return self.frames(run, np.array([self.t]))[0]
