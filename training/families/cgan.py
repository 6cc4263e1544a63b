"""The conditional GAN: generator and discriminator are told the class, so that a class can be asked for.

    min_G max_D E[log D(x | y)] + E[log(1 - D(G(z | y) | y))]

Mirza & Osindero 2014, Conditional Generative Adversarial Nets. The class is an embedding beside the noise; in the discriminator it is
taken to the features by their inner product (Miyato & Koyama 2018, cGANs with Projection Discriminator).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .. import networks
from ..adversarial import AdversarialConfig, AdversarialObjective
from ..losses import r1_penalty
from ..model import Batch, DataSpec, Family, LatentModel, LatentSpec, SettingError, setting


@dataclass(frozen=True)
class CGANConfig(AdversarialConfig):
    """Settings of the conditional GAN."""

    network: str = setting("conv", "dense as in the paper, or conv by the rules of DCGAN", choices=("dense", "conv"))
    generator_rate: float = setting(2.0, "the generator's learning rate over the discriminator's (two time scales: Heusel et al. 2017)",
                                    low=0.1, high=20.0, advanced=True)
    r1: float = setting(1.0, "weight of the R1 penalty (Mescheder et al. 2018); at 0, as in the paper, each class fell to one image here",
                        low=0.0, high=100.0, advanced=True)
    embedding: int = setting(32, "numbers that stand for a class in the generator (paper: 200 units)", low=1, high=512)


class ConditionalGenerator(LatentModel):
    """Noise and a class to images. ``w`` is the noise alone, (n, 1, z_dim): the same w in another class keeps its style."""

    def __init__(self, config: CGANConfig, data: DataSpec) -> None:
        super().__init__()
        if not data.num_classes:
            raise SettingError(f"{data.title} has no classes; a conditional GAN needs some.")
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.z_dim, num_classes=data.num_classes)
        self.embedding = nn.Embedding(data.num_classes, config.embedding)
        self.generator = networks.generator(config.z_dim + config.embedding, data.shape, config.network, config.width, config.channels)

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        if label is None:
            raise ValueError("this model needs a class for each image.")
        return self.generator(torch.cat([w[:, 0], self.embedding(label)], 1))

    def first_weight(self) -> Tensor | None:
        return networks.first_weight(self.generator, self.spec.w_dim)


class ConditionalDiscriminator(nn.Module):
    """Images (n, C, H, W) and labels (n,) to logits (n,): ψ(φ(x)) + ⟨V y, φ(x)⟩."""

    def __init__(self, spec: LatentSpec, config: CGANConfig) -> None:
        super().__init__()
        self.trunk = networks.Trunk(spec.shape, config.network, config.width, config.channels, "layer")
        self.head = nn.Linear(self.trunk.width, 1)
        self.embedding = nn.Embedding(spec.num_classes, self.trunk.width)
        nn.init.normal_(self.embedding.weight, 0.0, self.trunk.width**-0.5)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        features = self.trunk(x)
        return self.head(features)[:, 0] + (self.embedding(label) * features).sum(1)


class CGANObjective(AdversarialObjective):
    """Generated images are asked for in the classes of the batch."""

    def make_discriminator(self) -> nn.Module:
        return ConditionalDiscriminator(self.model.spec, self.config)

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        terms = super().discriminator_loss(batch)
        if self.config.r1:
            penalty = r1_penalty(lambda x: self.discriminator(x, batch.labels), batch.images).mean()
            terms |= {"loss": terms["loss"] + self.config.r1 * penalty, "r1": penalty}
        return terms


FAMILY = Family(
    name="cgan", title="Conditional GAN", paper="Mirza & Osindero 2014, Conditional Generative Adversarial Nets",
    equation="min_G max_D  E[log D(x | y)] + E[log(1 − D(G(z | y) | y))]",
    summary="Both networks are told the class, so that the noise is left with everything else: the style. "
            "The same code in another class is another digit in the same hand.",
    Config=CGANConfig, Model=ConditionalGenerator, Objective=CGANObjective, headline=("agreement", "frechet_ratio", "modes"),
    recipes={
        "quick": {"*": dict(images=60_000, channels=16, ema_images=5_000)},
        "cpu": {"*": dict(images=700_000)},
        "gpu": {"*": dict(images=4_000_000, channels=64)},
    },
)
