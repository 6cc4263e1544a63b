"""Arrays of numpy: ``.npz`` and ``.npy``, (n, H, W), (n, H, W, C), (n, C, H, W) or (n, pixels). Python objects in them are never opened."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np

from .. import image_tables, memory_map, tars
from ..archive import MOST_BYTES, File
from ..download import DataError
from ..notes import Note
from . import Bench, Source, pixel_arrays

MOST_ARRAYS = 1_000
LABELS = {"y", "label", "labels", "target", "targets", "class", "classes", "category", "fine", "ytrain", "ytest"}
NAMES = {"names", "classes", "class", "categories", "labels", "target"}
PIXELS = {"x", "image", "images", "img", "imgs", "data", "pixels", "pixel", "pictures", "xtrain", "xtest"}
LEAST_IN_A_ROW = 64                               # numbers of images that lie flat, 8 × 8


@dataclass
class Array:
    """``file`` and ``name`` say where it was, ``split`` which part of a split it is."""

    file: str
    name: str
    array: np.ndarray

    @property
    def split(self) -> str:
        """By its own name, else by its file's."""
        return image_tables.split_of(self.name) or image_tables.split_of(self.file)

    def called(self, words: set[str]) -> bool:
        """Whether its name has one of these words."""
        return bool(words & set(image_tables.words(self.name)))


def read(files: list[File], bench: Bench, notes: list[Note]) -> Source:
    """Images and labels are told by shape, then by name. Raises DataError where no array is one of images."""
    found: list[Array] = []
    objects: list[str] = []
    for file in files:
        found += _arrays(file, bench, objects)
    images, told = _images(found)
    if not images:
        if objects:
            raise DataError(f"{', '.join(objects[:4])} in {bench.source.name} holds Python objects (a pickle), which are never opened. "
                            "Save it as numbers: numpy.savez(file, images=…, labels=…).", "data.error.pickle", name=bench.source.name)
        there = ", ".join(f"{a.name} {a.array.shape}" for a in found[:8]) or "none"
        raise DataError(f"No array in {bench.source.name} is one of images: (n, H, W) or (n, H, W, C) of numbers. There is: {there}.",
                        "data.error.arrays", name=bench.source.name, there=there)
    taken = {id(a.array) for a, _ in images}
    others = [a for a in found if id(a.array) not in taken]
    parts = [pixel_arrays.Part(f"{a.file} {a.name}", pixels, _labels(a, len(pixels), others), a.split) for a, pixels in images]
    return pixel_arrays.source("arrays", parts, bench, [*notes, *told], _names(others, {len(p) for _, p in images}))


def _arrays(file: File, bench: Bench, objects: list[str]) -> Iterator[Array]:
    f, name = bench.on_disk(file), file.path.as_posix()
    if name.lower().endswith(".npy"):
        shape, fortran, dtype = memory_map.header_of(f)
        if dtype.hasobject:
            objects.append(file.path.name)
            return
        yield Array(name, file.path.stem, memory_map.of_file(f, f.tell(), shape, dtype, "F" if fortran else "C"))
        return
    archive = bench.stack.enter_context(zipfile.ZipFile(f))
    members = [m for m in archive.infolist() if m.filename.endswith(".npy")]
    if len(members) > MOST_ARRAYS or sum(m.file_size for m in members) > MOST_BYTES:
        raise DataError(f"{file.path.name} would unpack to more than {MOST_BYTES / 1024**3:.0f} GiB.", "data.error.zip.large",
                        n=MOST_BYTES // 1024**3)
    for member in members:
        with archive.open(member) as inside:
            shape, fortran, dtype = memory_map.header_of(inside)
            if dtype.hasobject:
                objects.append(member.filename.removesuffix(".npy"))
                continue
            if not shape or dtype.kind not in "buifSU":
                continue
            plain = _unpacked(inside, bench)
        yield Array(name, member.filename.removesuffix(".npy"), memory_map.of_file(plain, 0, shape, dtype, "F" if fortran else "C"))


def _unpacked(inside: IO[bytes], bench: Bench) -> IO[bytes]:
    found = tars.unpacked(iter(lambda: inside.read(memory_map.CHUNK), b""), bench.stack, bench.scratch, MOST_BYTES)
    assert found is not None                      # the sizes of all members were added up
    return found


def _images(found: list[Array]) -> tuple[list[tuple[Array, np.ndarray]], list[Note]]:
    """The arrays that are images, as stored.Part has them: those of one shape, the most there are; flat ones where there are no others."""
    known = [(a, shaped) for a in found if (shaped := pixel_arrays.channels_last(a.array)) is not None]
    if not known:
        flat = [a for a in found if a.array.ndim == 2 and a.array.dtype.kind in "buif" and len(a.array)
                and a.array.shape[1] >= LEAST_IN_A_ROW]
        flat = [a for a in flat if a.called(PIXELS)] or flat
        known = [(a, shaped) for a in flat if (shaped := pixel_arrays.of_rows(a.array)) is not None]
    named = [(a, shaped) for a, shaped in known if a.called(PIXELS)]
    known = named or known
    shapes: dict[tuple[int, ...], int] = {}
    for _, (pixels, _) in known:
        shapes[pixels.shape[1:]] = shapes.get(pixels.shape[1:], 0) + len(pixels)
    most = max(shapes, key=lambda s: shapes[s], default=None)
    kept = [(a, shaped) for a, shaped in known if shaped[0].shape[1:] == most]
    told = [note for _, (_, notes) in kept[:1] for note in notes]
    return [(a, pixels) for a, (pixels, _) in kept], told


def _labels(images: Array, n: int, others: list[Array]) -> np.ndarray | None:
    """The labels of an array of images: of as many numbers or words, of the same part of a split and file, and so called."""
    best: tuple[tuple[bool, ...], np.ndarray] | None = None
    for other in others:
        values = _label_values(other.array, n)
        if values is None or (images.split and other.split and images.split != other.split):
            continue
        worth = (other.called(LABELS), images.split == other.split, images.file == other.file)
        if best is None or worth > best[0]:
            best = (worth, values)
    return None if best is None else best[1]


def _label_values(array: np.ndarray, n: int) -> np.ndarray | None:
    if len(array) != n:
        return None
    if array.ndim == 1:
        return array
    if array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0]
    if array.ndim == 2 and 2 <= array.shape[1] <= pixel_arrays.MOST_CLASSES and array.dtype.kind in "buif":
        once = array.astype(np.float64)           # one-hot: a single 1 in each row
        if ((once == 0) | (once == 1)).all() and (once.sum(1) == 1).all():
            return once.argmax(1)
    return None


def _names(others: list[Array], counts: set[int]) -> list[str] | None:
    """Names of classes, in order, where an array holds such."""
    for other in others:
        if other.array.ndim == 1 and other.array.dtype.kind in "SU" and len(other.array) not in counts and other.called(NAMES):
            return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in other.array.tolist()]
    return None


__all__ = ["read"]
