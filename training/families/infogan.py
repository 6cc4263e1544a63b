"""InfoGAN: part of the noise is a code that a second head must be able to read off the image, so that it comes to mean something.

    min_{G,Q} max_D V(D, G) - λ L_I(G, Q),   L_I = H(c) + 𝔼[log Q(c | G(z, c))] ≤ I(c; G(z, c))

Chen et al. 2016, InfoGAN: Interpretable Representation Learning by Information Maximizing Generative Adversarial Nets. As in the paper and
its code: batch norm in G, D and Q but at D's input and the outputs, convolutions from N(0, 0.02²), beta1 0.5, batches of 128, λ 1, and Q is
trained with D. Ours:

- three strided layers of 32 channels and a dense one of 512, where the paper has two of 64 and 128 and a dense one of 1024; the recipe
  `cpu` has a dense one of 256, whose run takes 2.6 MB in place of 4.9: after a million images 2.4, 2.9 and 3.0 % of digits wrong and a
  Fréchet distance of 1.28, 1.44 and 1.45 times the floor (seeds 0, 1, 2), where 512 gave 2.4 % and 1.24 (seed 0);
- learning rates of 5e-4 (D, Q) and 1e-3 (G), paper: 2e-4 and 1e-3;
- ``jitter``: the category must also be read off a turned, sheared, moved, thickened or thinned copy, so that it cannot come to mean these.
  On MNIST the paper's recipe alone gave 16 % of digits wrong after 240,000 images and 12 to 13 % after a million (seeds 0 and 2: two
  categories shared the fours and nines); with this and D's rate 3.4 and 3.3 % after 240,000.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import networks
from ..adversarial import AdversarialObjective, PenalisedConfig
from ..jitter import jittered
from ..losses import generator_bce, information_bound
from ..model import Batch, Code, DataSpec, Draws, Family, LatentModel, LatentSpec, Phase, Published, as_uniform, setting


@dataclass(frozen=True)
class InfoGANConfig(PenalisedConfig):
    """Settings of InfoGAN."""

    network: str = setting("conv", "dense, or conv (paper)", choices=("dense", "conv"))
    z_dim: int = setting(62, "dimensions of plain noise beside the codes (paper, MNIST: 62)", low=1, high=512)
    categories: int = setting(10, "values of the categorical code (paper, MNIST: 10)", low=2, high=100)
    continuous: int = setting(2, "continuous codes, uniform on [-1, 1] (paper, MNIST: 2)", low=0, high=10)
    information: float = setting(1.0, "weight of the categorical code's information (paper: 1)", low=0.0, high=100.0)
    continuous_information: float = setting(1.0, "weight of the continuous codes' information (paper: 0.1 to 1)", low=0.0, high=100.0)
    jitter: float = setting(1.0, "weight of the categorical code's information in copies that are turned, sheared, stretched, moved, "
                            "thickened or thinned, so that it cannot come to mean those (ours; paper: 0)", low=0.0, high=100.0)
    batch_size: int = setting(128, "images per step, over all processes (paper: 128)", low=2, high=4096)
    dense: int = setting(512, "units of the dense layer beside the convolutions (paper, MNIST: 1024)", low=8, high=4096, advanced=True)
    learning_rate: float = setting(5e-4, "learning rate of D and Q (ours; paper: 2e-4)", low=1e-7, high=1.0)
    generator_rate: float = setting(2.0, "the generator's learning rate over the discriminator's (paper: 5, which is 1e-3; so is ours)",
                                    low=0.1, high=20.0, advanced=True)


class InfoGenerator(LatentModel):
    """``z`` = plain noise, a one-hot category, continuous codes; the trunk that Q shares with the discriminator is kept, so that
    the page can read codes off images."""

    def __init__(self, config: InfoGANConfig, data: DataSpec) -> None:
        super().__init__()
        at, k = config.z_dim, config.categories
        codes = (Code("category", at, k, "categorical", 0.0, 1.0),
                 *(Code(f"code {i + 1}", at + k + i, 1, "continuous", -1.0, 1.0) for i in range(config.continuous)))
        total = at + k + config.continuous
        self.spec = LatentSpec(shape=data.shape, z_dim=total, w_dim=total, codes=codes, reads=True, prior="mixed")
        self.generator = networks.generator(total, data.shape, config.network, config.width, config.channels, hidden=config.dense)
        self.trunk = networks.Trunk(data.shape, config.network, config.width, config.channels, "batch", hidden=config.dense)
        self.hidden = nn.Sequential(nn.Linear(self.trunk.width, 128, bias=False), nn.BatchNorm1d(128), nn.LeakyReLU(0.1))
        self.head = nn.Linear(128, k + config.continuous)

    def draws(self) -> Draws:
        return Draws(self.spec.codes[0].start + len(self.spec.codes))

    def prior(self, drawn: Tensor) -> Tensor:
        category = self.spec.codes[0]
        noise, uniform = drawn[:, :category.start], as_uniform(drawn[:, category.start:])
        which = (uniform[:, 0] * category.size).long().clamp(max=category.size - 1)
        return torch.cat([noise, F.one_hot(which, category.size).float(), uniform[:, 1:] * 2 - 1], 1)

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.generator(w[:, 0])

    def first_weight(self) -> Tensor | None:
        return networks.first_weight(self.generator, self.spec.w_dim)

    def q(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """The trunk's features to logits of the category (n, k) and means of the continuous codes (n, m)."""
        out = self.head(self.hidden(features))
        k = self.spec.codes[0].size
        return out[:, :k], out[:, k:]

    def read(self, x: Tensor) -> dict[str, Tensor]:
        logits, means = self.q(self.trunk(x))
        first, *rest = self.spec.codes
        return {first.name: logits.softmax(1), **{c.name: means[:, i:i + 1] for i, c in enumerate(rest)}}


class InfoGANObjective(AdversarialObjective):
    """The discriminator is the shared trunk and a head; the information is maximised over generator, trunk and Q."""

    model: InfoGenerator
    config: InfoGANConfig

    def make_discriminator(self) -> nn.Module:
        return nn.Linear(self.model.trunk.width, 1)

    def phases(self) -> list[Phase]:
        m = self.model
        return [Phase("discriminator", loss=self.discriminator_loss, **self.adam(m.trunk, m.hidden, m.head, self.discriminator)),
                Phase("generator", loss=self.generator_loss, **self.adam(m.generator, rate=self.config.generator_rate))]

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        m, z = self.model, self.noise(len(batch))
        with torch.no_grad():
            made = m.synthesize(m.map(z))
        features = m.trunk(made)
        real, fake = self.discriminator(m.trunk(batch.images))[:, 0], self.discriminator(features)[:, 0]
        adversarial = F.softplus(-real).mean() + F.softplus(fake).mean()
        terms = {"loss": adversarial + self.information_loss(features, z, made)["loss"], "real": real.sigmoid().mean(),
                 "fake": fake.sigmoid().mean()}
        return self.penalised(terms, lambda x: self.discriminator(m.trunk(x))[:, 0], batch.images)

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        m, z = self.model, self.noise(len(batch))
        made = m.synthesize(m.map(z))
        features = m.trunk(made)
        adversarial = generator_bce(self.discriminator(features)[:, 0]).mean()
        terms = self.information_loss(features, z, made)
        return {**terms, "loss": adversarial + terms["loss"]}

    def information_loss(self, features: Tensor, z: Tensor, made: Tensor) -> dict[str, Tensor]:
        """Minus the weighted bounds, of images ``made`` with codes ``z`` and their features. A continuous code's Q is a Gaussian of fixed
        unit standard deviation."""
        c, code = self.config, self.model.spec.codes[0]
        logits, means = self.model.q(features)
        chosen = z[:, code.start:code.start + code.size].argmax(1)
        cross_entropy = F.cross_entropy(logits, chosen)
        error = (means - z[:, code.start + code.size:]).square().sum(1).mean()
        loss = c.information * cross_entropy + c.continuous_information * 0.5 * error
        if c.jitter and made.dim() == 4:
            loss = loss + c.jitter * F.cross_entropy(self.model.q(self.model.trunk(jittered(made)))[0], chosen)
        return {"loss": loss,
                "information": information_bound(-cross_entropy, math.log(code.size)), "code_error": error}

    def exercise(self, model: LatentModel, z: Tensor, batch: Batch) -> None:
        """Q reads real images too."""
        super().exercise(model, z, batch)
        model.read(batch.images)


@torch.no_grad()
def steadiness(model: LatentModel, images: Tensor) -> float:
    """The share of images (n, C, H, W) that Q reads as the same category in a changed copy; 0 where the categories are not used evenly
    (an entropy under 2.2 of ln 10 = 2.3026 nats, or as much of another number's)."""
    category = model.spec.codes[0]
    read, again = (model.read(x)[category.name] for x in (images, jittered(images)))
    use = read.mean(0)
    entropy = float(-(use * use.clamp(min=1e-12).log()).sum())
    return (read.argmax(1) == again.argmax(1)).double().mean().item() if entropy >= 2.2 / math.log(10) * math.log(category.size) else 0.0


FAMILY = Family(
    name="infogan", title="InfoGAN",
    paper="Chen et al. 2016, InfoGAN: Interpretable Representation Learning by Information Maximizing Generative Adversarial Nets",
    published=(Published("code_error", "mnist", 0.05, "Chen et al. 2016"),),
    equation="min_{G,Q} max_D  V(D, G) − λ (H(c) + 𝔼[log Q(c | G(z, c))])",
    summary="A few of the generator's inputs must be readable from the image by a second head, so they come to mean something. "
            "Without ever seeing a label, one code becomes the digit and others its slant and width.",
    Config=InfoGANConfig, Model=InfoGenerator, Objective=InfoGANObjective, headline=("code_error", "information"),
    sign=("share of images that Q reads as the same category when turned, sheared, moved, thickened or thinned, 0 where the categories are "
          "not used evenly", steadiness),
    recipes={
        "quick": {"*": dict(images=120_000, ema_images=5_000)},
        "cpu": {"*": dict(images=1_000_000, dense=256, decay="cosine")},
        "gpu": {"*": dict(images=4_000_000, channels=64, dense=1024, decay="cosine")},
    },
)
