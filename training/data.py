"""Data sets: uint8 images (or points in the plane) with labels and attributes, fetched or drawn once and kept in a cache folder.

A cached set is one .npz that numpy alone can read: compressed, or, where it is large, as it is, and then mapped and not loaded (training/
memory_map.py). Networks, drawing and decoding are needed only to make it, so a machine without them works from a copy of the cache.
"""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import hashlib
import json
import os
import re
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from . import datasets, memory_map
from .archive import stem_of
from .dataset import Dataset, Split, of_pictures
from .download import DataError, Progress, cache_folder
from .file_names import readable
from .files import write_atomically
from .model import OWN, DataSpec
from .table_options import Reading

TITLES = {**{name: one.title for name, one in datasets.known().items()}, "folder": "Your own images"}
NAMES = tuple(TITLES)

SIZES = (28, 32, 64)                              # sides that own images can be brought to
CACHE_VERSIONS = (1, 2)
STATES = 4                                        # of one own folder that are kept, so that runs on earlier ones can go on
UNUSABLE = (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error)   # what a damaged cache raises


def load(name: str, *, cache: Path | None = None, source: Path | None = None, size: int | None = None,
         limit: int | None = None, progress: Progress | None = None, reading: Reading | None = None) -> Dataset:
    """The data set ``name`` (one of NAMES).

    ``cache``: the folder that keeps data sets (default: LATENT_EXPLORER_DATA, else ~/.cache/latent-explorer). ``source`` and
    ``size``: for ``folder`` alone, a folder, archive or table of images and the side in pixels to bring them to (28, 32 or 64, the
    default); ``reading``: what is said of a table. ``limit``: at most so many images of each split; drawn sets then draw no more than
    these. ``progress`` is called with images done and in all. Raises DataError with a sentence on what to do.
    """
    if name not in TITLES:
        raise DataError(f"There is no data set {name!r}; there are {', '.join(NAMES)}.")
    if limit is not None and limit < 1:
        raise DataError(f"limit must be at least 1; it is {limit}.")
    cache = Path(cache) if cache else cache_folder()
    if name == "folder":
        return _cut(_own(cache, source, size, progress, reading), limit)
    if source is not None:
        raise DataError(f"A source is for --data folder; {TITLES[name]} has its own.")
    found = _read(cache / f"{name}.npz")
    if found is None:
        one = datasets.known()[name]
        partial = limit is not None and one.partial
        found = one.build(cache, limit if partial else None, progress)
        found = _fingerprinted(found) if partial else _keep(cache / f"{name}.npz", found)
    if size is not None and len(found.spec.shape) != 3:
        raise DataError(f"{TITLES[name]} has points, not images; a size is for --data folder.")
    if size is not None and size != found.spec.shape[1]:
        raise DataError(f"{TITLES[name]} has images of {found.spec.shape[1]} pixels a side; a size is for --data folder.")
    return _cut(found, limit)


def load_again(spec: DataSpec, *, cache: Path | None = None, source: Path | None = None, progress: Progress | None = None,
               reading: Reading | None = None) -> Dataset:
    """The data set that a run's card names, the very same images. A person's own come from the cache, so that ``source`` may be gone.

    Raises DataError when the images are others than those the run was trained on, or no longer kept.
    """
    cache = Path(cache) if cache else cache_folder()
    if not spec.own:
        found = load(spec.name, cache=cache, progress=progress)
    elif source is not None:
        found = load("folder", cache=cache, source=source, size=spec.shape[1], progress=progress, reading=reading)
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
    digest = hashlib.sha256()
    for part in memory_map.chunks(dataset.train.images):
        digest.update(part.data)
    return digest.hexdigest()


def _fingerprinted(dataset: Dataset) -> Dataset:
    """With its fingerprint: of a person's own set the held-out images, labels and class names count as well."""
    digest, spec = _training_digest(dataset), dataset.spec
    if spec.own:
        whole = hashlib.sha256(json.dumps([digest, spec.shape, spec.classes]).encode())
        for part in memory_map.chunks(dataset.test.images):
            whole.update(part.data)
        for split in (dataset.train, dataset.test):
            whole.update(b"" if split.labels is None else split.labels.astype("<i8").tobytes())
        digest = whole.hexdigest()
    return dataclasses.replace(dataset, spec=dataclasses.replace(spec, fingerprint=digest))


def _cut(dataset: Dataset, limit: int | None) -> Dataset:
    if limit is None or limit >= max(len(dataset.train), len(dataset.test)):
        return dataset
    cut = dataclasses.replace(dataset, train=dataset.train.first(limit), test=dataset.test.first(limit))
    return _fingerprinted(cut) if len(cut.train) < len(dataset.train) else cut


# The cached form. Version 1: compressed, images with channels last (packs a third smaller). Version 2, of large sets: not compressed,
# images as they are, so that they can be mapped. In both, spec and notes as JSON, and a checksum of each array.

def _keep(path: Path, dataset: Dataset, key: str = "") -> Dataset:
    dataset = _fingerprinted(dataset)
    large = dataset.spec.own and dataset.train.images.nbytes > memory_map.SMALL
    meta = json.dumps(dict(version=2 if large else 1, key=key, spec=dataclasses.asdict(dataset.spec)))
    arrays: dict[str, Any] = {"meta": np.array(meta)}
    for name, split in (("train", dataset.train), ("test", dataset.test)):
        arrays[f"{name}_images"] = split.images if large or split.images.ndim == 2 else split.images.transpose(0, 2, 3, 1)
        if split.labels is not None:
            arrays[f"{name}_labels"] = split.labels.astype(np.int64)
        if split.attributes is not None:
            arrays[f"{name}_attributes"] = split.attributes
    if not large:
        write_atomically(path, lambda p: np.savez_compressed(p, **arrays))
        return dataset
    write_atomically(path, lambda p: memory_map.write_npz(p, arrays))
    return _read(path, key) or dataset


def _read(path: Path, key: str | None = "") -> Dataset | None:
    """The cached set, or None where there is none, it is damaged (each array carries a checksum), or made from something else.

    With ``key`` None whatever it was made from.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            meta = json.loads(str(arrays["meta"]))
            if meta["version"] not in CACHE_VERSIONS or key not in (None, meta["key"]):
                return None

            def images(name: str) -> np.ndarray:
                if meta["version"] == 2:
                    return memory_map.read_npz(path, name)
                found = arrays[name]
                return found if found.ndim == 2 else np.ascontiguousarray(found.transpose(0, 3, 1, 2))

            def split(name: str) -> Split:
                optional = (arrays.get(f"{name}_{part}") for part in ("labels", "attributes"))
                return Split(images(f"{name}_images"), *optional)

            return Dataset(DataSpec.from_dict(meta["spec"]), split("train"), split("test"))
    except UNUSABLE:
        return None


def _own(cache: Path, source: Path | None, size: int | None, progress: Progress | None, reading: Reading | None) -> Dataset:
    from . import image_folder

    if source is None:
        raise DataError("Say which folder, archive or table of images to use (--source).")
    size = size or 64
    if size not in SIZES:
        raise DataError(f"Own images can be brought to {', '.join(map(str, SIZES))} pixels; {size} was asked for.")
    source = Path(source).expanduser().resolve()
    said = reading.key() if reading else ""
    key = hashlib.sha256(f"{image_folder.RULES} {size} {image_folder.listing_digest(source)} {said}".rstrip().encode()).hexdigest()
    title = readable(source.name if source.is_dir() else stem_of(source.name))
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40].strip("-")
    where = hashlib.sha256(str(source).encode()).hexdigest()[:8]
    name, title = f"{OWN}{slug or where}", title or TITLES["folder"]
    files = f"{name}-{where}-{size}"
    path = cache / f"{files}-{key[:12]}.npz"
    if (found := _read(path, key)) is not None:
        with contextlib.suppress(OSError):
            os.utime(path)                        # it is in use
        return found
    cache.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=cache, prefix=".reading-", ignore_cleanup_errors=True) as scratch:
            pictures = image_folder.read(source, size, progress, reading, Path(scratch))
            spec = DataSpec(name, title, pictures.images.shape[1:], pictures.classes, notes=pictures.notes)
            found = _keep(path, of_pictures(spec, pictures, Path(scratch)), key)
    except OSError as e:
        e.filename = e.filename or str(cache)      # files without a name were written there
        raise
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


__all__ = ["NAMES", "TITLES", "DataError", "Dataset", "Reading", "Split", "cache_folder", "forget", "load", "load_again"]
