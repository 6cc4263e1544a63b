"""Samples of a run and the test images beside them, for a score that another program works out: PNGs of one size and colour."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from .. import Refused
from ..png import png
from ..runs.run import Run

MOST = 50_000                                   # of each side: what a Fréchet distance is usually taken of
ROWS = 256                                      # drawn and held at once
MISREAD = (".zip", ".npy")                      # anywhere in a folder's path: clean-fid takes what lies in it for another kind of file


class Put(Protocol):
    """Writes one file."""

    def __call__(self, name: str, body: bytes) -> object: ...


def write(run: Run, folder: Path, place: Path, n: int, seed: int, zipped: bool) -> str:
    """``generated`` and, where the test images are here, ``real``: folders in an empty one that will stand at ``place``, or zips; what is
    said of them.

    Image k is the page's sample k of that seed; of a model with classes it is of class k modulo their number. Raises Refused."""
    if len(run.card.data.shape) != 3:
        raise Refused(f"{run.card.name} makes points in the plane, not images; its weights and ONNX can be taken.")
    with _files(folder / "generated", zipped) as put:
        for start, pixels in _drawn(run, n, seed):
            _save(put, start, pixels)
    said = f"{n:,} samples of seed {seed} in {place / 'generated'}{_ending(zipped)}"
    if not zipped and (part := next((p for p in MISREAD if p in str(place.absolute())), None)):
        said = f"clean-fid reads no folder with {part} in its path, rename it for that; {said}"
    if run.held is None:
        return f"{said}; the test images are not here"
    count = min(run.held.n, MOST)
    with _files(folder / "real", zipped) as put:
        for start in range(0, count, ROWS):
            _save(put, start, run.real(np.arange(start, min(start + ROWS, count))).transpose(0, 2, 3, 1))
    exact = "" if run.held.lossless else " (as the page keeps them: nearly their pixels, not exactly)"
    return f"{said}, {count:,} test images in {place / 'real'}{_ending(zipped)}{exact}"


def _ending(zipped: bool) -> str:
    return ".zip" if zipped else ""


def _drawn(run: Run, n: int, seed: int) -> Iterator[tuple[int, np.ndarray]]:
    """Some at a time: the number of the first, and pixels (k, H, W, C) uint8. One generator draws row after row, which gives the same
    numbers as all rows at once (training/model.py)."""
    generator, classes = torch.Generator().manual_seed(seed), run.spec.num_classes
    for start in range(0, n, ROWS):
        rows = np.arange(start, min(start + ROWS, n))
        with torch.inference_mode():
            z = run.model.sample_z(len(rows), generator).float().cpu().numpy()
        label = rows % classes if classes else None
        yield start, run.decode(run.map_z(z, label), label)


@contextmanager
def _files(place: Path, zipped: bool) -> Iterator[Put]:
    """A folder, or a zip in place of it. PNGs are packed already."""
    if zipped:
        with zipfile.ZipFile(place.with_name(f"{place.name}.zip"), "w", zipfile.ZIP_STORED) as archive:
            yield lambda name, body: archive.writestr(zipfile.ZipInfo(name), body)
    else:
        place.mkdir()
        yield lambda name, body: (place / name).write_bytes(body)


def _save(put: Put, start: int, pixels: np.ndarray) -> None:
    for k, image in enumerate(pixels, start):
        put(f"{k:06d}.png", png(image))


__all__ = ["MOST", "write"]
