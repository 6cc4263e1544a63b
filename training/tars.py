"""The files of a .tar, read with care: plain, or packed by gzip, bzip2 or xz. Nothing of it is ever unpacked under its own name.

A packed one is unpacked once into a file without a name, so that any of its files is read without those before it.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import posixpath
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from . import archive, disk_errors
from .archive import File, Within
from .download import DataError
from .file_names import ENCODINGS, encoding_of
from .memory_map import CHUNK
from .notes import Note

PACKED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
BROKEN = "data.error.tar"                         # the key of the error of a damaged one
DAMAGED = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


def files(source: Path, stack: ExitStack, scratch: Path | None = None) -> tuple[list[File], list[Note]]:
    """As ``archive.opened`` has them. Raises DataError for one that is damaged, or that tries to harm."""
    try:
        plain = _plain(source, stack, scratch)
        with tarfile.open(fileobj=plain, mode="r:", encoding="utf-8", errors="surrogateescape") as tar:
            return _listed(list(_members(tar)), plain)
    except DataError:
        raise
    except DAMAGED as error:
        if isinstance(error, OSError) and disk_errors.sentence(error):
            raise
        raise DataError(f"{source.name} is not a tar, or a damaged one ({error}).", BROKEN, name=source.name) from error


def unpacked(pieces: Iterable[bytes], stack: ExitStack, scratch: Path | None, most: int) -> IO[bytes] | None:
    """Bytes in a file without a name; None for more than ``most`` of them."""
    out: IO[bytes] = stack.enter_context(tempfile.TemporaryFile(dir=scratch, buffering=CHUNK))   # noqa: SIM115
    held = 0
    for part in pieces:
        held += len(part)
        if held > most:
            return None
        out.write(part)
    out.flush()
    out.seek(0)
    return out


def _plain(source: Path, stack: ExitStack, scratch: Path | None) -> IO[bytes]:
    file = stack.enter_context(open(source, "rb"))   # noqa: SIM115
    head = file.read(6)
    file.seek(0)
    opener = next((way for magic, way in PACKED.items() if head.startswith(magic)), None)
    if opener is None:
        return file
    with opener(file, "rb") as packed:
        found = unpacked(iter(partial(packed.read, CHUNK), b""), stack, scratch, archive.MOST_BYTES)
    if found is None:
        raise DataError(f"A tar may unpack to at most {archive.MOST_BYTES / 1024**3:.0f} GiB; this one would be larger.",
                        "data.error.zip.large", n=archive.MOST_BYTES // 1024**3)
    return found


def _members(tar: tarfile.TarFile) -> Iterator[tuple[bytes, int, int, bool, str]]:
    """Of each file and link: name, where its bytes begin, how many, whether they lie elsewhere (sparse), what it links to."""
    for count, member in enumerate(iter(tar.next, None), 1):
        tar.members = []                          # type: ignore[attr-defined]  # else it keeps all of them
        if count > archive.MOST_FILES:
            raise DataError(f"A tar may hold at most {archive.MOST_FILES:,} files; this one has more.", "data.error.files",
                            n=archive.MOST_FILES)
        name = member.name.encode("utf-8", "surrogateescape")
        if member.issym() or member.islnk():
            about = posixpath.dirname(member.name) if member.issym() else ""
            yield name, 0, 0, False, posixpath.join(about, member.linkname) or "."
        elif member.isfile():
            yield name, member.offset_data, member.size, member.issparse(), ""
        else:
            yield name + b"/", 0, 0, False, ""    # a folder, a device: only its name is looked at


def _listed(members: list[tuple[bytes, int, int, bool, str]], plain: IO[bytes]) -> tuple[list[File], list[Note]]:
    encoding = encoding_of([name for name, *_ in members])
    found: dict[str, File] = {}
    links: list[tuple[str, str]] = []
    for raw, offset, size, sparse, target in members:
        name = raw.decode(encoding, "replace")
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
            raise DataError(f"This tar is refused: the path {name!r} leads out of it.", "data.error.zip.path")
        if target:
            inside = posixpath.normpath(target.encode("utf-8", "surrogateescape").decode(encoding, "replace"))
            if inside.startswith(("/", "..")) or re.match(r"[A-Za-z]:", inside):
                raise DataError(f"This tar is refused: {name!r} is a link that leads out of it.", "data.error.zip.link")
            links.append((name, inside))
        elif not name.endswith("/") and archive.shown(path):
            found[path.as_posix()] = Within(path, size, sparse, plain, offset)
    for name, inside in links:                    # within the tar; one to a folder is left out
        if inside in found and archive.shown(path := PurePosixPath(name)):
            found.setdefault(path.as_posix(), replace(found[inside], path=path))
    foreign = any(not raw.isascii() for raw, *_ in members) and encoding not in ("utf-8", "cp437")
    return sorted(found.values(), key=lambda f: f.path), [Note("names", name=ENCODINGS[encoding])] if foreign else []


__all__ = ["BROKEN", "CHUNK", "files", "unpacked"]
