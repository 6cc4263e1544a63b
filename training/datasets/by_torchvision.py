"""Well-known sets that torchvision fetches and reads, by their names. Where there is no network they are read from files that a person puts
into ``<cache>/torchvision``, as torchvision keeps them."""

from __future__ import annotations

import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..dataset import Dataset, Split
from ..download import Progress, by_torchvision
from ..model import DataSpec
from . import Known

TRAIN_TEST: tuple[dict[str, Any], ...] = ({"train": True}, {"train": False})
SPLITS: tuple[dict[str, Any], ...] = ({"split": "train"}, {"split": "test"})
OBJECTS = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")
KANA = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
MERGED = set("cijklmopsuvwxyz")                   # small letters that EMNIST takes for capitals


@dataclass(frozen=True)
class Set:
    """A data set of torchvision's class ``kind``, made with each of ``options`` for training and test. ``turned``: it gives images on their
    side, as they are stored; ``first``: the number of the first class; ``side``: what images of another size are brought to."""

    title: str
    kind: str
    classes: tuple[str, ...]
    licence: str
    options: tuple[dict[str, Any], ...] = TRAIN_TEST
    turned: bool = False
    first: int = 0
    side: int = 28

    def known(self, name: str, order: int, group: str = "") -> Known:
        """As the lists have it."""
        def build(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
            train, test = (self.split(found) for found in by_torchvision(self.kind, self.title, cache, self.options))
            return Dataset(DataSpec(name, self.title, train.images.shape[1:], self.classes, attribution=self.licence), train, test)
        return Known(self.title, build, order=order, group=group)

    def split(self, found: Any) -> Split:
        """Of an object of torchvision's: ``data`` (n, H, W) or (n, C, H, W), and ``targets`` or ``labels``."""
        images, labels = np.asarray(found.data), np.asarray(found.targets if hasattr(found, "targets") else found.labels)
        if self.turned:
            images = images.swapaxes(1, 2)
        if images.ndim == 3:
            images = images[:, None]
        if images.shape[-1] != self.side:
            images = np.stack([_brought(image, self.side) for image in images])
        return Split(np.ascontiguousarray(images), labels.astype(np.int64) - self.first)


def _brought(image: np.ndarray, side: int) -> np.ndarray:
    """(C, H, W) uint8 as (C, side, side), by the rules for people's own images."""
    from .. import pictures  # Pillow is not needed for a set that is kept already

    pixels = pictures.of_pixels(image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0)), side, side).pixels
    return pixels.transpose(2, 0, 1)[:len(image)]


def _emnist(split: str, title: str, classes: tuple[str, ...], first: int = 0) -> Set:
    return Set(title, "EMNIST", classes, "EMNIST: G. Cohen, S. Afshar, J. Tapson, A. van Schaik 2017, from NIST Special Database 19.",
               tuple({"split": split} | option for option in TRAIN_TEST), turned=True, first=first)


BALANCED = tuple(sorted(set(string.digits + string.ascii_letters) - MERGED))

DATASETS = {
    "kmnist": Set("KMNIST: cursive kana", "KMNIST", KANA, "KMNIST: CODH, CC BY-SA 4.0.").known("kmnist", 20, "digits"),
    "emnist-letters": _emnist("letters", "EMNIST letters", tuple(string.ascii_lowercase), 1).known("emnist-letters", 21, "digits"),
    "emnist-digits": _emnist("digits", "EMNIST digits", tuple(string.digits)).known("emnist-digits", 22, "digits"),
    "emnist-balanced": _emnist("balanced", "EMNIST balanced", BALANCED).known("emnist-balanced", 23, "digits"),
    "usps": Set("USPS: digits of post codes", "USPS", tuple(string.digits), "USPS: J. J. Hull 1994.").known("usps", 24, "digits"),
    "svhn": Set("SVHN: house numbers", "SVHN", tuple(string.digits), "SVHN: Y. Netzer et al. 2011, for non-commercial use.", SPLITS,
                side=32).known("svhn", 25),
    "stl10": Set("STL-10", "STL10", OBJECTS, "STL-10: A. Coates, H. Lee, A. Y. Ng 2011.", SPLITS, side=64).known("stl10", 26),
}
