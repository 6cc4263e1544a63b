"""What the Reconstruct view asks of one run: what else its encoder thought of, and what its codes keep."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field
from typing_extensions import TypedDict

from training.model import standard_normal

from ...latent import moves
from ...runs.run import Run
from ..base import Ask, Codes, Draw, NotReady, Seed, short, tiles
from . import confusion


class DrawResample(Draw):
    """Images of w + sigma ε: what else the encoder thought of."""

    op: Literal["resample"]
    w: Codes
    sigma: Codes
    n: Annotated[int, Field(ge=1, le=16)] = 8
    seed: Seed = 0
    columns: Annotated[int, Field(ge=1, le=16)] = 4

    def draw(self, run: Run) -> np.ndarray:
        w, sigma = (moves.codes(v, run.d, most=1) for v in (self.w, self.sigma))
        noise = standard_normal(self.n, run.d, torch.Generator().manual_seed(self.seed)).numpy()
        return tiles(run, w + sigma * noise, self.columns, self.label)


class ConfusionTold(TypedDict):
    """Images read as category ``was`` whose reconstructions are read as ``now``: ``count`` of the ``of`` read as ``was``."""

    was: int
    now: int
    count: int
    of: int


class FieldKept(TypedDict):
    """Of one field: ``counts`` of images by what they (rows) and their reconstructions (columns) are read as; the ``share`` read alike."""

    name: str
    categories: list[str]
    counts: list[list[int]]
    share: float
    confusions: list[ConfusionTold]


class KeptAnswer(TypedDict):
    """Of how many held-out images, field by field."""

    ready: Literal[True]
    images: int
    fields: list[FieldKept]


class AskKept(Ask):
    """What the run's codes keep and lose, by a classifier of its data set; while that is being counted, how far it is."""

    op: Literal["kept"]

    def answer(self, run: Run) -> KeptAnswer | NotReady:
        every, done = confusion.kept(run)
        if every is None:
            return {"ready": False, "done": round(done, 3)}
        return {"ready": True, "images": int(every[0].counts.sum()) if every else 0, "fields": [
            {"name": k.name, "categories": list(k.categories), "counts": k.counts.tolist(), "share": short(k.share),
             "confusions": [{"was": c.was, "now": c.now, "count": c.count, "of": c.of} for c in k.confusions()]} for k in every]}
