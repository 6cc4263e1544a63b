"""A person's own images as arrays, whatever they came as, with classes, a held-out part, and notes on what was left out and done.

However many they are, few of them are in memory: they are written to a file as they are decoded (training/memory_map.py).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from . import archive, memory_map, pictures
from .download import DataError, Progress
from .file_names import readable
from .image_tables import TEST, TRAIN, held_out, is_split
from .notes import LEFT_OUT, Note, sentence
from .pictures import Picture, Unreadable
from .sources import FEWEST, One, Reading, Source, image_files, opened
from .sources.pixel_arrays import MOST_CLASSES

RULES = 3                                         # counts how files become pixels and splits: other rules make other sets
HELD_OUT, LEAST_HELD_OUT, MOST_HELD_OUT = 0.1, 20, 0.25     # the share, but at least so many, but never more than that share
DARK = 32                                         # of 255: a set without a brighter pixel is nearly black
LOOKED = 32                                       # images of a survey that are decoded, until one of them has colours
SHOWN, SHOWN_SIDE = 12, 64                        # images of a survey that are shown, and their pixels a side
TOLD = 100                                        # characters of the names of classes that a sentence has


@dataclass(frozen=True)
class Pictures:
    """``images`` (n, C, size, size) uint8, C = 1 when all are grey, else 3, mapped from a file; ``labels`` (n,) int64 or None;
    ``held_out`` (n,) bool; ``notes``: what was left out, what was done."""

    images: np.ndarray
    labels: np.ndarray | None
    classes: tuple[str, ...]
    held_out: np.ndarray
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Survey:
    """What a quick look tells: how many images there can be, how many of them would be ``held_out``, and what would be left out; and a look
    at some of the images: whether all of these are ``grey``, and ``tiles`` (k, 64, 64, 3) uint8, up to SHOWN of them. ``found`` says in
    sentences what it is, ``parts`` the names of the sets within, where there are several."""

    images: int
    notes: tuple[Note, ...]
    held_out: int = 0
    grey: bool = False
    found: tuple[Note, ...] = ()
    parts: tuple[str, ...] = ()
    tiles: np.ndarray = field(default_factory=lambda: np.empty((0, SHOWN_SIDE, SHOWN_SIDE, 3), np.uint8), compare=False)


def listing_digest(source: Path) -> str:
    """Changes when files of ``source`` come, go or change (by name, size and time). Raises DataError if it does not exist."""
    if source.is_dir():
        entries = [(str(path), path.stat()) for path in archive.walk(source)]
    elif source.is_file():
        entries = [(source.name, source.stat())]
    else:
        raise DataError(f"There is no folder, archive or file at {source}.", "data.error.none")
    return hashlib.sha256(repr([(name, s.st_size, s.st_mtime_ns) for name, s in entries]).encode()).hexdigest()


def survey(source: Path, reading: Reading | None = None, scratch: Path | None = None) -> Survey:
    """A quick look, before anything is decoded but a few. Raises DataError on a source that cannot be used at all."""
    counts: Counter[str] = Counter()
    with opened(source, reading, scratch) as there:
        if there.classes is None:
            kinds = [image_files.kind_of(file) for file in there.files]
            counts.update(kinds)
            at = [k for k, kind in enumerate(kinds) if kind == "image"]
            parts, split = _split(_within([there.files[k].path for k in at]))
            tests, classes = sum(n in TEST for n in split), _classes(parts, split)[1]
        else:
            at, classes = list(range(there.count)), there.classes
            tests = there.held
        tiles, grey, sizes = _looked_at(there, at[::max(1, -(-len(at) // LOOKED))])
        held = tests or held_out_of(len(at))
        found = _found(there, len(at), sizes, classes, held, grey)
        return Survey(len(at), (*_left_out(counts), *there.notes), held, grey, found, there.parts, tiles)


def _looked_at(there: Source, at: Sequence[int]) -> tuple[np.ndarray, bool, list[tuple[int, int]]]:
    """Some pictures as tiles (k, side, side, 3), whether all are grey, and their sizes."""
    spread = {at[int(k)] for k in np.linspace(0, len(at) - 1, min(SHOWN, len(at)))}
    tiles: list[np.ndarray] = []
    sizes: list[tuple[int, int]] = []
    grey = True
    for place, one in zip(at, there.ones(at), strict=True):
        if place not in spread and not grey:
            continue
        try:
            picture = one.decode(SHOWN_SIDE)
        except Unreadable:
            continue
        pixels = picture.eight_bit(*pictures.span(picture.low, picture.high, picture.whole)) if picture.deep else picture.pixels
        grey = grey and bool((pixels[..., :1] == pixels).all())
        sizes.append(picture.size)
        if place in spread:
            tiles.append(pixels)
    return (np.stack(tiles) if tiles else np.empty((0, SHOWN_SIDE, SHOWN_SIDE, 3), np.uint8)), grey, sizes


def _found(there: Source, n: int, sizes: list[tuple[int, int]], classes: tuple[str, ...], held: int, grey: bool) -> tuple[Note, ...]:
    """Sentences of what it is: kind and count, size, colours, classes, how many are held out."""
    told = [Note(f"is_{there.kind}", n)]
    if sizes:
        least, largest = min(sizes, key=lambda s: s[0] * s[1]), max(sizes, key=lambda s: s[0] * s[1])
        told.append(Note("sizes" if len(sizes) < n and least != largest else "size",
                         name=" – ".join(dict.fromkeys(f"{w} × {h}" for w, h in (least, largest)))))
        told.append(Note("grey" if grey else "colour"))
    named = ", ".join(classes)
    told.append(Note("classes", len(classes), named if len(named) <= TOLD else named[:TOLD].rpartition(",")[0] + ", …")
                if classes else Note("noclasses"))
    return (*told, Note("held", held))


def some(source: Path, size: int, count: int, reading: Reading | None = None) -> np.ndarray:
    """Up to ``count`` images of a source, from all over it, as training will have them but for files of more than 8 bits, which are left
    out: (n, 3, size, size) uint8. Raises DataError on a source that cannot be used."""
    found: list[np.ndarray] = []
    with opened(source, reading) as there:
        for at in (range(0, there.count, max(1, there.count // count)), None):
            for one in there.ones(at):
                if len(found) == count:
                    break
                try:
                    picture = one.decode(size)
                except Unreadable:
                    continue
                pixels = picture.pixels
                if not picture.deep and not any(np.array_equal(pixels, p) for p in found):
                    found.append(pixels)
    return np.stack(found).transpose(0, 3, 1, 2) if found else np.empty((0, 3, size, size), np.uint8)


def held_out_of(images: int) -> int:
    """How many of so many images are held out, where no folder says which."""
    return round(max(HELD_OUT * images, min(LEAST_HELD_OUT, MOST_HELD_OUT * images)))


def read(source: Path, size: int, progress: Progress | None = None, reading: Reading | None = None,
         scratch: Path | None = None) -> Pictures:
    """The images of a folder, an archive or a table, cropped square about the middle and resized to ``size`` pixels.

    Of files, classes are the first-level subfolders if there are at least two and every image lies in one (a single folder around
    everything does not count). Folders ``train`` and ``test`` (or ``val``, …) are a split, not classes: the latter is held out. Else one
    image in ten is, at least 20 but at most a quarter, by a hash of its pixels, so the choice depends on nothing else. Of equal images
    the first is kept. ``scratch``: where they lie, by default where the system keeps such. Raises DataError on a source that cannot be
    used.
    """
    with opened(source, reading, scratch) as there:
        return _Reader(there, size, scratch).read(progress)


def _left_out(counts: Counter[str]) -> list[Note]:
    return [Note(kind, counts[kind]) for kind in LEFT_OUT if counts[kind]]


class _Reader:
    """Pictures of a source on their way to arrays."""

    def __init__(self, there: Source, size: int, scratch: Path | None) -> None:
        self.there, self.size, self.scratch = there, size, scratch
        self.rows = memory_map.Rows((3, size, size), np.uint8, scratch)
        self.deep: memory_map.Rows | None = None      # (size, size) float32, of more than 8 bits
        self.deep_at: list[tuple[int, float, float, bool]] = []      # place, lowest and highest value, whether whole
        self.paths: list[PurePosixPath] = []
        self.labels: list[int] = []
        self.splits: list[str] = []
        self.digests: dict[bytes, None] = {}
        self.counts: Counter[str] = Counter()

    def read(self, progress: Progress | None) -> Pictures:
        """All of them. Raises DataError for too few."""
        for done, one in enumerate(self.there.ones(None), 1):
            if progress and (done % 50 == 0 or done == self.there.count):
                progress(done, self.there.count)
            try:
                self._take(one, one.decode(self.size))
            except Unreadable as e:
                self.counts[e.kind] += 1
        return self._finished()

    def _take(self, one: One, picture: Picture) -> None:
        digest = hashlib.sha256(picture.pixels.tobytes()).digest()
        if digest in self.digests:
            self.counts["copies"] += 1
            return
        self.digests[digest] = None
        if picture.deep:
            self.deep = self.deep or memory_map.Rows((self.size, self.size), np.float32, self.scratch)
            self.deep.append(picture.pixels[None])
            self.deep_at.append((self.rows.count, picture.low, picture.high, picture.whole))
            self.rows.append(np.zeros((1, 3, self.size, self.size), np.uint8))
        else:
            self.rows.append(np.ascontiguousarray(picture.pixels.transpose(2, 0, 1))[None])
        self.counts["transparent"] += picture.transparent
        if one.path is not None:
            self.paths.append(one.path)
        else:
            self.labels.append(one.label)
            self.splits.append(one.split)

    def _classes(self) -> tuple[np.ndarray | None, tuple[str, ...], list[str]]:
        """Labels, -1 for none, or None without classes; their names; the word of each image's split, [] without a split."""
        if self.there.classes is None:
            parts, split = _split(_within(self.paths))
            labels, classes = _classes(parts, split)
            return (np.array([-1 if k is None else k for k in labels], np.int64) if labels else None), classes, split
        split = self.splits if is_split(set(self.splits)) else []
        return (np.array(self.labels, np.int64) if self.there.classes else None), self.there.classes, split

    def _finished(self) -> Pictures:
        labels, classes, split = self._classes()
        n = self.rows.count
        kept = np.ones(n, bool) if labels is None else labels >= 0
        if labels is not None:
            self.counts["noclass"] = int((~kept).sum())
        told = _merged([*_left_out(self.counts), *self.there.notes])
        if kept.sum() < FEWEST:
            what = {"folder": "folder", "zip": "zip", "tar": "tar"}.get(self.there.kind, "set")
            raise DataError(" ".join((f"A {what} needs at least {FEWEST} images; this one has {kept.sum()}.", *map(sentence, told))),
                            "data.error.few", least=FEWEST, n=int(kept.sum()), notes=told)
        stack = self.rows.array()
        if self.deep:
            stack, notes = self._made_eight_bit(stack, self.deep.array())
            told += notes
        images = stack if kept.all() else memory_map.pick(stack, np.flatnonzero(kept), self.scratch)
        if self.counts["transparent"]:
            told.append(Note("transparent", self.counts["transparent"]))
        brightest, grey = 0, True
        for part in memory_map.chunks(images):
            brightest, grey = max(brightest, int(part.max())), grey and bool((part[:, :1] == part).all())
        if brightest <= DARK:
            told.append(Note("dark", brightest))
        if grey:
            images = images[:, :1]
        held = np.zeros(len(images), bool)
        if split:
            words = np.array(split)[kept]
            for name in sorted(set(words.tolist())):
                if held_out(name):
                    held |= words == name
                    told.append(Note("split" if self.there.classes is None else "part", int((words == name).sum()), name))
        if not held.any():
            held[np.argsort(np.array(list(self.digests))[kept])[:held_out_of(len(images))]] = True
        return Pictures(images, None if labels is None else labels[kept], classes, held, tuple(told))

    def _made_eight_bit(self, stack: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, list[Note]]:
        """``stack`` with the files of more than 8 bits (``values``), whole numbers and fractions each by the range of all of them."""
        notes, ranges = [], {}
        for whole in (True, False):
            of = [d for d in self.deep_at if d[3] == whole]
            if of:
                ranges[whole] = pictures.span(min(d[1] for d in of), max(d[2] for d in of), whole)
                notes.append(Note("deep", len(of), "", *ranges[whole]))
        rows, start, k = memory_map.Rows((3, self.size, self.size), np.uint8, self.scratch), 0, 0
        for part in memory_map.chunks(stack):
            part = part.copy()
            while k < len(self.deep_at) and self.deep_at[k][0] < start + len(part):
                place, _, _, whole = self.deep_at[k]
                part[place - start] = Picture(values[k]).eight_bit(*ranges[whole]).transpose(2, 0, 1)
                k += 1
            memory_map.let_go(values)
            rows.append(part)
            start += len(part)
        return rows.array(), notes


def _merged(told: Iterable[Note]) -> list[Note]:
    """Notes of what is left out, one of a kind, in the order of LEFT_OUT; then the others."""
    told = list(told)
    counts: Counter[str] = Counter()
    for note in told:
        counts[note.kind] += note.n
    return [*_left_out(counts), *(n for n in told if n.kind not in LEFT_OUT)]


def _within(paths: Sequence[PurePosixPath]) -> list[tuple[str, ...]]:
    """The parts of paths, without folders that hold everything."""
    parts = [path.parts for path in paths]
    while parts and all(len(p) > 1 for p in parts) and len({p[0] for p in parts}) == 1:
        parts = [p[1:] for p in parts]
    return parts


def _split(parts: list[tuple[str, ...]]) -> tuple[list[tuple[str, ...]], list[str]]:
    """Paths within the folders of a split, and the folder of each; as they are and no folders where there is no split."""
    tops = [p[0].lower() if len(p) > 1 else "" for p in parts]
    found = set(tops)
    if not (found <= TRAIN | TEST and found & TRAIN and found & TEST):
        return parts, []
    return [p[1:] for p in parts], tops


def _classes(parts: list[tuple[str, ...]], split: list[str]) -> tuple[list[int | None], tuple[str, ...]]:
    """The class of each image, and the names of the first-level subfolders; ([], ()) where there are no classes. Of a split the training
    images say which classes there are; a held-out image without one of them has None."""
    training = [p for p, name in zip(parts, split, strict=True) if name in TRAIN] if split else parts
    classes = sorted({readable(p[0]) for p in training})
    if any(len(p) < 2 for p in training) or not 2 <= len(classes) <= MOST_CLASSES:
        return [], ()
    number = {name: i for i, name in enumerate(classes)}
    return [number.get(readable(p[0])) if len(p) > 1 else None for p in parts], tuple(classes)
