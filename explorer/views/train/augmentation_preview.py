"""What an augmentation makes of a data set's images, as a picture to look at before anything is trained."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch

from training import augment, heldout, image_folder
from training.data import SIZES, DataError, Reading
from training.pixels import to_pillow

from .error import JobError

SEEN = 8                                        # images in a row


def of_own(source: Path, size: int | None, how: str, reading: Reading | None = None) -> bytes | None:
    """Of an upload's images, read as was said. Raises JobError for one that cannot be used."""
    try:
        return _picture(image_folder.some(source, size if size in SIZES else SIZES[-1], SEEN, reading), how)
    except DataError as e:
        raise JobError(str(e), e.key, **e.values) from e


def of_known(trained: Path, data: str, how: str) -> bytes | None:
    """Of a data set that has test images in ``trained``; None where it has none, or points."""
    try:
        held = heldout.open_heldout(trained / heldout.FOLDER / data)
        return _picture(held.images(np.linspace(0, held.n - 1, SEEN).astype(int)), how)
    except (DataError, OSError, ValueError):
        return None


def _picture(images: np.ndarray, how: str) -> bytes | None:
    """(n, C, H, W) uint8 as a PNG, below them the same changed; None of none."""
    if not len(images):
        return None
    out = io.BytesIO()
    sheet = augment.sheet(torch.from_numpy(np.ascontiguousarray(images)), how)
    to_pillow(sheet.permute(1, 2, 0).contiguous().numpy()).save(out, "PNG")
    return out.getvalue()
