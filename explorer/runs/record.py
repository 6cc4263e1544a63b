"""What was once measured of a run, kept beside its weights: read where it is there, so that every machine and every day show the same.

A *record* is a list of named *entries*, each a dict of arrays and JSON values. The file is a safetensors file packed by xz (nothing in it
can run code): the arrays by "entry/field", and under "facts" the JSON values and what they were measured of. A file that is damaged, or was
measured of other weights, by another classifier, on other images or by an older program is left alone, and written anew.
"""

from __future__ import annotations

import json
import logging
import lzma
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from training.checkpoint import CARD
from training.files import write_atomically

T = TypeVar("T")
Entry = dict[str, Any]                          # by field: an array, or what JSON can tell
FILE = "measured.safetensors.xz"
FORMAT = 1                                      # one more whenever something would be measured otherwise: older files then count no more
MOST_FILE, MOST_BYTES, MOST_MEMORY = 2**22, 2**25, 2**26      # bytes: of a file, of what it unpacks to, and to unpack it
MANTISSA = 11                                   # bits that ``trimmed`` keeps: as a float16 has, without its range
log = logging.getLogger(__name__)


def trimmed(values: np.ndarray) -> np.ndarray:
    """Numbers as float32 of MANTISSA bits, the nearest such: half a thousandth off at most, and packed in half the room."""
    drop = 23 - MANTISSA
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return ((bits + np.uint32(1 << (drop - 1))) & np.uint32(0xFFFFFFFF << drop & 0xFFFFFFFF)).view(np.float32)


class Record:
    """The entries of one run, in the file FILE of its ``folder`` as far as it has some for the same ``key``: what they are measured of, by
    name. ``writes``: whether a new entry goes to the file at once. May be used by several threads."""

    def __init__(self, folder: Path, key: dict[str, str], writes: bool = True, keeps_in: Path | None = None) -> None:
        """``keeps_in``: where the file is written where that is not the run's own folder; it is read there before."""
        self.folder, self.keeps_in, self.key, self.writes = folder, keeps_in or folder, key, writes
        self._lock = threading.Lock()
        self._entries: dict[str, Entry] = {}
        for place in dict.fromkeys((folder, self.keeps_in)):
            self._entries = {**self._entries, **self._read(place / FILE)}

    def _read(self, path: Path) -> dict[str, Entry]:
        try:
            return _unpack(path, self.key) if path.is_file() else {}
        except (OSError, EOFError, ValueError, KeyError, TypeError, lzma.LZMAError, SafetensorError, RecursionError) as e:
            log.warning("%s is not used (%s); what it held is measured again.", path, e or type(e).__name__)
            return {}

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def get(self, name: str, make: Callable[[], Entry], read: Callable[[Entry], T]) -> T:
        """What ``read`` makes of an entry; ``make`` measures one that is not there. Read is always what the file holds, or will hold."""
        if name in self._entries:
            try:
                return read(self._entries[name])
            except (KeyError, ValueError, TypeError, IndexError, AttributeError) as e:
                log.warning("%s: %r does not fit this run (%s); it is measured again.", self.folder / FILE, name, e)
        entry = {k: v if isinstance(v, np.ndarray) else json.loads(json.dumps(v)) for k, v in make().items()}
        value = read(entry)
        with self._lock:
            self._entries = {**self._entries, name: entry}
        if self.writes:
            self.save()
        return value

    def save(self) -> bool:
        """Write the file; False where that cannot be, as in a folder that may only be read. What is measured stays in memory then."""
        with self._lock:
            if not (self.folder / CARD).is_file():          # a run that was deleted meanwhile stays so
                return False
            data = pack(self._entries, self.key)
            try:
                if self.keeps_in != self.folder:
                    self.keeps_in.mkdir(parents=True, exist_ok=True)
                write_atomically(self.keeps_in / FILE, lambda p: p.write_bytes(data))
            except OSError as e:
                log.warning("%s cannot be written (%s); what was measured is kept in memory only.", self.keeps_in / FILE, e.strerror or e)
                self.writes = False
                return False
        return True

    def keep_only(self, names: set[str]) -> None:
        """Drop entries of other names."""
        with self._lock:
            self._entries = {k: v for k, v in self._entries.items() if k in names}

    @property
    def names(self) -> list[str]:
        """Of all entries."""
        return sorted(self._entries)


def pack(entries: dict[str, Entry], key: dict[str, str]) -> bytes:
    """The bytes of a file: the same for the same entries."""
    every = sorted(entries.items())
    arrays = {f"{name}/{k}": np.ascontiguousarray(v) for name, e in every for k, v in e.items() if isinstance(v, np.ndarray)}
    facts = {name: {k: v for k, v in e.items() if not isinstance(v, np.ndarray)} for name, e in every}
    told = json.dumps({"format": FORMAT, "of": key, "entries": facts}, allow_nan=False, separators=(",", ":"))
    return lzma.compress(save({**arrays, "facts": np.frombuffer(told.encode(), np.uint8)}), preset=lzma.PRESET_EXTREME | 6)


def _unpack(path: Path, key: dict[str, str]) -> dict[str, Entry]:
    """The entries of a file that was measured of ``key``; none of another one's. Raises ValueError and others for what is damaged."""
    with open(path, "rb") as f:
        packed = f.read(MOST_FILE + 1)
    if len(packed) > MOST_FILE:
        raise ValueError("it is too large")
    reader = lzma.LZMADecompressor(lzma.FORMAT_XZ, MOST_MEMORY)
    data = reader.decompress(packed, MOST_BYTES)
    if not reader.eof:
        raise ValueError("it is cut off or unpacks to too much")
    arrays = load(data)
    told = json.loads(arrays.pop("facts").tobytes())
    if told["format"] != FORMAT or told["of"] != key:
        log.info("%s was measured of other weights or by another program; it is measured again.", path)
        return {}
    entries = {str(name): dict(entry) for name, entry in told["entries"].items()}
    for place, values in arrays.items():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ValueError(f"{place} holds NaN or infinite numbers")
        name, _, field = place.rpartition("/")
        entries[name][field] = values
    return entries


__all__ = ["FILE", "FORMAT", "Entry", "Record", "pack", "trimmed"]
