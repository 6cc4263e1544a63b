"""Scores of codes, maps and images: pure functions of arrays, each with its protocol in words."""

from __future__ import annotations

import numpy as np


def knn_accuracy(points: np.ndarray, labels: np.ndarray, k: int = 10) -> float:
    """Share of points (n, d) whose k nearest others vote for their own label (n,); a tie goes to the smallest label. In [0, 1]."""
    from sklearn.neighbors import NearestNeighbors
    if not 1 <= k < len(points):
        raise ValueError(f"k must lie between 1 and {len(points) - 1}; it is {k}.")
    near = NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False)   # without the point itself
    votes = labels[near]
    counts = np.stack([(votes == c).sum(1) for c in range(int(labels.max()) + 1)], 1)
    return float((counts.argmax(1) == labels).mean())


def trustworthiness(codes: np.ndarray, points: np.ndarray, k: int = 5, chunk: int = 1000) -> float:
    """How far the k neighbours on the map are neighbours among the codes too, in [0, 1] (Venna & Kaski 2001, eq. 1).

    The same figure as scikit-learn's, in chunks, so that 10,000 points do not need gigabytes.
    """
    from sklearn.neighbors import NearestNeighbors
    n = len(codes)
    if len(points) != n or not 1 <= k < n / 2:
        raise ValueError(f"codes and points must have one length, and k must be below half of it; they have {n} and {len(points)}, "
                         f"k is {k}.")
    near = NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False)
    codes = codes.astype(np.float64)
    squares = (codes**2).sum(1)
    penalty = 0.0
    for start in range(0, n, chunk):
        rows = np.arange(start, min(start + chunk, n))
        d = squares[rows, None] + squares[None] - 2 * codes[rows] @ codes.T
        d[np.arange(len(rows)), rows] = np.inf                                # last, so that ranks of others start at 1
        order = d.argsort(1)
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(1, n + 1)[None], 1)
        penalty += np.clip(np.take_along_axis(rank, near[rows], 1) - k, 0, None).sum()
    return float(1 - penalty * 2 / (n * k * (2 * n - 3 * k - 1)))


def psnr(squared_error_per_image: np.ndarray, pixels: int) -> float:
    """Mean peak signal-to-noise ratio in dB of images in [0, 1], from sums of squares per image."""
    return float(np.mean(-10 * np.log10(np.maximum(squared_error_per_image / pixels, 1e-10))))
