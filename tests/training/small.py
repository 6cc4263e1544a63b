"""Tiny data and settings that every family can train on in a second: what the contract test, the loop's and the explorer's tests share."""

from __future__ import annotations

import numpy as np

from training.model import DataSpec


def shapes(n: int = 64, size: int = 28, channels: int = 1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """uint8 images (n, channels, size, size) of bars and squares, and their labels (n,) int64: 0 a bar, 1 a square."""
    r = np.random.default_rng(seed)
    images, labels = np.zeros((n, channels, size, size), np.uint8), r.integers(0, 2, n)
    for i, label in enumerate(labels):
        y, x = r.integers(2, size // 2, 2)
        h, w = (size // 3, 4) if label == 0 else (size // 3, size // 3)
        images[i, :, y:y + h, x:x + w] = r.integers(120, 256, (channels, 1, 1))
    return images, labels.astype(np.int64)


def spec(size: int = 28, channels: int = 1) -> DataSpec:
    """The spec of ``shapes``."""
    return DataSpec("shapes", "Shapes", (channels, size, size), classes=("bar", "square"), fingerprint="0" * 64)
