"""A person's own images: a folder or a .zip, read with care. Nothing of a zip is ever unpacked to disk.

A zip is refused as a whole when it tries to harm (paths that climb out, links, more than a bounded size); a single file
that is no image, is damaged or is far too large is left out and counted.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps

from .download import DataError, Progress

RULES = 2                                         # counts how files become pixels and splits: other rules make other sets
FEWEST = 20                                       # images
MOST_FILES = 100_000
MOST_BYTES = 2 * 1024**3                          # of all of a zip's files, unpacked
MOST_BYTES_EACH = 64 * 1024**2                    # of one image file
MOST_PIXELS = 90_000_000                          # of one image, about Pillow's own limit
MOST_CLASSES = 1_000
HELD_OUT = 0.1
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error, zlib.error, zipfile.BadZipFile)
"""What Pillow and zipfile raise for a file that is damaged or of an unknown kind."""


@dataclass(frozen=True)
class Pictures:
    """``images`` (n, C, size, size) uint8, C = 1 when all are grey, else 3; ``labels`` (n,) int64 or None;
    ``held_out`` (n,) bool; ``notes``: a sentence on each kind of file that was left out."""

    images: np.ndarray
    labels: np.ndarray | None
    classes: tuple[str, ...]
    held_out: np.ndarray
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    path: PurePosixPath                           # within the folder or zip
    size: int                                     # bytes, unpacked
    read: Callable[[], bytes]


def listing_digest(source: Path) -> str:
    """Changes when files of ``source`` come, go or change (by name, size and time). Raises DataError if it does not exist."""
    if source.is_dir():
        entries = [(str(path), path.stat()) for path in _walk(source)]
    elif source.is_file():
        entries = [(source.name, source.stat())]
    else:
        raise DataError(f"There is no folder or zip at {source}.")
    return hashlib.sha256(repr([(name, s.st_size, s.st_mtime_ns) for name, s in entries]).encode()).hexdigest()


def read(source: Path, size: int, progress: Progress | None = None) -> Pictures:
    """The images of a folder or .zip, cropped square about the middle and resized to ``size`` pixels.

    Classes are the first-level subfolders if there are at least two and every image lies in one (a single folder around
    everything does not count). One image in ten, at least one, is held out, by a hash of its pixels, so the choice depends
    on nothing else; of equal images the first is kept. Raises DataError on a source that cannot be used.
    """
    if source.is_dir():
        return _read(_folder_files(source), "folder", size, progress)
    try:
        with zipfile.ZipFile(source) as archive:
            return _read(_zip_files(archive), "zip", size, progress)
    except FileNotFoundError:
        raise DataError(f"There is no folder or zip at {source}.") from None
    except zipfile.BadZipFile as error:
        raise DataError(f"{source.name} is not a zip, or a damaged one ({error}).") from error


def _walk(folder: Path) -> list[Path]:
    found = []
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [path for name in sorted(names) if not name.startswith(".") and (path := Path(where, name)).is_file()]
        if len(found) > MOST_FILES:
            raise DataError(f"A folder may hold at most {MOST_FILES:,} files; this one has more.")
    return found


def _folder_files(folder: Path) -> list[_File]:
    return [_File(PurePosixPath(path.relative_to(folder).as_posix()), path.stat().st_size, path.read_bytes)
            for path in _walk(folder)]


def _zip_files(archive: zipfile.ZipFile) -> list[_File]:
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise DataError(f"A zip may hold at most {MOST_FILES:,} files; this one has {len(members):,}.")
    if sum(m.file_size for m in members) > MOST_BYTES:
        raise DataError(f"A zip may unpack to at most {MOST_BYTES / 1024**3:.0f} GiB; this one would be larger.")
    files = []
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", member.filename):
            raise DataError(f"This zip is refused: the path {member.filename!r} leads out of it.")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"This zip is refused: {member.filename!r} is a link.")
        if member.flag_bits & 1:
            raise DataError("This zip is protected by a password; make one without.")
        if not member.is_dir() and not any(part.startswith((".", "__MACOSX")) for part in path.parts):
            files.append(_File(path, member.file_size, partial(archive.read, member)))
    return sorted(files, key=lambda f: f.path)


def _read(files: list[_File], kind: str, size: int, progress: Progress | None) -> Pictures:
    stack = np.empty((len(files), 3, size, size), np.uint8)      # costs memory only where it is filled
    paths: list[PurePosixPath] = []
    digests: dict[bytes, None] = {}
    left_out = {"not images, or damaged,": 0, "too large": 0, "copies of others": 0}
    for done, file in enumerate(files, 1):
        if progress and (done % 50 == 0 or done == len(files)):
            progress(done, len(files))
        picture = _decode(file, size)
        if isinstance(picture, str):
            left_out[picture] += 1
            continue
        digest = hashlib.sha256(picture.tobytes()).digest()
        if digest in digests:
            left_out["copies of others"] += 1
            continue
        digests[digest] = None
        stack[len(paths)] = picture
        paths.append(file.path)
    notes = tuple(f"{n:,} file{'s were' if n > 1 else ' was'} left out: {why.rstrip(',')}." for why, n in left_out.items() if n)
    if len(paths) < FEWEST:
        raise DataError(" ".join((f"A {kind} needs at least {FEWEST} images; this one has {len(paths)}.", *notes)))
    images = stack[:len(paths)]
    if all((part[:, :1] == part).all() for part in np.array_split(images, 1 + len(images) // 4096)):
        images = images[:, :1]
    labels, classes = _classes(paths)
    held_out = np.zeros(len(paths), bool)
    held_out[np.argsort(np.array(list(digests)))[:max(1, round(HELD_OUT * len(paths)))]] = True
    return Pictures(np.ascontiguousarray(images), labels, classes, held_out, notes)


def _classes(paths: list[PurePosixPath]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Labels and names of the first-level subfolders, or (None, ())."""
    parts = [path.parts for path in paths]
    while all(len(p) > 1 for p in parts) and len({p[0] for p in parts}) == 1:
        parts = [p[1:] for p in parts]
    classes = tuple(sorted({p[0] for p in parts}))
    if any(len(p) < 2 for p in parts) or not 2 <= len(classes) <= MOST_CLASSES:
        return None, ()
    number = {name: i for i, name in enumerate(classes)}
    return np.array([number[p[0]] for p in parts], np.int64), classes


def _decode(file: _File, size: int) -> np.ndarray | str:
    """(3, size, size) uint8, or why the file is left out. The size that the header claims is checked before decoding."""
    if file.size > MOST_BYTES_EACH:
        return "too large"
    try:
        image = Image.open(io.BytesIO(file.read()), formats=FORMATS)
        if image.width * image.height > MOST_PIXELS:
            return "too large"
        return np.asarray(to_square(image, size)).transpose(2, 0, 1)
    except Image.DecompressionBombError:
        return "too large"
    except UNREADABLE:
        return "not images, or damaged,"


def to_square(image: Image.Image, size: int) -> Image.Image:
    """Upright by its EXIF tag, transparency on white, cropped square about the middle, RGB, ``size`` pixels a side."""
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):          # more than 8 bits: convert() would clip
        values = np.asarray(image, np.float32)
        scale = 257.0 if values.max() > 255 else 1.0
        image = Image.fromarray((values / scale).clip(0, 255).round().astype(np.uint8))
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return ImageOps.fit(image.convert("RGB"), (size, size), Image.Resampling.LANCZOS)
