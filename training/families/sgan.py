"""The semi-supervised GAN: a discriminator that also names the class learns it from a handful of labels.

    D has K + 1 classes, the last one "generated":  L = 𝔼_labelled[-log p(y|x)] + 𝔼[-log p(real|x)] + 𝔼[-log p(fake|G(z))]

Odena 2016, Semi-Supervised Learning with Generative Adversarial Networks; feature matching, the discriminator's noise and the networks:
Salimans et al. 2016, Improved Techniques for Training GANs, and its code. As there: the lengths of the discriminator's weights are fixed by
its first images (only the last layer's are trained; with all of them trained 25 % instead of 8.1 % of digits were wrong after 600,000
images), noise comes before every layer, and averaged weights are measured. Ours: batches of 250, at which bfloat16 pays most (paper: 100),
half of the run at the full rate and then half a cosine (its code: two thirds, then a line), and 4 million images (12 to 18).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import networks
from ..adversarial import AdversarialConfig, AdversarialObjective
from ..losses import semi_supervised_unlabelled
from ..model import Batch, DataSpec, Family, LatentModel, LatentSpec, Phase, Published, SettingError, half_cosine, setting


@dataclass(frozen=True)
class SGANConfig(AdversarialConfig):
    """Settings of the semi-supervised GAN."""

    batch_size: int = setting(250, "images per step, over all processes (Salimans et al. 2016: 100)", low=2, high=4096)
    learning_rate: float = setting(3e-3, "Adam's learning rate (Salimans et al. 2016, MNIST: 0.003)", low=1e-7, high=1.0)
    decay: str = setting("cosine", "how the learning rate falls over the second half of the run: none, or cosine to zero",
                         choices=("none", "cosine"), advanced=True)
    ema_images: int = setting(500_000, "half-life of the weight average in images; 0 keeps the last weights (official code: 700,000)",
                              low=0, high=10**8, advanced=True)
    network: str = setting("dense", "dense, as in the paper", choices=("dense",))
    z_dim: int = setting(100, "dimensions of the noise (Salimans et al. 2016: 100)", low=1, high=512)
    width: int = setting(500, "units of a dense layer (Salimans et al. 2016: 500; in the discriminator 1000 to 250)", low=8, high=2048)
    labels: int = setting(100, "labelled images, the same number of each class (papers: 100)", low=2, high=60_000)
    matching: bool = setting(True, "the generator matches mean features (Salimans et al. 2016) instead of fooling D (Odena 2016)")

    def suited(self, data: DataSpec, images: int) -> dict[str, Any]:
        """Of few images all are labelled."""
        return {"labels": images} if 2 <= images < self.labels else {}


class Normalised(nn.Module):
    """A linear layer whose weights have the direction of ``v`` and the length ``g``, which is trained only if ``scaled``: (n, a) to (n, b).
    Salimans & Kingma 2016, Weight Normalization."""

    g: Tensor

    def __init__(self, a: int, b: int, scaled: bool = False) -> None:
        super().__init__()
        self.v, self.bias = nn.Parameter(torch.randn(b, a) * 0.1), nn.Parameter(torch.zeros(b))
        if scaled:
            self.g = nn.Parameter(torch.ones(b))
        else:
            self.register_buffer("g", torch.ones(b))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.v * (self.g / self.v.norm(dim=1))[:, None], self.bias)

    @torch.no_grad()
    def fit(self, x: Tensor) -> None:
        """Lengths and biases with which these inputs (n, a) give outputs of mean 0 and variance 1 (section 3 there)."""
        self.g.fill_(1.0)
        self.bias.zero_()
        y = self(x)
        self.g.copy_(1 / (y.std(0) + 1e-6))
        self.bias.copy_(-y.mean(0) * self.g)


class NoisyTrunk(nn.Module):
    """Five weight-normalised layers with Gaussian noise before each while training: (n, C, H, W) to (n, width / 2)."""

    def __init__(self, pixels: int, width: int) -> None:
        super().__init__()
        sizes = [pixels, 2 * width, width, width // 2, width // 2, width // 2]
        self.layers = nn.ModuleList(Normalised(a, b) for a, b in zip(sizes[:-1], sizes[1:], strict=True))
        self.width = sizes[-1]

    def forward(self, x: Tensor) -> Tensor:
        x = (x.flatten(1) + 1) / 2
        for k, layer in enumerate(self.layers):
            x = layer(self.noisy(x, 0.5 if k else 0.3)).relu()
        return x

    def noisy(self, x: Tensor, amount: float = 0.5) -> Tensor:
        """With Gaussian noise of this standard deviation, while training."""
        return x + torch.randn_like(x) * amount if self.training else x

    @torch.no_grad()
    def fit(self, images: Tensor) -> Tensor:
        """Fit each layer to what images (n, C, H, W) send into it; what comes out, (n, width / 2)."""
        x = (images.flatten(1) + 1) / 2
        for k, layer in enumerate(self.layers):
            assert isinstance(layer, Normalised)
            x = self.noisy(x, 0.5 if k else 0.3)
            layer.fit(x)
            x = layer(x).relu()
        return x


class SemiSupervised(LatentModel):
    """Generator, and the classifier that the discriminator has become. ``w`` is the noise: (n, 1, z_dim)."""

    def __init__(self, config: SGANConfig, data: DataSpec) -> None:
        super().__init__()
        if not data.num_classes:
            raise SettingError(f"{data.title} has no classes; a semi-supervised GAN needs some.")
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.z_dim, reads=True)
        wide = config.width
        self.generator = nn.Sequential(nn.Linear(config.z_dim, wide, bias=False), nn.BatchNorm1d(wide), nn.Softplus(),
                                       nn.Linear(wide, wide, bias=False), nn.BatchNorm1d(wide), nn.Softplus(),
                                       Normalised(wide, math.prod(data.shape), scaled=True), nn.Unflatten(1, data.shape))
        self.trunk = NoisyTrunk(math.prod(data.shape), config.width)
        self.head = Normalised(self.trunk.width, data.num_classes, scaled=True)

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.generator(w[:, 0]).sigmoid() * 2 - 1

    def first_weight(self) -> Tensor | None:
        return networks.first_weight(self.generator, self.spec.w_dim)

    def logits(self, x: Tensor) -> Tensor:
        """Images to the K class logits (n, K); the logit of "generated" is 0."""
        return self.head(self.trunk.noisy(self.trunk(x)))

    def read(self, x: Tensor) -> dict[str, Tensor]:
        return {"class": self.logits(x).softmax(1)}


class SGANObjective(AdversarialObjective):
    """One step of the classifier on labelled, unlabelled and generated images, one of the generator."""

    model: SemiSupervised
    config: SGANConfig

    def make_discriminator(self) -> nn.Module:
        return nn.Identity()                          # the model's trunk and head are the discriminator

    def prepare(self, batches: Iterable[Batch]) -> None:
        """Take the first ``labels`` images with as many of each class, where there are so many; raises SettingError when there are too
        few."""
        classes = len(self.model.head.bias)
        each = -(-self.config.labels // classes)
        images: dict[int, list[Tensor]] = {k: [] for k in range(classes)}
        for k, batch in enumerate(batches):
            if not k:
                self.model.head.fit(self.model.trunk.noisy(self.model.trunk.fit(batch.images)))
            if batch.labels is None:
                raise SettingError("a semi-supervised GAN needs labelled images.")
            for c, kept in images.items():
                kept += list(batch.images[batch.labels == c][:self.config.labels - len(kept)])
            if all(len(kept) >= each for kept in images.values()):
                break
        turns = zip_longest(*images.values())
        rows = [(x, k) for turn in turns for k, x in zip(images, turn, strict=True) if x is not None][:self.config.labels]
        if len(rows) < self.config.labels:
            raise SettingError(f"the data set has too few labelled images for labels {self.config.labels}.")
        self.labelled = Batch(torch.stack([x for x, _ in rows]), torch.tensor([k for _, k in rows], device=rows[0][0].device))

    def rate(self, images_seen: int) -> float:
        """Whole over the first half of the run."""
        return 1.0 if self.config.decay == "none" else half_cosine(max(0.0, 2 * images_seen / self.config.images - 1))

    def phases(self) -> list[Phase]:
        m = self.model
        return [Phase("discriminator", loss=self.discriminator_loss, **self.adam(m.trunk, m.head)),
                Phase("generator", loss=self.generator_loss, **self.adam(m.generator, rate=self.config.generator_rate))]

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        n, few, labels = len(batch), self.labelled.images, self.labelled.labels
        assert labels is not None
        at = torch.randint(len(few), (n,)).to(few.device)
        known, real, fake = self.model.logits(torch.cat([few[at], batch.images, self.fixed(n)])).split(n)
        supervised = F.cross_entropy(known, labels[at])
        unsupervised = 0.5 * (semi_supervised_unlabelled(real, True) + semi_supervised_unlabelled(fake, False)).mean()
        return {"loss": supervised + unsupervised, "supervised": supervised, "unsupervised": unsupervised,
                "real": torch.logsumexp(real, 1).sigmoid().mean(), "fake": torch.logsumexp(fake, 1).sigmoid().mean()}

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        made = self.model.trunk(self.fake(len(batch)))
        if not self.config.matching:
            return {"loss": semi_supervised_unlabelled(self.model.head(made), True).mean()}
        with torch.no_grad():
            real = self.model.trunk(batch.images).mean(0)
        return {"loss": (made.mean(0) - real).square().mean()}


FAMILY = Family(
    name="sgan", title="Semi-supervised GAN",
    paper="Odena 2016, Semi-Supervised Learning with Generative Adversarial Networks",
    variants=("feature matching: Salimans et al. 2016",),
    published=(Published("error", "mnist", 0.072, "Odena 2016", {"labels": 100}),),
    equation="D: x → {1 … K, generated},   L = −log p(y|x) − log p(real|x) − log p(generated|G(z))",
    summary="The discriminator names the class as well, and generated images are one class more. "
            "What it learns about real images without labels lets it name all of them from a hundred labelled ones.",
    Config=SGANConfig, Model=SemiSupervised, Objective=SGANObjective, headline=("error", "modes"),
    recipes={
        "quick": {"*": dict(images=600_000, ema_images=20_000)},
        "cpu": {"*": dict(images=4_000_000)},
        "gpu": {"*": dict(images=18_000_000)},
    },
)
