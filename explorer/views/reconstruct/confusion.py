"""What a code keeps and loses: a classifier reads held-out images and their reconstructions, and the two readings are counted.

The classifier had no part in the run's training (training/features.py). Dumoulin et al. 2017 and Donahue et al. 2017 show such changes of
class in figures; here they are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from training.features import FeatureNet
from training.heldout import HeldOut

from ... import images
from ...latent.galleries import reader
from ...runs.background import Progress, quietly
from ...runs.record import Entry
from ...runs.run import Run

LEAST = 3                                       # times that a confusion must have come about to be told
JUDGED = 2000                                   # held-out images that are read before and after the code
CHUNK = 100                                     # of them at a time


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


def kept(run: Run) -> tuple[list[Kept] | None, float]:
    """What the codes of held-out images keep: each field of the classifier, read from the images and from their reconstructions.

    Empty where the run does not encode, or nothing reads its images.
    """
    return run.soon("kept", partial(kept_of, run)) if _judges(run) else ([], 1.0)


def _judges(run: Run) -> bool:
    return run.spec.encodes and run.held is not None and reader(run).net is not None


def kept_of(run: Run, progress: Progress = quietly) -> list[Kept]:
    """As ``kept``, however long it takes."""
    net, held = reader(run).net, run.held
    if not run.spec.encodes or held is None or net is None:
        return []

    def read(e: Entry) -> list[Kept]:
        counts = [np.array(c, np.int64).reshape(len(k), len(k)) for c, (_, k) in zip(e["counts"], net.fields, strict=True)]
        return [Kept(name, tuple(k), c) for c, (name, k) in zip(counts, net.fields, strict=True)]
    return run.recorded("kept", lambda: {"counts": [k.counts.tolist() for k in _count(run, net, held, progress)]}, read)


def _count(run: Run, net: FeatureNet, held: HeldOut, progress: Progress) -> list[Kept]:
    n = min(held.n, JUDGED)
    rows = np.linspace(0, held.n - 1, n).astype(int)
    read: list[list[np.ndarray]] = []
    for i in range(0, n, CHUNK):
        part = rows[i:i + CHUNK]
        pixels = run.real(part)
        labels = held.labels[part] if run.spec.num_classes and held.labels is not None else None
        again = images.to_uint8(run.images(run.encode(pixels)[0], labels)).transpose(0, 3, 1, 2)
        both = images.to_tensor(np.concatenate([pixels, again]))
        told = net.classify([both])[1]
        read.append([told[name].numpy() for name, _ in net.fields])
        progress((i + len(part)) / n)
    found = []
    for k, (name, categories) in enumerate(net.fields):
        halves = [np.split(r[k], 2) for r in read]
        found.append(count(name, tuple(categories), *(np.concatenate([h[side] for h in halves]) for side in (0, 1))))
    return found


__all__ = ["Confusion", "Kept", "count", "kept", "kept_of"]
