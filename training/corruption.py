"""Noise that is put on images, to train and to test what takes it off again. Images are (n, C, H, W) in [-1, 1].

Vincent et al. 2010, Stacked Denoising Autoencoders (section 3.3): Gaussian noise, and masking noise, also called dropout.
"""

from __future__ import annotations

import torch
from torch import Tensor

KINDS = ("gaussian", "dropout", "block")
STANDARD = {"gaussian": 0.4, "dropout": 0.5}      # amounts that every autoencoder is measured with
SAID = {"gaussian": f"x + N(0, {STANDARD['gaussian']}²) on the [0, 1] scale, clipped",
        "dropout": f"{STANDARD['dropout']:.0%} of the pixels black"}


def corrupt(x: Tensor, kind: str, amount: float, generator: torch.Generator | None = None) -> Tensor:
    """Images with noise, of the same shape and range.

    ``gaussian``: each number plus N(0, amount²) on the [0, 1] scale, clipped. ``dropout``: each pixel becomes black with probability
    ``amount``. ``block``: a square of ``amount`` of the area, anywhere, becomes black. Raises ValueError for another kind. Draws on the CPU
    from ``generator``, or from torch's own.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no noise {kind!r}; there are {', '.join(KINDS)}.")
    n, _, h, w = x.shape
    if kind == "gaussian":
        return (x + 2 * amount * _drawn(torch.randn, x, x.shape, generator)).clamp(-1, 1)
    if kind == "dropout":
        return x.masked_fill(_drawn(torch.rand, x, (n, 1, h, w), generator) < amount, -1.0)
    a, b = round(h * min(max(amount, 0.0), 1.0) ** 0.5), round(w * min(max(amount, 0.0), 1.0) ** 0.5)
    places = _drawn(torch.rand, x, (n, 2, 1), generator)
    top, left = (places[:, k] * (side - size + 1) for k, (side, size) in enumerate(((h, a), (w, b))))
    rows, columns = torch.arange(h, device=x.device), torch.arange(w, device=x.device)
    inside = ((rows >= top.floor()) & (rows < top.floor() + a))[:, None, :, None] & (
        (columns >= left.floor()) & (columns < left.floor() + b))[:, None, None, :]
    return x.masked_fill(inside, -1.0)


def _drawn(what: object, x: Tensor, shape: tuple[int, ...] | torch.Size, generator: torch.Generator | None) -> Tensor:
    if generator is None and x.is_cuda:
        return what(shape, device=x.device)  # type: ignore[operator]
    return what(shape, generator=generator).to(x.device)  # type: ignore[operator]
