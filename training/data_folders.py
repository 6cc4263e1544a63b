"""Folders that each belong to one data set, beside the runs: held-out sheets and feature nets. A data set is known by its fingerprint,
never by its name alone, so that what was made from other images is neither used for it nor written over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .model import DataSpec

Known = Callable[[Path], str | None]
"""The fingerprint of the data that a folder was made from; None where there is nothing, or it does not say."""


def find(parent: Path, data: DataSpec, known: Known) -> Path | None:
    """The folder that was made from exactly this data; None where there is none."""
    return next((folder for folder in (parent / data.key, parent / data.name) if known(folder) == data.fingerprint), None)


def folder_of(parent: Path, data: DataSpec, known: Known) -> Path:
    """Where what is made from this data is, or would be written: by its name, or by its key where the data is a person's own or another
    set has the name."""
    plain = parent / data.name
    free = not data.own and known(plain) in (None, data.fingerprint)
    return find(parent, data, known) or (plain if free else parent / data.key)


def others(parent: Path, data: DataSpec, known: Known) -> bool:
    """Whether there is such a folder of the same name made from other images, and none from these."""
    if find(parent, data, known) is not None or not parent.is_dir():
        return False
    named = [parent / data.name, *(f for f in parent.glob(f"{data.name}-*") if f.name[len(data.name) + 1:].isalnum())]
    return any(known(f) not in (None, data.fingerprint) for f in named)
