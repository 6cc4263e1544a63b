"""Small changes of an image that leave what it shows: each image (n, C, H, W) in [-1, 1] its own. Gradients flow through them."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def affine(x: Tensor, turn: float = 15.0, shear: float = 0.25, scale: float = 0.15, shift: float = 0.08) -> Tensor:
    """Turned by up to ``turn`` degrees, sheared, stretched by up to exp(``scale``) along each side, moved by up to ``shift`` of the side;
    what comes in from beyond the edge is -1. Draws from torch's RNG."""
    a, s, u, v, dx, dy = ((torch.rand(len(x)) * 2 - 1) * most for most in (math.radians(turn), shear, scale, scale, 2 * shift, 2 * shift))
    cos, sin, u, v = a.cos(), a.sin(), u.exp(), v.exp()
    rows = (cos * u, (cos * s - sin) * v, dx, sin * u, (sin * s + cos) * v, dy)
    grid = F.affine_grid(torch.stack(rows, 1).view(-1, 2, 3), list(x.shape), align_corners=False).to(x.device)
    return F.grid_sample(x + 1, grid, align_corners=False) - 1


def thickened(x: Tensor) -> Tensor:
    """A third of the images with each pixel the brightest of a square of 2 × 2, a third the darkest, a third as they were."""
    how = torch.randint(3, (len(x), 1, 1, 1)).to(x.device)
    wide = F.pad(x, (0, 1, 0, 1), value=-1.0)
    return torch.where(how == 0, F.max_pool2d(wide, 2, 1), torch.where(how == 1, -F.max_pool2d(-wide, 2, 1), x))


def jittered(x: Tensor) -> Tensor:
    """Both."""
    return thickened(affine(x))
