"""What many codes and their images have in common: principal directions, statistics of images, and what a direction was measured to change.

A code here is a flat float32 vector (d,), d = num_layers * w_dim. Pure functions of arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.principal import same_way
from training.principal import strongest as principal_directions

from .moves import set_coordinate


@dataclass(frozen=True)
class Basis:
    """Where codes lie: ``mean`` (d,), orthonormal directions ``vectors`` (k, d), the codes' standard deviation along each
    ``sigmas`` (k,), the share of all variance ``shares`` (k,), shares of every direction ``spectrum`` (≤ d,), and
    ``scale``, the typical distance from the mean."""

    mean: np.ndarray
    vectors: np.ndarray
    sigmas: np.ndarray
    shares: np.ndarray
    spectrum: np.ndarray
    scale: float

    def moved(self, w: np.ndarray, direction: int, values: np.ndarray) -> np.ndarray:
        """Code w (d,) with its coordinate along one direction set to each of ``values`` (n,), in sigmas: (n, d)."""
        return set_coordinate(w, self.mean, self.vectors[direction], np.asarray(values, np.float32) * self.sigmas[direction])


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n, d), none of them zero, brought to length 1, float32."""
    v = vectors.astype(np.float32)
    return v / np.linalg.norm(v, axis=1, keepdims=True)


def orthonormal(vectors: np.ndarray) -> np.ndarray:
    """Vectors (k, d) that are orthonormal to a thousandth, brought to be so exactly; the nearest such, float32 (Higham 1986)."""
    v = vectors.astype(np.float64)
    return (1.5 * v - 0.5 * (v @ v.T) @ v).astype(np.float32)


def principal(points: np.ndarray, count: int = 128) -> Basis:
    """Principal directions of codes (n, d), strongest first; each one's largest component is positive, so they are the same
    everywhere. A direction without variance is left out. Of d = 2 the plain axes are taken: the plane is drawn as it is."""
    points = np.asarray(points, np.float32)
    n, d = points.shape
    mean = points.mean(0, dtype=np.float64)
    centred = points - mean.astype(np.float32)
    total = float((centred.astype(np.float64) ** 2).sum() / n) if n * d < 5e7 else float((centred**2).sum(dtype=np.float64) / n)
    if d == 2:
        vectors, variances = np.eye(2), centred.astype(np.float64).var(0)
    elif d <= 1536:
        variances, vectors = principal_directions((centred.T @ centred).astype(np.float64) / n)
    else:                                       # more dimensions than a square matrix of them is worth: from a sample
        part = centred[np.linspace(0, n - 1, min(n, 1500)).astype(int)]
        _, s, vectors = np.linalg.svd(part, full_matrices=False)
        variances = s.astype(np.float64) ** 2 / len(part)
    variances = np.clip(variances, 0, None)
    shares = variances / total if total > 0 else np.zeros_like(variances)
    kept = [k for k in range(min(count, len(variances))) if variances[k] > 1e-10 * max(total, 1e-30) and variances[k] > 1e-16]
    vectors = same_way(vectors[kept])
    return Basis(mean.astype(np.float32), vectors.astype(np.float32), np.sqrt(variances[kept]).astype(np.float32),
                 shares[kept].astype(np.float32), np.minimum(shares, 1).astype(np.float32), math.sqrt(total))


def strongest(basis: Basis, points: np.ndarray, pull: Callable[[np.ndarray], np.ndarray], count: int = 8) -> Basis:
    """The ``count`` directions to put on sliders. Codes of a Gaussian prior vary alike in all directions, so that variance alone would
    pick any of them: among directions whose sigma is at least half of the largest, those that change the image most come first
    (eigenvectors of E[JᵀJ], J = ∂image/∂w in sigmas: an active subspace, Constantine 2015); the other ones follow by variance.
    ``pull``: codes (n, d) → Jᵀr (n, d), r a random image of its own for each."""
    alike = int((basis.sigmas >= 0.5 * basis.sigmas[:1].max(initial=0)).sum())
    if len(basis.mean) == 2 or alike < 2:
        alike = 0
    vectors, sigmas, shares = basis.vectors, basis.sigmas.astype(np.float64), basis.shares.astype(np.float64)
    if alike:
        pulls = (pull(points).astype(np.float64) @ vectors[:alike].T) * sigmas[:alike]
        mix = principal_directions(pulls.T @ pulls)[1]
        turned = same_way(mix @ vectors[:alike].astype(np.float64))
        vectors = np.concatenate([turned, vectors[alike:]])
        sigmas = np.concatenate([np.sqrt(mix**2 @ sigmas[:alike] ** 2), sigmas[alike:]])
        shares = np.concatenate([mix**2 @ shares[:alike], shares[alike:]])
    return Basis(basis.mean, vectors[:count].astype(np.float32), sigmas[:count].astype(np.float32), shares[:count].astype(np.float32),
                 basis.spectrum, basis.scale)


BESIDE = 0.4                                    # standard deviations from which a steady change is told as a side effect
STATISTICS = ("ink", "slant", "width", "height", "thickness", "up", "right")
COLOUR_STATISTICS = ("brightness", "saturation", "warmth", "contrast", "up", "right")


def statistics(images: np.ndarray) -> np.ndarray:
    """What is measured of images (n, H, W, C) uint8: (n, len(STATISTICS)), or of C = 3 (n, len(COLOUR_STATISTICS)).

    ink: mean grey. slant: shear of the strokes, to the right. width, height: spread about the centre of mass. thickness: ink over
    edges. up, right: the centre of mass (colour: of what differs from the border). warmth: red over blue.
    """
    x = images.astype(np.float32) / 255
    n, h, w, c = x.shape
    if c == 1:
        mass = x[..., 0]
    else:
        border = np.concatenate([x[:, 0], x[:, -1], x[:, :, 0], x[:, :, -1]], 1)
        mass = np.abs(x - np.median(border, 1)[:, None, None]).mean(-1)
    total = mass.sum((1, 2)) + 1e-6
    across, down = (np.arange(w) - (w - 1) / 2) / w, ((h - 1) / 2 - np.arange(h)) / h
    right, up = (mass.sum(1) @ across) / total, (mass.sum(2) @ down) / total
    if c == 3:
        grey = x @ np.array([0.299, 0.587, 0.114], np.float32)
        return np.stack([grey.mean((1, 2)), (x.max(-1) - x.min(-1)).mean((1, 2)), (x[..., 0] - x[..., 2]).mean((1, 2)),
                         grey.std((1, 2)), up, right], 1)
    dx, dy = across[None] - right[:, None], down[None] - up[:, None]
    xx, yy = (mass.sum(1) * dx**2).sum(1) / total, (mass.sum(2) * dy**2).sum(1) / total
    xy = np.einsum("nyx,ny,nx->n", mass, dy, dx) / total
    edges = np.abs(np.diff(mass, axis=1)).sum((1, 2)) + np.abs(np.diff(mass, axis=2)).sum((1, 2)) + 1e-6
    return np.stack([mass.mean((1, 2)), xy / (yy + 1e-6), np.sqrt(xx), np.sqrt(yy), total / edges, up, right], 1)


@dataclass(frozen=True)
class Effect:
    """What a direction was measured to change: one of the statistics' names, or None where nothing clear came out; ``change`` from
    -2 to +2 sigma, in standard deviations of that statistic over the model's images (its sign is the direction's). Where images are read
    for attributes (attributes.py) the label is a field's name, ``low`` and ``high`` its categories at either end, ``change`` a share.
    ``also``: what else changes steadily, strongest first."""

    label: str | None
    change: float
    low: str | None = None
    high: str | None = None
    also: tuple[str, ...] = ()


def effects(decode: Callable[[np.ndarray], np.ndarray], basis: Basis, points: np.ndarray, bases: int = 12) -> list[Effect]:
    """Measure each direction: from ``bases`` of the codes ``points`` (n, d), set its coordinate to -2…2 sigma, decode, and take the
    statistic whose change is strongest among those that move steadily from nearly every base. ``decode``: (n, d) → uint8 images."""
    pick = points[np.linspace(0, len(points) - 1, min(len(points), 4 * bases)).astype(int)]
    spread = statistics(decode(pick))
    names = STATISTICS if spread.shape[1] == len(STATISTICS) else COLOUR_STATISTICS
    std = spread.std(0) + 1e-4
    starts, values, out = pick[::4], np.linspace(-2, 2, 5), []
    for k in range(len(basis.vectors)):
        images = decode(np.concatenate([basis.moved(w, k, values) for w in starts]))
        out.append(clear(statistics(images).reshape(len(starts), len(values), -1) / std, names))
    return out


def clear(measured: np.ndarray, names: tuple[str, ...]) -> Effect:
    """The strongest clear change, and steady ones beside it, among statistics (bases, values along a direction, len(names)), in their usual
    standard deviations."""
    change = (measured[:, -1] - measured[:, 0]).mean(0)
    steady = (np.sign(np.diff(measured, axis=1)) == np.sign(change)).mean((0, 1))
    size = np.where(steady >= 0.75, np.abs(change), 0)
    first, *rest = (int(k) for k in np.argsort(-size, kind="stable"))
    if size[first] < 0.8:
        return Effect(None, 0.0, also=tuple(names[k] for k in (first, *rest) if size[k] >= BESIDE))
    return Effect(names[first], float(change[first]), also=tuple(names[k] for k in rest if size[k] >= BESIDE))
