"""The linear autoencoder beside principal component analysis: the spaces they find, and the picture of it in three dimensions.

Baldi & Hornik 1989: the columns of W₂ span the space of the strongest principal components, in any basis of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training import pca
from training.principal import strongest

from ... import Refused
from ...runs.run import Run
from . import code_length

POINTS, TRAINED, KEPT = 160, 600, 60            # of the cloud; steps of training; of which so many are kept


@dataclass(frozen=True)
class Columns:
    """What a linear decoder's columns span: the columns ``plain`` (k, pixels), the same space in its principal axes ``turned`` (k, pixels),
    the components of the held-out images ``exact`` (k, pixels), and the angles (k,) in degrees between the two spaces."""

    plain: np.ndarray
    turned: np.ndarray
    exact: np.ndarray
    angles: np.ndarray


def columns(run: Run) -> Columns:
    """Of a run with a linear decoder. Raises Refused for others, and without held-out images."""
    axes = run.model.axes()
    if axes is None:
        raise Refused("This run's decoder is not linear, so it has no columns to compare with principal components.")

    def make() -> Columns:
        plain = axes.double().cpu().numpy()
        k = plain.shape[1]
        exact = code_length.pixel_space(run).axes[:k]
        if len(exact) < k:
            raise Refused(f"There are too few test images for {k} principal components.")
        codes = run.points_of_all().astype(np.float64)
        codes -= codes.mean(0)
        q, r = np.linalg.qr(plain)              # of what is drawn, codes @ plain.T, the axes: in the basis q it is codes @ r.T
        turned = (q @ strongest(r @ (codes.T @ codes) @ r.T)[1].T).T
        for row, like in zip(turned, exact, strict=True):
            if row @ like < 0:
                row *= -1
        return Columns(plain.T, turned, exact, pca.angles(plain.T, exact))
    return run.once("columns", make)


@dataclass(frozen=True)
class Step:
    """Of a training: how many steps were taken, the corners (4, 3) of a piece of the decoder's plane, its mean squared error, and the
    largest angle to PCA's plane in degrees."""

    taken: int
    corners: np.ndarray
    error: float
    angle: float


@dataclass(frozen=True)
class Lesson:
    """A cloud (n, 3) near a plane, PCA's plane (4, 3) with its error, and what a linear autoencoder 3 → 2 → 3 went through to find it."""

    cloud: np.ndarray
    corners: np.ndarray
    error: float
    steps: list[Step]


def lesson(seed: int) -> Lesson:
    """Draw a cloud and train on it: plain gradient descent on min mean ‖x − (W₂(W₁x + b₁) + b₂)‖² from small random weights."""
    r = np.random.default_rng(seed)
    cloud = (r.normal(size=(POINTS, 3)) * (1.0, 0.65, 0.12)) @ _tilt(*r.uniform((0, 25, 0), (360, 55, 360))).T + r.normal(0, 0.3, 3)
    space = code_length.principal(cloud, 2)
    axes, mean = space.axes.astype(np.float64), space.mean.astype(np.float64)
    span = np.abs((cloud - mean) @ axes.T).max(0)
    best = float((((cloud - mean) - (cloud - mean) @ axes.T @ axes) ** 2).sum(1).mean())
    w1, w2, b1, b2 = r.normal(0, 0.3, (2, 3)), r.normal(0, 0.3, (3, 2)), np.zeros(2), np.zeros(3)
    kept = {round(v) for v in np.geomspace(1, TRAINED + 1, KEPT) - 1}
    steps = []
    for t in range(TRAINED + 1):
        code = cloud @ w1.T + b1
        off = code @ w2.T + b2 - cloud
        if t in kept:
            piece, apart = _piece(w2, w2 @ b1 + b2, mean, axes, span), float(pca.angles(w2.T, axes)[-1])
            steps.append(Step(t, piece, float((off**2).sum(1).mean()), apart))
        g = 2 * off / len(cloud)
        back = g @ w2
        w2, w1, b2, b1 = w2 - 0.1 * g.T @ code, w1 - 0.1 * back.T @ cloud, b2 - 0.1 * g.sum(0), b1 - 0.1 * back.sum(0)
    return Lesson(cloud, _piece(axes.T, mean, mean, axes, span), best, steps)


def _tilt(turned: float, tilted: float, facing: float) -> np.ndarray:
    """Turn about the third axis, tilt it by so much, turn it where it faces; all in degrees: a rotation (3, 3)."""
    a, b, c = np.radians((turned, tilted, facing))

    def about(t: float) -> np.ndarray:
        return np.array([[np.cos(t), -np.sin(t), 0], [np.sin(t), np.cos(t), 0], [0, 0, 1]])
    lean = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return about(c) @ lean @ about(a)


def _piece(w2: np.ndarray, through: np.ndarray, mean: np.ndarray, axes: np.ndarray, span: np.ndarray) -> np.ndarray:
    """Corners (4, 3) of a rectangle in the plane of the columns of w2 (3, 2) ``through`` a point: under the cloud's middle, turned as the
    cloud lies."""
    q = np.linalg.qr(w2)[0]
    middle = through + q @ (q.T @ (mean - through))
    lying = np.linalg.svd(q.T @ axes.T)
    frame = q @ lying[0] @ lying[2]                        # the orthonormal pair in the plane that is nearest to the cloud's own
    return np.stack([middle + frame @ (span * s) for s in ((-1, -1), (1, -1), (1, 1), (-1, 1))])


__all__ = ["Columns", "Lesson", "Step", "columns", "lesson"]
