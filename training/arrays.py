"""Reading ``.npz`` archives of strangers: what each array claims to be is compared with a bound before any of it is unpacked."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np

DAMAGE = (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError)
"""What ``read`` may raise of a damaged archive."""


class TooLarge(ValueError):
    """An array would take more memory than it may."""


def read(path: Path, most: Mapping[str, int]) -> dict[str, np.ndarray]:
    """The arrays of an archive by name, of those in ``most``, which says how many bytes each may have; others are left alone. Raises
    TooLarge before anything is unpacked, or one of ``DAMAGE``. Never unpickles."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        there = set(archive.namelist())
        for name, bytes_ in most.items():
            if f"{name}.npy" in there:
                with archive.open(f"{name}.npy") as f:
                    _check(f, name, bytes_)
                with archive.open(f"{name}.npy") as f:
                    found[name] = np.lib.format.read_array(f, allow_pickle=False)
    return found


def _check(f: IO[bytes], name: str, most: int) -> None:
    """Raise TooLarge, or ValueError, by an array's header alone."""
    version = np.lib.format.read_magic(f)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = header(f)
    if dtype.hasobject:
        raise ValueError(f"{name} holds objects.")
    size = math.prod(shape) * dtype.itemsize
    if size > most:
        raise TooLarge(f"{name} would be {size:,} bytes, of at most {most:,}.")
