"""Networks that grow: what ProGAN, StyleGAN and StyleALAE share.

Training begins at the smallest resolution; each further one is faded in over some images and then trained for as many.

    image = (1 - α) · doubled(toRGB_{k-1}(f_{k-1})) + α · toRGB_k(f_k)        α from 0 to 1

Karras et al. 2018, Progressive Growing of GANs for Improved Quality, Stability, and Variation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from . import pyramid
from .adversarial import AdversarialObjective
from .equalized import EqualConv, EqualLinear, LeakyReLU, MinibatchStddev, doubled, halved, smoothed
from .losses import discriminator_bce, generator_bce, gradient_penalty, r1_penalty
from .model import Batch, Config, DataSpec, LatentModel, Phase, SettingError, setting
from .optimizers import adam

FITTED = 512                                      # samples that the coarse colours are fitted on
DRIFT = 0.001                                     # weight of the critic's squared score (Karras et al. 2018, appendix A.1)


@dataclass(frozen=True)
class GrowingConfig(Config):
    """Settings that every growing family has."""

    batch_size: int = setting(16, "images per step, over all processes (paper: 16 to 512, by resolution)", low=2, high=4096)
    learning_rate: float = setting(1e-3, "Adam's learning rate (paper: 1e-3)", low=1e-7, high=1.0)
    ema_images: int = setting(10_000, "half-life of the generator's weight average in images; 0 keeps the last weights (paper: 10,000)",
                              low=0, high=10**8, advanced=True)
    z_dim: int = setting(64, "dimensions of the noise (paper: 512)", low=1, high=512)
    channels: int = setting(16, "channels at full resolution (paper: 16 at 1024 pixels)", low=4, high=128)
    channel_max: int = setting(96, "most channels of any layer (paper: 512)", low=8, high=1024)
    channel_multiplier: float = setting(2.0, "how many times as many channels each coarser resolution has (paper: 2)", low=1.0, high=4.0,
                              advanced=True)
    depth: int = setting(2, "convolutions at each resolution (paper: 2; 1 costs less than half)", low=1, high=2)
    stage_images: int = setting(30_000, "images for fading in a resolution, and as many for training it before the next; "
                                "0 trains full resolution from the start (paper: 800,000)", low=0, high=10**8)
    fade_images: int = setting(0, "images for fading in a resolution, where they are not stage_images; 0: as many (paper: as many)", low=0,
                               high=10**8, advanced=True)
    start: int = setting(4, "resolution that training begins with in pixels; the nearest there is (paper: 4; StyleGAN: 8)", low=4,
                         high=1024, advanced=True)
    skip: bool = setting(False, "each resolution adds its colours to the image of the one before: for "
                         "networks whose resolutions train together from the start (Karras et al. 2020)")
    loss: str = setting("logistic", "logistic with R1 (Mescheder et al. 2018), or wgan-gp with drift (Karras et al. 2018)",
                        choices=("logistic", "wgan-gp"))
    r1: float = setting(10.0, "weight of the R1 penalty on real images, with the logistic loss (Karras et al. 2019: 10); at 1 the "
                        "discriminator wins from 16 pixels on", low=0.0, high=100.0, advanced=True)
    r1_interval: int = setting(8, "the penalty is taken at each n-th step, n times as heavy (Karras et al. 2020: 16; papers before: 1)",
                               low=1, high=64, advanced=True)


@dataclass(frozen=True)
class Schedule:
    """Which resolution is trained after how many images."""

    stages: int
    stage_images: int
    fade_images: int = 0                          # 0: as many as stage_images
    first: int = 0                                # the stage that training begins with

    def at(self, images_seen: int) -> tuple[int, float]:
        """The stage, counted from 0, and its α: 0 → (first, 1); each further stage fades in, and stays for ``stage_images``."""
        n, fade, last = self.stage_images, self.fade_images or self.stage_images, self.stages - 1
        if n == 0 or self.first >= last:
            return last, 1.0
        after = images_seen - n                                       # the first stage has nothing to fade in
        if after < 0:
            return self.first, 1.0
        stage = self.first + 1 + after // (fade + n)
        return (last, 1.0) if stage > last else (stage, min(1.0, (after % (fade + n)) / fade))


def sides_of(shape: Sequence[int]) -> tuple[int, ...]:
    """Resolutions of images (C, H, W), coarse to full: 64 → (4, 8, 16, 32, 64), 28 → (7, 14, 28). SettingError where they cannot grow."""
    sides = pyramid.sides(shape[1], 4)
    if len(sides) < 2 or sides[0] > 8:
        raise SettingError(f"images of side {shape[1]} cannot be halved down to 8 pixels or fewer; use 28, 32 or 64.")
    return sides


def first_stage(config: Any, sides: Sequence[int]) -> int:
    """The stage, from 0, that training begins with: the resolution nearest to ``config.start``, or the full one where none has a stage of
    its own."""
    return min(range(len(sides)), key=lambda k: abs(math.log(sides[k] / config.start))) if config.stage_images else len(sides) - 1


def channels_of(config: Any, sides: Sequence[int]) -> list[int]:
    """Channels at each resolution, coarse to full, in eights (narrower ones cost no less)."""
    return [min(config.channel_max, max(8, round(config.channels * config.channel_multiplier**k / 8) * 8)) for k in range(len(sides))][::-1]


class Growing(LatentModel):
    """A generator that can be asked for its image at every resolution. Families give ``blocks``."""

    growth: Tensor
    settled: tuple[int, float] | None = None

    def __init__(self, config: Any, data: DataSpec) -> None:
        super().__init__()
        self.sides, self.skip = sides_of(data.shape), config.skip
        self.first = first_stage(config, self.sides)
        self.to_rgb = nn.ModuleList(EqualConv(c, data.shape[0], 1, gain=1.0) for c in channels_of(config, self.sides))
        self.register_buffer("growth", torch.tensor([len(self.sides) - 1.0, 1.0]))

    def grow(self, stage: int, alpha: float) -> None:
        """Show images of ``stage`` (0 …), faded in by α in [0, 1]."""
        self.growth.copy_(torch.tensor([float(stage), alpha]))

    def grown(self) -> tuple[int, float]:
        """The stage and its α."""
        if self.settled is not None:
            return self.settled
        stage, alpha = self.growth.tolist()
        return int(stage), alpha

    def settle(self) -> None:
        self.settled = self.grown()

    def grew(self) -> tuple[int, ...]:
        return self.sides[self.first:self.grown()[0] + 1]

    def adds(self) -> bool:
        return self.skip

    def blocks(self, w: Tensor, stage: int) -> list[Tensor]:
        """Features of each resolution up to ``stage``, coarse to fine: (n, c_k, r_k, r_k)."""
        raise TypeError(f"{type(self).__name__} has no blocks.")

    def image(self, w: Tensor) -> Tensor:
        """The image as it is trained, at the stage's own resolution, not clamped: (n, C, r, r)."""
        stage, alpha = self.grown()
        return self.faded(self.blocks(w, stage), w, stage, alpha)

    def coloured(self, features: Tensor, w: Tensor, stage: int) -> Tensor:
        """Features of a stage (n, c, r, r) as colours (n, C, r, r)."""
        image: Tensor = self.to_rgb[stage](features)
        return image

    def faded(self, features: Sequence[Tensor], w: Tensor, stage: int, alpha: float, finest: Tensor | None = None) -> Tensor:
        """The image of a stage from its features, faded in by α. ``finest``: the stage's features as colours, where they are known."""
        image = self.coloured(features[stage], w, stage) if finest is None else finest
        if self.skip:
            return smoothed(self.faded(features, w, stage - 1, 1.0)) + alpha * image if stage else image
        if stage and alpha < 1:
            image = torch.lerp(doubled(self.coloured(features[stage - 1], w, stage - 1)), image, alpha)
        return image

    def synthesize_levels(self, w: Tensor, label: Tensor | None = None) -> list[Tensor]:
        stage, alpha = self.grown()
        features = self.blocks(w, stage)
        if self.skip:
            out = [self.faded(features, w, k, 1.0) for k in range(stage)]
        else:
            out = [to_rgb(f) for to_rgb, f in zip(self.to_rgb, features[:stage], strict=False)]
        out.append(self.faded(features, w, stage, alpha))
        for _ in self.sides[stage + 1:]:                                      # not yet trained: what is there, enlarged
            out.append(doubled(out[-1]))
        return [x.clamp(-1, 1) for x in out]

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.enlarged(self.image(w))

    def enlarged(self, x: Tensor) -> Tensor:
        """At full resolution and within [-1, 1]."""
        while x.shape[-1] < self.sides[-1]:
            x = doubled(x)
        return x.clamp(-1, 1)

    @torch.no_grad()
    def fit_colours(self, w: Tensor) -> None:
        """Colour the coarser resolutions anew, by least squares: each pixel's features against the final image, averaged down.

        Features change after their resolution was trained, the layer that coloured them does not; without this, what is shown of a coarse
        resolution would be in colours of long ago. ``w`` (n, num_layers, w_dim): samples to fit on. With ``skip`` they are part of the
        final image, and stay.
        """
        if self.skip:
            return
        stage, alpha = self.grown()
        features = self.blocks(w, stage)
        target = self.faded(features, w, stage, alpha)
        for k in range(stage - (alpha < 1) - 1, -1, -1):
            while target.shape[-1] > self.sides[k]:
                target = halved(target)
            x = features[k].permute(0, 2, 3, 1).flatten(0, 2).double()
            x = torch.cat([x, torch.ones_like(x[:, :1])], 1)
            y = target.permute(0, 2, 3, 1).flatten(0, 2).double()
            ridge = 1e-4 * len(x) * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
            fitted = torch.linalg.solve(x.T @ x + ridge, x.T @ y)                              # (c + 1, C)
            layer: Any = self.to_rgb[k]
            layer.weight.copy_((fitted[:-1].T / layer.scale)[..., None, None])
            layer.bias.copy_(fitted[-1])


class GrowingTrunk(nn.Module):
    """Images of the stage's resolution to features (n, ``out``), mirroring the generator: the finest layers come and fade in first."""

    def __init__(self, shape: Sequence[int], config: Any, out: int, stddev: bool = True) -> None:
        super().__init__()
        sides = sides_of(shape)
        widths = channels_of(config, sides)
        self.from_rgb = nn.ModuleList(nn.Sequential(EqualConv(shape[0], c, 1), LeakyReLU()) for c in widths)
        self.blocks = nn.ModuleList(nn.Sequential(*(m for _ in range(config.depth - 1) for m in (EqualConv(b, b), LeakyReLU())),
                                                  EqualConv(b, a, resize="down"), LeakyReLU())
                                    for a, b in zip(widths[:-1], widths[1:], strict=True))
        self.last = nn.Sequential(*([MinibatchStddev()] if stddev else []), EqualConv(widths[0] + stddev, widths[0]), LeakyReLU(),
                                  nn.Flatten(), EqualLinear(widths[0] * sides[0] ** 2, out), LeakyReLU())

    def forward(self, x: Tensor, stage: int, alpha: float) -> Tensor:
        f = self.from_rgb[stage](x)
        for k in range(stage - 1, -1, -1):
            f = self.blocks[k](f)
            if k == stage - 1 and alpha < 1:
                f = torch.lerp(self.from_rgb[k](halved(x)), f, alpha)
        return self.last(f)


class GrowingDiscriminator(nn.Module):
    """Images of the model's present resolution to logits or scores (n,)."""

    def __init__(self, model: Growing, config: Any) -> None:
        super().__init__()
        width = channels_of(config, model.sides)[0]
        self.trunk = GrowingTrunk(model.spec.shape, config, width)
        self.head = EqualLinear(width, 1, gain=1.0)

    def forward(self, x: Tensor, stage: int, alpha: float) -> Tensor:
        return self.head(self.trunk(x, stage, alpha))[:, 0]


class GrowingObjective(AdversarialObjective):
    """The adversarial game at a resolution that follows the images seen, with a lazy penalty."""

    model: Any
    config: Any

    def __init__(self, model: LatentModel, config: Any) -> None:
        super().__init__(model, config)
        self.schedule = Schedule(len(self.model.sides), config.stage_images, config.fade_images, self.model.first)

    def make_discriminator(self) -> nn.Module:
        return GrowingDiscriminator(self.model, self.config)

    def set_progress(self, images_seen: int) -> None:
        self.model.grow(*self.schedule.at(images_seen))

    def milestone(self, images_seen: int) -> str | None:
        """The resolution that is trained, and whether it is being faded in."""
        stage, alpha = self.schedule.at(images_seen)
        side = self.model.sides[stage]
        return f"{side} × {side}" + (", fading in" if alpha < 1 else "")

    def whole(self, images_seen: int) -> bool:
        """At full resolution, faded in."""
        return self.schedule.at(images_seen) == (len(self.model.sides) - 1, 1.0)

    def adam(self, *modules: nn.Module, rate: float = 1.0) -> dict[str, Any]:
        """Adam with the papers' decay rates, 0 and 0.99."""
        return self.of([p for m in modules for p in m.parameters()], rate)

    def of(self, parameters: list[nn.Parameter], rate: float = 1.0) -> dict[str, Any]:
        """The same for these parameters."""
        return {"parameters": parameters,
                "optimizer": adam(parameters, lr=self.config.learning_rate * rate, betas=(0.0, 0.99))}

    def phases(self) -> list[Phase]:
        critic = self.adam(self.discriminator)
        return [Phase("discriminator", loss=self.discriminator_loss, **critic),
                Phase("penalty", loss=self.penalty_loss, every=self.config.r1_interval, **critic),
                Phase("generator", loss=self.generator_loss, **self.adam(self.model))]

    def real(self, batch: Batch) -> Tensor:
        """The batch at the stage's resolution, faded as generated images are."""
        stage, alpha = self.model.grown()
        x = batch.images
        while x.shape[-1] > self.model.sides[stage]:
            x = halved(x)
        return torch.lerp(doubled(halved(x)), x, alpha) if stage and alpha < 1 else x

    def drawn(self, n: int) -> Tensor:
        """n codes from the prior as the generator is trained on them, (n, num_layers, w_dim)."""
        return self.model.map(self.noise(n))

    def logits(self, x: Tensor) -> Tensor:
        return self.discriminator(x, *self.model.grown())

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        with torch.no_grad():
            made = self.model.image(self.drawn(len(batch)))
        real, fake = self.logits(self.real(batch)), self.logits(made)
        if self.config.loss == "wgan-gp":
            return {"loss": (fake - real).mean() + DRIFT * real.square().mean(), "distance": (real - fake).mean()}
        return {"loss": discriminator_bce(real, fake).mean(), "real": real.sigmoid().mean(), "fake": fake.sigmoid().mean()}

    def penalty_loss(self, batch: Batch) -> dict[str, Tensor]:
        x = self.real(batch)
        if self.config.loss == "wgan-gp":
            with torch.no_grad():
                made = self.model.image(self.drawn(len(batch)))
            weight, penalty = 10.0, gradient_penalty(self.logits, x, made).mean()
        else:
            weight, penalty = self.config.r1, r1_penalty(self.logits, x).mean()
        return {"loss": self.config.r1_interval * weight * penalty, "size": penalty}

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        (stage, alpha), w = self.model.grown(), self.drawn(len(batch))
        image, rules = self.ruled(self.model.blocks(w, stage), w, stage, alpha)
        fake = self.logits(image)
        loss = -fake.mean() if self.config.loss == "wgan-gp" else generator_bce(fake).mean()
        return {"loss": loss + sum(rules.values()), **rules}

    def ruled(self, features: Sequence[Tensor], w: Tensor, stage: int, alpha: float) -> tuple[Tensor, dict[str, Tensor]]:
        """Images (n, C, r, r) of codes and their ``features`` (``Growing.faded``), and what else is asked of them: penalties by name,
        weighted."""
        return self.model.faded(features, w, stage, alpha), {}

    @torch.no_grad()
    def finish(self, model: Any, batches: Iterable[Batch]) -> None:
        """The coarse resolutions' colours, on samples of a fixed seed."""
        model.eval()
        z = model.sample_z(FITTED, torch.Generator().manual_seed(0)).to(model.growth.device)
        model.fit_colours(model.map(z))
