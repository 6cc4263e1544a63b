"""Principal directions of a symmetric matrix: strongest first, and with the same signs everywhere."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh


def strongest(matrix: np.ndarray, most: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The ``most`` largest eigenvalues (k,) of a symmetric matrix (d, d), all d without it, and their eigenvectors (k, d): of unit length,
    at right angles, strongest first, each ``same_way``. Of the covariance of points these are its principal components (Hotelling 1933).
    """
    d = len(matrix)
    k = d if most is None else min(most, d)
    values, vectors = eigh(matrix, subset_by_index=[d - k, d - 1]) if k < d // 2 else np.linalg.eigh(matrix)
    return values[::-1][:k], same_way(vectors[:, ::-1][:, :k].T)


def same_way(vectors: np.ndarray) -> np.ndarray:
    """Vectors (k, d), each turned round where its largest component is negative: an eigenvector's sign is anybody's choice."""
    largest = vectors[np.arange(len(vectors)), np.abs(vectors).argmax(1)]
    return vectors * np.where(largest < 0, -1, 1)[:, None].astype(vectors.dtype)


__all__ = ["same_way", "strongest"]
