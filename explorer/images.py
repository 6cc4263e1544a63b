"""Pixels: from tensors to files, and from a stranger's file to pixels."""

from __future__ import annotations

import base64
import io

import numpy as np
import torch
from PIL import Image

from training import pictures, pixel_errors
from training.model import Batch
from training.pixels import grid, to_pillow, to_uint8

from . import Refused
from .png import png

MAX_FILE = 4 * 2**20
MAX_PIXELS, MAX_JPEG = 4096**2, 64_000_000      # of a file; a JPEG is decoded at a fraction of its size
LOSSLESS = 256 * 256                            # pixels; a larger colour image is sent as JPEG

NOT_READ = "That is not an image this page can read; use PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF."
REFUSED = {
    "damaged": "The image is damaged or cut short and cannot be read.",
    "large": f"The image has more pixels than can be taken: {MAX_JPEG // 10**6} million for a JPEG, {MAX_PIXELS // 10**6} million else.",
    "heic": "That is a HEIC file, an iPhone's format, which this page cannot read; export it as JPEG.",
    "jxl": "That is a JPEG XL file, which this page cannot read; export it as JPEG or PNG.",
    "svg": "That is an SVG, a drawing without pixels; export it as PNG.",
    "video": "That is a video; take a single picture out of it.",
}


class ImageError(Refused):
    """A file that cannot be taken as an image; one sentence."""


def to_tensor(pixels: np.ndarray, device: str = "cpu") -> torch.Tensor:
    """Pixels uint8, of any shape, as models take them: in [-1, 1], on the device."""
    return Batch.of(torch.from_numpy(np.array(pixels)).to(device)).images


def squared_error(drawn: torch.Tensor, pixels: np.ndarray) -> np.ndarray:
    """Squared error (n,) of images (n, C, H, W) in [-1, 1] as they are shown (``to_uint8``) against pixels uint8, each its own
    (n, C, H, W) or all the same (C, H, W); summed over all pixels, taken as [0, 1]."""
    shown = torch.nan_to_num(drawn, nan=-1.0).clamp(-1, 1).float().cpu()
    return pixel_errors.squared_error(shown, to_tensor(pixels).expand_as(shown)).numpy()


def encode(pixels: np.ndarray, lossless: bool = False) -> tuple[bytes, str]:
    """(H, W, C) uint8 as a file and its media type: PNG, or JPEG where colour is too large for PNG to be quick and need not be exact."""
    h, w, c = pixels.shape
    if lossless or c == 1 or h * w <= LOSSLESS:
        return png(pixels), "image/png"
    out = io.BytesIO()
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
    return diverging(_brightness(b) - _brightness(a))


def _brightness(pixels: np.ndarray) -> np.ndarray:
    """The mean of the channels of (H, W, C) uint8, (H, W) float32. Channel by channel: a tenth of the time of a mean over the last axis."""
    total = pixels[..., 0].astype(np.float32)
    for k in range(1, pixels.shape[-1]):
        total += pixels[..., k]
    return total / np.float32(pixels.shape[-1])


def diverging(d: np.ndarray) -> np.ndarray:
    """Numbers (H, W) in [-255, 255] as colours (H, W, 3): red above 0, blue below, black at 0."""
    up, down = np.clip(d, 0, 255), np.clip(-d, 0, 255)
    out = np.stack([up + 0.25 * down, 0.35 * up + 0.55 * down, 0.2 * up + down], -1)
    return out.round().clip(0, 255).astype(np.uint8)


def decode_upload(data: bytes, shape: tuple[int, ...], invert: bool = False, deep: tuple[float, float] | None = None) -> np.ndarray:
    """A person's image file as (C, H, W) uint8 of ``shape``, by the decoder that training uses (training/pictures.py).

    ``deep``: the values that became black and white where the run's own images had more than 8 bits; the file's own range without.
    Raises ImageError for what is empty, no image, damaged or too large.
    """
    if not data:
        raise ImageError("The file is empty.")
    if len(data) > MAX_FILE:
        raise ImageError(f"The file is larger than {MAX_FILE // 2**20} MB; save it smaller and try again.")
    c, h, w = shape
    try:
        picture = pictures.decode(data, h, w, most=MAX_PIXELS, most_plain=MAX_JPEG)
    except pictures.Unreadable as e:
        raise ImageError(REFUSED.get(e.kind, NOT_READ)) from e
    pixels = picture.pixels
    if picture.deep:
        pixels = picture.eight_bit(*(deep or pictures.span(picture.low, picture.high, picture.whole)))
    if c == 1:
        pixels = np.asarray(Image.fromarray(pixels).convert("L"))[..., None]
    if invert:
        pixels = 255 - pixels
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


__all__ = ["LOSSLESS", "MAX_FILE", "MAX_JPEG", "MAX_PIXELS", "NOT_READ", "REFUSED", "ImageError", "data_url", "decode_upload", "difference",
           "diverging", "encode", "enlarge", "grid", "squared_error", "to_pillow", "to_tensor", "to_uint8"]
