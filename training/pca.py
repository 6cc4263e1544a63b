"""Exact principal component analysis, to hold autoencoders against: what no linear code of that size can beat.

Bourlard & Kamp 1988, Auto-association by Multilayer Perceptrons and Singular Value Decomposition; Baldi & Hornik 1989.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.linalg import subspace_angles

from .data import Dataset
from .figures import Figures, score
from .model import Batch, LatentModel
from .pixel_errors import squared_error
from .principal import strongest

MOST = 1500                                       # pixels and colours of an image; the covariance grows with their square
CHUNK = 2000


@dataclass(frozen=True)
class PCA:
    """The mean (p,), the components in order (k, p), of length 1 and at right angles, and the variance along each (k,)."""

    mean: np.ndarray
    components: np.ndarray
    variances: np.ndarray

    def error(self, images: np.ndarray, k: int) -> float:
        """Mean squared error of images (n, C, H, W) uint8, as [0, 1], kept to the k strongest components."""
        total, v = 0.0, self.components[:k]
        for start in range(0, len(images), CHUNK):
            x = rows(images[start:start + CHUNK]) - self.mean
            total += float((x**2).sum() - ((x @ v.T) ** 2).sum())
        return total / len(images)


def rows(images: np.ndarray) -> np.ndarray:
    """Images (n, C, H, W) uint8 as (n, p) float64 in [0, 1]."""
    return images.reshape(len(images), -1).astype(np.float64) / 255


def fit(images: np.ndarray) -> PCA:
    """All components of images (n, C, H, W) uint8, from the eigenvectors of their covariance. Raises ValueError beyond ``MOST`` numbers."""
    p = int(np.prod(images.shape[1:]))
    if p > MOST:
        raise ValueError(f"an image has {p} numbers; exact components are worked out for up to {MOST}.")
    total, square = np.zeros(p), np.zeros((p, p))
    for start in range(0, len(images), CHUNK):
        x = rows(images[start:start + CHUNK])
        total += x.sum(0)
        square += x.T @ x
    mean = total / len(images)
    values, vectors = strongest(square / len(images) - np.outer(mean, mean))
    return PCA(mean, vectors, values.clip(0))


def angles(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Principal angles between the spaces that the rows of (k, p) and (m, p) span, in degrees, ascending (Knyazev & Argentati 2002,
    which tells small ones from 0).
    """
    return np.degrees(subspace_angles(np.asarray(a, np.float64).T, np.asarray(b, np.float64).T)[::-1])


@torch.no_grad()
def measure(model: LatentModel, dataset: Dataset, say: Callable[[str], None] = lambda s: None) -> Figures:
    """PCA's error at the model's code size; of a linear decoder also how far it is from it. Nothing for codes as long as the image, for
    large images and for points."""
    train, test, d = dataset.train.images, dataset.test.images, model.spec.w_dim
    p = int(np.prod(model.spec.shape))
    if not model.spec.encodes or model.spec.num_layers > 1 or len(model.spec.shape) != 3 or p > MOST or d >= p:
        return {}
    say("working out principal components")
    exact = fit(train)
    how = f"the {d} strongest principal components of all {len(train):,} training images, pixels in [0, 1]"
    out = {"pca_error": score(exact.error(test, d), "squared error per image", f"{how}; all {len(test):,} test images")}
    axes = model.axes()
    if axes is not None:
        device, total = axes.device, 0.0
        for start in range(0, len(train), CHUNK):
            x = Batch.of(torch.from_numpy(np.ascontiguousarray(train[start:start + CHUNK])).to(device)).images
            total += float(squared_error(model.unclamped(model.encode(x)), x).double().sum())
        best = exact.error(train, d)
        out["pca_ratio"] = score(total / len(train) / best, "× PCA", f"error of decode(encode(x)), not clamped, over that of {how}; "
                                 f"both on all training images (PCA: {best:.5g})", 7)
        worst = angles(axes.T.cpu().numpy(), exact.components[:d])
        out["pca_angle"] = score(worst[-1], "°", f"largest principal angle between the decoder's columns and {how}; median "
                                 f"{np.median(worst):.3g}°", 4)
    return out
