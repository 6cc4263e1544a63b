"""Images that are stored as numbers, many in one array: what their numbers mean, which way they lie, and their classes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .. import image_tables, memory_map, pictures
from ..file_names import readable
from ..notes import Note
from ..pictures import Picture, Unreadable
from . import Bench, One, Source

MOST_CLASSES = 1_000
LOW = 32                                          # whole numbers up to it are no 8 bits: 0 to 16 of scikit-learn's digits
LEAST_SIDE, MOST_SIDE = 4, 2048                   # pixels
COMPARED = 64                                     # images by which the order of a colour image's numbers is told


@dataclass
class Part:
    """``images`` (n, h, w) or (n, h, w, C) with C of 3 or 4, in numbers of any kind; ``labels`` (n,) numbers or text, or None; ``split``:
    the word that says which part of a split they are, ``name``: of the array or file."""

    name: str
    images: np.ndarray
    labels: np.ndarray | None = None
    split: str = ""


@dataclass(frozen=True)
class Range:
    """What becomes black and what white; ``whole``: as they are, 0 to 255."""

    black: float
    white: float
    bytes: bool

    def eight_bit(self, values: np.ndarray) -> np.ndarray:
        """Numbers as uint8."""
        if self.bytes:
            return values.astype(np.uint8)
        scaled = (values.astype(np.float64) - self.black) * (255 / max(self.white - self.black, 1e-300))
        return np.nan_to_num(scaled).clip(0, 255).round().astype(np.uint8)


def source(kind: str, parts: list[Part], bench: Bench, notes: list[Note], names: Sequence[str] | None = None,
           several: Sequence[str] = ()) -> Source:
    """The pictures of arrays. ``names``: of the classes 0, 1, …, where these are known; ``several``: names of the sets there are."""
    bench.few_enough(sum(len(p.images) for p in parts))
    turned = _turned(parts, bench)
    if turned:
        for part in parts:
            part.images = part.images.swapaxes(1, 2)
        notes = [*notes, Note("turned", name="EMNIST" if bench.reading.turned == "auto" else "")]
    values = _range(parts)
    if not values.bytes:
        notes = [*notes, Note("range", low=values.black, high=values.white)]
    labels, classes, told = classes_of([(p.labels, len(p.images), p.split) for p in parts], names)

    def ones(at: Sequence[int] | None = None) -> Iterator[One]:
        start = 0
        for part, label in zip(parts, labels, strict=True):
            n = len(part.images)
            some = None if at is None else np.array([k - start for k in at if start <= k < start + n], np.int64)
            yield from _ones(part, label, values, some)
            start += n

    return Source(kind, sum(len(p.images) for p in parts), ones, classes, (*notes, *told), tuple(several),
                  held_of([(len(p.images), p.split) for p in parts]))


def _ones(part: Part, labels: np.ndarray, values: Range, some: np.ndarray | None) -> Iterator[One]:
    spans: Any = memory_map.spans(part.images) if some is None else [some[k:k + 64] for k in range(0, len(some), 64)]
    for at in spans:
        rows = np.ascontiguousarray(part.images[at])
        good = np.isfinite(rows).reshape(len(rows), -1).all(1) if rows.dtype.kind == "f" else np.ones(len(rows), bool)
        pixels = values.eight_bit(rows)
        for row, label, sound in zip(pixels, labels[at], good, strict=True):
            yield One(partial(_picture, row) if sound else _none, None, int(label), part.split)
        memory_map.let_go(part.images)


def _picture(row: np.ndarray, side: int) -> Picture:
    return pictures.of_pixels(row, side, side)


def _none(side: int) -> Picture:
    raise Unreadable("rows")


def _turned(parts: list[Part], bench: Bench) -> bool:
    said = bench.reading.turned
    named = (bench.source.name, *(p.name for p in parts))
    return said == "yes" or said == "auto" and any(image_tables.TURNED.search(n.lower()) for n in named)


def _range(parts: list[Part]) -> Range:
    """One for all: see pictures.span. Whole numbers that stay below LOW reach from 0 to the largest."""
    low, high, whole = math.inf, -math.inf, True
    for part in parts:
        for span in memory_map.spans(part.images):
            values = part.images[span]
            if values.dtype.kind == "f":
                values = values[np.isfinite(values)]
                whole = whole and bool((values == np.floor(values)).all())
            if values.size:
                low, high = min(low, float(values.min())), max(high, float(values.max()))
            memory_map.let_go(part.images)
    if high < low:
        return Range(0, 255, False)
    if low >= 0 and whole and high <= LOW:
        return Range(0, max(high, 1), False)
    black, white = pictures.span(low, high, whole)
    return Range(black, white, (black, white) == (0, 255) and whole)


def channels_last(array: np.ndarray) -> tuple[np.ndarray, list[Note]] | None:
    """Images (n, h, w), (n, h, w, C) or (n, C, h, w) with C of 1, 3 or 4 as (n, h, w) or (n, h, w, C), and what is to be told; None of any
    other shape."""
    if array.dtype.kind not in "buif" or array.ndim not in (3, 4) or not len(array):
        return None
    notes = []
    if array.ndim == 4:
        if array.shape[3] not in (1, 3, 4):
            if array.shape[1] not in (1, 3, 4):
                return None
            array = array.transpose(0, 2, 3, 1)
            notes = [Note("channels")] if array.shape[3] > 1 else []
        if array.shape[3] == 1:
            array = array[..., 0]
    return (array, notes) if min(array.shape[1:3]) >= LEAST_SIDE and max(array.shape[1:3]) <= MOST_SIDE else None


def side_of(numbers: int) -> tuple[int, int] | None:
    """Side and channels of a square image of so many numbers, grey or in three colours; None where there is none."""
    for channels in (1, 3):
        side = math.isqrt(numbers // channels)
        if side * side * channels == numbers and LEAST_SIDE <= side <= MOST_SIDE // 4:
            return side, channels
    return None


def of_rows(rows: np.ndarray) -> tuple[np.ndarray, list[Note]] | None:
    """Images (n, p), one in a row, as (n, side, side) or (n, side, side, 3), and what is to be told; None where p is no such number.
    Whether the colours of a pixel lie together is told by which way neighbours are more alike."""
    found = side_of(rows.shape[1])
    if found is None:
        return None
    side, channels = found
    if channels == 1:
        return rows.reshape(-1, side, side), []
    few = np.nan_to_num(rows[::max(1, len(rows) // COMPARED)][:COMPARED].astype(np.float64))
    together, apart = few.reshape(-1, side, side, 3), few.reshape(-1, 3, side, side).transpose(0, 2, 3, 1)
    if _roughness(apart) < _roughness(together):
        return rows.reshape(-1, 3, side, side).transpose(0, 2, 3, 1), [Note("channels")]
    return rows.reshape(-1, side, side, 3), []


def _roughness(images: np.ndarray) -> float:
    return float(np.abs(np.diff(images, axis=1)).mean() + np.abs(np.diff(images, axis=2)).mean())


def classes_of(parts: Sequence[tuple[np.ndarray | None, int, str]],
               names: Sequence[str] | None = None) -> tuple[list[np.ndarray], tuple[str, ...], list[Note]]:
    """Of parts (labels, how many images, word of the split): for each the numbers of its classes (n,) int64, -1 for none, the classes'
    names, () for none, and what is to be told. Of a split the training images say which classes there are."""
    without = [np.full(n, -1, np.int64) for _, n, _ in parts]
    split = image_tables.is_split({word for _, _, word in parts})
    training = [labels for labels, n, word in parts if labels is not None and n and not (split and image_tables.held_out(word))]
    if not training:
        return without, (), []
    whole = [v for v in map(_values, training) if v is not None]
    found = np.unique(np.concatenate(whole)) if len(whole) == len(training) and len({v.dtype.kind for v in whole}) == 1 else np.empty(0)
    if names is not None and found.dtype.kind != "U":
        found = found[found >= 0]                 # -1 is "no label" where classes are named
    if not 2 <= len(found) <= MOST_CLASSES:
        return without, (), [Note("nolabels")] if len(found) != 1 else []
    numbers = []
    for empty, (labels, _, _) in zip(without, parts, strict=True):
        values = None if labels is None else _values(labels, keep=True)
        if values is None or values.dtype.kind != found.dtype.kind:
            numbers.append(empty)
            continue
        at = np.searchsorted(found, values).clip(0, len(found) - 1)
        numbers.append(np.where(found[at] == values, at, -1).astype(np.int64))
    named = names is not None and found.dtype.kind != "U" and found.min() >= 0 and found.max() < len(names)
    called = [names[int(v)] if named and names else _text(v) for v in found]
    return numbers, tuple(called if len(set(called)) == len(called) else map(_text, found)), []


def held_of(parts: Sequence[tuple[int, str]]) -> int:
    """How many images are held out, of parts (how many, word of the split); 0 where these say no split."""
    return sum(n for n, split in parts if image_tables.held_out(split)) if image_tables.is_split({split for _, split in parts}) else 0


def _values(labels: np.ndarray, keep: bool = False) -> np.ndarray | None:
    """Labels as whole numbers (n,) int64, or as text; None for others. What is missing is left out, or with ``keep`` no label at all."""
    labels = np.asarray(labels)
    if labels.dtype.kind in "SOU":
        text = np.array([readable(v.decode("utf-8", "replace") if isinstance(v, bytes) else v) if isinstance(v, bytes | str) and v else ""
                         for v in labels.tolist()])
        return text if keep else text[text != ""]
    if labels.dtype.kind in "bui":
        return labels.astype(np.int64)
    if labels.dtype.kind != "f":
        return None
    sound = np.isfinite(labels)
    if not (labels[sound] == np.floor(labels[sound])).all() or (np.abs(labels[sound]) > 1e15).any():
        return None
    return np.where(sound, labels, -(2**62)).astype(np.int64) if keep else labels[sound].astype(np.int64)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str) else str(int(value))


__all__ = ["MOST_CLASSES", "Part", "channels_last", "classes_of", "held_of", "of_rows", "side_of", "source"]
