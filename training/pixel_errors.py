"""How far images are from others, pixel by pixel. A leaf, so that a loss, a measurement and the page mean the same by it."""

from __future__ import annotations

from torch import Tensor


def squared_error(x: Tensor, y: Tensor) -> Tensor:
    """Sum of squared differences per image of images in [-1, 1], in units of the [0, 1] scale: (n, …) to (n,)."""
    if x.shape != y.shape:
        raise ValueError(f"shapes differ: {tuple(x.shape)} and {tuple(y.shape)}.")
    return ((x - y) / 2).square().flatten(1).sum(1)


def psnr_of(x: Tensor, y: Tensor) -> Tensor:
    """Peak signal-to-noise ratio in dB of each image, both in [-1, 1]: (n, …) to (n,). At most 100, where they are equal."""
    return -10 * (squared_error(x, y) / x[0].numel()).clamp_min(1e-10).log10()


__all__ = ["psnr_of", "squared_error"]
