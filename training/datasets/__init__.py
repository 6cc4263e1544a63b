"""One data set, one file. A module here that defines ``DATASET`` is a data set: the command line, the Train form and the cache find it.

Its name is the module's, an underscore a hyphen; one that defines ``DATASETS`` names several itself. Images are drawn or fetched once and
kept by training/data.py.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..dataset import Dataset
from ..download import Progress

Build = Callable[[Path, int | None, Progress | None], Dataset]


@dataclass(frozen=True)
class Known:
    """``build(cache, limit, progress)`` makes the images: ``limit`` is None, or, of a set that is drawn in part (``partial``), how many of
    each split at most; ``progress`` is called with images done and in all. ``order``: its place in lists, the smallest first;
    ``group``: what it is of, under which lists of runs put it ("digits", "clothes", "faces", "points"), "": it stands for itself."""

    title: str
    build: Build
    order: int = 100
    partial: bool = False
    group: str = ""


@cache
def known() -> dict[str, Known]:
    """All data sets by name, in the order of lists."""
    names = [m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")]
    found: dict[str, Known] = {}
    for name in names:
        module = importlib.import_module(f"{__name__}.{name}")
        found |= getattr(module, "DATASETS", None) or {name.replace("_", "-"): module.DATASET}
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


__all__ = ["Known", "known"]
