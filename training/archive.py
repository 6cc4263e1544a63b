"""The files of a folder or .zip, read with care. Nothing of a zip is ever unpacked to disk.

A zip is refused as a whole when it tries to harm: paths that climb out, links, more than a bounded size.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from .download import DataError
from .names import ENCODINGS, encoding_of
from .notes import Note

MOST_FILES = 100_000
MOST_BYTES = 2 * 1024**3                          # of all files of zips, unpacked
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
UNICODE, LOCKED = 0x800, 0x1                      # flags of a zip's member


@dataclass(frozen=True)
class File:
    """``path`` lies within the folder or zip; ``size`` is in bytes, unpacked; ``read(n)`` gives the first n of them, all for -1."""

    path: PurePosixPath
    size: int
    read: Callable[[int], bytes]
    packed: bool = False                          # by a method that is not read here


@contextmanager
def opened(source: Path) -> Iterator[tuple[list[File], list[Note]]]:
    """The files of ``source``, by path, readable within the context, and what is to be told of their names. Raises DataError."""
    with ExitStack() as stack:
        if source.is_dir():
            yield _of_folder(source, stack)
            return
        try:
            found = _of_zip(stack.enter_context(zipfile.ZipFile(source)))
        except FileNotFoundError:
            raise DataError(f"There is no folder or zip at {source}.", "data.error.none") from None
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise DataError(f"{source.name} is not a zip, or a damaged one ({error}).", "data.error.zip", name=source.name) from error
        yield found


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


def _of_folder(folder: Path, stack: ExitStack) -> tuple[list[File], list[Note]]:
    files, notes = list[File](), list[Note]()
    for path in walk(folder):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
            try:
                more, told = _of_zip(stack.enter_context(zipfile.ZipFile(path)))
            except (zipfile.BadZipFile, NotImplementedError):
                more, told = [File(inside, path.stat().st_size, partial(_first, path))], []
            files += [File(inside.with_suffix("") / f.path, f.size, f.read, f.packed) if f.path != inside else f for f in more]
            notes += [n for n in told if n not in notes]
        else:
            files.append(File(inside, path.stat().st_size, partial(_first, path)))
    if len(files) > MOST_FILES:
        raise DataError(f"A folder may hold at most {MOST_FILES:,} files; this one has more.", "data.error.files", n=MOST_FILES)
    return sorted(files, key=lambda f: f.path), notes


def _first(path: Path, n: int) -> bytes:
    with open(path, "rb") as f:
        return f.read(n)


def _of_zip(archive: zipfile.ZipFile) -> tuple[list[File], list[Note]]:
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise DataError(f"A zip may hold at most {MOST_FILES:,} files; this one has {len(members):,}.", "data.error.files", n=MOST_FILES)
    if sum(m.file_size for m in members) > MOST_BYTES:
        raise DataError(f"A zip may unpack to at most {MOST_BYTES / 1024**3:.0f} GiB; this one would be larger.", "data.error.zip.large")
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
        if not name.endswith(("/", "\\")) and path.parts and not any(part.startswith((".", "__MACOSX")) for part in path.parts):
            files.append(File(path, member.file_size, partial(_unpacked, archive, member), member.compress_type not in METHODS))
    foreign = any(not r.isascii() for r in raw.values()) and encoding not in ("utf-8", "cp437")
    return sorted(files, key=lambda f: f.path), [Note("names", name=ENCODINGS[encoding])] if foreign else []


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, n: int) -> bytes:
    with archive.open(member) as f:
        return f.read(n)
