"""The networks that adversarial families share: a generator from a code, and a trunk of features from an image.

``dense`` is a perceptron; ``conv`` follows the rules of Radford et al. 2016 (strided and transposed convolutions, no dense hidden
layers, batch norm except at the generator's output and the discriminator's input). Points in the plane always get a small perceptron.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor, nn

from .layers import he_initialised, mlp


def stages_of(side: int) -> tuple[int, int]:
    """How often a side is halved, and what is left: 28 → (3, 4), 32 → (3, 4), 64 → (4, 4). Raises ValueError for other sides."""
    known = {28: (3, 4), 32: (3, 4), 64: (4, 4)}
    if side not in known:
        raise ValueError(f"convolutional generators make images of 28, 32 or 64 pixels a side, not {side}.")
    return known[side]


def kernels_of(side: int) -> list[int]:
    """Kernel of each halving from full resolution inwards: 4, but 3 where 7 pixels become 4 and 4 become 7."""
    return [4, 4, 3] if side == 28 else [4] * stages_of(side)[0]


def widths_of(side: int, channels: int, most: int = 8) -> list[int]:
    """Channels of each stage from full resolution inwards: ``channels``, doubled at each halving up to ``most`` times."""
    return [channels * min(2**k, most) for k in range(stages_of(side)[0])]


def generator(z_dim: int, shape: Sequence[int], network: str, width: int, channels: int, norm: bool | None = None,
              hidden: int = 0) -> nn.Sequential:
    """(n, z_dim) to images (n, C, H, W) in [-1, 1], or to points (n, 2). ``norm``: batch norm; None: for images only. ``hidden``: units of
    a dense layer before the convolutions."""
    if len(shape) == 1:
        plane = mlp([z_dim, width, width, width, shape[0]], nn.ReLU)
        return nn.Sequential(*(n for m in plane for n in ([nn.BatchNorm1d(width), m] if norm and isinstance(m, nn.ReLU) else [m])))
    norm = norm is not False
    if network == "dense":
        layers: list[nn.Module] = []
        for a, b in ((z_dim, width), (width, width), (width, 2 * width)):
            layers += [nn.Linear(a, b, bias=not norm), *([nn.BatchNorm1d(b)] if norm else []), nn.LeakyReLU(0.2, inplace=True)]
        return nn.Sequential(*layers, nn.Linear(2 * width, math.prod(shape)), nn.Tanh(), nn.Unflatten(1, tuple(shape)))
    widths, (_, small) = widths_of(shape[1], channels), stages_of(shape[1])
    if hidden:
        layers = [nn.Linear(z_dim, hidden, bias=not norm), *([nn.BatchNorm1d(hidden)] if norm else []), nn.ReLU(inplace=True),
                  nn.Linear(hidden, widths[-1] * small**2, bias=not norm), nn.Unflatten(1, (widths[-1], small, small))]
    else:
        layers = [nn.Unflatten(1, (z_dim, 1, 1)), nn.ConvTranspose2d(z_dim, widths[-1], small, bias=not norm)]
    for a, b, size in zip(widths[::-1], [*widths[-2::-1], shape[0]], kernels_of(shape[1])[::-1], strict=True):
        layers += [*([nn.BatchNorm2d(a)] if norm else []), nn.ReLU(inplace=True),
                   nn.ConvTranspose2d(a, b, size, stride=2, padding=1, bias=not norm or b == shape[0])]
    return initialised(nn.Sequential(*layers, nn.Tanh()))


class Trunk(nn.Sequential):
    """Images (n, C, H, W), or points (n, 2), to features (n, ``width``), the last layer but one of a discriminator.

    ``norm``: batch (Radford et al. 2016), layer (Gulrajani et al. 2017, where a penalty needs each image by itself) or none. ``hidden``:
    units of a dense layer after the convolutions.
    """

    def __init__(self, shape: Sequence[int], network: str, width: int, channels: int, norm: str = "none", dropout: float = 0.0,
                 hidden: int = 0) -> None:
        layers: list[nn.Module]
        if len(shape) == 1 or network == "dense":
            sizes = [math.prod(shape), width, width] + [width] * (len(shape) == 1)
            layers = [nn.Flatten()]
            for a, b in zip(sizes[:-1], sizes[1:], strict=True):
                layers += [nn.Linear(a, b), nn.LeakyReLU(0.2), *([nn.Dropout(dropout)] if dropout else [])]
            self.width = width
        else:
            widths, (_, small) = widths_of(shape[1], channels), stages_of(shape[1])
            layers = []
            for k, (a, b, size) in enumerate(zip([shape[0], *widths[:-1]], widths, kernels_of(shape[1]), strict=True)):
                layers += [nn.Conv2d(a, b, size, stride=2, padding=1), *(_norm(norm, b) if k else []), nn.LeakyReLU(0.2),
                           *([nn.Dropout2d(dropout)] if dropout and k else [])]
            layers.append(nn.Flatten())
            self.width = widths[-1] * small**2
            if hidden:
                layers += [nn.Linear(self.width, hidden), *([nn.BatchNorm1d(hidden)] if norm == "batch" else []), nn.LeakyReLU(0.2)]
                self.width = hidden
        super().__init__(*layers)
        if norm == "none":
            he_initialised(self)
        elif len(shape) > 1 and network == "conv":
            initialised(self)


def _norm(kind: str, channels: int) -> list[nn.Module]:
    kinds: dict[str, list[nn.Module]] = {"batch": [nn.BatchNorm2d(channels)], "layer": [nn.GroupNorm(1, channels)], "none": []}
    return kinds[kind]


def initialised(network: nn.Sequential) -> nn.Sequential:
    """Weights from N(0, 0.02²), scales from N(1, 0.02²) (Radford et al. 2016, section 4)."""
    for m in network.modules():
        if isinstance(m, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(m.weight, 0.0, 0.02)
        elif isinstance(m, nn.BatchNorm2d):
            nn.init.normal_(m.weight, 1.0, 0.02)
    return network


def first_weight(network: nn.Module, inputs: int) -> Tensor:
    """The first linear layer's weight as (out, inputs): what it does to the first ``inputs`` numbers of its input."""
    for m in network.modules():
        if isinstance(m, nn.Linear):
            return m.weight.detach()[:, :inputs]
        if isinstance(m, nn.ConvTranspose2d):
            return m.weight.detach().flatten(1).T[:, :inputs]
    raise ValueError("the network has no linear layer.")
