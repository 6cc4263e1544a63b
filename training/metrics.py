"""Scores of codes, maps and images: pure functions of arrays, each with its protocol in words."""

from __future__ import annotations

import numpy as np

PATCH = 7                                         # side of a patch (Karras et al. 2018, section 5)


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


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """Fréchet distance of the Gaussians fitted to two sets of features, (n, d) and (m, d) (Heusel et al. 2017, eq. 6):

        |μa - μb|² + tr(A + B - 2 (A B)^½),   with tr (A B)^½ = tr (A^½ B A^½)^½, whose argument is symmetric
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ValueError(f"features must be (n, d) and (m, d) with at least two rows; they are {a.shape} and {b.shape}.")
    a, b = a.astype(np.float64), b.astype(np.float64)
    covariance_a, covariance_b = np.cov(a.T).reshape(a.shape[1], -1), np.cov(b.T).reshape(a.shape[1], -1)
    values, vectors = np.linalg.eigh(covariance_a)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    mixed = np.linalg.eigvalsh(root @ covariance_b @ root)
    distance = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(covariance_a) + np.trace(covariance_b) - 2 * np.sqrt(mixed.clip(0)).sum()
    return float(max(distance, 0.0))


def coverage(classes: np.ndarray, k: int) -> float:
    """How many of ``k`` classes (n,) are drawn, counting rare ones as less: exp of the entropy of their shares, from 1 to k."""
    counts = np.bincount(classes, minlength=k)
    if len(counts) > k or not len(classes):
        raise ValueError(f"classes must lie below {k}, and there must be some.")
    shares = counts[counts > 0] / len(classes)
    return float(np.exp(-(shares * np.log(shares)).sum()))


def agreement(read: np.ndarray, asked: np.ndarray) -> float:
    """Share of images whose class (n,) is the one that was asked for (n,)."""
    if read.shape != asked.shape or read.ndim != 1 or not len(read):
        raise ValueError(f"as many classes must be read as were asked for; they are {read.shape} and {asked.shape}.")
    return float((read == asked).mean())


def match(codes: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """The class (k,) that stands for each of ``k`` values of a code, one-to-one, so that most pairs (n,), (n,) agree; -1: no class is left.

    The assignment problem (Kuhn 1955).
    """
    from scipy.optimize import linear_sum_assignment
    counts = np.zeros((k, int(labels.max()) + 1), np.int64)
    np.add.at(counts, (codes, labels), 1)
    found = np.full(k, -1)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    found[rows] = columns
    return found


def matched_error(train_codes: np.ndarray, train_labels: np.ndarray, codes: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Error of a categorical code as a classifier: its values are matched to classes on training images, errors counted on others."""
    return 1 - agreement(match(train_codes, train_labels, k)[codes], labels)


def trimmed(values: np.ndarray, outside: float) -> np.ndarray:
    """Those of ``values`` (n,) that lie within the quantiles ``outside`` and 1 - ``outside``."""
    if not 0 <= outside < 0.5 or values.ndim != 1 or not len(values):
        raise ValueError(f"some values (n,) and a share below one half are needed; they are {values.shape} and {outside}.")
    low, high = np.quantile(values, (outside, 1 - outside))
    return values[(values >= low) & (values <= high)]


def conditional_entropy(y: np.ndarray, x: np.ndarray) -> float:
    """H(Y|X) in nats of two rows of categories (n,), (n,) as often as they were counted together: from 0 to H(Y)."""
    if y.shape != x.shape or y.ndim != 1 or not len(y):
        raise ValueError(f"as many y as x are needed; they are {y.shape} and {x.shape}.")
    counts = np.zeros((int(y.max()) + 1, int(x.max()) + 1))
    np.add.at(counts, (y, x), 1)
    share = counts / len(y)
    given = share / np.maximum(share.sum(0, keepdims=True), 1e-300)
    return float(-(share * np.log(np.where(given > 0, given, 1))).sum() + 0.0)


def information(q: np.ndarray, codes: np.ndarray) -> float:
    """H(c) + E[log Q(c|x)] in nats, for a uniform code (n,) of k values and Q(c|x) (n, k): a lower bound of I(c; x) ≤ ln k.

    Chen et al. 2016, eq. 5.
    """
    if q.ndim != 2 or len(q) != len(codes):
        raise ValueError(f"q must be (n, k) and codes (n,); they are {q.shape} and {codes.shape}.")
    return float(np.log(q.shape[1]) + np.log(np.maximum(q[np.arange(len(q)), codes].astype(np.float64), 1e-12)).mean())


def sliced_wasserstein(a: np.ndarray, b: np.ndarray, directions: int = 512, seed: int = 0, chunk: int = 64) -> float:
    """Mean over random directions of the Wasserstein-1 distance of two equally large sets (n, d), (n, d) seen along them.

    Rabin et al. 2011; as Karras et al. 2018, section 5, compare images with.
    """
    if a.ndim != 2 or a.shape != b.shape or not len(a):
        raise ValueError(f"two sets of one shape (n, d) are compared; they are {a.shape} and {b.shape}.")
    r = np.random.default_rng(seed)
    total = 0.0
    for start in range(0, directions, chunk):
        v = r.normal(size=(min(chunk, directions - start), a.shape[1])).astype(np.float32)
        v /= np.linalg.norm(v, axis=1, keepdims=True)
        seen = [np.sort(v @ x.astype(np.float32).T, axis=1) for x in (a, b)]
        total += float(np.abs(seen[0] - seen[1]).mean(1, dtype=np.float64).sum())
    return total / directions


def patches(images: np.ndarray, count: int, side: int = PATCH, seed: int = 0) -> np.ndarray:
    """``count`` square neighbourhoods of each image (n, C, H, W), at random places, as rows (n · count, C · side²).

    Karras et al. 2018, section 5, take 128 of 7 × 7 at each level of a Laplacian pyramid.
    """
    n, c, h, w = images.shape
    r = np.random.default_rng(seed)
    y, x = r.integers(0, h - side + 1, (n, count)), r.integers(0, w - side + 1, (n, count))
    windows = np.lib.stride_tricks.sliding_window_view(images, (side, side), (2, 3))          # (n, C, H', W', side, side)
    return windows[np.arange(n)[:, None], :, y, x].reshape(n * count, c * side * side)


def descriptors(rows: np.ndarray, channels: int) -> np.ndarray:
    """Patches (m, C · side²) with each channel brought to mean 0 and std 1 over all of them (Karras et al. 2018, section 5)."""
    by = rows.reshape(len(rows), channels, -1)
    by = by - by.mean((0, 2), keepdims=True, dtype=np.float64)
    return (by / np.maximum(by.std((0, 2), keepdims=True), 1e-9)).reshape(rows.shape).astype(np.float32)
