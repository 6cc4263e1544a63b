"""The files of a folder, .zip or .tar, read with care. Nothing of an archive is ever unpacked under its own name.

An archive is refused as a whole when it tries to harm: paths that climb out, links, more than a bounded size.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from . import image_tables
from .download import DataError
from .file_names import ENCODINGS, encoding_of
from .memory_map import CHUNK
from .notes import Note

MOST_FILES = 300_000
MOST_BYTES = 8 * 1024**3                          # of all files of an archive, unpacked
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
UNICODE, LOCKED = 0x800, 0x1                      # flags of a zip's member


@dataclass(frozen=True, slots=True)
class File:
    """``path`` lies within the folder or archive; ``size`` is in bytes, unpacked; ``packed``: by a method that is not read here."""

    path: PurePosixPath
    size: int
    packed: bool = False

    def pieces(self, n: int = CHUNK) -> Iterator[bytes]:
        """All bytes in order, at most ``n`` at a time."""
        raise NotImplementedError

    def read(self, n: int) -> bytes:
        """The first ``n`` bytes, all for -1."""
        if n < 0:                                 # to the end, where a zip compares the checksum
            return b"".join(self.pieces(self.size))
        return next(self.pieces(n), b"")


@dataclass(frozen=True, slots=True)
class OnDisk(File):
    """A file at ``where``."""

    where: Path = Path()

    def pieces(self, n: int = CHUNK) -> Iterator[bytes]:
        with open(self.where, "rb") as f:
            yield from iter(partial(f.read, n or -1), b"")


@dataclass(frozen=True, slots=True)
class Zipped(File):
    """A member of a zip."""

    archive: zipfile.ZipFile | None = None
    member: zipfile.ZipInfo | None = None

    def pieces(self, n: int = CHUNK) -> Iterator[bytes]:
        assert self.archive and self.member
        with self.archive.open(self.member) as f:
            yield from iter(partial(f.read, n or -1), b"")


@dataclass(frozen=True, slots=True)
class Within(File):
    """Bytes of an open file from ``offset`` on: a member of a tar."""

    inside: IO[bytes] | None = None
    offset: int = 0

    def pieces(self, n: int = CHUNK) -> Iterator[bytes]:
        assert self.inside
        for start in range(0, self.size, max(1, n)):
            self.inside.seek(self.offset + start)
            yield self.inside.read(min(n, self.size - start))


def kind_of(source: Path) -> str:
    """"folder", "tar", "zip", or "file": a table, which image_tables.py knows. Raises DataError where there is nothing."""
    if source.is_dir():
        return "folder"
    if not source.is_file():
        raise DataError(f"There is no folder, archive or file at {source}.", "data.error.none")
    name = source.name.lower()
    return "tar" if name.endswith(TARS) else "file" if image_tables.kind_of(name) else "zip"


@contextmanager
def opened(source: Path, scratch: Path | None = None) -> Iterator[tuple[list[File], list[Note]]]:
    """The files of ``source``, by path, readable within the context, and what is to be told of their names. What must be unpacked to be
    read lies in ``scratch`` meanwhile. Raises DataError."""
    from . import tars

    with ExitStack() as stack:
        match kind_of(source):
            case "folder":
                yield _of_folder(source, stack, scratch)
            case "tar":
                yield tars.files(source, stack, scratch)
            case "file":
                yield [_at(source, PurePosixPath(source.name))], []
            case _:
                try:
                    found = _of_zip(stack.enter_context(zipfile.ZipFile(source)))
                except (zipfile.BadZipFile, NotImplementedError) as error:
                    if source.suffix.lower() != ".zip":
                        raise DataError(f"{source.name} is of no kind that is read here: a folder, .zip or .tar of images, .npz, .npy, a "
                                        "CSV of pixels, idx or .parquet.", "data.error.kind", name=source.name) from error
                    raise DataError(f"{source.name} is not a zip, or a damaged one ({error}).", "data.error.zip",
                                    name=source.name) from error
                yield found


def _at(path: Path, inside: PurePosixPath) -> File:
    return OnDisk(inside, path.stat().st_size, where=path)


def shown(path: PurePosixPath) -> bool:
    """Whether a file of an archive is a person's own, and not her system's."""
    return bool(path.parts) and not any(part.startswith((".", "__MACOSX")) for part in path.parts)


def walk(folder: Path) -> list[Path]:
    """The files of a folder, in order, without hidden ones. A linked folder is followed once, and never into what was walked already."""
    found: list[Path] = []
    seen: set[tuple[int, int]] = set()
    waiting, linked = [folder], list[Path]()
    while waiting or linked:
        top = waiting.pop() if waiting else linked.pop(0)
        if (key := _inode(top)) is None or key in seen:
            continue
        for where, folders, names in os.walk(top):
            seen.add(_inode(Path(where)) or (0, 0))
            inner = sorted(n for n in folders if not n.startswith("."))
            links = [n for n in inner if os.path.islink(os.path.join(where, n))]
            linked += [Path(where, n) for n in links]
            folders[:] = [n for n in inner if n not in links and _inode(Path(where, n)) not in seen]
            found += [path for n in sorted(names) if not n.startswith(".") and (path := Path(where, n)).is_file()]
            if len(found) > MOST_FILES:
                raise DataError(f"A folder may hold at most {MOST_FILES:,} files; this one has more.", "data.error.files", n=MOST_FILES)
    return found


def _inode(folder: Path) -> tuple[int, int] | None:
    try:
        s = folder.stat()
    except OSError:                               # a link that leads nowhere
        return None
    return s.st_dev, s.st_ino


def _of_folder(folder: Path, stack: ExitStack, scratch: Path | None) -> tuple[list[File], list[Note]]:
    from . import tars

    files, notes = list[File](), list[Note]()
    for path in walk(folder):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        name = path.name.lower()
        if name.endswith(".zip") and zipfile.is_zipfile(path):
            try:
                more, told = _of_zip(stack.enter_context(zipfile.ZipFile(path)))
            except (zipfile.BadZipFile, NotImplementedError):
                files.append(_at(path, inside))
                continue
        elif name.endswith(TARS):
            try:
                more, told = tars.files(path, stack, scratch)
            except DataError as error:
                if error.key != tars.BROKEN:
                    raise
                files.append(_at(path, inside))
                continue
        else:
            files.append(_at(path, inside))
            continue
        within = inside.parent / stem_of(inside.name)
        files += [replace(f, path=within / f.path) for f in more]
        notes += [n for n in told if n not in notes]
    if len(files) > MOST_FILES:
        raise DataError(f"A folder may hold at most {MOST_FILES:,} files; this one has more.", "data.error.files", n=MOST_FILES)
    return sorted(files, key=lambda f: f.path), notes


def stem_of(name: str) -> str:
    """A file's name without what tells its kind: ``.tar.gz`` goes as a whole."""
    ending = next((e for e in sorted((*TARS, *image_tables.ENDINGS, ".zip"), key=len, reverse=True) if name.lower().endswith(e)), "")
    return name[:len(name) - len(ending)] or name


def _of_zip(archive: zipfile.ZipFile) -> tuple[list[File], list[Note]]:
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise DataError(f"A zip may hold at most {MOST_FILES:,} files; this one has {len(members):,}.", "data.error.files", n=MOST_FILES)
    if sum(m.file_size for m in members) > MOST_BYTES:
        raise DataError(f"A zip may unpack to at most {MOST_BYTES / 1024**3:.0f} GiB; this one would be larger.", "data.error.zip.large",
                        n=MOST_BYTES // 1024**3)
    raw = {m.filename: m.filename.encode("cp437") for m in members if not m.flag_bits & UNICODE}
    encoding = encoding_of(list(raw.values()))
    files = []
    for member in members:
        name = raw[member.filename].decode(encoding) if member.filename in raw and not member.flag_bits & UNICODE else member.filename
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
            raise DataError(f"This zip is refused: the path {name!r} leads out of it.", "data.error.zip.path")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"This zip is refused: {name!r} is a link.", "data.error.zip.link")
        if member.flag_bits & LOCKED:
            raise DataError("This zip is protected by a password; make one without.", "data.error.zip.locked")
        if not name.endswith(("/", "\\")) and shown(path):
            files.append(Zipped(path, member.file_size, member.compress_type not in METHODS, archive, member))
    foreign = any(not r.isascii() for r in raw.values()) and encoding not in ("utf-8", "cp437")
    return sorted(files, key=lambda f: f.path), [Note("names", name=ENCODINGS[encoding])] if foreign else []

