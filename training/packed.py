"""Weights packed by xz, as shipped runs have them: float16 numbers take a seventh less room, and are the same bits once unpacked."""

from __future__ import annotations

import lzma
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .files import write_atomically

MOST_BYTES = 2**29                                # unpacked
MOST_MEMORY = 2**26                               # that unpacking may take
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "lc": 1, "lp": 1, "pb": 1}]      # numbers of two bytes: each has its own statistics


class PackedError(ValueError):
    """A packed file is damaged or too large; the message says which."""


def pack(path: Path, to: Path) -> None:
    """Write the file at ``path`` packed to ``to``, atomically. Raises OSError."""
    packed = lzma.compress(path.read_bytes(), format=lzma.FORMAT_XZ, filters=FILTERS)
    write_atomically(to, lambda p: p.write_bytes(packed))


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A file with what ``path`` holds, for as long as the context. Raises PackedError and OSError."""
    reader = lzma.LZMADecompressor(lzma.FORMAT_XZ, MOST_MEMORY)
    try:
        data = reader.decompress(path.read_bytes(), MOST_BYTES)
    except lzma.LZMAError as e:
        raise PackedError(f"is damaged ({e})") from e
    if not reader.eof:
        raise PackedError("is cut off, or unpacks to too much")
    handle, name = tempfile.mkstemp(suffix=".safetensors")
    try:
        with os.fdopen(handle, "wb") as f:
            f.write(data)
        yield Path(name)
    finally:
        os.unlink(name)
