"""The Wasserstein GAN: a critic whose slope is bounded measures how far the generated images are from the real ones.

    max over |D|_L ≤ 1 of 𝔼[D(x)] - 𝔼[D(G(z))] = W(data, model); the bound is held by clipping the critic's *weights* after each step

Arjovsky, Chintala & Bottou 2017, Wasserstein Generative Adversarial Networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..adversarial import AdversarialConfig, AdversarialObjective, Discriminator, Generator
from ..model import Batch, Family, Phase, setting
from ..optimizers import Trained


@dataclass(frozen=True)
class WassersteinConfig(AdversarialConfig):
    """Settings that both ways to bound the critic have."""

    critic_steps: int = setting(5, "critic steps for each generator step (paper: 5)", low=1, high=20)


@dataclass(frozen=True)
class WGANConfig(WassersteinConfig):
    """Settings of the WGAN."""

    learning_rate: float = setting(5e-5, "RMSprop's learning rate (paper, algorithm 1)", low=1e-7, high=1.0)
    clip: float = setting(0.01, "largest absolute weight of the critic (paper, algorithm 1)", low=1e-4, high=1.0)


class WassersteinObjective(AdversarialObjective):
    """The critic's loss is minus its estimate of the distance; the generator's lowers that estimate."""

    def make_discriminator(self) -> nn.Module:
        return Discriminator(self.model.spec.shape, self.config, bias=False)        # the loss does not see a constant

    def phases(self) -> list[Phase]:
        return [Phase("critic", loss=self.discriminator_loss, repeats=self.config.critic_steps,
                      after_step=self.bound, **self.adam(self.discriminator)),
                Phase("generator", loss=self.generator_loss, **self.adam(self.model, rate=self.config.generator_rate))]

    def bound(self) -> None:
        """Called after each critic step, for what keeps the slope bounded outside of the loss."""

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        estimate = self.discriminator(batch.images).mean() - self.discriminator(self.fixed(len(batch))).mean()
        return {"loss": -estimate, "wasserstein": estimate}

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": -self.discriminator(self.fake(len(batch))).mean()}


class WGANObjective(WassersteinObjective):
    """RMSprop, and every weight of the critic clipped after each of its steps; a critic of convolutions has batch norm, as the official
    code's: clipped to 0.01 without it, almost nothing of a gradient comes through."""

    def make_discriminator(self) -> nn.Module:
        shape: tuple[int, ...] = self.model.spec.shape
        norm = "batch" if len(shape) > 1 and self.config.network == "conv" else "none"
        return Discriminator(shape, self.config, norm=norm, bias=False)

    def adam(self, *modules: Any, rate: float = 1.0) -> Trained:
        parameters = [p for m in modules for p in m.parameters()]
        return {"parameters": parameters, "optimizer": torch.optim.RMSprop(parameters, lr=self.config.learning_rate * rate)}

    @torch.no_grad()
    def bound(self) -> None:
        """Every weight into [-clip, clip]."""
        for p in self.discriminator.parameters():
            p.clamp_(-self.config.clip, self.config.clip)


points: dict[str, Any] = dict(images=400_000, batch_size=128, width=128, z_dim=8, learning_rate=5e-4, clip=0.1, decay="cosine",
                              ema_images=10_000)

FAMILY = Family(
    name="wgan", title="WGAN", paper="Arjovsky, Chintala & Bottou 2017, Wasserstein Generative Adversarial Networks",
    equation="W = max_{‖D‖_L ≤ 1}  𝔼[D(x)] − 𝔼[D(G(z))],   |weights of D| ≤ c",
    summary="A critic with a bounded slope measures the distance between generated and real images instead of judging them. "
            "Its value falls as the samples improve, so that training can be watched in one number.",
    Config=WGANConfig, Model=Generator, Objective=WGANObjective, headline=("frechet_ratio", "modes"),
    recipes={
        "quick": {"*": dict(images=60_000, learning_rate=2e-4, ema_images=5_000)},
        "cpu": {"*": dict(images=2_400_000, network="conv", z_dim=100), "ring": points, "grid": points},
        "gpu": {"*": dict(images=6_400_000, network="conv", channels=64, z_dim=100)},
    },
)
