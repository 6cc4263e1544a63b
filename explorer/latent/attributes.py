"""What images show: read by the data set's small classifier (training/features.py), measured where that is a plain statistic.

A *reading* of n images is (n, K) float32 in [0, 1]: for each field, side by side, one number for each of its categories. A gallery is
what exemplars are chosen from: codes with their readings, of seeded samples or of real held-out images.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.features import FeatureNet
from training.heldout import HeldOut

from .. import Refused, images
from ..runs.background import Progress
from . import statistics

MEASURED = (("slant", ("left", "right")), ("thickness", ("thin", "bold")), ("ink", ("dark", "bright")),
            ("width", ("narrow", "wide")))          # of images in grey
SURE = 0.8                                      # from here on a gallery takes an image for one of a category
CHUNK = 64


@dataclass(frozen=True)
class Field:
    """Something that images are read for. ``columns``: where its categories stand in a reading. ``measured``: two halves of a statistic
    of the image, rather than categories that a classifier or a label tells apart."""

    name: str
    categories: tuple[str, ...]
    columns: slice
    measured: bool = False

    @property
    def two_way(self) -> bool:
        """Whether images either have it or not."""
        return self.categories == ("no", "yes")


def lay_out(*fields: tuple[str, tuple[str, ...], bool]) -> tuple[Field, ...]:
    """(name, categories, measured) … to fields, side by side."""
    out, at = [], 0
    for name, categories, measured in fields:
        out.append(Field(name, tuple(categories), slice(at, at + len(categories)), measured))
        at += len(categories)
    return tuple(out)


class Reader:
    """Reads images of one run: by ``net`` where there is one, and by statistics where ``usual`` images in grey, (n, H, W, 1) uint8, say
    what is thin and what is bold (the middle between them is the usual image), or where their ``scale`` is known."""

    def __init__(self, net: FeatureNet | None, usual: np.ndarray | None, known: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        self.net = net
        self.middle = self.spread = np.zeros(0, np.float32)
        listed = [(name, categories, False) for name, categories in (net.fields if net else ())]
        if usual is not None:
            known = scale(usual)
        if known is not None:
            self.middle, self.spread = known
            listed += [(name, categories, True) for name, categories in MEASURED]
        self.fields = lay_out(*listed)
        self.width = sum(len(f.categories) for f in self.fields)

    @property
    def attributes(self) -> bool:
        """Whether images are read for many things, so that a change is told best in these words."""
        return sum(not f.measured for f in self.fields) > 1

    def read(self, x: Tensor) -> np.ndarray:
        """Images (n, C, H, W) in [-1, 1] to (n, K). A measured half is a logistic function of the statistic: 0.5 in the middle, 0.9 one
        standard deviation from it."""
        parts = []
        if self.net is not None:
            with torch.inference_mode():
                found = self.net(x.float().cpu().clamp(-1, 1))
                parts += [found[name].softmax(1).numpy() for name, _ in self.net.fields]
        if len(self.middle):
            parts += self._halves(images.to_uint8(x))
        return np.concatenate(parts, 1).astype(np.float32) if parts else np.zeros((len(x), 0), np.float32)

    def measure(self, pixels: np.ndarray) -> list[np.ndarray]:
        """The measured fields alone, of images (n, H, W, 1) uint8: (n, 2) each; none for a run in colour."""
        return self._halves(pixels) if len(self.middle) else []

    def _halves(self, pixels: np.ndarray) -> list[np.ndarray]:
        high = 1 / (1 + np.exp(-np.clip(2.2 * (_measured(pixels) - self.middle) / self.spread, -30, 30)))
        return [np.stack([1 - high[:, k], high[:, k]], 1) for k in range(len(MEASURED))]


def scale(usual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of images (n, H, W, 1) uint8 the middle and the standard deviation of each measured statistic, (len(MEASURED),) each."""
    measured = _measured(usual)
    return np.median(measured, 0), measured.std(0) + 1e-6


def coarse(readings: np.ndarray) -> np.ndarray:
    """Readings as a record keeps them: (n, K) uint8, 255 for 1."""
    return (readings * 255).round().astype(np.uint8)


def fine(kept: np.ndarray) -> np.ndarray:
    """The readings of ``coarse``, float32."""
    return kept.astype(np.float32) / 255


def _measured(pixels: np.ndarray) -> np.ndarray:
    found = statistics.statistics(pixels)
    return found[:, [statistics.STATISTICS.index(name) for name, _ in MEASURED]]


@dataclass(frozen=True)
class Gallery:
    """Codes (n, d) with what they show: ``refs`` (n,) name them ("s12": the sample of seed 12; "r40": held-out image 40)."""

    refs: tuple[str, ...]
    codes: np.ndarray
    fields: tuple[Field, ...]
    readings: np.ndarray

    def matching(self, filters: list[tuple[str, str]]) -> np.ndarray:
        """Rows that show all of ``filters``, (field, category) …, for sure. Raises Refused for one that there is none of."""
        fits = np.ones(len(self.refs), bool)
        for name, category in filters:
            fits &= self.readings[:, self.column(name, category)] >= SURE
        return np.flatnonzero(fits)

    def column(self, name: str, category: str) -> int:
        """Where the number of a category stands. Raises Refused."""
        for f in self.fields:
            if f.name == name and category in f.categories:
                return f.columns.start + f.categories.index(category)
        raise Refused(f"These images are not read for {name[:40]}: {category[:40]}.")

    def counts(self) -> np.ndarray:
        """How many show each category for sure, (K,)."""
        return (self.readings >= SURE).sum(0)


def of_samples(sample: Callable[[np.ndarray], np.ndarray], draw: Callable[[np.ndarray], Tensor], reader: Reader, seeds: np.ndarray,
               progress: Progress) -> Gallery:
    """Read the samples of ``seeds``. ``sample``: seeds (n,) → codes (n, d); ``draw``: codes → images (n, C, H, W) in [-1, 1]."""
    codes, readings = sample(seeds), []
    for i in range(0, len(seeds), CHUNK):
        readings.append(reader.read(draw(codes[i:i + CHUNK])) if reader.fields else np.zeros((len(codes[i:i + CHUNK]), 0), np.float32))
        progress(min(i + CHUNK, len(seeds)) / len(seeds))
    return Gallery(tuple(f"s{s}" for s in seeds), codes, reader.fields, np.concatenate(readings))


def of_real(held: HeldOut, codes: np.ndarray, reader: Reader, progress: Progress) -> Gallery:
    """Held-out images 0 … len(codes) - 1 by their own labels; where they have none, by the classifier."""
    known = [(name, c, False) for name, c in held.spec.attributes] if held.attributes is not None else []
    truth = None if held.attributes is None else held.attributes
    if not known and held.labels is not None and held.spec.classes:
        known, truth = [("class", held.spec.classes, False)], held.labels[:, None]
    fields = lay_out(*known, *((f.name, f.categories, True) for f in reader.fields if f.measured)) if known else reader.fields
    found = []
    for i in range(0, len(codes), CHUNK):
        rows = np.arange(i, min(i + CHUNK, len(codes)))
        if known and truth is not None:
            parts = [np.eye(len(c), dtype=np.float32)[truth[rows, k].astype(int)] for k, (_, c, _) in enumerate(known)]
            if len(reader.middle):
                parts += reader.measure(held.images(rows).transpose(0, 2, 3, 1))
            found.append(np.concatenate(parts, 1).astype(np.float32))
        else:
            found.append(reader.read(images.to_tensor(held.images(rows))))
        progress((i + len(rows)) / len(codes))
    return Gallery(tuple(f"r{k}" for k in range(len(codes))), codes, fields, np.concatenate(found))


__all__ = ["MEASURED", "SURE", "Field", "Gallery", "Reader", "coarse", "fine", "lay_out", "of_real", "of_samples", "scale"]
