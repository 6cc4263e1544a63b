"""DCGAN: a generator and a discriminator of strided convolutions, with rules that made such a pair train at all.

    x = G(z) by transposed convolutions and batch norm, ReLU inside, tanh outside; D(x) by strided convolutions and LeakyReLU

Radford, Metz & Chintala 2016, Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from ..adversarial import AdversarialObjective, Discriminator, Generator, PenalisedConfig
from ..model import Family, LatentModel, setting


@dataclass(frozen=True)
class DCGANConfig(PenalisedConfig):
    """Settings of DCGAN."""

    network: str = setting("conv", "conv: the paper's rules (points in the plane get a dense one)", choices=("conv",))
    smooth: float = setting(0.0, "how far the real images' target lies below 1 (Salimans et al. 2016: 0.1; paper: 0)", low=0.0, high=0.4,
                            advanced=True)


class DCGANObjective(AdversarialObjective):
    """Batch norm in the discriminator too; real and generated images are batches of their own."""

    def __init__(self, model: LatentModel, config: DCGANConfig) -> None:
        super().__init__(model, config)
        self.smooth = config.smooth

    def make_discriminator(self) -> nn.Module:
        return Discriminator(self.model.spec.shape, self.config, norm="batch")


FAMILY = Family(
    name="dcgan", title="DCGAN",
    paper="Radford, Metz & Chintala 2016, Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
    equation="G: z → Convᵀ → … → Convᵀ → tanh,   vec(glasses) ≈ z̄₁ − z̄₂",
    summary="Convolutions, batch norm and a few rules turned the GAN into something that trains on real pictures. "
            "Averages of its codes can be added and subtracted like words: with glasses minus without, plus another face.",
    Config=DCGANConfig, Model=Generator, Objective=DCGANObjective, headline=("arithmetic_changed", "frechet_ratio", "modes"),
    recipes={
        "quick": {"*": dict(images=60_000, channels=16, ema_images=5_000)},
        "cpu": {"*": dict(images=1_000_000, z_dim=100, decay="cosine"),
                "faces": dict(images=300_000, channels=24, z_dim=100, ema_images=10_000)},
        "gpu": {"*": dict(images=4_000_000, channels=64, z_dim=100), "faces": dict(images=3_000_000, channels=48, z_dim=100)},
    },
)
