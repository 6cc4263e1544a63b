"""The gradient of a function that tells none, by differences: f(w + εe) − f(w) for each direction e, as text-books have it.

A graph of ONNX and a decoder written in NumPy have no gradient, yet the strongest directions of a code and the search for an image's code
ask for one. Codes of up to MOST numbers are moved along each of them; longer ones along MOST orthonormal directions of a fixed seed, whose
gradient is that in a random subspace (Nesterov & Spokoiny 2017).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

MOST = 128                                        # directions
STEP = 1e-2                                       # by which a code is moved along one
AT_ONCE = 256                                     # codes


def differentiable(call: Callable[[Tensor], Tensor], w: Tensor) -> Tensor:
    """``call(w)``, of codes (n, d) to (n, …), through which a gradient passes to ``w``."""
    return _Differences.apply(w, call)


@cache
def _directions(d: int) -> Tensor:
    """(k, d) orthonormal."""
    if d <= MOST:
        return torch.eye(d)
    return torch.linalg.qr(torch.randn(d, MOST, generator=torch.Generator().manual_seed(0)))[0].T.contiguous()


class _Differences(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, w: Tensor, call: Callable[[Tensor], Tensor]) -> Tensor:
        out = call(w.detach())
        ctx.call = call
        ctx.save_for_backward(w, out)
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        w, out = ctx.saved_tensors
        ways, gradient = _directions(w.shape[1]).to(w), gradients[0].flatten(1)
        found = torch.zeros_like(w)
        for row in range(len(w)):
            base = (out[row].flatten() * gradient[row]).sum()
            for part in ways.split(AT_ONCE):
                moved = ctx.call(w[row] + STEP * part).flatten(1)
                found[row] += ((moved @ gradient[row] - base) / STEP) @ part
        return found, None


__all__ = ["MOST", "differentiable"]
