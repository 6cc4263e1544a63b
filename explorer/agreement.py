"""What a code keeps and loses: a classifier reads held-out images and their reconstructions, and the two readings are counted.

The classifier had no part in the run's training (training/features.py). Dumoulin et al. 2017 and Donahue et al. 2017 show such changes of
class in figures; here they are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEAST = 3                                       # times that a confusion must have come about to be told


@dataclass(frozen=True)
class Confusion:
    """Images read as category ``was`` whose reconstructions are read as ``now``: ``count`` of the ``of`` read as ``was``."""

    was: int
    now: int
    count: int
    of: int


@dataclass(frozen=True)
class Kept:
    """One field of a classifier. ``counts`` (k, k): images read as the row's category whose reconstructions are read as the column's."""

    name: str
    categories: tuple[str, ...]
    counts: np.ndarray

    @property
    def share(self) -> float:
        """The share of images whose reconstruction is read as they are; NaN-free: 0 without images."""
        return float(np.trace(self.counts) / max(self.counts.sum(), 1))

    def confusions(self, most: int = 5) -> list[Confusion]:
        """The confusions that come about most often, as a share of the images of that category first."""
        of = self.counts.sum(1)
        found = [Confusion(int(i), int(j), int(self.counts[i, j]), int(of[i])) for i, j in np.argwhere(self.counts >= LEAST) if i != j]
        return sorted(found, key=lambda c: (-c.count / c.of, c.was, c.now))[:most]


def count(name: str, categories: tuple[str, ...], before: np.ndarray, after: np.ndarray) -> Kept:
    """From the categories (n,) read from images and from their reconstructions."""
    k = len(categories)
    return Kept(name, categories, np.bincount(before * k + after, minlength=k * k).reshape(k, k))


__all__ = ["Confusion", "Kept", "count"]
