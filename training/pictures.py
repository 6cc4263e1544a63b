"""One decoder of people's image files, for training and for the page: bytes to pixels of a wanted size.

Every kind of file has one rule. The first frame, upright by its EXIF tag, the middle of the wanted shape, shrunk by Lanczos, transparent
parts on white. Files of more than 8 bits a pixel keep their values until the range of the whole set is known; see ``span``. Files are
shrunk before they are widened to colours or floats, so that a large file costs little more than its own pixels.
"""

from __future__ import annotations

import contextlib
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

import numpy as np
from PIL import Image

from . import image_tables

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "JPEG2000")
ENDINGS = (".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".ppm", ".pgm", ".pbm",
           ".pnm", ".avif", ".jp2", ".j2k")
"""How the names of files that are read end; what a file holds is told by its bytes."""
MOST_PIXELS = 90_000_000                          # of one image, about Pillow's own limit
FAIR = 3                                          # times the wanted size down to which a file is shrunk by plain averages
BAND = 2**20                                      # pixels that are widened at a time
ORIENTATION = 0x0112                              # the EXIF tag
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error, zlib.error, zipfile.BadZipFile, IndexError,
              TypeError, KeyError, OverflowError)
"""What Pillow and zipfile raise for a file that is damaged or of an unknown kind."""

WHITES = (255, 1023, 4095, 16383, 65535)          # of 8, 10, 12, 14 and 16 bits
MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+",
         b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51", *(b"P%d" % i for i in range(1, 8)))
HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
RAW = {".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw"}
OF_IMAGES = {"arrays", "idx", "parquet"}          # kinds of training/image_tables.py whose files are images, however they begin
NOT_READ = {".ico", ".tga", ".exr", ".hdr", ".dds", ".icns", ".eps", ".ai", ".xcf", ".pcx", ".qoi", ".emf", ".wmf"}
TURNS = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
         5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90}


class Unreadable(ValueError):
    """A file that cannot be taken; ``kind`` is a key of ``notes.LEFT_OUT``."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Picture:
    """``pixels``: (h, w, 3) uint8, or of a deep file (h, w) float32 in its own units, ``low`` to ``high`` in the whole file, which
    are whole numbers or not. ``size``: (width, height) of the file."""

    pixels: np.ndarray
    transparent: bool = False
    low: float = 0.0
    high: float = 0.0
    whole: bool = True
    size: tuple[int, int] = (0, 0)

    @property
    def deep(self) -> bool:
        """Whether it has more than 8 bits a pixel."""
        return self.pixels.ndim == 2

    def eight_bit(self, black: float, white: float) -> np.ndarray:
        """(h, w, 3) uint8 of a deep picture: ``black`` becomes 0 and ``white`` 255, linearly; what lies outside is clipped."""
        scaled = (self.pixels - black) * (255 / max(white - black, 1e-12))
        return scaled.clip(0, 255).round().astype(np.uint8)[..., None].repeat(3, 2)


def span(low: float, high: float, whole: bool) -> tuple[float, float]:
    """The values that become black and white, where those of all files lie in [low, high].

    Whole numbers: 0 and the largest of 8, 10, 12, 14 or 16 bits, whichever suffices. Fractions: 0 and 1, -1 and 1, 0 and 255 or 0 and
    65,535, the first that suffices. Anything else: the lowest and the highest value.
    """
    if low >= 0:
        whites: tuple[int, ...] = WHITES if whole else (1, 255, 65535)
        return 0.0, float(next((w for w in whites if high <= w), high))
    return (-1.0, 1.0) if low >= -1 and high <= 1 and not whole else (low, high)


def kind_of(head: bytes, name: str = "") -> str:
    """What a file is by its first bytes, and its name where these do not tell: "image" for what is read here, else a key of LEFT_OUT."""
    suffix = PurePath(name).suffix.lower()
    if suffix in RAW:
        return "raw"
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[i:i + 4] for i in range(16, min(int.from_bytes(head[:4], "big"), 256), 4))}
        return "image" if brands & {b"avif", b"avis"} else "heic" if brands & HEIC else "video"
    if head.startswith(MAGIC) or head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    if head.startswith((b"\xff\x0a", b"\0\0\0\x0cJXL ")):
        return "jxl"
    if image_tables.kind_of(name) in OF_IMAGES:         # an .npz is a zip
        return "table"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xfd7zXZ", b"BZh")):
        return "archive"
    if head.startswith((b"\x1aE\xdf\xa3", b"\0\0\x01\xba", b"FLV")) or head[:4] == b"RIFF" and head[8:11] == b"AVI":
        return "video"
    if head.startswith(b"8BPS"):
        return "psd"
    if head.startswith(b"%PDF"):
        return "pdf"
    if b"<svg" in head[:1024].lower():
        return "svg"
    return "damaged" if suffix in ENDINGS else "format" if suffix in NOT_READ else "other"


def decode(data: bytes, height: int, width: int, name: str = "", most: int | None = None, most_plain: int | None = None) -> Picture:
    """A file of up to ``most`` pixels (MOST_PIXELS) as (height, width) ones. ``name`` only helps to say what it is. Raises Unreadable.

    ``most_plain``: of a JPEG that is not progressive, which is decoded at a fraction of its size and so costs little memory.
    """
    kind = kind_of(data[:1024], name)
    if kind != "image":
        raise Unreadable(kind)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")       # a damaged tag is no news to the person
            return _decode(data, height, width, most or MOST_PIXELS, most_plain or most or MOST_PIXELS)
    except Image.DecompressionBombError as e:
        raise Unreadable("large") from e
    except UNREADABLE as e:
        if isinstance(e, Unreadable):
            raise
        raise Unreadable("damaged") from e


def _decode(data: bytes, height: int, width: int, most: int, most_plain: int) -> Picture:
    with _open(data) as image:
        plain = image.format in ("JPEG", "MPO") and not image.info.get("progressive")
        if image.width * image.height > (most_plain if plain else most):
            raise Unreadable("large")
        stored = image.size
        image.draft(None, (2 * max(height, width),) * 2)          # a JPEG is decoded no larger than needed
        image.load()
        turn = int(image.getexif().get(ORIENTATION, 1))
        sideways = turn in (5, 6, 7, 8)
        size, full = ((height, width), stored[::-1]) if sideways else ((width, height), stored)
        if image.mode.startswith("I") or image.mode == "F":
            return replace(_deep(image, size, turn), size=full)
        return _plain(image, size, turn, full)


def of_pixels(pixels: np.ndarray, height: int, width: int) -> Picture:
    """(h, w) or (h, w, C) uint8 with C of 3 or 4 as (height, width) ones, by the same rules."""
    size = (pixels.shape[1], pixels.shape[0])
    if size == (width, height) and pixels.ndim == 2:
        return Picture(np.repeat(pixels[..., None], 3, 2), size=size)
    if size == (width, height) and pixels.shape[2] == 3:
        return Picture(pixels, size=size)
    return _plain(Image.fromarray(pixels), (width, height), 1, size)


def _plain(image: Image.Image, size: tuple[int, int], turn: int, full: tuple[int, int]) -> Picture:
    """Of 8 bits."""
    clear = "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if clear else "L" if image.mode in ("1", "L") else "RGB"
    small = _turned(_fitted(image, lambda part: part if part.mode == mode else part.convert(mode), size), turn)
    if clear:
        transparent = int(np.asarray(small)[..., 3].min()) < 255
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
        return Picture(np.asarray(small.convert("RGB")), transparent, size=full)
    return Picture(np.asarray(small.convert("RGB")), size=full)


def _deep(image: Image.Image, size: tuple[int, int], turn: int) -> Picture:
    seen: list[tuple[float, float]] = []

    def widen(part: Image.Image) -> Image.Image:
        values = np.nan_to_num(np.asarray(part).astype(np.float32), posinf=0.0, neginf=0.0)
        seen.append((float(values.min()), float(values.max())))
        return Image.fromarray(values)
    small = _turned(_fitted(image, widen, size), turn)
    low, high = min(v for v, _ in seen), max(v for _, v in seen)
    return Picture(np.asarray(small), False, low, high, image.mode != "F")


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except ValueError:                            # text or a colour profile larger than Pillow takes, which no pixel needs
        return Image.open(io.BytesIO(_without_text(data)), formats=FORMATS)


def _without_text(data: bytes) -> bytes:
    """A PNG without its texts and colour profile. Raises ValueError for anything else."""
    if not data.startswith(MAGIC[0]):
        raise ValueError("not a PNG")
    kept, at = [data[:8]], 8
    while at + 12 <= len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        if name not in (b"tEXt", b"zTXt", b"iTXt", b"iCCP"):
            kept.append(data[at:at + 12 + length])
        at += 12 + length
    return b"".join(kept)


def _fitted(image: Image.Image, convert: Callable[[Image.Image], Image.Image], size: tuple[int, int]) -> Image.Image:
    """The largest centred part of ``image`` of the shape of ``size`` (w, h), converted and shrunk, or enlarged, to it."""
    scale = min(image.width / size[0], image.height / size[1])
    w, h = size[0] * scale, size[1] * scale
    left, top = (image.width - w) / 2, (image.height - h) / 2
    x, y, right, bottom = int(left), int(top), min(image.width, -int(-(left + w) // 1)), min(image.height, -int(-(top + h) // 1))
    factor = max(1, int(scale / FAIR))
    rows = max(1, BAND // ((right - x) * factor)) * factor
    parts = []
    for at in range(y, bottom, rows):
        part = convert(image.crop((x, at, right, min(at + rows, bottom))))
        parts.append(part.reduce(factor) if factor > 1 else part)
    whole = parts[0]
    if len(parts) > 1:
        whole = Image.new(parts[0].mode, (parts[0].width, sum(p.height for p in parts)))
        at = 0
        for part in parts:
            whole.paste(part, (0, at))
            at += part.height
    box = ((left - x) / factor, (top - y) / factor, min((left + w - x) / factor, whole.width), min((top + h - y) / factor, whole.height))
    return whole.resize(size, Image.Resampling.LANCZOS, box=box)


def _turned(image: Image.Image, turn: int) -> Image.Image:
    with contextlib.suppress(KeyError):
        return image.transpose(TURNS[turn])
    return image
