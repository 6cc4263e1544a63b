"""The linear autoencoder: one matrix down, one matrix up, and what they find is principal component analysis.

    min ‖x − (W₂ (W₁ x + b₁) + b₂)‖²        the columns of W₂ span the space of the strongest principal components

Baldi & Hornik 1989, Neural Networks and Principal Component Analysis: Learning from Examples Without Local Minima. The columns
themselves are any basis of that space: nothing asks for right angles or an order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from ..autoencoders import MEASURES, Autoencoder, AutoencoderObjective, CodeConfig
from ..model import Family


@dataclass(frozen=True)
class LinearConfig(CodeConfig):
    """Settings of the linear autoencoder."""


class Linear(Autoencoder):
    """Both maps are affine. Images are clamped where they leave [-1, 1]; training sees them unclamped."""

    def networks(self, config: Any, shape: Sequence[int]) -> tuple[nn.Module, nn.Module]:
        pixels = math.prod(shape)
        return (nn.Sequential(nn.Flatten(), nn.Linear(pixels, config.z_dim)),
                nn.Sequential(nn.Linear(config.z_dim, pixels), nn.Unflatten(1, tuple(shape))))

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.unclamped(w).clamp(-1, 1)

    def axes(self) -> Tensor | None:
        return next(m for m in self.decoder.modules() if isinstance(m, nn.Linear)).weight.detach()


FAMILY = Family(
    name="linear", title="Linear autoencoder",
    paper="Baldi & Hornik 1989, Neural Networks and Principal Component Analysis: Learning from Examples Without Local Minima",
    equation="min ‖x − (W₂(W₁x + b₁) + b₂)‖²",
    summary="One matrix squeezes the image, another unfolds it. What it learns is the space of the strongest principal components, "
            "though in any basis of it: the simplest autoencoder is principal component analysis.",
    Config=LinearConfig, Model=Linear, Objective=AutoencoderObjective, measures=MEASURES,
    headline=("pca_ratio", "reconstruction_error"),
    recipes={
        "quick": {"*": dict(images=500_000)},
        "cpu": {"*": dict(images=24_000_000, batch_size=500)},
        "gpu": {"*": dict(images=40_000_000, batch_size=1000)},
    },
)
