"""ProGAN: generator and discriminator grow together, from 4 × 4 pixels to full resolution, each new one faded in.

    image = (1 - α) · doubled(toRGB(f_{k-1})) + α · toRGB(f_k),      L = 𝔼[D(G(z))] - 𝔼[D(x)] + 10 𝔼[(|∇D(x̂)| - 1)²] + 0.001 𝔼[D(x)²]

Equalised learning rate, pixel norm in the generator, the standard deviation over the minibatch in the discriminator, no batch norm.
Karras, Aila, Laine & Lehtinen 2018, Progressive Growing of GANs for Improved Quality, Stability, and Variation.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from ..equalized import EqualConv, EqualLinear, LeakyReLU, PixelNorm
from ..growing import Growing, GrowingConfig, channels_of
from ..growing_objective import GrowingObjective
from ..model import DataSpec, Family, LatentSpec, setting


@dataclass(frozen=True)
class ProGANConfig(GrowingConfig):
    """Settings of ProGAN."""

    loss: str = setting("wgan-gp", "wgan-gp with drift (paper), or logistic with R1 (Mescheder et al. 2018)",
                        choices=("logistic", "wgan-gp"))
    r1_interval: int = setting(1, "the penalty is taken at each n-th step, n times as heavy (paper: 1; with the logistic loss 8 is enough)",
                               low=1, high=64, advanced=True)


class ProGAN(Growing):
    """``w`` is the noise itself, (n, 1, z_dim)."""

    def __init__(self, config: ProGANConfig, data: DataSpec) -> None:
        super().__init__(config, data)
        widths, side = channels_of(config, self.sides), self.sides[0]
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.z_dim, levels=self.sides)
        first = nn.Sequential(PixelNorm(), EqualLinear(config.z_dim, widths[0] * side**2), nn.Unflatten(1, (widths[0], side, side)),
                              LeakyReLU(), PixelNorm(), EqualConv(widths[0], widths[0]), LeakyReLU(), PixelNorm())
        self.layers = nn.ModuleList([first, *(
            nn.Sequential(EqualConv(a, b, resize="up"), LeakyReLU(), PixelNorm(),
                          *(m for _ in range(config.depth - 1) for m in (EqualConv(b, b), LeakyReLU(), PixelNorm())))
            for a, b in zip(widths[:-1], widths[1:], strict=True))])

    def blocks(self, w: Tensor, stage: int) -> list[Tensor]:
        out, x = [], w[:, 0]
        for layer in self.layers[:stage + 1]:
            x = layer(x)
            out.append(x)
        return out

    def first_weight(self) -> Tensor | None:
        return next(m for m in self.layers.modules() if isinstance(m, EqualLinear)).used().detach()


FAMILY = Family(
    name="progan", title="ProGAN",
    paper="Karras, Aila, Laine & Lehtinen 2018, Progressive Growing of GANs for Improved Quality, Stability, and Variation",
    equation="x = (1 − α) · up(toRGB(fₖ₋₁)) + α · toRGB(fₖ)",
    summary="Both networks begin with tiny images and grow: each doubling of the resolution is faded in, so that large shapes are learnt "
            "before detail. One code can be watched at every resolution.",
    Config=ProGANConfig, Model=ProGAN, Objective=GrowingObjective, headline=("frechet_ratio", "sliced_wasserstein"),
    images_only=True,
    recipes={
        "quick": {"*": dict(images=60_000, channels=8, channel_max=64, stage_images=6_000, ema_images=5_000)},
        "cpu": {"*": dict(images=240_000, stage_images=20_000, loss="logistic", r1_interval=8, learning_rate=2e-3)},
        "gpu": {"*": dict(images=2_000_000, channels=32, channel_max=256, stage_images=100_000, batch_size=64)},
    },
)
