"""MNIST's own format, idx: a file of images and one of labels for each part, also packed by gzip (LeCun, Cortes & Burges 1998).

EMNIST's files (Cohen et al. 2017) hold each image with rows and columns exchanged, as MATLAB stores it; nothing in a file says so, so it is
known by its name.
"""

from __future__ import annotations

import re

import numpy as np

from .. import image_tables, memory_map
from ..archive import File
from ..download import DataError
from ..notes import Note
from . import Bench, Source, pixel_arrays

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
ROLES = re.compile(r"(images?|labels?|idx[1-4]|ubyte|byte|short|int|float|double|gz)$")
MAPPING = "mapping.txt"                           # how EMNIST's lists of its classes end: a number, and the code of its character
MOST_MAPPING = 2**16                              # bytes


def read(files: list[File], bench: Bench, notes: list[Note]) -> Source:
    """Files are paired by their names. Of several sets (EMNIST's archive holds six) the first is read, unless another one is said."""
    found: dict[str, list[tuple[str, str, np.ndarray]]] = {}
    sets: dict[str, list[File]] = {}
    for file in files:
        sets.setdefault(_set_of(file), []).append(file)
    names = sorted(sets)
    if bench.reading.part and bench.reading.part not in names:
        raise DataError(f"There is no set {bench.reading.part!r} in {bench.source.name}; there are {', '.join(names)}.", "data.error.part",
                        name=bench.reading.part, there=", ".join(names))
    chosen = bench.reading.part or names[0]
    for file in sets[chosen]:
        key = _pair_of(file)
        found.setdefault(key, []).append((file.path.name, image_tables.split_of(key), _array(file, bench)))
    parts, told = [], list[Note]()
    for _, members in sorted(found.items()):
        labels = next((a[:, 0] if a.ndim == 2 else a for _, _, a in members if a.ndim < 3), None)
        for name, split, array in members:
            if array.ndim > 2 and (shaped := pixel_arrays.channels_last(array)) is not None:
                fits = labels is not None and len(labels) == len(array)
                parts.append(pixel_arrays.Part(f"{name} {chosen}", shaped[0], labels if fits else None, split))
                told += [n for n in shaped[1] if n not in told]
    if not parts:
        raise DataError(f"{bench.source.name} has no idx file of images, only of labels.", "data.error.idx", name=bench.source.name)
    if not any(a.ndim < 3 for members in found.values() for _, _, a in members):
        first = next(name for name, _, a in next(iter(found.values())) if a.ndim > 2)
        told.append(Note("apart", name=re.sub(r"idx\d", "idx1", re.sub("images?", "labels", first))))
    if len(names) > 1:
        told.append(Note("parts", len(names), chosen))
    return pixel_arrays.source("idx", parts, bench, [*notes, *told], _names(chosen, bench), names if len(names) > 1 else ())


def _pair_of(file: File) -> str:
    """What the name of a file of images and that of its labels have in common."""
    return "-".join(w for w in image_tables.words(file.path.name) if not ROLES.match(w))


def _set_of(file: File) -> str:
    """The name of the set that a file belongs to, "" where its name says none."""
    return "-".join(w for w in _pair_of(file).split("-") if not (w.isdigit() or image_tables.split_of(w)))


def _array(file: File, bench: Bench) -> np.ndarray:
    f = bench.on_disk(file)
    head = f.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in TYPES or not 1 <= head[3] <= 4:
        raise DataError(f"{file.path.name} is no idx file, or a damaged one.", "data.error.damaged", name=file.path.name)
    shape = tuple(int(n) for n in np.frombuffer(f.read(4 * head[3]), ">u4"))
    try:
        return memory_map.of_file(f, f.tell(), shape, np.dtype(TYPES[head[2]]))
    except ValueError as error:
        raise DataError(f"{file.path.name} is shorter than its header promises.", "data.error.damaged", name=file.path.name) from error


def _names(chosen: str, bench: Bench) -> list[str] | None:
    """Of the classes, by the list that lies beside EMNIST's files."""
    for file in bench.files:
        name = file.path.name.lower()
        if name.endswith(MAPPING) and (not chosen or name.startswith(chosen)) and file.size <= MOST_MAPPING:
            rows = [line.split() for line in file.read(-1).decode("ascii", "replace").splitlines() if line.strip()]
            if not all(len(r) >= 2 and r[0].isdecimal() and r[1].isdecimal() and int(r[0]) < pixel_arrays.MOST_CLASSES for r in rows):
                return None
            known = {int(r[0]): chr(int(r[1]) % 0x110000) for r in rows}
            return [known.get(k, str(k)) for k in range(max(known, default=-1) + 1)]
    return None


__all__ = ["read"]
