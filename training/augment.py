"""Small changes of training images, others each time that an image is seen, so that few images say more. Ours; a mirror is what StyleGAN's
recipes for faces use (Karras et al. 2019)."""

from __future__ import annotations

import torch
from torch import Tensor

from .settings import AUGMENT

NONE, MIRROR, SHIFT, BOTH = CHOICES = AUGMENT
REACH = 16                                         # an image is moved by up to this part of its side


def augmented(images: Tensor, how: str, generator: torch.Generator | None = None) -> Tensor:
    """``images`` (n, C, H, W) of any dtype, changed: "mirror", left and right are exchanged in half of them; "shift", each is moved by a
    whole number of pixels along each side, up to 1 / REACH of it, and its edge repeated where it was; "both"; "none". Draws from
    ``generator``, else from torch's own."""
    n = len(images)
    if how in (MIRROR, BOTH):
        turned = (torch.rand(n, 1, 1, 1, generator=generator) < 0.5).to(images.device)
        images = torch.where(turned, images.flip(3), images)
    if how in (SHIFT, BOTH):
        images = _moved(images, generator)
    return images


def _moved(images: Tensor, generator: torch.Generator | None) -> Tensor:
    n, channels, height, width = images.shape
    index = []
    for side in (height, width):
        reach = max(1, side // REACH)
        by = torch.randint(-reach, reach + 1, (n, 1), generator=generator)
        index.append((torch.arange(side) + by).clamp(0, side - 1).to(images.device))
    rows, columns = index
    images = images.gather(2, rows[:, None, :, None].expand(n, channels, height, width))
    return images.gather(3, columns[:, None, None, :].expand(n, channels, height, width))


def sheet(images: Tensor, how: str, times: int = 2, seed: int = 0) -> Tensor:
    """``images`` (n, C, H, W) as they are in a row, and under it ``times`` rows of the same changed: (C, (1 + times) H, n W)."""
    generator = torch.Generator().manual_seed(seed)
    rows = [images, *(augmented(images, how, generator) for _ in range(times))]
    return torch.cat([torch.cat(list(row), 2) for row in rows], 1)
