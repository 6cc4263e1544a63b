"""LAPGAN: a generator for each level of a Laplacian pyramid, every one given the image so far and asked only for what is missing.

    Ĩ_K = G_K(z_K),   Ĩ_k = l_k + G_k(z_k, l_k),   l_k = up(Ĩ_{k+1});   each G_k has a D_k of its own and learns on real l_k

Denton, Chintala, Szlam & Fergus 2015, Deep Generative Image Models using a Laplacian Pyramid of Adversarial Networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .. import pyramid
from ..adversarial import AdversarialConfig, AdversarialObjective
from ..losses import discriminator_bce, generator_bce
from ..model import Batch, DataSpec, Family, LatentModel, LatentSpec, Phase, SettingError, setting
from ..networks import initialised


@dataclass(frozen=True)
class LAPGANConfig(AdversarialConfig):
    """Settings of LAPGAN."""

    network: str = setting("conv", "conv: dense at the coarsest level, convolutions at the others (paper)", choices=("conv",))
    z_dim: int = setting(64, "dimensions of the noise of the coarsest level (paper: 100)", low=1, high=512)
    noise: int = setting(16, "dimensions of the noise of each other level (paper: a plane of r × r)", low=1, high=512)
    width: int = setting(512, "units of each dense layer of the coarsest level (paper: 1,200)", low=8, high=2048)
    channels: int = setting(16, "channels of the finest level's networks, half of that more at each coarser one (paper: 64 to 128)",
                            low=4, high=128)
    dropout: float = setting(0.0, "share of a discriminator's units dropped at each step (paper: dropout, share not given)", low=0.0,
                             high=0.9, advanced=True)
    smooth: float = setting(0.1, "how far the real images' target lies below 1 (Salimans et al. 2016: 0.1; paper: 0)", low=0.0, high=0.4,
                            advanced=True)
    conditional: bool = setting(False, "every level is told the class too (paper, section 3.3)")
    finest_every: int = setting(1, "the finest level learns at each n-th step, each coarser one twice as often: it costs more and has less "
                                "to decide (ours)", low=1, high=64, advanced=True)
    level: int = setting(0, "the level to train, 1 the coarsest; the others stay as they are; 0 trains all", low=0, high=8, later=True)


class Planes(nn.Linear):
    """A vector (n, d) to planes (n, count, side, side), so that it can stand beside an image (paper, section 3.2).

    They are made at 4 × 4 and enlarged smoothly: noise that differs from pixel to pixel would have to be unlearnt as grain.
    """

    def __init__(self, d: int, count: int, side: int) -> None:
        self.count, self.side, self.coarse = count, side, min(4, side)
        super().__init__(d, count * self.coarse**2)

    def forward(self, v: Tensor) -> Tensor:
        planes = super().forward(v).unflatten(1, (self.count, self.coarse, self.coarse))
        return nn.functional.interpolate(planes, size=self.side, mode="bilinear", align_corners=False)


class Coarsest(nn.Sequential):
    """Noise, and a one-hot class where there is one, (n, d) to the smallest image (n, C, r, r) in [-1, 1]."""

    def __init__(self, d: int, shape: tuple[int, int, int], width: int) -> None:
        super().__init__(nn.Linear(d, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, width, bias=False),
                         nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, shape[0] * shape[1] * shape[2]), nn.Tanh(),
                         nn.Unflatten(1, shape))


class Finer(nn.Module):
    """The upsampled image so far (n, C, r, r) and noise (n, d) to the residual (n, C, r, r).

    Most convolutions work at half the side, where each place holds 2 × 2 pixels as channels: a quarter of the paper's cost at equal width.
    The last one sees their features enlarged, beside the image so far: transposed convolutions leave a grid (Odena et al. 2016).
    """

    def __init__(self, d: int, colours: int, side: int, channels: int, planes: int = 8) -> None:
        super().__init__()
        half = side // 2
        self.planes = Planes(d, planes, half)
        self.first = nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(4 * colours, channels, 3, padding=1), nn.ReLU())
        self.body = initialised(nn.Sequential(
            nn.Conv2d(channels + planes, 2 * channels, 3, padding=1, bias=False), nn.BatchNorm2d(2 * channels), nn.ReLU(),
            nn.Conv2d(2 * channels, 2 * channels, 3, padding=1, bias=False), nn.BatchNorm2d(2 * channels), nn.ReLU(),
            nn.Upsample(scale_factor=2)))
        self.last = nn.Conv2d(2 * channels + colours, colours, 3, padding=1)
        nn.init.normal_(self.last.weight, 0.0, 0.002)    # it begins with nearly no residual

    def forward(self, low: Tensor, z: Tensor) -> Tensor:
        return self.last(torch.cat([self.body(torch.cat([self.first(low), self.planes(z)], 1)), low], 1))


class Pyramid(LatentModel):
    """``w`` is every level's noise side by side, the coarsest first: (n, 1, z_dim + noise · (levels - 1))."""

    def __init__(self, config: LAPGANConfig, data: DataSpec) -> None:
        super().__init__()
        sides = pyramid.sides(data.shape[1])
        if len(sides) < 2:
            raise SettingError(f"images of side {data.shape[1]} cannot be halved; LAPGAN needs 28, 32 or 64.")
        if config.conditional and not data.num_classes:
            raise SettingError(f"{data.title} has no classes; train without conditional.")
        if config.level > len(sides):
            raise SettingError(f"level must lie between 0 and {len(sides)} for images of side {data.shape[1]}; it is {config.level}.")
        classes, colours = data.num_classes if config.conditional else 0, data.shape[0]
        noise = (config.z_dim,) + (config.noise,) * (len(sides) - 1)
        self.spec = LatentSpec(shape=data.shape, z_dim=sum(noise), w_dim=sum(noise), num_classes=classes, levels=sides, noise=noise)
        self.coarsest = Coarsest(noise[0] + classes, (colours, sides[0], sides[0]), config.width)
        self.finer = nn.ModuleList(Finer(d + classes, colours, side, c) for d, side, c in
                                   zip(noise[1:], sides[1:], channels_of(sides, config.channels)[1:], strict=True))

    def own(self, level: int, w: Tensor, label: Tensor | None) -> Tensor:
        """The level's part of ``w``, (n, d), and the class as one-hot behind it where the model is told classes."""
        z = w[:, 0].split(list(self.spec.noise), 1)[level]
        if not self.spec.num_classes:
            return z
        if label is None:
            raise ValueError("this model needs a class for each image.")
        return torch.cat([z, nn.functional.one_hot(label, self.spec.num_classes).to(z.dtype)], 1)

    def residual(self, level: int, low: Tensor, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.finer[level - 1](low, self.own(level, w, label))

    def synthesize_levels(self, w: Tensor, label: Tensor | None = None) -> list[Tensor]:
        out = [self.coarsest(self.own(0, w, label))]
        for level in range(1, len(self.spec.levels)):
            low = pyramid.up(out[-1])
            out.append((low + self.residual(level, low, w, label)).clamp(-1, 1))
        return out

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.synthesize_levels(w, label)[-1]

    def first_weight(self) -> Tensor | None:
        weight = next(m for m in self.coarsest if isinstance(m, nn.Linear)).weight.detach()
        return nn.functional.pad(weight[:, :self.spec.noise[0]], (0, self.spec.w_dim - self.spec.noise[0]))


def channels_of(sides: Sequence[int], channels: int) -> list[int]:
    """Channels of each level's networks: ``channels`` at the finest, half of that more at each coarser level."""
    return [channels + channels * k // 2 for k in range(len(sides))][::-1]


class LevelDiscriminator(nn.Module):
    """Whether an image (n, C, r, r) is real, seen beside its low-pass of the same side, (n, C, r, r): logits (n,).

    The image is the low-pass with the residual added (paper, section 3.2).
    """

    def __init__(self, colours: int, side: int, channels: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.label = Planes(classes, 1, side) if classes else None
        layers: list[nn.Module] = []
        a, b = 2 * colours + bool(classes), channels
        while side % 2 == 0 and side > 4:
            layers += [nn.Conv2d(a, b, 4, stride=2, padding=1), *([nn.BatchNorm2d(b)] if layers else []), nn.LeakyReLU(0.2),
                       *([nn.Dropout2d(dropout)] if dropout else [])]
            a, b, side = b, min(2 * b, 8 * channels), side // 2
        self.body = initialised(nn.Sequential(*layers, nn.Flatten()))
        self.head = nn.Linear(a * side * side, 1)

    def forward(self, image: Tensor, low: Tensor, label: Tensor | None = None) -> Tensor:
        planes = [image, low] if self.label is None or label is None else [image, low, self.label(label)]
        return self.head(self.body(torch.cat(planes, 1)))[:, 0]


class CoarsestDiscriminator(nn.Module):
    """Whether a smallest image (n, C, r, r) is real: logits (n,)."""

    def __init__(self, pixels: int, width: int, classes: int, dropout: float) -> None:
        super().__init__()
        drop = [nn.Dropout(dropout)] if dropout else []
        self.body = nn.Sequential(nn.Linear(pixels + classes, width), nn.LeakyReLU(0.2), *drop, nn.Linear(width, width), nn.LeakyReLU(0.2),
                                  *drop, nn.Linear(width, 1))

    def forward(self, image: Tensor, low: Tensor | None = None, label: Tensor | None = None) -> Tensor:
        x = image.flatten(1)
        return self.body(x if label is None else torch.cat([x, label], 1))[:, 0]


class LAPGANObjective(AdversarialObjective):
    """A binary cross-entropy for each level, on real low-pass images: no level waits for another, and their sum trains each by itself."""

    model: Pyramid
    config: LAPGANConfig
    discriminator: nn.ModuleList
    step = 0

    def make_discriminator(self) -> nn.Module:
        spec, c = self.model.spec, self.config
        colours, sides = spec.shape[0], spec.levels
        return nn.ModuleList([
            CoarsestDiscriminator(colours * sides[0] ** 2, c.width, spec.num_classes, c.dropout),
            *(LevelDiscriminator(colours, side, channels, spec.num_classes, c.dropout)
              for side, channels in zip(sides[1:], channels_of(sides, c.channels)[1:], strict=True))])

    def set_progress(self, images_seen: int) -> None:
        self.step = images_seen // self.config.batch_size

    def levels(self) -> list[int]:
        """The levels that are trained, counted from 0."""
        return list(range(len(self.model.spec.levels))) if self.config.level == 0 else [self.config.level - 1]

    def due(self) -> list[int]:
        """Those of them that learn at this step."""
        trained, finest = self.levels(), len(self.model.spec.levels) - 1
        if len(trained) == 1:
            return trained
        return [k for k in trained if self.step % max(1, self.config.finest_every >> (finest - k)) == 0]

    def phases(self) -> list[Phase]:
        """The optimisers hold all levels, so that another one can be trained when the run goes on."""
        made = nn.ModuleList([self.model.coarsest, *self.model.finer])
        trained = self.levels()
        out = []
        for name, loss, nets, rate in (("discriminator", self.discriminator_loss, self.discriminator, 1.0),
                                       ("generator", self.generator_loss, made, self.config.generator_rate)):
            own = [p for k in trained for p in nets[k].parameters()]
            out.append(Phase(name, parameters=own, loss=loss, optimizer=self.adam(nets, rate=rate)["optimizer"]))
        return out

    def pairs(self, batch: Batch) -> list[tuple[int, Tensor, Tensor, Tensor]]:
        """For each level that is due: its number, the real image, the real low-pass and a generated image over the same low-pass."""
        w = self.model.map(self.noise(len(batch)))
        real = pyramid.lowpass(batch.images, self.model.spec.levels)
        out = []
        for k in self.due():
            if k == 0:
                out.append((k, real[0], real[0], self.model.coarsest(self.model.own(0, w, batch.labels))))
            else:
                low = pyramid.up(real[k - 1])
                out.append((k, real[k], low, low + self.model.residual(k, low, w, batch.labels)))
        return out

    def told(self, batch: Batch) -> Tensor | None:
        """The batch's classes as one-hot (n, k), where the model is told them."""
        k = self.model.spec.num_classes
        return nn.functional.one_hot(batch.labels, k).to(batch.images.dtype) if k and batch.labels is not None else None

    def discriminator_loss(self, batch: Batch) -> dict[str, Tensor]:
        with torch.no_grad():
            pairs = self.pairs(batch)
        label, terms, sure = self.told(batch), {}, []
        for k, image, low, made in pairs:
            real, fake = self.discriminator[k](image, low, label), self.discriminator[k](made, low, label)
            terms[f"loss_{self.model.spec.levels[k]}"] = discriminator_bce(real, fake, self.config.smooth).mean()
            sure.append(torch.stack([real.sigmoid().mean(), fake.sigmoid().mean()]))
        of_real, of_fake = torch.stack(sure).mean(0)
        return {"loss": torch.stack(list(terms.values())).sum(), "real": of_real, "fake": of_fake, **terms}

    def generator_loss(self, batch: Batch) -> dict[str, Tensor]:
        label = self.told(batch)
        terms = {f"loss_{self.model.spec.levels[k]}": generator_bce(self.discriminator[k](made, low, label)).mean()
                 for k, _, low, made in self.pairs(batch)}
        return {"loss": torch.stack(list(terms.values())).sum(), **terms}

    def exercise(self, model: Any, z: Tensor, batch: Batch) -> None:
        """Every level by itself, on the real low-pass images that it was trained on."""
        w, real = model.map(z), pyramid.lowpass(batch.images, model.spec.levels)
        model.coarsest(model.own(0, w, batch.labels))
        for k in range(1, len(real)):
            model.residual(k, pyramid.up(real[k - 1]), w, batch.labels)


FAMILY = Family(
    name="lapgan", title="LAPGAN",
    paper="Denton et al. 2015, Deep Generative Image Models using a Laplacian Pyramid of Adversarial Networks",
    equation="Ĩₖ = lₖ + Gₖ(zₖ, lₖ),   lₖ = up(Ĩₖ₊₁)",
    summary="A small image is drawn first; each further generator is given it enlarged and adds only the detail that is missing. "
            "Every level has a discriminator and noise of its own, so one level can be drawn anew while the rest stays.",
    Config=LAPGANConfig, Model=Pyramid, Objective=LAPGANObjective, headline=("sliced_wasserstein", "frechet_ratio"),
    images_only=True,
    recipes={
        "quick": {"*": dict(images=40_000, channels=12, width=256, ema_images=5_000)},
        "cpu": {"*": dict(images=400_000, batch_size=16, learning_rate=3e-4, finest_every=2, ema_images=10_000),
                "fashion-mnist": dict(images=400_000, batch_size=16, learning_rate=3e-4, finest_every=2, ema_images=10_000,
                                      conditional=True),
                "faces": dict(images=200_000, batch_size=16, learning_rate=3e-4, finest_every=4, ema_images=10_000)},
        "gpu": {"*": dict(images=4_000_000, channels=48)},
    },
)
