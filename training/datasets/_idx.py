"""Data sets in the four files of MNIST's own format."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..dataset import Dataset, Split
from ..download import Progress, Source, idx_files
from ..model import DataSpec
from . import Build


def of(source: Source, classes: tuple[str, ...]) -> Build:
    """What makes the set of a source."""
    def build(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
        images, labels, test_images, test_labels = idx_files(source, cache)
        spec = DataSpec(source.name, source.title, (1, *images.shape[1:]), classes)
        return Dataset(spec, Split(images[:, None], labels.astype(np.int64)),
                       Split(test_images[:, None], test_labels.astype(np.int64)))

    return build
