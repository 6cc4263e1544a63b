"""The conditional GAN: generator and discriminator are told the class, so that a class can be asked for.

    min_G max_D 𝔼[log D(x | y)] + 𝔼[log(1 - D(G(z | y) | y))]

Mirza & Osindero 2014, Conditional Generative Adversarial Nets. The class is an embedding in both: in the generator the gains and biases of
its batch norms, in the discriminator taken to the features by their inner product (Miyato & Koyama 2018, cGANs with Projection
Discriminator). As numbers beside the noise, as in the paper, the class drowned the noise here: each class fell to one image.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from .. import networks
from ..adversarial import AdversarialObjective, PenalisedConfig
from ..layers import Conditioned
from ..model import DataSpec, Family, LatentModel, LatentSpec, SettingError, setting


@dataclass(frozen=True)
class CGANConfig(PenalisedConfig):
    """Settings of the conditional GAN."""

    network: str = setting("conv", "dense as in the paper, or conv by the rules of DCGAN", choices=("dense", "conv"))
    learning_rate: float = setting(5e-4, "Adam's learning rate (ours)", low=1e-7, high=1.0)
    beta1: float = setting(0.0, "Adam's first decay rate (Mescheder et al. 2018)", low=0.0, high=0.99, advanced=True)
    r1: float = setting(1.0, "weight of the R1 penalty at real images (Mescheder et al. 2018: 5)", low=0.0, high=100.0, advanced=True)


class ConditionalGenerator(LatentModel):
    """Noise and a class to images. ``w`` is the noise alone, (n, 1, z_dim): the same w in another class keeps its style."""

    def __init__(self, config: CGANConfig, data: DataSpec) -> None:
        super().__init__()
        if not data.num_classes:
            raise SettingError(f"{data.title} has no classes; a conditional GAN needs some.")
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.z_dim, num_classes=data.num_classes)
        network = networks.generator(config.z_dim, data.shape, config.network, config.width, config.channels, norm=True)
        self.generator = Conditioned(network, data.num_classes)

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        if label is None:
            raise ValueError("this model needs a class for each image.")
        return self.generator(w[:, 0], label)

    def first_weight(self) -> Tensor | None:
        return networks.first_weight(self.generator, self.spec.w_dim)


class ConditionalDiscriminator(nn.Module):
    """Images (n, C, H, W) and labels (n,) to logits (n,): ψ(φ(x)) + ⟨V y, φ(x)⟩."""

    def __init__(self, spec: LatentSpec, config: CGANConfig) -> None:
        super().__init__()
        self.trunk = networks.Trunk(spec.shape, config.network, config.width, config.channels)
        self.head = nn.Linear(self.trunk.width, 1)
        self.embedding = nn.Embedding(spec.num_classes, self.trunk.width)
        for weight in (self.head.weight, self.embedding.weight):
            nn.init.normal_(weight, 0.0, self.trunk.width**-0.5)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        features = self.trunk(x)
        return self.head(features)[:, 0] + (self.embedding(label) * features).sum(1)


class CGANObjective(AdversarialObjective):
    """Generated images are asked for in the classes of the batch."""

    def make_discriminator(self) -> nn.Module:
        return ConditionalDiscriminator(self.model.spec, self.config)


FAMILY = Family(
    name="cgan", title="Conditional GAN", paper="Mirza & Osindero 2014, Conditional Generative Adversarial Nets",
    variants=("projection: Miyato & Koyama 2018", "R1: Mescheder et al. 2018"),
    equation="min_G max_D  𝔼[log D(x | y)] + 𝔼[log(1 − D(G(z | y) | y))]",
    summary="Both networks are told the class, so that the noise is left with everything else: the style. "
            "The same code in another class is another digit in the same hand.",
    Config=CGANConfig, Model=ConditionalGenerator, Objective=CGANObjective, headline=("agreement", "frechet_ratio", "modes"),
    recipes={
        "quick": {"*": dict(images=60_000, channels=16, ema_images=5_000)},
        "cpu": {"*": dict(images=300_000, decay="cosine")},
        "gpu": {"*": dict(images=4_000_000, channels=64)},
    },
)
