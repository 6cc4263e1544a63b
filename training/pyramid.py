"""The Laplacian pyramid: an image as its smallest version and what each doubling of the side adds.

    I₀ = image,  I_{k+1} = down(I_k),  h_k = I_k - up(I_{k+1});   back: I_k = up(I_{k+1}) + h_k, whatever ``down`` and ``up`` are

Burt & Adelson 1983, The Laplacian Pyramid as a Compact Image Code, with their kernel (1, 4, 6, 4, 1)/16. A leaf: the families, the
figures and the explorer use it. Images are (n, C, H, W) of any float type; edges are mirrored.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def sides(side: int, least: int = 7) -> tuple[int, ...]:
    """Sides of all levels, coarse to full: halved while even and not below ``least``. 64 → (8, 16, 32, 64), 28 → (7, 14, 28)."""
    out = [side]
    while out[0] % 2 == 0 and out[0] // 2 >= least:
        out.insert(0, out[0] // 2)
    return tuple(out)


def down(x: Tensor) -> Tensor:
    """Smoothed and every second pixel kept: (…, H, W) to (…, H/2, W/2). Stays within the range of x. ValueError for odd sides."""
    if x.shape[-1] % 2 or x.shape[-2] % 2 or min(x.shape[-2:]) < 4:
        raise ValueError(f"only even sides of at least 4 can be halved, not {tuple(x.shape[-2:])}.")
    for dim in (-1, -2):
        x = _halve(x.transpose(-1, dim)).transpose(-1, dim)
    return x


def up(x: Tensor) -> Tensor:
    """Twice the side, smoothed: (…, H, W) to (…, 2H, 2W). Stays within the range of x."""
    for dim in (-1, -2):
        x = _double(x.transpose(-1, dim)).transpose(-1, dim)
    return x


def _halve(x: Tensor) -> Tensor:
    x = torch.cat([x[..., 1:3].flip(-1), x, x[..., -2:-1]], -1)         # mirrored: two pixels before, one after
    return (6 * x[..., 2:-1:2] + 4 * (x[..., 1:-2:2] + x[..., 3::2]) + x[..., :-3:2] + x[..., 4::2]) / 16


def _double(x: Tensor) -> Tensor:
    before, after = torch.cat([x[..., 1:2], x[..., :-1]], -1), torch.cat([x[..., 1:], x[..., -1:]], -1)
    return torch.stack([(before + 6 * x + after) / 8, (x + after) / 2], -1).flatten(-2)


def decompose(image: Tensor, levels: Sequence[int]) -> list[Tensor]:
    """[the image at ``levels[0]``, then the residual of each further level], coarse to full."""
    whole = lowpass(image, levels)
    return [whole[0], *(fine - up(coarse) for coarse, fine in zip(whole[:-1], whole[1:], strict=True))]


def lowpass(image: Tensor, levels: Sequence[int]) -> list[Tensor]:
    """The image at each of ``levels``, coarse to full: each half the side of the next. ValueError where the sides do not fit."""
    if image.shape[-1] != levels[-1] or any(2 * a != b for a, b in zip(levels[:-1], levels[1:], strict=True)):
        raise ValueError(f"an image of side {image.shape[-1]} has no pyramid of sides {', '.join(map(str, levels))}.")
    out = [image]
    for _ in levels[1:]:
        out.insert(0, down(out[0]))
    return out
