"""Ten kinds of things in colour, 32 × 32 (Krizhevsky 2009)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .. import download
from ..dataset import Dataset, Split
from ..model import DataSpec
from . import Known

TITLE = "CIFAR-10"
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def build(cache: Path, limit: int | None, progress: download.Progress | None) -> Dataset:
    images, labels, test_images, test_labels = download.cifar10(cache)
    return Dataset(DataSpec("cifar10", TITLE, (3, 32, 32), CLASSES),
                   Split(images, labels.astype(np.int64)), Split(test_images, test_labels.astype(np.int64)))


DATASET = Known(TITLE, build, order=6)
