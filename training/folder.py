"""A person's own images: a folder or a .zip of them as arrays, with classes, a held-out part, and notes on what was left out and done."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from . import archive, pictures
from .archive import File
from .download import DataError, Progress
from .names import readable
from .notes import LEFT_OUT, Note, sentence
from .pictures import Picture, Unreadable

RULES = 2                                         # counts how files become pixels and splits: other rules make other sets
FEWEST = 20                                       # images
MOST_BYTES_EACH = 64 * 1024**2                    # of one image file
MOST_CLASSES = 1_000
HELD_OUT, LEAST_HELD_OUT, MOST_HELD_OUT = 0.1, 20, 0.25     # the share, but at least so many, but never more than that share
DARK = 32                                         # of 255: a set without a brighter pixel is nearly black
HEAD = 2048                                       # bytes by which a file's kind is told
LOOKED = 32                                       # images of a survey that are decoded, until one of them has colours
TRAIN = {"train", "training"}
TEST = {"test", "testing", "val", "valid", "validation", "dev", "eval", "held-out", "heldout"}


@dataclass(frozen=True)
class Pictures:
    """``images`` (n, C, size, size) uint8, C = 1 when all are grey, else 3; ``labels`` (n,) int64 or None;
    ``held_out`` (n,) bool; ``notes``: what was left out, what was done."""

    images: np.ndarray
    labels: np.ndarray | None
    classes: tuple[str, ...]
    held_out: np.ndarray
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Survey:
    """What a look at the files' first bytes tells: how many can be images, how many of them would be ``held_out``, and what would be left
    out; and a look at some of the images: whether all of these are ``grey``."""

    images: int
    notes: tuple[Note, ...]
    held_out: int = 0
    grey: bool = False


def listing_digest(source: Path) -> str:
    """Changes when files of ``source`` come, go or change (by name, size and time). Raises DataError if it does not exist."""
    if source.is_dir():
        entries = [(str(path), path.stat()) for path in archive.walk(source)]
    elif source.is_file():
        entries = [(source.name, source.stat())]
    else:
        raise DataError(f"There is no folder or zip at {source}.", "data.error.none")
    return hashlib.sha256(repr([(name, s.st_size, s.st_mtime_ns) for name, s in entries]).encode()).hexdigest()


def survey(source: Path) -> Survey:
    """A quick look, before anything is decoded. Raises DataError on a source that cannot be used at all."""
    counts: Counter[str] = Counter()
    found: list[File] = []
    with archive.opened(source) as (files, notes):
        for file in files:
            try:
                kind = _why_not(file) or pictures.kind_of(file.read(HEAD), file.path.name)
            except pictures.UNREADABLE:
                kind = "damaged"
            counts[kind] += 1
            if kind == "image":
                found.append(file)
        grey = bool(found) and all(map(_grey, found[::max(1, -(-len(found) // LOOKED))]))
    _, split = _split(_within([file.path for file in found]))
    return Survey(counts["image"], (*_left_out(counts), *notes), sum(n in TEST for n in split) or held_out_of(len(found)), grey)


def some(source: Path, size: int, count: int) -> np.ndarray:
    """Up to ``count`` images of a source, from all over it, as training will have them but for files of more than 8 bits, which are left
    out: (n, 3, size, size) uint8. Raises DataError on a source that cannot be used."""
    with archive.opened(source) as (files, _):
        found: list[np.ndarray] = []
        for file in [*files[::max(1, len(files) // count)], *files]:
            if len(found) == count:
                break
            try:
                picture = _decoded(file, size)
            except Unreadable:
                continue
            pixels = picture.pixels
            if not picture.deep and not any(np.array_equal(pixels, p) for p in found):
                found.append(pixels)
    return np.stack(found).transpose(0, 3, 1, 2) if found else np.empty((0, 3, size, size), np.uint8)


def held_out_of(images: int) -> int:
    """How many of so many images are held out, where no folder says which."""
    return round(max(HELD_OUT * images, min(LEAST_HELD_OUT, MOST_HELD_OUT * images)))


def _grey(file: File) -> bool:
    """Whether a file is no image of colours."""
    try:
        pixels = _decoded(file, 28).pixels
    except Unreadable:
        return True
    return pixels.ndim == 2 or bool((pixels[..., :1] == pixels).all())


def read(source: Path, size: int, progress: Progress | None = None) -> Pictures:
    """The images of a folder or .zip, cropped square about the middle and resized to ``size`` pixels.

    Classes are the first-level subfolders if there are at least two and every image lies in one (a single folder around
    everything does not count). Folders ``train`` and ``test`` (or ``val``, …) are a split, not classes: the latter is held out. Else one
    image in ten is, at least 20 but at most a quarter, by a hash of its pixels, so the choice depends on nothing else. Of equal images
    the first is kept. Raises DataError on a source that cannot be used.
    """
    with archive.opened(source) as (files, notes):
        return _read(files, list(notes), "folder" if source.is_dir() else "zip", size, progress)


def _why_not(file: File) -> str:
    return "large" if file.size > MOST_BYTES_EACH else "packed" if file.packed else ""


def _left_out(counts: Counter[str]) -> list[Note]:
    return [Note(kind, counts[kind]) for kind in LEFT_OUT if counts[kind]]


def _read(files: list[File], told: list[Note], kind: str, size: int, progress: Progress | None) -> Pictures:
    stack = np.empty((len(files), 3, size, size), np.uint8)      # costs memory only where it is filled
    paths: list[PurePosixPath] = []
    deep: dict[int, Picture] = {}
    digests: dict[bytes, None] = {}
    counts: Counter[str] = Counter()
    for done, file in enumerate(files, 1):
        if progress and (done % 50 == 0 or done == len(files)):
            progress(done, len(files))
        try:
            picture = _decoded(file, size)
        except Unreadable as e:
            counts[e.kind] += 1
            continue
        digest = hashlib.sha256(picture.pixels.tobytes()).digest()
        if digest in digests:
            counts["copies"] += 1
            continue
        digests[digest] = None
        if picture.deep:
            deep[len(paths)] = picture
        else:
            stack[len(paths)] = picture.pixels.transpose(2, 0, 1)
        counts["transparent"] += picture.transparent
        paths.append(file.path)
    parts, split = _split(_within(paths))
    labels, classes = _classes(parts, split)
    kept = np.array([k is not None for k in labels] if labels else [True] * len(paths), bool)
    if labels:
        counts["noclass"] = int((~kept).sum())
    told = [*_left_out(counts), *told]
    if kept.sum() < FEWEST:
        raise DataError(" ".join((f"A {kind} needs at least {FEWEST} images; this one has {kept.sum()}.", *map(sentence, told))),
                        "data.error.few", least=FEWEST, n=int(kept.sum()), notes=told)
    told += _made_eight_bit(stack, deep)
    images = stack[:len(paths)] if kept.all() else stack[:len(paths)][kept]
    if counts["transparent"]:
        told.append(Note("transparent", counts["transparent"]))
    if (brightest := int(images.max())) <= DARK:
        told.append(Note("dark", brightest))
    if all((part[:, :1] == part).all() for part in np.array_split(images, 1 + len(images) // 4096)):
        images = images[:, :1]
    held_out = np.array([name in TEST for name in split], bool)[kept] if split else np.zeros(len(images), bool)
    for name in sorted({n for n, k in zip(split, kept, strict=True) if n in TEST and k}) if split else ():
        told.append(Note("split", sum(n == name for n, k in zip(split, kept, strict=True) if k), name))
    if not held_out.any():
        held_out[np.argsort(np.array(list(digests))[kept])[:held_out_of(len(images))]] = True
    return Pictures(np.ascontiguousarray(images), None if not labels else np.array([k for k in labels if k is not None], np.int64), classes,
                    held_out, tuple(told))


def _decoded(file: File, size: int) -> Picture:
    if why := _why_not(file):
        raise Unreadable(why)
    try:
        data = file.read(-1)
    except pictures.UNREADABLE as e:
        raise Unreadable("damaged") from e
    return pictures.decode(data, size, size, file.path.name)


def _made_eight_bit(stack: np.ndarray, deep: dict[int, Picture]) -> list[Note]:
    """Bring files of more than 8 bits into ``stack``, whole numbers and fractions each by the range of all of them."""
    notes = []
    for whole in (True, False):
        some = {k: p for k, p in deep.items() if p.whole == whole}
        if not some:
            continue
        black, white = pictures.span(min(p.low for p in some.values()), max(p.high for p in some.values()), whole)
        for k, picture in some.items():
            stack[k] = picture.eight_bit(black, white).transpose(2, 0, 1)
        notes.append(Note("deep", len(some), "", black, white))
    return notes


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
