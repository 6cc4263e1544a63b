"""A CSV of pixels, as Kaggle has them: an image in each row, a column for each pixel or one of all, and a column of classes."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
import pandas as pd

from .. import image_tables, memory_map
from ..archive import File
from ..download import DataError
from ..notes import Note
from . import Bench, Source, pixel_arrays

LABELS = ("label", "labels", "class", "target", "y", "emotion", "digit", "letter", "category", "character")
PARTS = ("usage", "split", "subset", "set", "partition")
ALL_IN_ONE = ("pixels", "pixel_values", "pixel values")
PIXEL = re.compile(r"^\D{0,8}[\d.x_, -]+$")       # pixel17, p17, 3x5, 17
MOST_LINE = 2**21                                 # characters of the first line
LEAST_PIXELS = pixel_arrays.LEAST_SIDE**2
SKIPPED = re.compile(r"Skipping line \d+")


@dataclass(frozen=True)
class Layout:
    """What the columns are, by their places: ``pixels``, the first and the one after the last as they come, or one column of all
    (``spaced``); ``label`` and ``part`` of a split, -1 for none. ``header``: whether the first line names them."""

    pixels: tuple[int, ...]
    label: int = -1
    part: int = -1
    header: bool = True
    spaced: bool = False
    separator: str = ","
    called: str = ""


class Unfit(Exception):
    """Numbers that are no bytes."""


def read(files: list[File], bench: Bench, notes: list[Note]) -> Source:
    """Files without pixels (a list of names, Kaggle's sample submission) are left out. Raises DataError where none has any."""
    parts: list[pixel_arrays.Part] = []
    told, bad, without = list[Note](), 0, 0
    for file in files:
        f = bench.on_disk(file)
        layout = layout_of(f)
        if layout is None:
            without += 1
            continue
        for dtype in (np.uint8, np.float32):
            try:
                f.seek(0)
                found = _Read(layout, np.dtype(dtype), bench)
                found.all(f)
                break
            except Unfit:
                continue
        bad += found.bad
        if not found.rows.count:
            continue
        images, more = _shaped(found.rows.array(), bench)
        told += [n for n in (*more, *([Note("labelled", name=layout.called)] if layout.called else [])) if n not in told]
        parts += list(_parts(file, images, found, layout))
    if not parts:
        raise DataError(f"{bench.source.name} has no rows of pixels: a square number of them, and one column of classes at most.",
                        "data.error.csv", name=bench.source.name)
    shape = max((p.images.shape[1:] for p in parts), key=lambda s: sum(len(p.images) for p in parts if p.images.shape[1:] == s))
    kept = [p for p in parts if p.images.shape[1:] == shape]
    counts = [Note("rows", bad)] if bad else []
    if without + len(parts) - len(kept):
        counts.append(Note("other", without + len(parts) - len(kept)))
    return pixel_arrays.source("csv", kept, bench, [*notes, *counts, *told])


def _shaped(rows: np.ndarray, bench: Bench) -> tuple[np.ndarray, list[Note]]:
    found = pixel_arrays.of_rows(rows)
    if found is None:
        raise DataError(f"The first row of {bench.source.name} has {rows.shape[1]} pixels, which is no square, grey or in colour.",
                        "data.error.csv", name=bench.source.name)
    return found


def _parts(file: File, images: np.ndarray, found: _Read, layout: Layout) -> Iterator[pixel_arrays.Part]:
    """By the column that says which part of a split a row is, where there is one, else by the file's name."""
    labels = _joined(found.labels) if layout.label >= 0 else None
    name = file.path.as_posix()
    if layout.part < 0:
        yield pixel_arrays.Part(name, images, labels, image_tables.split_of(name))
        return
    words = np.concatenate(found.parts)
    for word in sorted(set(words.tolist())):
        at = np.flatnonzero(words == word)
        yield pixel_arrays.Part(name, memory_map.pick(images, at), None if labels is None else labels[at], image_tables.split_of(word))


def _joined(labels: list[np.ndarray]) -> np.ndarray:
    """Of all chunks: as text where one of them has words."""
    words = any(part.dtype.kind == "O" for part in labels)
    return np.concatenate([part.astype(str).astype(object) if words else part for part in labels])


class _Read:
    """Rows of pixels in one type of number, their labels and parts, and how many rows were no pixels."""

    def __init__(self, layout: Layout, dtype: np.dtype, bench: Bench) -> None:
        self.layout, self.bench, self.bad = layout, bench, 0
        self.labels: list[np.ndarray] = []
        self.parts: list[np.ndarray] = []
        self.rows = memory_map.Rows((0,) if layout.spaced else (len(layout.pixels),), dtype, bench.scratch)

    def all(self, f: IO[bytes]) -> None:
        """Read to the end. Raises Unfit when the numbers are others than this type holds."""
        layout = self.layout
        at_once = max(8, memory_map.CHUNK // (8 * max(len(layout.pixels), 2048 if layout.spaced else 1)))
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            for frame in pd.read_csv(f, sep=layout.separator, header=0 if layout.header else None, chunksize=at_once, low_memory=False,
                                     on_bad_lines="warn", encoding="utf-8", encoding_errors="replace", skip_blank_lines=True,
                                     skipinitialspace=True, index_col=False):
                self._chunk(frame)
                self.bench.few_enough(self.rows.count)
        self.bad += sum(len(SKIPPED.findall(str(w.message))) for w in heard)

    def _chunk(self, frame: pd.DataFrame) -> None:
        layout = self.layout
        values = _spaced(frame.iloc[:, layout.pixels[0]]) if layout.spaced else _numbers(frame.iloc[:, list(layout.pixels)])
        if layout.spaced and not self.rows.count and self.rows.shape == (0,):
            self.rows = memory_map.Rows((values.shape[1],), self.rows.dtype, self.bench.scratch)
        if values.shape[1:] != self.rows.shape:
            self.bad += len(values)
            return
        good = np.isfinite(values).all(1) if values.dtype.kind == "f" else np.ones(len(values), bool)
        self.bad += int((~good).sum())
        values = values[good]
        if self.rows.dtype == np.uint8 and values.size and not _bytes(values):
            raise Unfit
        self.rows.append(values.astype(self.rows.dtype))
        if layout.label >= 0:
            column = frame.iloc[:, layout.label]
            self.labels.append(column.to_numpy() if column.dtype.kind in "iufb" else column.fillna("").astype(str).to_numpy(object))
            self.labels[-1] = self.labels[-1][good]
        if layout.part >= 0:
            self.parts.append(frame.iloc[:, layout.part].fillna("").astype(str).to_numpy(object)[good])


def _bytes(values: np.ndarray) -> bool:
    """Whether all are whole numbers from 0 to 255."""
    return values.min() >= 0 and values.max() <= 255 and (values.dtype.kind != "f" or bool((values == np.floor(values)).all()))


def _numbers(frame: pd.DataFrame) -> np.ndarray:
    """(k, pixels); NaN where there is no number."""
    if any(t.kind not in "iufb" for t in frame.dtypes):
        frame = frame.apply(pd.to_numeric, errors="coerce")
    return frame.to_numpy()


def _spaced(column: pd.Series) -> np.ndarray:
    """(k, pixels) of numbers with spaces between them; a row with another count than most is NaN."""
    rows = [np.array(str(v).split()) for v in column]
    counts = [len(r) for r in rows]
    most = max(set(counts), key=counts.count)
    out = np.full((len(rows), most), np.nan, np.float32)
    for k, row in enumerate(rows):
        if len(row) == most:
            out[k] = pd.to_numeric(pd.Series(row), errors="coerce")
    return out


def layout_of(f: IO[bytes]) -> Layout | None:
    """What the columns of a CSV are; None for one that has no pixels. The file is left at its beginning."""
    head = io.TextIOWrapper(io.BytesIO(f.read(4 * MOST_LINE)), "utf-8-sig", "replace")
    f.seek(0)
    lines = [line for line, _ in zip(filter(str.strip, iter(lambda: head.readline(MOST_LINE), "")), range(65), strict=False)]
    if len(lines) < 2:
        return None
    separator = max(",;\t", key=lambda c: lines[1].count(c))
    rows = list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    names, body = [c.strip() for c in rows[0]], rows[1:]
    header = _is_header(names)
    lower = [n.lower() for n in names] if header else [""] * len(names)
    part = next((k for k, n in enumerate(lower) if n in PARTS), -1)
    label = next((lower.index(n) for n in LABELS if n in lower), -1)
    one = next((k for k, n in enumerate(lower) if n in ALL_IN_ONE), -1)
    if one >= 0 and one < len(body[0]) and len(body[0][one].split()) >= LEAST_PIXELS:
        return Layout((one,), label, part, True, True, separator, names[label] if label >= 0 else "")
    rest = [k for k in range(len(names)) if k not in (part, label) and not (header and _no_pixel(lower[k], k))]
    if label < 0 and pixel_arrays.side_of(len(rest)) is None:
        label = _odd_one(rest, lower, header, body)
        rest = [k for k in rest if k != label]
    if len(rest) < LEAST_PIXELS or pixel_arrays.side_of(len(rest)) is None:
        return None
    called = "" if label < 0 else names[label] if header else str(label + 1)
    return Layout(tuple(rest), label, part, header, False, separator, called)


def _is_header(names: list[str]) -> bool:
    words = sum(not _is_number(n) for n in names)
    counted = [n for n in names if n.isdecimal()]
    return 2 * words > len(names) or any(n.lower() in LABELS for n in names) or counted == [str(k) for k in range(len(counted))] != []


def _no_pixel(name: str, k: int) -> bool:
    """A column of numbers or names of rows, as pandas and others write it."""
    return name in ("id", "index", "imageid", "image_id", "filename", "file", "name") or not name and k == 0 or name.startswith("unnamed")


def _odd_one(rest: list[int], lower: list[str], header: bool, body: list[list[str]]) -> int:
    """The one column that is no pixel, -1 for none: of another kind of name, or of words; else the first, or the last if that alone
    changes."""
    if len(rest) < 2 or pixel_arrays.side_of(len(rest) - 1) is None:
        return -1
    if header:
        odd = [k for k in rest if not PIXEL.match(lower[k])]
        if len(odd) == 1:
            return odd[0]
    texts = [k for k in (rest[0], rest[-1]) if any(k < len(r) and not _is_number(r[k]) for r in body)]
    if texts:
        return texts[0]
    changes = [len({r[k] for r in body if k < len(r)}) > 1 for k in (rest[0], rest[-1])]
    return rest[-1] if changes == [False, True] else rest[0]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


__all__ = ["Layout", "layout_of", "read"]
