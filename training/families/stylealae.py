"""StyleALAE: StyleGAN's generator with an encoder that mirrors it and reads the styles of real images.

    E: wᵢ = Cᵢ (μ(xᵢ), σ(xᵢ)),  xᵢ₊₁ = conv((xᵢ - μ) / σ),  E(x) = Σ wᵢ
    min_{F,G} max_{E,D} 𝔼[log D(E(x))] + 𝔼[log(1 - D(E(G(F(z)))))]   and   min_{E,G} 𝔼 |F(z) - E(G(F(z)))|²

The adversary sees codes in W alone; encoder and generator grow together.
Pidhorskyi, Adjeroh & Doretto 2020, Adversarial Latent Autoencoders (section 4.2 and 6.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..equalized import EqualConv, EqualLinear, LeakyReLU, halved
from ..growing import channels_of
from ..model import Batch, DataSpec, Family, Phase, setting
from ..optimizers import Trained, adam
from ..style_layers import standardised
from ..styles import RECIPES, StyleConfig, StyleGenerator, StyleObjective


@dataclass(frozen=True)
class StyleALAEConfig(StyleConfig):
    """Settings of StyleALAE."""

    loss: str = setting("logistic", "logistic with R1 (paper)", choices=("logistic",))
    mixing: float = setting(0.0, "share of drawn images that are made with two styles (ours; the encoder has one to tell)", low=0.0,
                            high=1.0, advanced=True)
    exchange: float = setting(0.0, "share of drawn images in which about half of the palette's colours are another style's (ours; the "
                              "encoder has one to tell)", low=0.0, high=1.0, advanced=True)
    reciprocity: float = setting(1.0, "weight of the distance between codes in W (paper: 1)", low=0.0, high=100.0, advanced=True)
    reading_images: int = setting(0, "images for which the encoder alone learns, to tell the styles of what the generator draws; for a "
                                  "training that begins with another run's generator (ours; paper: 0)", low=0, high=10**8, advanced=True)
    discriminator_layers: int = setting(3, "layers of D, which sees codes (official code: 3)", low=1, high=8, advanced=True)
    discriminator_rate: float = setting(0.1, "D's learning rate over the others' (official code: 0.1)", low=0.001, high=1.0, advanced=True)


class Read(nn.Module):
    """Features (n, c, r, r) to them at mean 0 and std 1, and what their means and stds say of w, (n, w_dim)."""

    def __init__(self, channels: int, w_dim: int) -> None:
        super().__init__()
        self.style = EqualLinear(2 * channels, w_dim, gain=1.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        fine = x.float()                              # of bfloat16, too
        centred, std = standardised(fine)
        return (centred / std).to(x.dtype), self.style(torch.cat([fine.mean((2, 3)), std.flatten(1)], 1))


class EncoderBlock(nn.Module):
    """One resolution of the encoder: (n, b, r, r) to (n, a, r/2, r/2), and what it reads of w. The last one keeps its size."""

    def __init__(self, b: int, a: int, w_dim: int, depth: int, last: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList([*(EqualConv(b, b) for _ in range(depth - 1)), EqualConv(b, a, resize="" if last else "down")])
        self.reads = nn.ModuleList([*(Read(b, w_dim) for _ in range(depth - 1)), Read(a, w_dim)])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        w = torch.zeros((), device=x.device)
        for layer, read in zip(self.layers, self.reads, strict=True):
            x, more = read(F.leaky_relu(layer(x), 0.2))
            w = w + more
        return x, w


class StyleEncoder(nn.Module):
    """Images of a stage's resolution to w (n, w_dim)."""

    def __init__(self, config: Any, sides: tuple[int, ...], colours: int) -> None:
        super().__init__()
        widths = channels_of(config, sides)
        self.from_rgb = nn.ModuleList(nn.Sequential(EqualConv(colours, c, 1), LeakyReLU()) for c in widths)
        self.blocks = nn.ModuleList(EncoderBlock(c, widths[max(k - 1, 0)], config.w_dim, config.depth, k == 0)
                                    for k, c in enumerate(widths))

    def forward(self, x: Tensor, stage: int, alpha: float) -> Tensor:
        f, w = self.blocks[stage](self.from_rgb[stage](x))
        if stage and alpha < 1:
            f, w = torch.lerp(self.from_rgb[stage - 1](halved(x)), f, alpha), alpha * w
        for k in range(stage - 1, -1, -1):
            f, more = self.blocks[k](f)
            w = w + more
        return w


class StyleALAE(StyleGenerator):
    """F, G and E. ``encode`` gives every layer the same style."""

    def __init__(self, config: StyleALAEConfig, data: DataSpec) -> None:
        super().__init__(config, data, encodes=True)
        self.encoder = StyleEncoder(config, self.sides, data.shape[0])

    def encode(self, x: Tensor) -> Tensor:
        stage, alpha = self.grown()
        while x.shape[-1] > self.sides[stage]:
            x = halved(x)
        return self.encoder(x, stage, alpha)[:, None].repeat(1, self.spec.num_layers, 1)

    def repeats(self) -> bool:
        return True

    def code(self, x: Tensor) -> Tensor:
        """Images of the present stage's resolution to (n, w_dim)."""
        return self.encoder(x, *self.grown())


class CodeDiscriminator(nn.Sequential):
    """Codes (n, w_dim) to logits (n, 1)."""

    def __init__(self, w_dim: int, layers: int) -> None:
        super().__init__(*(m for _ in range(layers - 1) for m in (EqualLinear(w_dim, w_dim), LeakyReLU())), EqualLinear(w_dim, 1, gain=1.0))


class StyleALAEObjective(StyleObjective):
    """Three phases as in ALAE: the adversary is D∘E, the generator G∘F, and then E and G agree on codes (paper, algorithm 1)."""

    model: StyleALAE
    config: StyleALAEConfig
    reading = False                               # the encoder alone

    def make_discriminator(self) -> nn.Module:
        return CodeDiscriminator(self.config.w_dim, self.config.discriminator_layers)

    def phases(self) -> list[Phase]:
        m: StyleALAE = self.model
        c = self.config
        critic = self.rated((c.learning_rate, [m.encoder]), (c.learning_rate * c.discriminator_rate, [self.discriminator]))
        drawing = self.of([*m.drawing(), *m.mapping.parameters()])
        agreeing = self.of([*m.drawing(), *m.encoder.parameters()])
        return [Phase("reading", loss=self.reciprocity_loss, due=lambda: self.reading, **self.of([*m.encoder.parameters()])),
                Phase("discriminator", loss=self.discriminator_loss, due=lambda: not self.reading, **critic),
                Phase("penalty", loss=self.penalty_loss, every=c.r1_interval, due=lambda: not self.reading, **critic),
                Phase("generator", loss=self.generator_loss, due=lambda: not self.reading, **drawing),
                Phase("reciprocity", loss=self.reciprocity_loss, due=lambda: not self.reading, **agreeing)]

    def set_progress(self, images_seen: int) -> None:
        super().set_progress(images_seen)
        self.reading = images_seen < self.config.reading_images

    def rated(self, *groups: tuple[float, list[nn.Module]]) -> Trained:
        made: list[dict[str, Any]] = [{"params": [p for m in modules for p in m.parameters()], "lr": rate} for rate, modules in groups]
        return {"parameters": [p for g in made for p in g["params"]], "optimizer": adam(made, betas=(0.0, 0.99))}

    def logits(self, x: Tensor) -> Tensor:
        """D(E(x)): images of the stage's resolution to logits (n,)."""
        return self.discriminator(self.model.code(x))[:, 0]

    def reciprocity_loss(self, batch: Batch) -> dict[str, Tensor]:
        """The mean over W's numbers; F is a target here and is not trained."""
        with torch.no_grad():
            w = self.model.map(self.noise(len(batch)))
        distance = (self.model.code(self.model.image(w)) - w[:, 0]).square().mean()
        return {"loss": self.config.reciprocity * distance, "distance": distance}


FAMILY = Family(
    name="stylealae", title="StyleALAE", paper="Pidhorskyi, Adjeroh & Doretto 2020, Adversarial Latent Autoencoders",
    equation="E(x) = Σᵢ Cᵢ(μ(xᵢ), σ(xᵢ)),   min_{E,G} 𝔼‖F(z) − E(G(F(z)))‖²",
    summary="An encoder built as StyleGAN's mirror reads from each layer the style that the generator would have put there. Real images "
            "then have styles too, and two of them can be mixed.",
    Config=StyleALAEConfig, Model=StyleALAE, Objective=StyleALAEObjective,
    headline=("reconstruction_kept", "frechet_ratio", "psnr"),
    images_only=True,
    recipes=RECIPES | {"cpu": RECIPES["cpu"] | {"faces-32": dict(images=250_000, r1=2.0)}},          # a step costs twice StyleGAN's
)
