"""Image files: of a folder, a zip or a tar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from .. import pictures
from ..archive import File
from ..notes import Note
from ..pictures import Picture, Unreadable
from . import One, Source

MOST_BYTES_EACH = 64 * 1024**2                    # of one image file
HEAD = 2048                                       # bytes by which a file's kind is told


def read(files: list[File], kind: str, notes: list[Note]) -> Source:
    """Each file may be a picture."""
    def ones(at: Sequence[int] | None = None) -> Iterator[One]:
        for file in files if at is None else [files[k] for k in at]:
            yield One(partial(_decoded, file), file.path)
    return Source(kind, len(files), ones, notes=tuple(notes), files=files)


def kind_of(file: File) -> str:
    """"image" for what can be one by its first bytes, else a key of notes.LEFT_OUT."""
    try:
        return _why_not(file) or pictures.kind_of(file.read(HEAD), file.path.name)
    except pictures.UNREADABLE:
        return "damaged"


def _why_not(file: File) -> str:
    return "large" if file.size > MOST_BYTES_EACH else "packed" if file.packed else ""


def _decoded(file: File, side: int) -> Picture:
    if why := _why_not(file):
        raise Unreadable(why)
    try:
        data = file.read(-1)
    except pictures.UNREADABLE as e:
        raise Unreadable("damaged") from e
    return pictures.decode(data, side, side, file.path.name)


__all__ = ["kind_of", "read"]
