"""White shapes on black whose every factor is known: shape, scale, orientation, x and y, one value of each per image.

The factors and their sizes are dSprites' (Matthey et al. 2017), so 3 · 6 · 40 · 32 · 32 = 737,280 images of 64×64; they are
drawn here and not bit-identical to it, so scores do not compare with those published for dSprites.
"""

from __future__ import annotations

from functools import cache

import numpy as np

SHAPES = ("square", "ellipse", "heart")
SCALES = np.linspace(0.5, 1.0, 6)
ANGLES = np.linspace(0.0, 2 * np.pi, 40)          # as in dSprites, the last is the first again
PLACES = 32                                       # positions along x and along y, one pixel apart
SIZES = (len(SHAPES), len(SCALES), len(ANGLES), PLACES, PLACES)
COUNT = int(np.prod(SIZES))
SIDE, STAMP = 64, 33                              # pixels: of the image, and of the square that a shape is drawn in
FIRST = (SIDE - STAMP - PLACES + 1) // 2          # the leftmost and topmost place

FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("shape", SHAPES), ("scale", tuple(f"{s:.1f}" for s in SCALES)),
    ("orientation", tuple(f"{np.degrees(a):.0f}°" for a in ANGLES)),
    ("x", tuple(str(i) for i in range(PLACES))), ("y", tuple(str(i) for i in range(PLACES))),
)


def factors(indices: np.ndarray) -> np.ndarray:
    """Indices (n,) in [0, COUNT) to (n, 5) uint8: shape, scale, orientation, x, y; y runs fastest."""
    return np.stack(np.unravel_index(np.asarray(indices), SIZES), axis=1).astype(np.uint8)


@cache
def _stamps() -> np.ndarray:
    """(shape, scale, orientation, 33, 33) bool: each shape about the middle of its stamp."""
    half = STAMP // 2
    y, x = np.mgrid[-half:half + 1, -half:half + 1] + 0.013       # a hair off the pixels, so that no edge ties
    scale, angle = SCALES[:, None, None, None], ANGLES[:, None, None]
    u = (np.cos(angle) * x + np.sin(angle) * y) / scale
    v = (-np.sin(angle) * x + np.cos(angle) * y) / scale
    square = np.maximum(abs(u), abs(v)) < 8.6
    ellipse = (u / 12.5) ** 2 + (v / 6.6) ** 2 < 1
    a, b = u / 9.2, -(v + 1) / 9.2
    heart = (a * a + b * b - 1) ** 3 < a * a * b ** 3
    return np.stack([square, ellipse, heart])


def draw(rows: np.ndarray) -> np.ndarray:
    """Factors (n, 5), as from ``factors``, to images (n, 1, 64, 64) uint8, each pixel 0 or 255."""
    shape, scale, angle, x, y = np.asarray(rows, np.int64).T
    images = np.zeros((len(x), 1, SIDE, SIDE), np.uint8)
    offsets = FIRST + np.arange(STAMP)
    at_row, at_column = (y[:, None] + offsets)[:, :, None], (x[:, None] + offsets)[:, None, :]
    images[np.arange(len(x))[:, None, None], 0, at_row, at_column] = 255 * _stamps()[shape, scale, angle].astype(np.uint8)
    return images


def subset(train: int, test: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Indices of a fixed random choice, (train,) and (test,), such that no test image equals a training image.

    Different factors can give one picture (a square turned by a right angle), so equal pictures are dropped from test.
    """
    order = np.random.RandomState(seed).permutation(COUNT)
    chosen, spare = order[:train], order[train:train + 2 * test]

    def pictures(indices: np.ndarray) -> list[bytes]:
        return [row.tobytes() for part in np.array_split(indices, max(1, len(indices) // 4096))
                for row in np.packbits(draw(factors(part)).reshape(len(part), -1), axis=1)]

    known = set(pictures(chosen))
    fresh = np.array([picture not in known for picture in pictures(spare)], bool)
    return chosen, spare[fresh][:test]
