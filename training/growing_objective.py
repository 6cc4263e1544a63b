"""How networks that grow are trained: by a discriminator that mirrors the generator, at a resolution that follows the images seen.

Karras et al. 2018, Progressive Growing of GANs for Improved Quality, Stability, and Variation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .adversarial import AdversarialObjective
from .equalized import EqualConv, EqualLinear, LeakyReLU, MinibatchStddev, doubled, halved
from .growing import Growing, Schedule, channels_of, sides_of
from .losses import discriminator_bce, generator_bce, gradient_penalty, r1_penalty
from .model import Batch, LatentModel, Phase
from .optimizers import Trained, adam

FITTED = 512                                      # samples that the coarse colours are fitted on
DRIFT = 0.001                                     # weight of the critic's squared score (Karras et al. 2018, appendix A.1)


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

    def adam(self, *modules: nn.Module, rate: float = 1.0) -> Trained:
        """Adam with the papers' decay rates, 0 and 0.99."""
        return self.of([p for m in modules for p in m.parameters()], rate)

    def of(self, parameters: list[nn.Parameter], rate: float = 1.0) -> Trained:
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
