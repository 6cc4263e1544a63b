"""The held-out images of a data set, cut small: a visitor who looks at six of them fetches some hundred, not all.

Grey images are lossless, here as in their own sheets. Colours are not: what is looked at comes from small copies of them (``tiles``), and
what is encoded from the set's own sheets, so that a browser's encoder is given the pixels that the server's is. A sheet has about 1 MB:
a host has the pixels of large images once more, lossless and a few in a file (``pieces``), of which a visitor fetches the one that she
takes. They are four times as many bytes in all, so that a page of one file has the sheets.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from training.heldout import HeldOut
from training.pixels import grid, to_pillow

COLUMNS = 10
GREY, COLOUR = 100, 50                          # images of a file
EXACT, LARGE = 10, 64                           # images of a lossless file in colour; side of an image from which there are such files
OTHERS = 0, 1                                   # test images that Reconstruct begins its row between two with
QUALITY = 85                                    # of colours that are looked at


def per_file(held: HeldOut) -> int:
    """Images in each file."""
    return GREY if held.lossless else COLOUR


def layout(held: HeldOut) -> dict[str, int]:
    """What a run's ``dataset`` says of its files, in place of the sheets' own."""
    per = per_file(held)
    return {"columns": COLUMNS, "per_sheet": per, "sheets": -(-held.n // per)}


def tiles(held: HeldOut) -> Iterator[tuple[str, bytes]]:
    """data/tiles/SET/K.webp: small files of images to be looked at, exact where the sheets are."""
    per = per_file(held)
    for k in range(layout(held)["sheets"]):
        images = held.images(range(k * per, min((k + 1) * per, held.n))).transpose(0, 2, 3, 1)
        how: dict[str, Any] = {"lossless": True, "quality": 100} if held.lossless else {"quality": QUALITY}
        yield f"data/tiles/{held.folder.name}/{k}.webp", webp(grid(images, COLUMNS), **how)


def webp(pixels: np.ndarray, **how: Any) -> bytes:
    """Pixels (H, W, C) uint8 as a file."""
    kept = io.BytesIO()
    to_pillow(pixels).save(kept, "WEBP", method=4, **how)
    return kept.getvalue()


def in_pieces(held: HeldOut, single: bool) -> bool:
    """Whether exact pixels are in ``pieces``, in place of the set's own sheets. ``single``: of a page that is one file."""
    return not (held.lossless or single) and held.spec.shape[1] >= LARGE


def pieces(held: HeldOut) -> Iterator[tuple[str, bytes]]:
    """data/exact/SET/K.webp: the images' own pixels, EXACT in a file."""
    for k in range(-(-held.n // EXACT)):
        images = held.images(range(k * EXACT, min((k + 1) * EXACT, held.n))).transpose(0, 2, 3, 1)
        yield f"data/exact/{held.folder.name}/{k}.webp", webp(grid(images, COLUMNS), lossless=True, quality=100)


def whole(held: HeldOut, first: int | None, single: bool = False) -> dict[str, Any] | None:
    """What a model's ``whole`` says of files with exact pixels, where the small files are not: in which folder they are, how they are laid
    out, and the images that the page opens on themselves, by their numbers: ``first``, and OTHERS, one of which Reconstruct begins its row
    between two with. Their pixels need no file."""
    if held.lossless:
        return None
    exact = in_pieces(held, single)
    columns, per = (COLUMNS, EXACT) if exact else (held.columns, held.per_sheet)
    opened = sorted({k for k in (*OTHERS, first) if k is not None and k < held.n})
    known = {str(k): data_url(held.images([k])[0].transpose(1, 2, 0)) for k in opened}
    return {"folder": "exact" if exact else "sheet", "columns": columns, "per_sheet": per, "known": known}


def data_url(pixels: np.ndarray) -> str:
    """Pixels (H, W, C) uint8, exactly, as an address."""
    body = webp(pixels, lossless=True, quality=100)
    return "data:image/webp;base64," + base64.b64encode(body).decode("ascii")


def once(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files without the small copies of images that are there exactly as well: for a page that fetches nothing."""
    whole = {path.split("/")[2] for path in files if path.startswith("data/sheet/")}
    return {path: body for path, body in files.items() if not (path.startswith("data/tiles/") and path.split("/")[2] in whole)}


__all__ = ["data_url", "in_pieces", "layout", "once", "pieces", "tiles", "whole"]
