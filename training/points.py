"""Points in the plane: the two mixtures of Gaussians on which mode collapse is shown, and what is measured of it.

The ring has 8 modes on a circle, the grid 25 on a 5 × 5 lattice. A mode's std is that of Metz et al. 2017, Unrolled GANs (ring:
1/100 of the radius), and Lin et al. 2018, PacGAN (grid: 1/80 of half the side); only the whole is scaled into [-1, 1]. Points are (n, 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EXTENT = 0.8                                      # radius of the ring and half the side of the grid
HIGH_QUALITY = 3.0                                # standard deviations from the nearest centre within which a point is good (PacGAN)
COUNTS = (40_000, 10_000)                         # training and held-out
SEEDS = (0, 1)


@dataclass(frozen=True)
class Mixture:
    """Equally likely round Gaussians: ``centres`` (k, 2) float64, and their common standard deviation."""

    centres: np.ndarray
    sigma: float


def _ring() -> Mixture:
    angle = 2 * np.pi * np.arange(8) / 8
    return Mixture(EXTENT * np.stack([np.cos(angle), np.sin(angle)], 1), EXTENT / 100)


def _grid() -> Mixture:
    steps = np.linspace(-EXTENT, EXTENT, 5)
    return Mixture(np.stack(np.meshgrid(steps, steps, indexing="ij"), -1).reshape(-1, 2), EXTENT / 80)


MIXTURES = {"ring": _ring(), "grid": _grid()}


def centres(name: str) -> np.ndarray:
    """The modes of ``name`` (one of MIXTURES), (k, 2)."""
    return MIXTURES[name].centres


def sigma(name: str) -> float:
    """The standard deviation of every mode, along each axis."""
    return MIXTURES[name].sigma


def draw(name: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``n`` points (n, 2) float32 and the mode each came from (n,) int64. The first m of n are the n = m ones."""
    mixture, r = MIXTURES[name], np.random.default_rng(np.random.SeedSequence([seed, len(MIXTURES[name].centres)]))
    rows = r.random((n, 3))                       # row by row, so that a part is a beginning
    labels = (rows[:, 0] * len(mixture.centres)).astype(np.int64)
    length, angle = np.sqrt(-2 * np.log1p(-rows[:, 1])), 2 * np.pi * rows[:, 2]          # Box & Muller 1958
    noise = np.stack([length * np.cos(angle), length * np.sin(angle)], 1)
    return (mixture.centres[labels] + mixture.sigma * noise).astype(np.float32), labels


def density(name: str, xy: np.ndarray) -> np.ndarray:
    """The true density at points (..., 2), (...); it integrates to 1 over the plane."""
    mixture = MIXTURES[name]
    square = ((np.asarray(xy, np.float64)[..., None, :] - mixture.centres) ** 2).sum(-1) / mixture.sigma**2
    return np.exp(-square / 2).mean(-1) / (2 * np.pi * mixture.sigma**2)


def nearest(name: str, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of points (n, 2): the nearest mode (n,) int64, and the distance to it in standard deviations (n,)."""
    mixture = MIXTURES[name]
    square = ((np.asarray(xy, np.float64)[:, None] - mixture.centres) ** 2).sum(-1)
    mode = square.argmin(1)
    return mode, np.sqrt(square[np.arange(len(mode)), mode]) / mixture.sigma


def modes_covered(name: str, xy: np.ndarray) -> int:
    """Modes that at least one of the points (n, 2) comes within 3 standard deviations of (Lin et al. 2018, section 4.1)."""
    mode, away = nearest(name, xy)
    return len(np.unique(mode[away <= HIGH_QUALITY]))


def high_quality_share(name: str, xy: np.ndarray) -> float:
    """Share of the points (n, 2), n > 0, within 3 standard deviations of a mode. The data's own is 1 - exp(-9/2), 98.9 %."""
    return float((nearest(name, xy)[1] <= HIGH_QUALITY).mean())


def reverse_kl(name: str, xy: np.ndarray) -> float:
    """KL(model ‖ data) in nats over the modes, each of the points (n, 2), n > 0, counted for its nearest one; the data's modes are equally
    likely. 0 where all k get the same share, ln k where one gets everything."""
    k = len(centres(name))
    share = np.bincount(nearest(name, xy)[0], minlength=k) / len(xy)
    share = share[share > 0]
    return float((share * np.log(share * k)).sum())


def raster(xy: np.ndarray, side: int, each: float = 0.5, width: float = 0.6) -> np.ndarray:
    """Points (n, 2) as light on a dark square, (side, side) float64 in [0, 1], over [-1, 1] × [-1, 1] with y upwards.

    A point adds a Gaussian of std ``width`` pixels whose middle is ``each``; brightness saturates. Points beyond the square, NaN too,
    are not drawn.
    """
    light, reach = np.zeros((side, side)), int(np.ceil(3 * width))
    xy = np.asarray(xy, np.float64)
    xy = xy[np.isfinite(xy).all(1) & (np.abs(xy) <= 1).all(1)]
    x, y = (xy[:, 0] + 1) / 2 * side - 0.5, (1 - xy[:, 1]) / 2 * side - 0.5
    left, top = np.rint(x).astype(int), np.rint(y).astype(int)
    for i in range(-reach, reach + 1):
        for j in range(-reach, reach + 1):
            row, column = top + i, left + j
            inside = (row >= 0) & (row < side) & (column >= 0) & (column < side)
            value = each * np.exp(-((row - y) ** 2 + (column - x) ** 2) / (2 * width**2))
            np.add.at(light, (row[inside], column[inside]), value[inside])
    return 1 - np.exp(-light)


__all__ = ["COUNTS", "EXTENT", "MIXTURES", "centres", "density", "draw", "high_quality_share", "modes_covered", "nearest", "raster",
           "reverse_kl", "sigma"]
