"""The adversarial latent autoencoder: the adversary sees codes, and codes are compared with codes, never images with images.

    min_{F,G} max_{E,D} 𝔼[log D(E(x))] + 𝔼[log(1 - D(E(G(F(z)))))]   and   min_{E,G} 𝔼 |F(z) - E(G(F(z)))|²

with an R1 penalty on real images (paper, algorithm 1). F makes a latent space W of the noise, and E takes images back to it.
Pidhorskyi, Adjeroh & Doretto 2020, Adversarial Latent Autoencoders (the dense version, section 6.1).

What differs from the official code: G ends in a tanh (there linear; at 400,000 images of MNIST, 400 units wide, its background is then
noise: 0 dB where a tanh gives 11); F is not trained by codes (as the paper says; there it is, through G); rates fall.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..adversarial import AdversarialConfig, AdversarialObjective
from ..encoders import Autoencoding, Encoder, dense, generator
from ..losses import discriminator_bce, generator_bce, r1_penalty
from ..model import Batch, DataSpec, Family, LatentSpec, Phase, setting
from ..optimizers import adam


@dataclass(frozen=True)
class ALAEConfig(AdversarialConfig):
    """Settings of ALAE."""

    batch_size: int = setting(128, "images per step, over all processes (official code, MNIST: 128)", low=2, high=4096)
    learning_rate: float = setting(2e-3, "Adam's learning rate (official code, MNIST: 2e-3)", low=1e-7, high=1.0)
    equalized: bool = setting(True, "as the official code: each layer's weights learn at √(2 / inputs) of the rate, F and E end in a leaky "
                              "ReLU, D is linear; off: one rate, F and E linear, D with leaky ReLUs (ours)", advanced=True)
    decay: str = setting("cosine", "how the learning rate falls over the run: none, or cosine to zero (ours; paper: not)",
                         choices=("none", "cosine"), advanced=True)
    beta1: float = setting(0.0, "Adam's first decay rate (paper: 0)", low=0.0, high=0.99, advanced=True)
    z_dim: int = setting(50, "dimensions of the noise (official code, MNIST: 50)", low=1, high=512)
    w_dim: int = setting(50, "dimensions of W (official code, MNIST: 50)", low=1, high=512)
    width: int = setting(1024, "units of each dense layer of E and G (paper, MNIST: 1024)", low=8, high=2048)
    features: int = setting(1024, "units of the encoder's last layer but one, the long code (paper, MNIST: 1024)", low=8, high=4096)
    mapping_layers: int = setting(6, "layers of F (official code, MNIST: 6)", low=1, high=8, advanced=True)
    mapping_lr_mul: float = setting(0.1, "the learning rate of F, and of D where rates are equalised, to the others' (official code: 0.1)",
                                    low=0.001, high=1.0, advanced=True)
    reciprocity: float = setting(1.0, "weight of the distance between codes in W (paper: 1)", low=0.0, high=100.0, advanced=True)
    r1: float = setting(10.0, "weight of the R1 penalty on real images (paper: 10)", low=0.0, high=100.0, advanced=True)
    noise_dim: int = setting(0, "dimensions of noise that the generator gets beside the code in training; images are drawn with their "
                             "mean, zero (paper: optional)", low=0, high=512, advanced=True)


LAYERS = nn.Linear | nn.Conv2d | nn.ConvTranspose2d


def inputs(layer: nn.Linear | nn.Conv2d | nn.ConvTranspose2d) -> float:
    """How many numbers an output of the layer is a weighted sum of."""
    if isinstance(layer, nn.ConvTranspose2d):         # a pixel is the sum of (kernel / stride)² weighted ones; the first layer's of one
        return layer.in_channels * (math.prod(layer.kernel_size) / math.prod(layer.stride) if layer.stride != (1, 1) else 1)
    return layer.weight[0].numel()


def spread(network: nn.Module) -> None:
    """Start every layer so that its outputs spread as its inputs do (He et al. 2015): nothing is normalised between layers, and a
    generator whose first images are all alike stays with a few."""
    for m in network.modules():
        if isinstance(m, nn.Linear | nn.Conv2d):
            nn.init.kaiming_normal_(m.weight, 0.2)
        elif isinstance(m, nn.ConvTranspose2d):
            nn.init.normal_(m.weight, 0.0, math.sqrt(2 / inputs(m)))
        else:
            continue
        if m.bias is not None:
            nn.init.zeros_(m.bias)


def normalised(z: Tensor) -> Tensor:
    """Each z at length √d: F sees directions alone, (n, d) to (n, d). Karras et al. 2018, section 4.2."""
    return z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class ALAE(Autoencoding):
    """F, G and E. ``w`` is F's code of the noise, or E's of an image: (n, 1, w_dim)."""

    def __init__(self, config: ALAEConfig, data: DataSpec) -> None:
        super().__init__()
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.w_dim, encodes=True, prior="mapped")
        d, between = config.w_dim, [config.w_dim] * (config.mapping_layers - 1)
        last = dense([between[-1] if between else config.z_dim, d])
        self.mapping = nn.Sequential(*dense([config.z_dim, *between]), *(last if config.equalized else last[:1]))
        self.noise_dim, self.equalized = config.noise_dim, config.equalized
        self.generator = generator(d + config.noise_dim, data.shape, config.network, config.width, config.channels, norm=False)
        self.encoder = Encoder(data.shape, config.network, config.width, config.features, config.channels, d, norm=False)
        spread(self)

    def map(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        return self.mapping(normalised(z))[:, None]

    def encode(self, x: Tensor) -> Tensor:
        w = super().encode(x)
        return F.leaky_relu(w, 0.2) if self.equalized else w

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        noise = torch.zeros if not self.training else torch.randn
        return self.generator(torch.cat([w[:, 0], noise(w.shape[0], self.noise_dim, device=w.device)], 1))


class ALAEObjective(AdversarialObjective):
    """Three phases: the adversary is D∘E, the generator G∘F, and then E and G agree on codes (paper, algorithm 1)."""

    model: ALAE
    config: ALAEConfig

    def make_discriminator(self) -> nn.Module:
        d = self.config.w_dim
        hidden = [nn.Linear(d, d), nn.Linear(d, d)] if self.config.equalized else dense([d, d, d])
        network = nn.Sequential(*hidden, nn.Linear(d, 1))
        spread(network)
        return network

    def groups(self, *modules: nn.Module, rate: float = 1.0) -> list[dict[str, Any]]:
        """Their weights with rates, as Adam takes them. With equalised rates each layer's weights have their own (Karras et al. 2018,
        section 4.1, said as a rate in place of a factor), and F's and D's a smaller one; else F's alone."""
        groups, equal = list[dict[str, Any]](), self.config.equalized
        for m in modules:
            slow = m is self.model.mapping or equal and m is self.discriminator
            most = self.config.learning_rate * rate * (self.config.mapping_lr_mul if slow else 1.0)
            weights = {layer.weight: math.sqrt(2 / inputs(layer)) for layer in m.modules() if isinstance(layer, LAYERS)} if equal else {}
            groups += [{"params": [p], "lr": most * scale} for p, scale in weights.items()]
            groups.append({"params": [p for p in m.parameters() if p not in weights], "lr": most})
        return groups

    def phases(self) -> list[Phase]:
        """All three share one Adam with a second decay rate of 0.99 (official code). So a weight that two of them move has one scale for
        both, and each moves it by its share: with one of its own, the third would move E and G as far as the adversary does, however
        little codes are apart. At 400,000 images of MNIST that left two digits (coverage 1.2 of 10, Fréchet 200 × floor; shared: 3.3, 144).
        """
        m, d = self.model, self.discriminator
        groups = [*self.groups(m.encoder, d), *self.groups(m.mapping, m.generator, rate=self.config.generator_rate)]
        optimizer = adam(groups, betas=(self.config.beta1, 0.99))

        def phase(name: str, loss: Callable[[Batch], dict[str, Tensor]], *modules: nn.Module) -> Phase:
            return Phase(name, [p for module in modules for p in module.parameters()], loss, optimizer)
        return [phase("discriminator", self.discriminator_loss, m.encoder, d),
                phase("generator", self.generator_loss, m.mapping, m.generator),
                phase("reciprocity", self.reciprocity_loss, m.encoder, m.generator)]

    def logits(self, x: Tensor) -> Tensor:
        """D(E(x)): images (n, C, H, W) to (n,)."""
        return self.discriminator(self.model.encode(x)[:, 0])[:, 0]

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        real, fake = self.logits(batch.images), self.logits(self.fixed(len(batch)))
        loss = discriminator_bce(real, fake).mean()
        terms = {"loss": loss, "real": real.sigmoid().mean(), "fake": fake.sigmoid().mean()}
        if self.config.r1:
            penalty = r1_penalty(self.logits, batch.images).mean()
            terms |= {"loss": loss + self.config.r1 * penalty, "r1": penalty}
        return terms

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": generator_bce(self.logits(self.fake(len(batch)))).mean()}

    def reciprocity_loss(self, batch: Batch) -> dict[str, Tensor]:
        """The mean over W's numbers, as the official code takes it; F is a target here and is not trained."""
        with torch.no_grad():
            w = self.model.map(self.noise(len(batch)))
        distance = (self.model.encode(self.model.synthesize(w)) - w).square().mean()
        return {"loss": self.config.reciprocity * distance, "distance": distance}


FAMILY = Family(
    name="alae", title="ALAE", paper="Pidhorskyi, Adjeroh & Doretto 2020, Adversarial Latent Autoencoders",
    equation="min_{F,G} max_{E,D}  𝔼[log D(E(x))] + 𝔼[log(1 − D(E(G(F(z)))))],   min_{E,G}  𝔼‖F(z) − E(G(F(z)))‖²",
    summary="The network that judges images is split in two: its first half is an encoder, and only codes are judged and compared. "
            "What an image is made of is learnt without ever measuring a difference between pixels.",
    Config=ALAEConfig, Model=ALAE, Objective=ALAEObjective, headline=("nn_long", "frechet_ratio", "psnr", "modes"),
    recipes={
        # ours: at 200,000 images of MNIST 39 × the floor of the Fréchet distance; equalised, at 8e-3 and batch 128, 81 (and half the time)
        "quick": {"*": dict(images=200_000, width=256, features=512, ema_images=5_000, equalized=False, batch_size=32, learning_rate=1e-3,
                            r1=1.0)},
        # ours: four times the official rate and a tenth of its R1. 400,000 images of MNIST at this width, Fréchet ÷ floor: 41; the
        # official rate 150; the official R1 108; both official 144. Clothes convolved: 147 after 200,000, dense 177 after 800,000
        "cpu": {"*": dict(images=4_000_000, width=400, features=512, learning_rate=8e-3, r1=1.0),
                "fashion-mnist": dict(images=1_200_000, network="conv", channels=12, width=256, features=512, learning_rate=8e-3, r1=1.0)},
        "gpu": {"*": dict(images=36_000_000, batch_size=128)},
    },
)
