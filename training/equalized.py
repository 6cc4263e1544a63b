"""Layers of the growing families, with an equalised learning rate: weights are kept at variance 1 and scaled when used.

Every layer then learns at the same speed under Adam, whatever its size (Karras et al. 2018, section 4.1). All images are (n, C, H, W).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class EqualLinear(nn.Module):
    """(n, a) to (n, b). ``gain``: √2 before a leaky ReLU, 1 without. ``lr_mul``: its learning rate over the others' (of F: 0.01)."""

    def __init__(self, a: int, b: int, gain: float = math.sqrt(2), lr_mul: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.randn(b, a) / lr_mul), nn.Parameter(torch.full((b,), bias / lr_mul))
        self.scale, self.lr_mul = gain / math.sqrt(a) * lr_mul, lr_mul

    def used(self) -> Tensor:
        """The weight as it acts, (b, a)."""
        return self.weight * self.scale

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.used(), self.bias * self.lr_mul)


class EqualConv(nn.Module):
    """(n, a, r, r) to (n, b, r', r') with a square kernel: r' = r, 2r or r/2.

    ``resize``: "up" enlarges by nearest neighbours before the convolution, "down" averages 2 × 2 pixels after it, each as one strided
    convolution with a 4 × 4 kernel: the same numbers for less than half the cost (the official code's fused scale). As there, the kernel of
    "up" acts mirrored in both directions, as a transposed convolution's does; a learned one does not care.
    """

    def __init__(self, a: int, b: int, size: int = 3, resize: str = "", gain: float = math.sqrt(2), bias: bool = True) -> None:
        super().__init__()
        if resize not in ("", "up", "down") or resize and size != 3:
            raise ValueError("resize is up, down or nothing, and goes with kernels of 3.")
        self.weight = nn.Parameter(torch.randn(b, a, size, size))
        self.bias = nn.Parameter(torch.zeros(b)) if bias else None
        self.scale, self.resize = gain / (size * math.sqrt(a)), resize

    def used(self) -> Tensor:
        """The weight as it acts before any resizing, (b, a, size, size); mirrored where it enlarges."""
        return self.weight * self.scale

    def forward(self, x: Tensor) -> Tensor:
        weight, x = self.used(), x.contiguous(memory_format=torch.channels_last)           # twice as fast on a CPU
        if not self.resize:
            return F.conv2d(x, weight, self.bias, padding=weight.shape[-1] // 2)
        weight = widened(weight)
        if self.resize == "up":
            return F.conv_transpose2d(x, weight.transpose(0, 1), self.bias, stride=2, padding=1)
        return F.conv2d(x, weight / 4, self.bias, stride=2, padding=1)


def widened(weight: Tensor) -> Tensor:
    """Kernels (b, a, 3, 3) added up at the four places that they take within 4 × 4: (b, a, 4, 4), as one product of matrices."""
    b, a, _, _ = weight.shape
    three = torch.eye(3, dtype=weight.dtype, device=weight.device)
    one = F.pad(three, (0, 1)) + F.pad(three, (1, 0))
    return (weight.flatten(2) @ torch.kron(one, one)).view(b, a, 4, 4)


def blurred(x: Tensor) -> Tensor:
    """Images or features low-pass filtered by [1, 2, 1] each way, zeros beyond the edge: (n, c, h, w) to the same. After an enlargement
    by nearest neighbours this makes it bilinear (Karras et al. 2019, section 2)."""
    row = torch.tensor([0.25, 0.5, 0.25], dtype=x.dtype, device=x.device)
    kernel = (row[:, None] * row).expand(x.shape[1], 1, 3, 3)
    return F.conv2d(x.contiguous(memory_format=torch.channels_last), kernel, padding=1, groups=x.shape[1])


class LeakyReLU(nn.LeakyReLU):
    """With a slope of 0.2, in place."""

    def __init__(self) -> None:
        super().__init__(0.2, inplace=True)


class PixelNorm(nn.Module):
    """Each pixel's features, or each vector, at a mean square of 1: (n, c, …) to the same (Karras et al. 2018, section 4.2)."""

    def forward(self, x: Tensor) -> Tensor:
        return x * (x.float().square().mean(1, keepdim=True) + 1e-8).rsqrt().to(x.dtype)


class MinibatchStddev(nn.Module):
    """One more plane, the mean std of all features over the group: (n, c, h, w) to (n, c + 1, h, w) (Karras et al. 2018, section 3).

    Groups of up to ``group`` images each get a number of their own; where n is no multiple of it, the whole batch is one group.
    """

    def __init__(self, group: int = 4) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        n, _, h, w = x.shape
        g = self.group if n % self.group == 0 else n
        grouped = x.reshape(g, n // g, -1).float()
        std = (grouped.var(0, unbiased=False) + 1e-8).sqrt().mean(1)                       # (n / g,)
        return torch.cat([x, std.to(x.dtype).repeat(g).view(n, 1, 1, 1).expand(n, 1, h, w)], 1)


def halved(x: Tensor) -> Tensor:
    """Means of 2 × 2 pixels: (n, c, h, w) to (n, c, h/2, w/2)."""
    return F.avg_pool2d(x, 2)


def doubled(x: Tensor) -> Tensor:
    """Each pixel as 2 × 2: (n, c, h, w) to (n, c, 2h, 2w)."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


def smoothed(x: Tensor) -> Tensor:
    """Enlarged twofold, between pixels by their distance: (n, c, h, w) to (n, c, 2h, 2w)."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
