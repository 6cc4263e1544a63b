"""The bidirectional GAN: an encoder learns to invert the generator though neither ever sees what the other made of an input.

    min_{G,E} max_D 𝔼_x[log D(x, E(x))] + 𝔼_z[log(1 - D(G(z), z))]

At the optimum both kinds of pairs are alike, which makes E and G each other's inverse. There is no reconstruction loss.
Donahue, Krähenbühl & Darrell 2017, Adversarial Feature Learning; the same idea: Dumoulin et al. 2017, Adversarially Learned Inference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .. import networks
from ..adversarial import AdversarialConfig, AdversarialObjective
from ..encoders import Autoencoding, Encoder, dense, generator
from ..losses import discriminator_bce, r1_penalty
from ..model import Batch, DataSpec, Draws, Family, LatentModel, LatentSpec, Published, setting


@dataclass(frozen=True)
class BiGANConfig(AdversarialConfig):
    """Settings of BiGAN."""

    batch_size: int = setting(128, "images per step, over all processes (paper, MNIST: 128)", low=2, high=4096)
    learning_rate: float = setting(5e-4, "Adam's learning rate (ours, for a hundredth of the paper's images; paper, MNIST: 2e-4)",
                                   low=1e-7, high=1.0)
    decay: str = setting("none", "how the learning rate falls over the run: none, or cosine to zero, with which encoder and generator "
                         "stop undoing each other (paper: exponentially, over its second half)", choices=("none", "cosine"), advanced=True)
    z_dim: int = setting(50, "dimensions of the noise, uniform on [-1, 1] (paper, MNIST: 50)", low=1, high=512)
    network: str = setting("dense", "dense and blind to the order of pixels (paper, MNIST), or conv (paper, ImageNet)",
                           choices=("dense", "conv"))
    width: int = setting(1024, "units of each dense layer (paper, MNIST: 1024)", low=8, high=2048)
    features: int = setting(1024, "units of the encoder's last layer but one, whose features are probed (paper, MNIST: 1024)",
                            low=8, high=4096)
    r1: float = setting(10.0, "weight of the R1 penalty on real images beside their codes (Mescheder et al. 2018: 5); at 0, as in the "
                        "paper, encoder and generator do not come to undo each other in 150,000 images", low=0.0, high=100.0, advanced=True)
    code_gain: float = setting(5.0, "the discriminator sees codes so many times as large, since few numbers stand beside many pixels "
                               "(ours; paper: 1)", low=0.1, high=100.0, advanced=True)
    beta1: float = setting(0.0, "Adam's first decay rate (ours; paper: 0.5)", low=0.0, high=0.99, advanced=True)


class BiGAN(Autoencoding):
    """Generator and encoder. ``w`` is the noise itself: (n, 1, z_dim)."""

    def __init__(self, config: BiGANConfig, data: DataSpec) -> None:
        super().__init__()
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.z_dim, encodes=True, prior="uniform")
        self.generator = generator(config.z_dim, data.shape, config.network, config.width, config.channels, norm=True)
        self.encoder = Encoder(data.shape, config.network, config.width, config.features, config.channels, config.z_dim, norm=True)

    def draws(self) -> Draws:
        return Draws(self.spec.z_dim, "uniform")

    def prior(self, drawn: Tensor) -> Tensor:
        return drawn * 2 - 1

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.generator(w[:, 0])


class JointDiscriminator(nn.Module):
    """Images (n, C, H, W), or points (n, 2), and codes (n, z_dim) to logits (n,): does the image come from the data?"""

    def __init__(self, spec: LatentSpec, config: BiGANConfig) -> None:
        super().__init__()
        self.gain = config.code_gain
        if len(spec.shape) == 1 or config.network == "dense":
            self.trunk: nn.Module = nn.Flatten()
            seen = math.prod(spec.shape)
        else:
            self.trunk = networks.Trunk(spec.shape, config.network, config.width, config.channels, "layer", hidden=config.width)
            seen = config.width
        self.body = nn.Sequential(*dense([seen + spec.z_dim, config.width, config.width]), nn.Linear(config.width, 1))

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        return self.body(torch.cat([self.trunk(x), self.gain * z], 1))[:, 0]


class BiGANObjective(AdversarialObjective):
    """The discriminator tells pairs (x, E(x)) from pairs (G(z), z); encoder and generator are trained together to make them alike."""

    model: BiGAN
    config: BiGANConfig

    def make_discriminator(self) -> nn.Module:
        return JointDiscriminator(self.model.spec, self.config)

    def pairs(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """E(x), and as many z and G(z)."""
        z = self.noise(len(x))
        return self.model.encode(x)[:, 0], z, self.model.synthesize(z[:, None])

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        x = batch.images
        with torch.no_grad():
            code, z, made = self.pairs(x)
        real, fake = self.discriminator(x, code), self.discriminator(made, z)
        loss = discriminator_bce(real, fake).mean()
        terms = {"loss": loss, "real": real.sigmoid().mean(), "fake": fake.sigmoid().mean()}
        if self.config.r1:
            penalty = self.penalty(x, code).mean()
            terms |= {"loss": loss + self.config.r1 * penalty, "r1": penalty}
        return terms

    def penalty(self, x: Tensor, code: Tensor) -> Tensor:
        """½ |∇ₓ D(x, E(x))|², (n,). Of the image alone: what is to be learnt is how sharply D answers to a wrong code."""
        return r1_penalty(lambda images: self.discriminator(images, code), x)

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        """The labels swapped, for a gradient that does not vanish where D is sure (paper, section 3.4)."""
        code, z, made = self.pairs(batch.images)
        return {"loss": discriminator_bce(self.discriminator(made, z), self.discriminator(batch.images, code)).mean()}

    def exercise(self, model: LatentModel, z: Tensor, batch: Batch) -> None:
        super().exercise(model, z, batch)
        model.encode(batch.images)


FAMILY = Family(
    name="bigan", title="BiGAN", paper="Donahue, Krähenbühl & Darrell 2017, Adversarial Feature Learning",
    published=(Published("nn_long", "mnist", 0.9739, "Donahue et al. 2017"),),
    equation="min_{G,E} max_D  𝔼[log D(x, E(x))] + 𝔼[log(1 − D(G(z), z))]",
    summary="A generator draws images from codes, an encoder gives codes to images, and the discriminator sees both as pairs. "
            "They can only fool it by undoing each other, though no image is ever compared with its reconstruction.",
    Config=BiGANConfig, Model=BiGAN, Objective=BiGANObjective, headline=("nn_long", "frechet_ratio", "psnr", "modes"),
    recipes={
        "quick": {"*": dict(images=200_000, width=256, features=512, ema_images=5_000)},
        "cpu": {"*": dict(images=900_000, width=512),
                "fashion-mnist": dict(images=300_000, network="conv", width=256, features=256, channels=16)},
        "gpu": {"*": dict(images=24_000_000)},
    },
)
