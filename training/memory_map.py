"""Arrays that lie in a file and not in memory: the system reads the pages that are looked at and takes them back when it is told to.

A set of 200,000 colour images of 64 × 64 pixels is 2.5 GB. Rows are written to a file one after the other and read through a mapping of it,
so that reading, hashing, writing and training need no more memory than the rows of the moment.
"""

from __future__ import annotations

import mmap
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

SMALL = 64 * 1024**2                              # bytes up to which an array lies in memory
CHUNK = 8 * 1024**2                               # bytes that are handled at a time
TOUCHED = 256 * 1024**2                           # bytes of a mapping that are looked at before they are given back
AROUND = 2 * 1024**2                              # bytes that the system maps around one that is looked at, at most: a large page
HEADER = 30                                       # bytes of a zip's header before a member's name


def at_once(row_bytes: int) -> int:
    """How many rows of so many bytes are handled at a time."""
    return max(1, CHUNK // max(1, row_bytes))


def spans(array: np.ndarray) -> Iterator[slice]:
    """Slices of the rows of an array, each of a size to be handled at once."""
    step = at_once(array[:1].nbytes)
    for start in range(0, len(array), step):
        yield slice(start, min(start + step, len(array)))


def chunks(array: np.ndarray) -> Iterator[np.ndarray]:
    """The rows of an array in order, each chunk contiguous; a mapping's pages are given back on the way."""
    for span in spans(array):
        yield np.ascontiguousarray(array[span])
        let_go(array)


def let_go(array: np.ndarray) -> None:
    """Give back the memory of a mapping's pages; they are read again when they are looked at. Nothing for other arrays."""
    base: Any = array
    while isinstance(base, np.ndarray | memoryview):
        base = base.base if isinstance(base, np.ndarray) else base.obj
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


class Touched:
    """Counts what is looked at of an array at random places, and has its pages given back in time."""

    def __init__(self, array: np.ndarray) -> None:
        self.array, self.bytes = array, 0
        self.each = AROUND + array[:1].nbytes

    def more(self, rows: int) -> None:
        """So many rows more were looked at."""
        self.bytes += rows * self.each
        if self.bytes > TOUCHED:
            let_go(self.array)
            self.bytes = 0


class Rows:
    """Rows of one shape and type, written one after the other to a file without a name in ``folder``, and read as one array."""

    def __init__(self, shape: tuple[int, ...], dtype: Any, folder: Path | None = None) -> None:
        self.shape, self.dtype, self.count = shape, np.dtype(dtype), 0
        self._file = tempfile.TemporaryFile(dir=folder, buffering=CHUNK)      # noqa: SIM115

    def append(self, rows: np.ndarray) -> None:
        """(k, *shape) more."""
        if rows.shape[1:] != self.shape or rows.dtype != self.dtype:
            raise ValueError(f"rows of {self.shape}, {self.dtype} are needed, not {rows.shape[1:]}, {rows.dtype}.")
        self._file.write(np.ascontiguousarray(rows).data)
        self.count += len(rows)

    def array(self) -> np.ndarray:
        """All rows (count, *shape); nothing can be appended any more."""
        shape = (self.count, *self.shape)
        if not np.prod(shape):
            self._file.close()
            return np.empty(shape, self.dtype)
        self._file.flush()
        found = of_file(self._file, 0, shape, self.dtype)
        self._file.close()
        return found


def of_file(file: IO[bytes], offset: int, shape: tuple[int, ...], dtype: np.dtype, order: Any = "C") -> np.ndarray:
    """An array that lies in a file from a byte on. What is written into it stays out of the file. Raises ValueError where the file is
    too short."""
    if not np.prod(shape):
        return np.empty(shape, dtype)
    mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    return np.frombuffer(mapping, dtype, int(np.prod(shape, dtype=object)), offset).reshape(shape, order=order)


def pick(array: np.ndarray, index: np.ndarray, folder: Path | None = None) -> np.ndarray:
    """The rows at ``index`` (k,), ascending, contiguous: in memory, or mapped where they are large."""
    if array[:1].nbytes * len(index) <= SMALL:
        found = np.ascontiguousarray(array[index])
        let_go(array)
        return found
    rows = Rows(array.shape[1:], array.dtype, folder)
    step = at_once(array[:1].nbytes)
    for start in range(0, len(index), step):
        rows.append(array[index[start:start + step]])
        let_go(array)
    return rows.array()


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """As numpy.savez, without ever holding an array in memory."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            header = dict(descr=np.lib.format.dtype_to_descr(array.dtype), fortran_order=False, shape=array.shape)
            with archive.open(f"{name}.npy", "w", force_zip64=True) as f:
                np.lib.format.write_array_header_1_0(f, header)
                for part in chunks(array) if array.ndim else [array]:
                    f.write(np.ascontiguousarray(part).tobytes())


def read_npz(path: Path, name: str) -> np.ndarray:
    """One array of what ``write_npz`` wrote, mapped, after its checksum was compared. Raises what a damaged zip raises, ValueError or
    KeyError."""
    with zipfile.ZipFile(path) as archive, open(path, "rb") as f:
        member = archive.getinfo(f"{name}.npy")
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{name} is compressed.")
        with archive.open(member) as whole:       # reads to the end, where the checksum is compared
            while whole.read(CHUNK):
                pass
        f.seek(member.header_offset)
        head = f.read(HEADER)
        f.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
        shape, fortran, dtype = header_of(f)
        return of_file(f, f.tell(), shape, dtype, "F" if fortran else "C")


def header_of(f: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether columns come first, and type of the .npy that begins here; the file then stands at its numbers. Raises ValueError."""
    version = np.lib.format.read_magic(f)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"version {version} of .npy is not read here.")
    return (np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0)(f)


__all__ = ["CHUNK", "Rows", "Touched", "at_once", "chunks", "header_of", "let_go", "of_file", "pick", "read_npz", "spans", "write_npz"]
