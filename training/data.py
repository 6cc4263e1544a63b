"""Data sets: uint8 images (or points in the plane) with labels and attributes, fetched or drawn once and kept in a cache folder.

A cached set is one compressed .npz that numpy alone can read. Networks, drawing and decoding are needed only to make it,
so a machine without them works from a copy of the cache.
"""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .download import FASHION, MNIST, DataError, Progress, Source, cache_folder, cifar10, eurosat, idx_files
from .files import write_atomically
from .model import OWN, DataSpec
from .names import readable

TITLES = {
    "mnist": "MNIST",
    "fashion-mnist": "Fashion-MNIST",
    "faces": "Cartoon faces, 64×64",
    "faces-32": "Cartoon faces, 32×32",
    "sprites": "Sprites",
    "cifar10": "CIFAR-10",
    "eurosat": "EuroSAT",
    "ring": "Ring of 8 Gaussians",
    "grid": "Grid of 25 Gaussians",
    "folder": "Your own images",
}
NAMES = tuple(TITLES)

SIZES = (28, 32, 64)                              # sides that own images can be brought to
FACES = (20_000, 4_000)                           # training and held-out
SPRITES = (40_000, 4_000)
FACES_SEED = SPRITES_SEED = 0
CACHE_VERSION = 1
STATES = 4                                        # of one own folder that are kept, so that runs on earlier ones can go on
UNUSABLE = (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error)   # what a damaged cache raises

FASHION_CLASSES = ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")
CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass
class Split:
    """``images`` (n, C, H, W) uint8, or points (n, 2) float32; ``labels`` (n,) int64, or None; ``attributes`` (n, k) uint8, a column for
    each field of ``DataSpec.attributes``, or None."""

    images: np.ndarray
    labels: np.ndarray | None = None
    attributes: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.images)

    def first(self, n: int | None) -> Split:
        """The first ``n`` (all for None)."""
        return Split(self.images[:n], *(None if a is None else a[:n] for a in (self.labels, self.attributes)))


@dataclass
class Dataset:
    """No training image is ever in ``test``."""

    spec: DataSpec
    train: Split
    test: Split


def load(name: str, *, cache: Path | None = None, source: Path | None = None, size: int | None = None,
         limit: int | None = None, progress: Progress | None = None) -> Dataset:
    """The data set ``name`` (one of NAMES).

    ``cache``: the folder that keeps data sets (default: LATENT_EXPLORER_DATA, else ~/.cache/latent-explorer). ``source`` and
    ``size``: for ``folder`` alone, a folder or .zip of images and the side in pixels to bring them to (28, 32 or 64, the
    default). ``limit``: at most so many images of each split; drawn sets then draw no more than these. ``progress`` is
    called with images done and in all. Raises DataError with a sentence on what to do.
    """
    if name not in TITLES:
        raise DataError(f"There is no data set {name!r}; there are {', '.join(NAMES)}.")
    if limit is not None and limit < 1:
        raise DataError(f"limit must be at least 1; it is {limit}.")
    cache = Path(cache) if cache else cache_folder()
    if name == "folder":
        return _cut(_own(cache, source, size, progress), limit)
    if source is not None:
        raise DataError(f"A source is for --data folder; {TITLES[name]} has its own.")
    found = _read(cache / f"{name}.npz")
    if found is None:
        partial = limit is not None and name in _DRAWN
        found = _BUILD[name](cache, limit if partial else None, progress)
        found = _fingerprinted(found) if partial else _keep(cache / f"{name}.npz", found)
    if size is not None and len(found.spec.shape) != 3:
        raise DataError(f"{TITLES[name]} has points, not images; a size is for --data folder.")
    if size is not None and size != found.spec.shape[1]:
        raise DataError(f"{TITLES[name]} has images of {found.spec.shape[1]} pixels a side; a size is for --data folder.")
    return _cut(found, limit)


def load_again(spec: DataSpec, *, cache: Path | None = None, source: Path | None = None, progress: Progress | None = None) -> Dataset:
    """The data set that a run's card names, the very same images. A person's own come from the cache, so that ``source`` may be gone.

    Raises DataError when the images are others than those the run was trained on, or no longer kept.
    """
    cache = Path(cache) if cache else cache_folder()
    if not spec.own:
        found = load(spec.name, cache=cache, progress=progress)
    elif source is not None:
        found = load("folder", cache=cache, source=source, size=spec.shape[1], progress=progress)
    elif (same := _kept(cache, spec)) is not None:
        return same
    else:
        raise DataError(f"The images of {spec.title} are no longer kept; say where they are (--source).")
    before = spec.own and spec.fingerprint == _training_digest(found) and spec.classes == found.spec.classes
    if found.spec.fingerprint != spec.fingerprint and not before:
        again = " Those it was trained on are still kept: leave --source out." if spec.own and _kept(cache, spec) else ""
        raise DataError(f"{spec.title} holds other images now than the run was trained on; "
                        f"neither going on nor measuring would mean anything.{again}")
    return dataclasses.replace(found, spec=spec)


def _training_digest(dataset: Dataset) -> str:
    """The fingerprint of a set that comes with the program, and of a person's own in cards of earlier versions."""
    return hashlib.sha256(np.ascontiguousarray(dataset.train.images).data).hexdigest()


def _fingerprinted(dataset: Dataset) -> Dataset:
    """With its fingerprint: of a person's own set the held-out images, labels and class names count as well."""
    digest, spec = _training_digest(dataset), dataset.spec
    if spec.own:
        whole = hashlib.sha256(json.dumps([digest, spec.shape, spec.classes]).encode())
        whole.update(np.ascontiguousarray(dataset.test.images).data)
        for split in (dataset.train, dataset.test):
            whole.update(b"" if split.labels is None else split.labels.astype("<i8").tobytes())
        digest = whole.hexdigest()
    return dataclasses.replace(dataset, spec=dataclasses.replace(spec, fingerprint=digest))


def _cut(dataset: Dataset, limit: int | None) -> Dataset:
    if limit is None or limit >= max(len(dataset.train), len(dataset.test)):
        return dataset
    cut = dataclasses.replace(dataset, train=dataset.train.first(limit), test=dataset.test.first(limit))
    return _fingerprinted(cut) if len(cut.train) < len(dataset.train) else cut


# The cached form: images with channels last (packs a third smaller), spec and notes as JSON.

def _keep(path: Path, dataset: Dataset, key: str = "") -> Dataset:
    dataset = _fingerprinted(dataset)
    meta = json.dumps(dict(version=CACHE_VERSION, key=key, spec=dataclasses.asdict(dataset.spec)))
    arrays: dict[str, Any] = {"meta": np.array(meta)}
    for name, split in (("train", dataset.train), ("test", dataset.test)):
        arrays[f"{name}_images"] = split.images if split.images.ndim == 2 else split.images.transpose(0, 2, 3, 1)
        if split.labels is not None:
            arrays[f"{name}_labels"] = split.labels.astype(np.int64)
        if split.attributes is not None:
            arrays[f"{name}_attributes"] = split.attributes
    write_atomically(path, lambda p: np.savez_compressed(p, **arrays))
    return dataset


def _read(path: Path, key: str | None = "") -> Dataset | None:
    """The cached set, or None where there is none, it is damaged (each array carries a checksum), or made from something else.

    With ``key`` None whatever it was made from.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            meta = json.loads(str(arrays["meta"]))
            if meta["version"] != CACHE_VERSION or key not in (None, meta["key"]):
                return None

            def split(name: str) -> Split:
                optional = (arrays.get(f"{name}_{part}") for part in ("labels", "attributes"))
                images = arrays[f"{name}_images"]
                return Split(images if images.ndim == 2 else np.ascontiguousarray(images.transpose(0, 3, 1, 2)), *optional)

            return Dataset(DataSpec.from_dict(meta["spec"]), split("train"), split("test"))
    except UNUSABLE:
        return None


# How each set is made: build(cache, limit, progress), with no limit to keep it.

def _idx(source: Source, classes: tuple[str, ...]) -> Callable[..., Dataset]:
    def build(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
        images, labels, test_images, test_labels = idx_files(source, cache)
        spec = DataSpec(source.name, TITLES[source.name], (1, *images.shape[1:]), classes)
        return Dataset(spec, Split(images[:, None], labels.astype(np.int64)),
                       Split(test_images[:, None], test_labels.astype(np.int64)))

    return build


def _faces(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
    from . import avatars

    train, test = FACES
    some_train, some_test = min(limit or train, train), min(limit or test, test)
    total = some_train + some_test

    def report(before: int) -> Callable[[int], None] | None:
        return (lambda done: progress(before + done, total)) if progress else None

    spec = DataSpec("faces", TITLES["faces"], (3, 64, 64), attributes=avatars.FIELDS, attribution=avatars.ATTRIBUTION)
    parts = []
    for start, count, before in ((0, some_train, 0), (train, some_test, some_train)):
        images, attributes = avatars.draw_parallel(start, start + count, FACES_SEED, done=report(before))
        parts.append(Split(images, None, attributes))
    return Dataset(spec, parts[0], parts[1])


def _faces_32(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
    faces = load("faces", cache=cache, limit=limit, progress=progress)

    def halve(split: Split) -> Split:
        x, total = split.images, np.zeros((1, 1, 1, 1), np.uint16)
        for i, j in np.ndindex(2, 2):
            total = total + x[:, :, i::2, j::2]
        return dataclasses.replace(split, images=((total + 2) // 4).astype(np.uint8))

    return Dataset(dataclasses.replace(faces.spec, name="faces-32", title=TITLES["faces-32"], shape=(3, 32, 32)),
                   halve(faces.train), halve(faces.test))


def _sprites(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
    from . import sprites

    spec = DataSpec("sprites", TITLES["sprites"], (1, 64, 64), sprites.SHAPES, sprites.FIELDS)
    parts = []
    for indices in sprites.subset(*SPRITES, SPRITES_SEED):
        rows = sprites.factors(indices[:limit])
        parts.append(Split(sprites.draw(rows), rows[:, 0].astype(np.int64), rows))
    return Dataset(spec, parts[0], parts[1])


def _cifar10(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
    images, labels, test_images, test_labels = cifar10(cache)
    return Dataset(DataSpec("cifar10", TITLES["cifar10"], (3, 32, 32), CIFAR10_CLASSES),
                   Split(images, labels.astype(np.int64)), Split(test_images, test_labels.astype(np.int64)))


def _eurosat(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
    from . import folder

    with eurosat() as source:
        pictures = folder.read(source, 64, progress)
    return _from_pictures("eurosat", TITLES["eurosat"], pictures)


def _points(name: str) -> Callable[..., Dataset]:
    def build(cache: Path, limit: int | None, progress: Progress | None) -> Dataset:
        from . import points

        spec = DataSpec(name, TITLES[name], (2,), tuple(str(k + 1) for k in range(len(points.centres(name)))))
        train, test = (Split(*points.draw(name, min(limit or n, n), seed)) for n, seed in zip(points.COUNTS, points.SEEDS, strict=True))
        return Dataset(spec, train, test)

    return build


_BUILD: dict[str, Callable[..., Dataset]] = {
    "mnist": _idx(MNIST, tuple("0123456789")), "fashion-mnist": _idx(FASHION, FASHION_CLASSES),
    "faces": _faces, "faces-32": _faces_32, "sprites": _sprites, "cifar10": _cifar10, "eurosat": _eurosat,
    "ring": _points("ring"), "grid": _points("grid"),
}
_DRAWN = {"faces", "faces-32", "sprites", "ring", "grid"}         # these can be made in part


def _own(cache: Path, source: Path | None, size: int | None, progress: Progress | None) -> Dataset:
    from . import folder

    if source is None:
        raise DataError("Say which folder or .zip of images to use (--source).")
    size = size or 64
    if size not in SIZES:
        raise DataError(f"Own images can be brought to {', '.join(map(str, SIZES))} pixels; {size} was asked for.")
    source = Path(source).expanduser().resolve()
    key = hashlib.sha256(f"{folder.RULES} {size} {folder.listing_digest(source)}".encode()).hexdigest()
    title = readable(source.stem if source.suffix.lower() == ".zip" else source.name)
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-")
    where = hashlib.sha256(str(source).encode()).hexdigest()[:8]
    name, title = f"{OWN}{slug or where}", title or TITLES["folder"]
    files = f"{name}-{where}-{size}"
    path = cache / f"{files}-{key[:12]}.npz"
    if (found := _read(path, key)) is not None:
        with contextlib.suppress(OSError):
            os.utime(path)                        # it is in use
        return found
    found = _keep(path, _from_pictures(name, title, folder.read(source, size, progress)), key)
    _forget(cache, files)
    return found


def _kept(cache: Path, spec: DataSpec) -> Dataset | None:
    """The state of a person's own set that has this fingerprint, from the cache."""
    states = sorted(cache.glob(f"{glob.escape(spec.name)}-*.npz"), key=lambda p: p.stat().st_mtime, reverse=True)
    path = next((p for p in states if _fingerprint(p) == spec.fingerprint), None)
    return None if path is None else _read(path, None)


def forget(spec: DataSpec, cache: Path | None = None) -> None:
    """Remove a person's own set from the cache."""
    for path in (Path(cache) if cache else cache_folder()).glob(f"{glob.escape(spec.name)}-*.npz"):
        if spec.own and _fingerprint(path) == spec.fingerprint:
            path.unlink(missing_ok=True)


def _fingerprint(path: Path) -> str | None:
    """Of a cached set, without reading its images."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return json.loads(str(arrays["meta"]))["spec"]["fingerprint"]
    except UNUSABLE:
        return None


def _forget(cache: Path, files: str) -> None:
    """Of the states that one folder had, at one size, only the STATES newest stay."""
    states = sorted(cache.glob(f"{glob.escape(files)}-*.npz"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in states[STATES:]:
        path.unlink(missing_ok=True)


def _from_pictures(name: str, title: str, pictures: Any) -> Dataset:
    spec = DataSpec(name, title, pictures.images.shape[1:], pictures.classes, notes=pictures.notes)
    train, test = (Split(pictures.images[at], None if pictures.labels is None else pictures.labels[at])
                   for at in (~pictures.held_out, pictures.held_out))
    return Dataset(spec, train, test)


__all__ = ["NAMES", "TITLES", "DataError", "Dataset", "Split", "cache_folder", "forget", "load", "load_again"]
