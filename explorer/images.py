"""Pixels: from tensors to files, and from a stranger's file to pixels."""

from __future__ import annotations

import base64
import io
import math
import struct
import zlib

import numpy as np
import torch
from PIL import Image, ImageOps

from . import Refused

MAX_FILE = 4 * 2**20
MAX_SIDE = 4096
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
LOSSLESS = 256 * 256                            # pixels; a larger colour image is sent as JPEG


class ImageError(Refused):
    """A file that cannot be taken as an image; one sentence."""


def to_uint8(x: torch.Tensor) -> np.ndarray:
    """Images (n, C, H, W) in [-1, 1] to (n, H, W, C) uint8; beyond the range is clipped, NaN is black."""
    x = torch.nan_to_num(x, nan=-1.0, posinf=1.0, neginf=-1.0).clamp(-1, 1)
    return ((x + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def grid(tiles: np.ndarray, columns: int) -> np.ndarray:
    """Tiles (n, H, W, C) in rows of ``columns``: (rows * H, columns * W, C); places left over are black."""
    n, h, w, c = tiles.shape
    rows = math.ceil(n / columns)
    if rows * columns > n:
        tiles = np.concatenate([tiles, np.zeros((rows * columns - n, h, w, c), np.uint8)])
    return tiles.reshape(rows, columns, h, w, c).transpose(0, 2, 1, 3, 4).reshape(rows * h, columns * w, c)


def to_pillow(pixels: np.ndarray) -> Image.Image:
    """(H, W, C) uint8 with C of 1 or 3."""
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def encode(pixels: np.ndarray) -> tuple[bytes, str]:
    """(H, W, C) uint8 as a file and its media type: PNG, or JPEG where colour is too large for PNG to be quick."""
    out = io.BytesIO()
    h, w, c = pixels.shape
    if c == 1 or h * w <= LOSSLESS:
        to_pillow(pixels).save(out, "PNG", compress_level=1)
        return out.getvalue(), "image/png"
    to_pillow(pixels).save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue(), "image/jpeg"


def data_url(pixels: np.ndarray) -> str:
    """(H, W, C) uint8 as a data: URL."""
    data, kind = encode(pixels)
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def enlarge(pixels: np.ndarray, factor: int) -> np.ndarray:
    """(…, H, W, C) with each pixel as a square of factor × factor."""
    return pixels.repeat(factor, -3).repeat(factor, -2)


def difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Two images (H, W, C) uint8 as a map of where they differ, (H, W, 3): red where b is brighter, blue where it is darker, black where
    they agree."""
    return diverging(b.astype(np.float32).mean(-1) - a.astype(np.float32).mean(-1))


def diverging(d: np.ndarray) -> np.ndarray:
    """Numbers (H, W) in [-255, 255] as colours (H, W, 3): red above 0, blue below, black at 0."""
    up, down = np.clip(d, 0, 255), np.clip(-d, 0, 255)
    out = np.stack([up + 0.25 * down, 0.35 * up + 0.55 * down, 0.2 * up + down], -1)
    return out.round().clip(0, 255).astype(np.uint8)


def decode_upload(data: bytes, shape: tuple[int, ...], invert: bool = False) -> np.ndarray:
    """A person's image file as (C, H, W) uint8 of ``shape``: first frame, upright, transparent parts black, cropped about its centre and
    averaged down. Raises ImageError for what is empty, no image, damaged or too large."""
    if not data:
        raise ImageError("The file is empty.")
    if len(data) > MAX_FILE:
        raise ImageError(f"The file is larger than {MAX_FILE // 2**20} MB; save it smaller and try again.")
    c, h, w = shape
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if max(image.size) > MAX_SIDE:
                raise ImageError(f"The image is {image.width} × {image.height} pixels; up to {MAX_SIDE} on a side can be taken.")
            image.draft("RGB", (4 * w, 4 * h))      # a JPEG is decoded no larger than needed
            image.seek(0)
            image.load()
            upright = ImageOps.exif_transpose(image)
    except (Image.UnidentifiedImageError, Image.DecompressionBombError) as e:
        raise ImageError("That is not an image this page can read; use PNG, JPEG, WebP, GIF or BMP.") from e
    except (OSError, SyntaxError, EOFError, ValueError, struct.error, zlib.error, IndexError, TypeError, KeyError) as e:
        if isinstance(e, ImageError):
            raise
        raise ImageError("The image is damaged or cut short and cannot be read.") from e
    pixels = _fitted(_flat(upright, c), h, w)
    if invert:
        pixels = 255 - pixels
    return np.ascontiguousarray(pixels.reshape(h, w, c).transpose(2, 0, 1))


def _flat(image: Image.Image, channels: int) -> Image.Image:
    """Grey or RGB, with what was transparent on black."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.nan_to_num(np.asarray(image, np.float64))
        top = 65535.0 if image.mode.startswith("I") else max(1.0, float(values.max(initial=1.0)))
        image = Image.fromarray((values.clip(0, top) * (255 / top)).round().astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, (0, 0, 0, 255)), over)
    return image.convert("L" if channels == 1 else "RGB")


def _fitted(image: Image.Image, h: int, w: int) -> np.ndarray:
    """The largest centred part of the wanted shape, averaged to (h, w)."""
    scale = min(image.width / w, image.height / h)
    cw, ch = w * scale, h * scale
    left, top = (image.width - cw) / 2, (image.height - ch) / 2
    return np.asarray(image.resize((w, h), Image.Resampling.BOX, box=(left, top, left + cw, top + ch)))
