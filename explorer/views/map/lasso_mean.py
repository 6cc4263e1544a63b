"""A lasso's mean: the mean code of the images that it holds, and the way back from a place on a map that only one browser knows."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from ... import Refused
from ...latent import moves, neighbours
from ...runs.session import Session

MOST, MAX = 20_000, 2**18                       # images, and bytes of a request


class AskMean(BaseModel):
    """Which real images' codes to average, and how much each counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    run: Annotated[str, Field(max_length=64)]
    indices: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=MOST)]
    weights: Annotated[list[Annotated[float, Field(allow_inf_nan=False, ge=0, le=1e9)]], Field(max_length=MOST)] | None = None


class MeanAnswer(TypedDict):
    """A code, base64 of float32."""

    w: str


MEAN: TypeAdapter[AskMean] = TypeAdapter(AskMean)


def mean_code(session: Session, asked: AskMean) -> MeanAnswer:
    """The (weighted) mean code. Raises Refused for images that are not there or weights that do not fit."""
    codes = neighbours.of_run(session.run(asked.run)).codes
    rows = np.array(asked.indices)
    if rows.max() >= len(codes):
        raise Refused(f"The map has points 0 to {len(codes) - 1}; {rows.max()} is none of them.")
    weights = np.ones(len(rows)) if asked.weights is None else np.array(asked.weights)
    if len(weights) != len(rows) or weights.sum() <= 0:
        raise Refused("A mean takes one weight for each image, and not all zero.")
    return {"w": moves.to_text((weights / weights.sum()) @ codes[rows])}


__all__ = ["MEAN", "AskMean", "mean_code"]
