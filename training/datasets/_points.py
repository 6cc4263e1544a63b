"""Mixtures of Gaussians in the plane (points.py), as data sets."""

from __future__ import annotations

from pathlib import Path

from ..dataset import Dataset, Split
from ..download import Progress
from ..model import DataSpec
from . import Build


def of(name: str, title: str) -> Build:
    """What draws the mixture of that name."""
    def build(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
        from .. import points

        spec = DataSpec(name, title, (2,), tuple(str(k + 1) for k in range(len(points.centres(name)))))
        train, test = (Split(*points.draw(name, min(limit or n, n), seed)) for n, seed in zip(points.COUNTS, points.SEEDS, strict=True))
        return Dataset(spec, train, test)

    return build
