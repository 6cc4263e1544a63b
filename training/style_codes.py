"""Codes of a style for each layer: which of them are alike, and how training mixes them.

Karras, Laine & Aila 2019, A Style-Based Generator Architecture for Generative Adversarial Networks, section 3.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Alike:
    """Of n images those that stand for all which are alike, ``rows`` (m,), and for each image its place among them, ``of`` (n,)."""

    rows: Tensor
    of: Tensor


def alike(w: Tensor, told: Sequence[bool]) -> list[Alike] | None:
    """For each layer, which images are told the same styles up to there: codes (n, layers or more, w_dim), and whether the layer is told
    any. None where the first tells all apart, as samples' do, and on devices where looking would cost more than drawing."""
    if w.device.type != "cpu":
        return None
    seen, out, by_layer = [0] * len(w), list[Alike](), w.contiguous().numpy().transpose(1, 0, 2)
    for styles, some in zip(by_layer, told, strict=False):
        known: dict[tuple[int, bytes], int] = {}
        seen = [known.setdefault((a, row.tobytes() if some else b""), len(known)) for a, row in zip(seen, styles, strict=True)]
        if len(known) == len(w) and not out:  # of none, too
            return None
        of = torch.tensor(seen)
        rows = torch.full((len(known),), len(w)).scatter_reduce(0, of, torch.arange(len(w)), "amin")
        out.append(Alike(rows, of))
    return out


def mixed(w: Tensor, other: Tensor, layers: int, share: float) -> Tensor:
    """Mixing regularisation: for a ``share`` of the images, styles of ``other`` from a random layer among the first ``layers`` on.

    (n, num_layers, w_dim) each; Karras et al. 2019, section 3.1. Draws from torch's RNG.
    """
    n = len(w)
    cut = torch.randint(1, layers, (n, 1), device=w.device) if layers > 1 else torch.ones(n, 1, device=w.device)
    cut = torch.where(torch.rand(n, 1, device=w.device) < share, cut, w.shape[1])
    return torch.where((torch.arange(w.shape[1], device=w.device) >= cut)[..., None], other, w)


def exchanged(w: Tensor, colours: int, share: float) -> Tensor:
    """For a ``share`` of the images, about half of a palette's ``colours`` chosen by the style of the image before.

    Codes (n, layers, w_dim) to codes with a style for each colour in place of the last layer's, (n, layers - 1 + colours, w_dim). From
    torch's RNG."""
    n = len(w)
    own = (torch.rand(n, 1, device=w.device) >= share) | (torch.rand(n, colours, device=w.device) < 0.5)
    last = torch.where(own[..., None], w[:, -1:], w[:, -1:].roll(1, 0))
    return torch.cat([w[:, :-1], last], 1)
