"""Shapes with known factors, 64 × 64 (after Matthey et al. 2017, dSprites), drawn here (sprites.py)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..dataset import Dataset, Split
from ..download import Progress
from ..model import DataSpec
from . import Known

TITLE, COUNTS, SEED = "Sprites", (40_000, 4_000), 0


def build(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
    from .. import sprites

    spec = DataSpec("sprites", TITLE, (1, 64, 64), sprites.SHAPES, sprites.FIELDS)
    parts = []
    for indices in sprites.subset(*COUNTS, SEED):
        rows = sprites.factors(indices[:limit])
        parts.append(Split(sprites.draw(rows), rows[:, 0].astype(np.int64), rows))
    return Dataset(spec, parts[0], parts[1])


DATASET = Known(TITLE, build, order=5, partial=True)
