"""The generative adversarial network: a generator learns to fool a discriminator that learns to tell its images from real ones.

    min_G max_D 𝔼[log D(x)] + 𝔼[log(1 - D(G(z)))],   trained with the non-saturating loss -𝔼[log D(G(z))] for G

Goodfellow et al. 2014, Generative Adversarial Nets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import nn

from ..adversarial import AdversarialObjective, Discriminator, Generator, PenalisedConfig
from ..model import Family, Published, setting


@dataclass(frozen=True)
class GANConfig(PenalisedConfig):
    """Settings of the GAN."""

    dropout: float = setting(0.3, "share of the discriminator's units dropped at each step (paper: dropout, share not given)",
                             low=0.0, high=0.9, advanced=True)


class GANObjective(AdversarialObjective):
    """Binary cross-entropy, a discriminator without batch norm."""

    def make_discriminator(self) -> nn.Module:
        shape: tuple[int, ...] = self.model.spec.shape
        config: Any = self.config
        return Discriminator(shape, config, dropout=config.dropout if len(shape) > 1 else 0.0)


points: dict[str, Any] = dict(images=600_000, batch_size=128, width=128, z_dim=8, learning_rate=1e-3, beta1=0.0, r1=0.1, decay="cosine",
                              ema_images=10_000)
# 25 peaks in a plane: noise of as many numbers as a point has, and batches that hold ten of each peak
many: dict[str, Any] = {**points, **dict(images=8_000_000, batch_size=256, width=256, z_dim=2, learning_rate=3e-4)}

FAMILY = Family(
    name="gan", title="GAN", paper="Goodfellow et al. 2014, Generative Adversarial Nets",
    published=(Published("modes", "ring", 6.3, "Lin et al. 2018"), Published("modes", "grid", 17.3, "Lin et al. 2018")),
    equation="min_G max_D  𝔼[log D(x)] + 𝔼[log(1 − D(G(z)))]",
    summary="Two networks play against each other: one draws images from noise, the other tells them from real ones. "
            "Neither ever sees a target image for a code, so what a code means is the generator's own invention.",
    Config=GANConfig, Model=Generator, Objective=GANObjective, headline=("frechet_ratio", "modes"),
    recipes={
        "quick": {"*": dict(images=300_000, ema_images=5_000)},
        "cpu": {"*": dict(images=1_200_000, width=512, r1=1.0, dropout=0.0, learning_rate=5e-4, beta1=0.0, decay="cosine"), "ring": points,
                "grid": many},
        "gpu": {"*": dict(images=12_000_000, width=512, r1=1.0, dropout=0.0, learning_rate=5e-4, beta1=0.0, decay="cosine")},
    },
)
