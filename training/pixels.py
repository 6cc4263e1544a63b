"""Pixels: images as models draw them, as they are shown, and many of them on one contact sheet."""

from __future__ import annotations

import numpy as np
from PIL import Image
from torch import Tensor, nan_to_num, uint8


def to_uint8(x: Tensor) -> np.ndarray:
    """Images (n, C, H, W) in [-1, 1] to (n, H, W, C) uint8; beyond the range is clipped, NaN is black."""
    x = nan_to_num(x, nan=-1.0, posinf=1.0, neginf=-1.0).clamp(-1, 1)
    return ((x + 1) * 127.5).round().to(uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()


def grid(tiles: np.ndarray, columns: int) -> np.ndarray:
    """Tiles (n, H, W, C) in rows of ``columns``: (rows * H, columns * W, C); places left over are black."""
    n, h, w, c = tiles.shape
    rows = -(-n // columns)
    if rows * columns > n:
        tiles = np.concatenate([tiles, np.zeros((rows * columns - n, h, w, c), np.uint8)])
    return tiles.reshape(rows, columns, h, w, c).transpose(0, 2, 1, 3, 4).reshape(rows * h, columns * w, c)


def tiles_of(sheet: np.ndarray, h: int, w: int) -> np.ndarray:
    """What ``grid`` put together, a sheet (rows * h, columns * w, C), as tiles (rows * columns, h, w, C), black ones included."""
    rows, columns, c = len(sheet) // h, sheet.shape[1] // w, sheet.shape[2]
    return sheet.reshape(rows, h, columns, w, c).transpose(0, 2, 1, 3, 4).reshape(-1, h, w, c)


def to_pillow(pixels: np.ndarray) -> Image.Image:
    """(H, W, C) uint8 with C of 1 or 3."""
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


__all__ = ["grid", "tiles_of", "to_pillow", "to_uint8"]
