"""The optimisers that families share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict

import torch
from torch import nn


class Trained(TypedDict):
    """What a phase trains, and by what: the two of ``Phase`` that a family's own Adam gives."""

    parameters: list[nn.Parameter]
    optimizer: torch.optim.Optimizer


def adam(parameters: Iterable[nn.Parameter] | Iterable[dict[str, Any]], *, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
         eps: float = 1e-8) -> torch.optim.Adam:
    """Adam (Kingma & Ba 2015), all of a step in one pass over the weights: up to a fifth of a small network's step less than one tensor
    after the other, and the same to 5e-7."""
    return torch.optim.Adam(parameters, lr=lr, betas=betas, eps=eps, fused=True)
