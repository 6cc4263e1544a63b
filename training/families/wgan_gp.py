"""WGAN-GP: the critic's slope is held near 1 by a penalty instead of clipped weights.

    L = 𝔼[D(G(z))] - 𝔼[D(x)] + λ 𝔼[(|∇D(x̂)| - 1)²],   x̂ at random between a real and a generated image

Gulrajani et al. 2017, Improved Training of Wasserstein GANs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ..adversarial import Generator
from ..losses import gradient_penalty
from ..model import Batch, Family, setting
from .wgan import WassersteinConfig, WassersteinObjective


@dataclass(frozen=True)
class WGANGPConfig(WassersteinConfig):
    """Settings of WGAN-GP."""

    learning_rate: float = setting(1e-4, "Adam's learning rate (paper, algorithm 1)", low=1e-7, high=1.0)
    beta1: float = setting(0.0, "Adam's first decay rate (paper, algorithm 1)", low=0.0, high=0.99, advanced=True)
    penalty: float = setting(10.0, "weight of the gradient penalty (paper: 10; for points in the plane 0.1)", low=0.0, high=1000.0)


class WGANGPObjective(WassersteinObjective):
    """The penalty is taken at each critic step, on each image by itself."""

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        fake = self.fixed(len(batch))
        estimate = self.discriminator(batch.images).mean() - self.discriminator(fake).mean()
        penalty = gradient_penalty(self.discriminator, batch.images, fake).mean()
        return {"loss": self.config.penalty * penalty - estimate, "wasserstein": estimate, "penalty": penalty}


points: dict[str, Any] = dict(images=600_000, batch_size=128, width=128, z_dim=8, learning_rate=2e-3, beta1=0.5, penalty=0.1,
                              critic_steps=2, decay="cosine", ema_images=10_000)
# 25 peaks need what the authors' own toy has (gan_toy.py): layers of 512, noise of 2, batches of 256, five critic steps
many: dict[str, Any] = {**points, **dict(images=8_000_000, batch_size=256, width=512, z_dim=2, learning_rate=3e-4, critic_steps=5)}

FAMILY = Family(
    name="wgan-gp", title="WGAN-GP", paper="Gulrajani et al. 2017, Improved Training of Wasserstein GANs",
    equation="L = 𝔼[D(G(z))] − 𝔼[D(x)] + λ 𝔼[(‖∇D(x̂)‖ − 1)²]",
    summary="The critic may be any network as long as its slope stays near one, and a penalty on the slope sees to that. "
            "Clipped weights make a critic too simple; this one can follow every mode of the data.",
    Config=WGANGPConfig, Model=Generator, Objective=WGANGPObjective, headline=("frechet_ratio", "modes"),
    recipes={
        "quick": {"*": dict(images=40_000, learning_rate=5e-4, ema_images=5_000)},
        "cpu": {"*": dict(images=1_000_000, network="conv", learning_rate=5e-4, decay="cosine"),
                "ring": points, "grid": many},
        "gpu": {"*": dict(images=4_000_000, network="conv", channels=64, learning_rate=2e-4)},
    },
)
