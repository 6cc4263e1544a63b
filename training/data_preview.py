"""A look at a person's own images before anything is trained: what they are, in sentences, and a sheet of some of them."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from . import image_folder, notes
from .files import write_atomically
from .pixels import grid, to_pillow
from .sources import FEWEST
from .table_options import Reading

COLUMNS = 6                                       # of the sheet


def at(args: argparse.Namespace) -> image_folder.Survey:
    """Of ``args.source``. Raises DataError on one that cannot be used at all."""
    return image_folder.survey(Path(args.source).expanduser(), Reading(args.turned, args.part))


def sentences(found: image_folder.Survey) -> list[str]:
    """What it is, what would be left out and what would be done."""
    return [notes.sentence(n) for n in (*found.found, *found.notes)]


def too_few(found: image_folder.Survey) -> str:
    """A sentence where there are too few to train on, else ""."""
    return f"Training needs at least {FEWEST} images; these are {found.images}." if found.images < FEWEST else ""


def png(found: image_folder.Survey) -> bytes:
    """The sheet of its pictures; b"" of none."""
    if not len(found.tiles):
        return b""
    out = io.BytesIO()
    to_pillow(grid(found.tiles, min(COLUMNS, len(found.tiles)))).save(out, "PNG")
    return out.getvalue()


def write(found: image_folder.Survey, path: Path) -> None:
    """The sheet as a PNG."""
    write_atomically(path, lambda p: p.write_bytes(png(found)))


__all__ = ["at", "png", "sentences", "too_few", "write"]
