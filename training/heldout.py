"""The held-out images that the page shows: sprite sheets and labels in ``<root>/_data/``, a folder for each data set, shared by runs.

A map or a reconstruction in the page thus needs no data set. Grey images are kept exactly (lossless WebP), colour ones
nearly so. A folder holds ``sheet.json``, ``sheet_000.webp`` …, whose tiles run row by row, and ``labels.npz``. A data set is known by
its fingerprint: a folder of its name that was made from other images is never opened for it, nor written over.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import shutil
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from cachetools import LRUCache

from . import arrays, data_folders
from .data import DataError, Dataset
from .files import inside, read_json, sha256, write_json
from .model import DataSpec
from .pixels import grid, tiles_of

FORMAT = 1
FOLDER, SHEET = "_data", "sheet.json"
MOST_SHEET = 2**22                                # bytes of sheet.json
LIMIT = 70_000                                    # held-out images kept: the test split's first; as many as a map holds
QUALITY = 90                                      # of colour sheets
KEPT_SHEETS = 8                                   # decoded and in memory
WIDEST = 16383                                    # pixels that WebP can hold along a side
MOST_IMAGES = 100_000
MOST_LABELS = {"labels": 8 * MOST_IMAGES, "attributes": 256 * MOST_IMAGES}      # bytes of each array


def _layout(side: int) -> tuple[int, int]:
    """Columns and tiles of a sheet: at most about 2,560 pixels wide, so that any browser takes it as a texture."""
    return (50, 2500) if side <= 32 else (40, 1000)


class HeldOut:
    """An opened folder. ``labels`` (n,) int64 or None; ``attributes`` (n, k) uint8 or None. May be used by several threads."""

    def __init__(self, folder: Path, sheet: dict[str, Any], labels: np.ndarray | None, attributes: np.ndarray | None) -> None:
        self.folder, self.sheet, self.labels, self.attributes = folder, sheet, labels, attributes
        self.spec = DataSpec.from_dict(sheet["data"])
        self.n, self.columns, self.per_sheet = sheet["n"], sheet["columns"], sheet["per_sheet"]
        self.lossless: bool = sheet["lossless"]
        self._decoded: LRUCache[int, np.ndarray] = LRUCache(KEPT_SHEETS)
        self._lock = threading.Lock()

    @property
    def num_sheets(self) -> int:
        return -(-self.n // self.per_sheet)

    def sheet_path(self, k: int) -> Path:
        """The k-th sheet's file: tiles k · per_sheet and on, row by row, ``columns`` in a row."""
        if not 0 <= k < self.num_sheets:
            raise IndexError(f"sheet {k} of {self.num_sheets}")
        return self.folder / f"sheet_{k:03d}.webp"

    def images(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """The images at ``indices`` (k,), each in [0, n), as (k, C, H, W) uint8. Raises IndexError, or DataError on damage."""
        indices = np.asarray(indices, np.int64).reshape(-1)
        if len(indices) and (indices.min() < 0 or indices.max() >= self.n):
            raise IndexError(f"{self.spec.title} has {self.n} test images; asked for {indices.min()} to {indices.max()}.")
        out = np.empty((len(indices), *self.spec.shape), np.uint8)
        for k in np.unique(indices // self.per_sheet):
            here = indices // self.per_sheet == k
            out[here] = self._tiles(int(k))[indices[here] % self.per_sheet]
        return out

    def _tiles(self, k: int) -> np.ndarray:
        with self._lock:
            tiles = self._decoded.get(k)
            if tiles is None:
                tiles = self._decoded[k] = self._decode(k)
            return tiles

    def _decode(self, k: int) -> np.ndarray:
        from PIL import Image

        path = self.sheet_path(k)
        channels, height, width = self.spec.shape
        rows = -(-min(self.per_sheet, self.n - k * self.per_sheet) // self.columns)
        try:
            raw = path.read_bytes()
            if hashlib.sha256(raw).hexdigest() != self.sheet["files"][path.name]:
                raise DataError(f"{path} is damaged: it is not the file that was written.")
            image = Image.open(io.BytesIO(raw), formats=("WEBP",))
            if image.size != (self.columns * width, rows * height):
                raise DataError(f"{path} is damaged: it is {image.width}×{image.height} pixels.")
            pixels = np.asarray(image.convert("RGB"))[..., :channels]
        except OSError as error:
            raise DataError(f"{path} cannot be read ({error}).") from error
        return np.ascontiguousarray(tiles_of(pixels, height, width).transpose(0, 3, 1, 2))


def fingerprint(folder: Path) -> str | None:
    """Of the data set whose held-out images a folder says it holds; None where there are none or it does not say."""
    path = folder / SHEET
    try:
        if path.stat().st_size > MOST_SHEET:
            return None
        return str(json.loads(path.read_text("utf-8"))["data"]["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def folder_of(root: Path, data: DataSpec) -> Path:
    """Where the held-out images of exactly this data set are, or would be written."""
    return data_folders.folder_of(root / FOLDER, data, fingerprint)


def write(dataset: Dataset, root: Path, limit: int = LIMIT) -> HeldOut:
    """Write the folder of a data set, replacing what is there of it, as a whole or not at all. Returns it opened."""
    if len(dataset.spec.shape) != 3:
        raise DataError(f"{dataset.spec.title} has points, not images; there is no sheet of them.")
    test = dataset.test.first(limit)
    channels, height, width = dataset.spec.shape
    columns, per_sheet = _layout(max(height, width))
    assert columns * width <= WIDEST and per_sheet // columns * height <= WIDEST
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".data-") as scratch:
        fresh = Path(scratch) / "new"
        fresh.mkdir()
        for k, start in enumerate(range(0, len(test), per_sheet)):
            _write_sheet(fresh / f"sheet_{k:03d}.webp", test.images[start:start + per_sheet], columns)
        known: dict[str, Any] = {"labels": test.labels, "attributes": test.attributes}
        np.savez_compressed(fresh / "labels.npz", **{name: value for name, value in known.items() if value is not None})
        write_json(fresh / SHEET, dict(
            format=FORMAT, data=dataclasses.asdict(dataset.spec), n=len(test), height=height, width=width, columns=columns,
            per_sheet=per_sheet, lossless=channels == 1, files={p.name: sha256(p) for p in sorted(fresh.iterdir())}))
        target = folder_of(root, dataset.spec)
        target.parent.mkdir(exist_ok=True)
        old = Path(scratch) / "old"
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    return open_heldout(target)


def write_missing(dataset: Dataset, root: Path) -> HeldOut:
    """As ``write``, unless a sound folder made from the same data is there already."""
    folder = folder_of(root, dataset.spec)
    if folder.is_dir():
        try:
            there = open_heldout(folder)
        except DataError:
            shutil.rmtree(folder)
        else:
            if there.spec.fingerprint == dataset.spec.fingerprint and there.n == min(LIMIT, len(dataset.test)):
                return there
    return write(dataset, root)


def _write_sheet(path: Path, images: np.ndarray, columns: int) -> None:
    from PIL import Image

    pixels = grid(images.transpose(0, 2, 3, 1), columns)
    if images.shape[1] == 1:
        # method 6 is 2 % smaller and 60 times slower
        Image.fromarray(pixels.repeat(3, axis=2)).save(path, lossless=True, method=3)
    else:
        Image.fromarray(pixels).save(path, quality=QUALITY, method=6)


def open_heldout(folder: Path) -> HeldOut:
    """Open what ``write`` made. Labels are checked at once, a sheet when it is first needed. Raises DataError in one sentence."""
    try:
        sheet = read_json(inside(folder, SHEET), MOST_SHEET)
        if sheet["format"] != FORMAT:
            raise DataError(f"{folder} has format {sheet['format']}; this version reads {FORMAT}.")
        counts = [sheet[key] for key in ("n", "columns", "per_sheet")]
        spec = DataSpec.from_dict(sheet["data"])
        sound = (all(type(c) is int and 0 < c <= MOST_IMAGES for c in counts)
                 and spec.shape[1:] == (sheet["height"], sheet["width"])
                 and spec.shape[0] in (1, 3) and max(spec.shape) <= 1024 and type(sheet["lossless"]) is bool)
        if not sound:
            raise DataError(f"{folder / SHEET} is damaged: its numbers do not fit together.")
        if sha256(folder / "labels.npz") != sheet["files"]["labels.npz"]:
            raise DataError(f"{folder / 'labels.npz'} is damaged: it is not the file that was written.")
        known = arrays.read(inside(folder, "labels.npz"), MOST_LABELS)
        labels, attributes = known.get("labels"), known.get("attributes")
        found = HeldOut(folder, sheet, labels, attributes)
        for path in map(found.sheet_path, range(found.num_sheets)):
            if path.name not in sheet["files"] or not inside(folder, path.name).is_file():
                raise DataError(f"{folder} lacks {path.name}.")
    except DataError:
        raise
    except FileNotFoundError as error:
        raise DataError(f"{folder} holds no test images ({Path(error.filename).name} is missing).") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{folder} is damaged ({type(error).__name__}: {error}).") from error
    fits = ((labels is None or labels.shape == (found.n,))
            and (attributes is None or attributes.shape == (found.n, len(spec.attributes))))
    if not fits:
        raise DataError(f"{folder / 'labels.npz'} does not fit its {found.n} images.")
    return found
