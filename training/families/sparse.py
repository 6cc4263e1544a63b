"""The sparse autoencoder: a code longer than the image, of which each image may light up only a little.

    min ‖x − g(f(x))‖² + β Σⱼ KL(ρ ‖ ρ̂ⱼ),      ρ̂ⱼ the mean activity of unit j over the batch

Ng 2011, Sparse Autoencoder (CS294A lecture notes). For comparison the penalty can be the plain square of (ρ̂ⱼ − ρ), which pulls far less
where a unit is far from its target, or the mean activity itself (L1), which knows no target.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..autoencoders import MEASURES, Autoencoder, AutoencoderObjective, CodeConfig, dense
from ..losses import kl_of_activity, squared_error
from ..model import Batch, Family, setting

LIT = 0.5                                         # a unit is lit above this


@dataclass(frozen=True)
class SparseConfig(CodeConfig):
    """Settings of the sparse autoencoder."""

    z_dim: int = setting(1000, "units of the code (overcomplete: more than the image has pixels)", low=1, high=2048)
    sparsity: str = setting("kl", "on each unit's mean activity: kl from its target (paper), squared distance, or l1: the activity itself",
                           choices=("kl", "squared", "l1"))
    target: float = setting(0.05, "mean activity that each unit should have (paper: 0.05)", low=0.001, high=0.5)
    tied: bool = setting(False, "the decoder has the encoder's weights, transposed (Vincent et al. 2010)")
    weight: float = setting(0.3, "weight of the penalty, summed over units (paper: 3, for a mean over 64 pixels)", low=0.0, high=1000.0)


class Sparse(Autoencoder):
    """One layer down and one up, codes in [0, 1]."""

    kind = "sigmoid"

    def networks(self, config: Any, shape: Sequence[int]) -> tuple[nn.Module, nn.Module]:
        down, up = dense(shape, (), config.z_dim, config.tied, self.kind)
        layer = next(m for m in down.modules() if isinstance(m, nn.Linear))
        with torch.no_grad():
            layer.bias.fill_(math.log(config.target / (1 - config.target)))        # units begin at their target
        return down, up


class SparseObjective(AutoencoderObjective):
    """Squared error and the penalty."""

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        w = self.model.encode(batch.images)
        error, activity = squared_error(self.model.unclamped(w), batch.images).mean(), w[:, 0].mean(0)
        penalty = self.penalty(activity)
        return {"loss": error + self.config.weight * penalty, "error": error, "penalty": penalty, "activity": activity.mean()}

    def penalty(self, activity: Tensor) -> Tensor:
        """Of the units' mean activities (d,), a scalar."""
        c = self.config
        if c.sparsity == "kl":
            return kl_of_activity(activity, c.target)
        return (activity - c.target).square().sum() if c.sparsity == "squared" else activity.sum()

    @torch.no_grad()
    def measure(self, batch: Batch) -> dict[str, Tensor]:
        w = self.model.encode(batch.images)[:, 0]
        return super().measure(batch) | {"activity": w.mean(1), "lit": (w > LIT).double().mean(1)}


FAMILY = Family(
    name="sparse", title="Sparse autoencoder", paper="Ng 2011, Sparse Autoencoder (CS294A lecture notes)",
    equation="min ‖x − g(f(x))‖² + β Σⱼ KL(ρ ‖ ρ̂ⱼ)",
    summary="The code has more units than the image has pixels, but only a few may light up for each image. Units then look for parts: "
            "strokes of a digit, edges of a shirt.",
    Config=SparseConfig, Model=Sparse, Objective=SparseObjective,
    measures={**MEASURES, "activity": ("", "mean activity of the code's units, each in [0, 1]"),
              "lit": ("", f"share of the code's units above {LIT}")},
    headline=("lit", "reconstruction_error"),
    recipes={
        "quick": {"*": dict(images=300_000)},
        "cpu": {"*": dict(images=6_000_000, tied=True, z_dim=1500, weight=3.0)},
        "gpu": {"*": dict(images=12_000_000)},
    },
)
