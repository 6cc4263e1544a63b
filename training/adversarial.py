"""What the adversarial families share: settings, a generator as a LatentModel, and an objective of two phases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from . import networks
from .losses import discriminator_bce, generator_bce, r1_penalty
from .model import Batch, Config, DataSpec, LatentModel, LatentSpec, Objective, Phase, setting
from .optimizers import Trained, adam


@dataclass(frozen=True)
class AdversarialConfig(Config):
    """Settings that every generator with a discriminator has."""

    batch_size: int = setting(64, "images per step, over all processes (ours)", low=2, high=4096)
    learning_rate: float = setting(2e-4, "Adam's learning rate (Radford et al. 2016)", low=1e-7, high=1.0)
    ema_images: int = setting(20_000, "half-life of the generator's weight average in images; 0 keeps the last weights "
                              "(Karras et al. 2018)", low=0, high=10**8, advanced=True)
    z_dim: int = setting(64, "dimensions of the noise (Radford et al. 2016: 100)", low=1, high=512)
    network: str = setting("dense", "dense, or conv by the rules of DCGAN", choices=("dense", "conv"))
    width: int = setting(256, "units of each dense layer", low=8, high=2048)
    channels: int = setting(32, "channels at full resolution, doubled at each halving (Radford et al. 2016: 64 to 128)", low=4, high=128)
    generator_rate: float = setting(1.0, "the generator's learning rate over the discriminator's (two time scales: Heusel et al. 2017)",
                                    low=0.1, high=20.0, advanced=True)
    beta1: float = setting(0.5, "Adam's first decay rate (Radford et al. 2016)", low=0.0, high=0.99, advanced=True)


@dataclass(frozen=True)
class PenalisedConfig(AdversarialConfig):
    """With the penalty that keeps a discriminator by cross-entropy from winning."""

    r1: float = setting(0.0, "weight of the R1 penalty at real images (Mescheder et al. 2018: 5); 0 leaves it out", low=0.0, high=100.0,
                        advanced=True)


class Generator(LatentModel):
    """Noise to images. ``w`` is the noise itself: (n, 1, z_dim)."""

    def __init__(self, config: Any, data: DataSpec) -> None:
        super().__init__()
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.z_dim)
        self.generator = networks.generator(config.z_dim, data.shape, config.network, config.width, config.channels)

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.generator(w[:, 0])

    def first_weight(self) -> Tensor | None:
        return networks.first_weight(self.generator, self.spec.w_dim)


class Discriminator(nn.Module):
    """Images (n, C, H, W) or points (n, 2) to logits or critic scores (n,)."""

    def __init__(self, shape: tuple[int, ...], config: Any, norm: str = "none", dropout: float = 0.0, bias: bool = True) -> None:
        super().__init__()
        self.trunk = networks.Trunk(shape, config.network, config.width, config.channels, norm, dropout)
        self.head = nn.Linear(self.trunk.width, 1, bias=bias)

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        return self.head(self.trunk(x))[:, 0]


class AdversarialObjective(Objective):
    """One discriminator step by binary cross-entropy, one generator step by the non-saturating loss (Goodfellow et al. 2014)."""

    model: Any
    config: Any
    discriminator: nn.Module
    smooth = 0.0                                      # how far the real images' target lies below 1

    def __init__(self, model: LatentModel, config: Any) -> None:
        super().__init__(model, config)
        self.discriminator = self.make_discriminator()

    def make_discriminator(self) -> nn.Module:
        return Discriminator(self.model.spec.shape, self.config)

    def adam(self, *modules: nn.Module, rate: float = 1.0) -> Trained:
        """``parameters`` and ``optimizer`` of a phase that trains these modules, at ``rate`` times the learning rate."""
        parameters = [p for m in modules for p in m.parameters()]
        return {"parameters": parameters, "optimizer": adam(
            parameters, lr=self.config.learning_rate * rate, betas=(self.config.beta1, 0.999))}

    def phases(self) -> list[Phase]:
        return [Phase("discriminator", loss=self.discriminator_loss, **self.adam(self.discriminator)),
                Phase("generator", loss=self.generator_loss, **self.adam(self.model, rate=self.config.generator_rate))]

    def noise(self, n: int) -> Tensor:
        """(n, z_dim) from the prior, on the model's device."""
        return self.model.sample_z(n).to(next(self.model.parameters()).device)

    def fake(self, n: int, label: Tensor | None = None) -> Tensor:
        """n generated images."""
        return self.model.synthesize(self.model.map(self.noise(n), label), label)

    def fixed(self, n: int, label: Tensor | None = None) -> Tensor:
        """n generated images that no gradient passes through."""
        with torch.no_grad():
            return self.fake(n, label)

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        real = self.discriminator(batch.images, batch.labels)
        fake = self.discriminator(self.fixed(len(batch), batch.labels), batch.labels)
        terms = {"loss": discriminator_bce(real, fake, self.smooth).mean(), "real": real.sigmoid().mean(), "fake": fake.sigmoid().mean()}
        return self.penalised(terms, lambda x: self.discriminator(x, batch.labels), batch.images)

    def penalised(self, terms: dict[str, Tensor], critic: Callable[[Tensor], Tensor], images: Tensor) -> dict[str, Tensor]:
        """The terms with R1 at real images added, if the settings ask for it."""
        if not self.config.r1:
            return terms
        penalty = r1_penalty(critic, images).mean()
        return {**terms, "loss": terms["loss"] + self.config.r1 * penalty, "r1": penalty}

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": generator_bce(self.discriminator(self.fake(len(batch), batch.labels), batch.labels)).mean()}

    @torch.no_grad()
    def finish(self, model: LatentModel, batches: Iterable[Batch]) -> None:
        """Batch norm's statistics of the averaged weights: the running ones belong to the weights before averaging."""
        norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
        if not norms:
            return
        model.eval()
        kept = [m.momentum for m in norms]
        for m in norms:
            m.reset_running_stats()
            m.momentum = None
            m.train()
        device, generator = model.device, torch.Generator().manual_seed(0)
        for batch in islice(batches, 4):              # 2,000 images: enough for means and variances, and quick at each save
            n = len(batch)
            self.exercise(model, model.sample_z(n, generator).to(device), batch)
        for m, momentum in zip(norms, kept, strict=True):
            m.momentum = momentum
            m.eval()

    def exercise(self, model: LatentModel, z: Tensor, batch: Batch) -> None:
        """One pass through every network of the model that has batch norm."""
        model.synthesize(model.map(z, batch.labels), batch.labels)
