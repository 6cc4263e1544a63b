"""Networks that grow: what ProGAN, StyleGAN and StyleALAE share.

Training begins at the smallest resolution; each further one is faded in over some images and then trained for as many.

    image = (1 - α) · doubled(toRGB_{k-1}(f_{k-1})) + α · toRGB_k(f_k)        α from 0 to 1

Karras et al. 2018, Progressive Growing of GANs for Improved Quality, Stability, and Variation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from . import pyramid
from .equalized import EqualConv, doubled, halved, smoothed
from .model import Config, DataSpec, LatentModel, SettingError, setting


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


def first_stage(config: GrowingConfig, sides: Sequence[int]) -> int:
    """The stage, from 0, that training begins with: the resolution nearest to ``config.start``, or the full one where none has a stage of
    its own."""
    return min(range(len(sides)), key=lambda k: abs(math.log(sides[k] / config.start))) if config.stage_images else len(sides) - 1


def channels_of(config: GrowingConfig, sides: Sequence[int]) -> list[int]:
    """Channels at each resolution, coarse to full, in eights (narrower ones cost no less)."""
    return [min(config.channel_max, max(8, round(config.channels * config.channel_multiplier**k / 8) * 8)) for k in range(len(sides))][::-1]


class Growing(LatentModel):
    """A generator that can be asked for its image at every resolution. Families give ``blocks``."""

    growth: Tensor
    settled: tuple[int, float] | None = None

    def __init__(self, config: GrowingConfig, data: DataSpec) -> None:
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
