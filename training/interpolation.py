"""Between codes, along the arc that a Gaussian prior's own codes lie on."""

from __future__ import annotations

import torch
from torch import Tensor

FLAT = 1e-4                                       # sine of the angle below which there is no telling which arc it is


def slerp(a: Tensor, b: Tensor, t: Tensor | float) -> Tensor:
    """The arc about the origin from a (n, d), t = 0, to b (n, d), t = 1, at even angles (Shoemake 1985; White 2016 for codes); t is a
    number or (n, 1). (n, d), of a's type, worked out in float64.

    Equal norms are kept on the way. Where no one arc exists (parallel, opposite or zero vectors) the straight way is taken.
    """
    x, y = a.double(), b.double()
    norms = x.norm(dim=1, keepdim=True) * y.norm(dim=1, keepdim=True)
    angle = ((x * y).sum(1, keepdim=True) / norms.clamp_min(1e-300)).clamp(-1, 1).acos()
    sine = angle.sin()
    arc = (((1 - t) * angle).sin() * x + (t * angle).sin() * y) / sine.clamp_min(FLAT)
    return torch.where((sine < FLAT) | (norms == 0), (1 - t) * x + t * y, arc).to(a.dtype)


__all__ = ["slerp"]
