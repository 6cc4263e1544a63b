"""Encoders and generators for families that learn both by an adversary (BiGAN, ALAE): dense as in their papers, or convolutions.

An encoder's last layer but one, its *features*, is what the papers probe beside the code itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn

from . import networks
from .model import LatentModel


def dense(sizes: Sequence[int], norm: bool = False) -> list[nn.Module]:
    """Linear, batch norm where asked for, leaky ReLU (0.2) for each step through ``sizes``: (n, sizes[0]) to (n, sizes[-1])."""
    layers: list[nn.Module] = []
    for a, b in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(a, b, bias=not norm), *([nn.BatchNorm1d(b)] if norm else []), nn.LeakyReLU(0.2)]
    return layers


class Encoder(nn.Module):
    """Images (n, C, H, W), or points (n, 2), to codes (n, out) by way of features (n, ``features``)."""

    def __init__(self, shape: Sequence[int], network: str, width: int, features: int, channels: int, out: int, norm: bool) -> None:
        super().__init__()
        if len(shape) == 1 or network == "dense":
            self.trunk: nn.Module = nn.Sequential(nn.Flatten(), *dense([math.prod(shape), width, features], norm))
        else:
            self.trunk = networks.Trunk(shape, network, width, channels, "batch" if norm else "layer", hidden=features)
        self.head = nn.Linear(features, out)

    def features(self, x: Tensor) -> Tensor:
        """The last layer but one, (n, ``features``)."""
        return self.trunk(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.trunk(x))


def generator(d: int, shape: Sequence[int], network: str, width: int, channels: int, norm: bool) -> nn.Sequential:
    """Codes (n, d) to images (n, C, H, W) in [-1, 1], or to points (n, 2); dense with two hidden layers."""
    if len(shape) == 1 or network == "conv":
        return networks.generator(d, shape, network, width, channels, norm, hidden=width)
    return nn.Sequential(*dense([d, width, width], norm), nn.Linear(width, math.prod(shape)), nn.Tanh(), nn.Unflatten(1, tuple(shape)))


class Autoencoding(LatentModel):
    """A model with an ``encoder`` and a ``generator`` whose first numbers are w."""

    encoder: Encoder
    generator: nn.Sequential

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)[:, None]

    def features(self, x: Tensor) -> Tensor | None:
        return self.encoder.features(x)

    def first_weight(self) -> Tensor | None:
        return networks.first_weight(self.generator, self.spec.w_dim)
