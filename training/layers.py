"""Blocks that several families share. All images are (n, C, H, W)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn


def mlp(sizes: Sequence[int], activation: type[nn.Module] = nn.SiLU) -> nn.Sequential:
    """Linear layers through ``sizes`` with the activation between them, none after the last: (n, sizes[0]) to (n, sizes[-1])."""
    layers: list[nn.Module] = []
    for a, b in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(a, b), activation()]
    return nn.Sequential(*layers[:-1])


def trace(network: nn.Module, x: Tensor) -> list[Tensor]:
    """What each layer of a sequential network makes of x, after its nonlinearity; the last one's as it leaves: a list of (n, …). Empty for
    a network of another kind. Gradients flow through it."""
    return list(_traced(network, x)) if isinstance(network, nn.Sequential) else []


def _traced(network: nn.Sequential, x: Tensor) -> Iterator[Tensor]:
    flat = [m for part in network for m in (part if isinstance(part, nn.Sequential) else [part])]
    weighted = [k for k, m in enumerate(flat) if isinstance(m, nn.Linear | nn.Conv2d)]
    shown = {next((j for j in range(k + 1, after) if not isinstance(flat[j], nn.Flatten | nn.MaxPool2d)), k)
             for k, after in zip(weighted, [*weighted[1:], len(flat)], strict=True)}
    for k, m in enumerate(flat):
        x = m(x)
        if k in shown:
            yield x


def side_of(shape: Sequence[int]) -> int:
    """The side of images of this shape (C, H, W). Raises ValueError for points in the plane, which no convolution takes."""
    if len(shape) != 3:
        raise ValueError("convolutions take images, not points in the plane; choose network dense.")
    return shape[1]


def patch_of(size: int) -> int:
    """Pixels that one step of the first convolution covers: 2 for images of side 28 or 32, 4 for 64. Raises for sides it cannot divide."""
    patch = 4 if size >= 48 else 2
    if size % patch or size < 16:
        raise ValueError(f"images of side {size} cannot be cut into patches of {patch}; use 28, 32 or 64.")
    return patch


class ConvEncoder(nn.Module):
    """A strided convolution, a 3×3, then two dense layers that see the whole image: (n, C, H, W) to (n, out).

    Most multiplications happen at a quarter of the resolution, which is what makes 64×64 affordable without a GPU.
    """

    def __init__(self, shape: Sequence[int], channels: int, width: int, out: int) -> None:
        super().__init__()
        patch = patch_of(side_of(shape))
        side, narrow = shape[1] // patch, max(4, channels // 3)
        self.body = nn.Sequential(nn.Conv2d(shape[0], channels, patch + 2, stride=patch, padding=1), nn.SiLU(),
                                  nn.Conv2d(channels, narrow, 3, padding=1), nn.SiLU(), nn.Flatten(),
                                  nn.Linear(narrow * side**2, width), nn.SiLU(), nn.Linear(width, out))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class ConvDecoder(nn.Module):
    """The encoder's mirror: two dense layers, a 3×3, a strided transposed convolution: (n, d) to (n, C, H, W)."""

    def __init__(self, shape: Sequence[int], channels: int, width: int, d: int) -> None:
        super().__init__()
        patch = patch_of(side_of(shape))
        side, narrow = shape[1] // patch, max(4, channels // 3)
        self.body = nn.Sequential(nn.Linear(d, width), nn.SiLU(), nn.Linear(width, narrow * side**2), nn.SiLU(),
                                  nn.Unflatten(1, (narrow, side, side)), nn.Conv2d(narrow, channels, 3, padding=1), nn.SiLU(),
                                  nn.ConvTranspose2d(channels, shape[0], patch + 2, stride=patch, padding=1))

    def forward(self, z: Tensor) -> Tensor:
        return self.body(z)


class ConditionalNorm(nn.Module):
    """Batch norm whose gain and bias are the class's own: (n, c, …) and labels (n,), or shares of each class (n, classes), to (n, c, …).

    Dumoulin et al. 2017, A Learned Representation for Artistic Style. Unlike an embedding beside the noise, the class cannot drown it:
    what is normalised comes from the noise alone.
    """

    def __init__(self, norm: nn.BatchNorm1d | nn.BatchNorm2d, classes: int) -> None:
        super().__init__()
        self.norm = type(norm)(norm.num_features, affine=False)
        self.gain, self.bias = nn.Embedding(classes, norm.num_features), nn.Embedding(classes, norm.num_features)
        nn.init.normal_(self.gain.weight, 1.0, 0.02)
        nn.init.normal_(self.bias.weight, 0.0, 0.02)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        per = (*x.shape[:2], *[1] * (x.dim() - 2))
        gain, bias = (label @ e.weight if label.is_floating_point() else e(label) for e in (self.gain, self.bias))
        return self.norm(x) * gain.view(per) + bias.view(per)


class Conditioned(nn.Module):
    """A network whose batch norms have become conditional: (n, …) and labels (n,) or shares (n, classes) to what the network gives."""

    def __init__(self, network: nn.Sequential, classes: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(ConditionalNorm(m, classes) if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d) else m for m in network)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x, label) if isinstance(layer, ConditionalNorm) else layer(x)
        return x


def he_initialised(network: nn.Module, slope: float = 0.2) -> None:
    """Weights of variance 2 / ((1 + slope²) fan-in), zero biases, in place: keeps the signal's size through LeakyReLUs without a norm
    (He et al. 2015, eq. 15)."""
    with torch.no_grad():
        for m in network.modules():
            if isinstance(m, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(m.weight, slope)
                if m.bias is not None:
                    m.bias.zero_()
