"""What a data set is once it is in memory: training and held-out images, labels, attributes, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import memory_map
from .model import DataSpec


@dataclass
class Split:
    """``images`` (n, C, H, W) uint8, or points (n, 2) float32; ``labels`` (n,) int64, or None; ``attributes`` (n, k) uint8, a column for
    each field of ``DataSpec.attributes``, or None."""

    images: np.ndarray
    labels: np.ndarray | None = None
    attributes: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.images)

    def first(self, n: int | None) -> Split:
        """The first ``n`` (all for None)."""
        return Split(self.images[:n], *(None if a is None else a[:n] for a in (self.labels, self.attributes)))


@dataclass
class Dataset:
    """No training image is ever in ``test``."""

    spec: DataSpec
    train: Split
    test: Split


def of_pictures(spec: DataSpec, pictures: Any, scratch: Path | None = None) -> Dataset:
    """From folder.Pictures: what is held out apart from what is trained on. ``spec`` says the rest; what is large lies in ``scratch``."""
    def split(at: np.ndarray) -> Split:
        labels = None if pictures.labels is None else pictures.labels[at]
        return Split(memory_map.pick(pictures.images, np.flatnonzero(at), scratch), labels)
    return Dataset(spec, split(~pictures.held_out), split(pictures.held_out))


__all__ = ["Dataset", "Split", "of_pictures"]
