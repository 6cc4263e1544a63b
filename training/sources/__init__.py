"""A person's own pictures, whatever they come as: image files, or tables of many images in one file. Each kind is one module here."""

from __future__ import annotations

import gzip
import importlib
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from .. import archive, disk_errors, image_tables, tars
from ..archive import File, OnDisk
from ..download import DataError
from ..notes import Note
from ..pictures import ENDINGS, Picture, Unreadable
from ..table_options import Reading

MOST_IMAGES = 250_000
FEWEST = 20                                       # images
MODULES = {"parquet": "parquet", "arrays": "arrays", "idx": "idx", "csv": "csvs"}        # by kind of table
DAMAGED = (OSError, ValueError, EOFError, KeyError, TypeError, OverflowError, MemoryError, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
           gzip.BadGzipFile)
"""What reading a damaged table raises."""


@dataclass(frozen=True, slots=True)
class One:
    """A picture that can be read: ``decode(side)`` raises pictures.Unreadable. A table says ``label``, -1 for none, and the word of its
    ``split``; of files the ``path`` says both."""

    decode: Callable[[int], Picture]
    path: PurePosixPath | None = None
    label: int = -1
    split: str = ""


@dataclass(frozen=True)
class Source:
    """``kind``: folder, zip, tar, or one of tables.KINDS. ``count``: pictures that there can be. ``ones(at)``: those at ascending places,
    all for None, in order, each to be decoded before the next. ``classes``: None where paths say them. ``parts``: names of the sets
    within, where there are several; ``held``: how many the split of a table holds out, 0 without one."""

    kind: str
    count: int
    ones: Callable[[Sequence[int] | None], Iterator[One]]
    classes: tuple[str, ...] | None = None
    notes: tuple[Note, ...] = ()
    parts: tuple[str, ...] = ()
    held: int = 0
    files: Sequence[File] = field(default=(), repr=False)


@contextmanager
def opened(source: Path, reading: Reading | None = None, scratch: Path | None = None) -> Iterator[Source]:
    """What there is at ``source``, readable within the context. ``scratch``: the folder where large things lie meanwhile. Image files
    come before tables beside them, unless there are too few. Raises DataError."""
    from . import image_files

    reading = reading or Reading()
    with ExitStack() as stack, archive.opened(source, scratch) as (files, notes):
        kind = archive.kind_of(source)
        found = {k: [f for f in files if image_tables.kind_of(f.path.name) == k] for k in image_tables.KINDS}
        table = next((k for k in image_tables.KINDS if found[k]), None)
        pictures = sum(f.path.name.lower().endswith(ENDINGS) for f in files)
        if table is None or pictures >= FEWEST or (table == "csv" and pictures):       # a list of names lies beside pictures
            yield image_files.read(files, kind, notes)
            return
        tidy = Bench(source, list(files), stack, scratch, reading)
        with _told(source):
            there = _reader(table)(found[table], tidy, [*notes, *_left(files, found[table])])
        yield replace(there, ones=partial(_checked, source, there.ones))


@contextmanager
def _told(source: Path) -> Iterator[None]:
    """What a damaged table raises, as a DataError; a full disk is none of its faults."""
    try:
        yield
    except DAMAGED as error:
        if isinstance(error, DataError | Unreadable) or isinstance(error, OSError) and disk_errors.sentence(error):
            raise
        raise DataError(f"{source.name} is damaged ({type(error).__name__}: {error}).", "data.error.damaged", name=source.name) from error


def _checked(source: Path, ones: Callable[[Sequence[int] | None], Iterator[One]], at: Sequence[int] | None) -> Iterator[One]:
    """``ones(at)``, with what is raised between two of them told of the table."""
    each = ones(at)
    while True:
        with _told(source):
            one = next(each, None)
        if one is None:
            return
        yield one


def _reader(kind: str) -> Callable[[list[File], Bench, list[Note]], Source]:
    """Of a kind of table; what it needs (pandas, pyarrow) is loaded with it."""
    return importlib.import_module(f"{__name__}.{MODULES[kind]}").read


def _left(files: list[File], read: list[File]) -> list[Note]:
    """Pictures beside a table, and tables of another kind, are not read; papers about it are no loss."""
    own = {id(f) for f in read}
    left = sum(id(f) not in own and (f.path.name.lower().endswith(ENDINGS) or bool(image_tables.kind_of(f.path.name))) for f in files)
    return [Note("other", left)] if left else []


@dataclass(frozen=True)
class Bench:
    """Where a table is read: the ``source``, all ``files`` in it, what closes them, the folder for what must be unpacked, and what the
    person said."""

    source: Path
    files: list[File]
    stack: ExitStack
    scratch: Path | None
    reading: Reading

    def on_disk(self, file: File) -> IO[bytes]:
        """A file that can be read at any place: as it lies there, or unpacked without a name. gzip is unpacked as well."""
        packed = file.path.name.lower().endswith(".gz")
        if file.packed:
            raise DataError(f"{file.path.name} is packed by a method that is not read here.", "data.error.damaged", name=file.path.name)
        plain: IO[bytes] | None
        if isinstance(file, OnDisk):
            plain = self.stack.enter_context(open(file.where, "rb"))   # noqa: SIM115
        else:
            plain = tars.unpacked(file.pieces(), self.stack, self.scratch, archive.MOST_BYTES)
        if packed and plain is not None:
            with gzip.open(plain, "rb") as f:
                plain = tars.unpacked(iter(lambda: f.read(tars.CHUNK), b""), self.stack, self.scratch, archive.MOST_BYTES)
        if plain is None:
            raise DataError(f"{file.path.name} would unpack to more than {archive.MOST_BYTES / 1024**3:.0f} GiB.", "data.error.zip.large",
                            n=archive.MOST_BYTES // 1024**3)
        return plain

    def few_enough(self, images: int) -> None:
        """Raise DataError for more images than are taken."""
        if images > MOST_IMAGES:
            raise DataError(f"At most {MOST_IMAGES:,} images are taken; {self.source.name} has {images:,}.", "data.error.images",
                            most=MOST_IMAGES, n=images)


__all__ = ["DAMAGED", "FEWEST", "MOST_IMAGES", "Bench", "One", "Reading", "Source", "opened"]
