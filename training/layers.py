"""Blocks that several families share. All images are (n, C, H, W)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn


def mlp(sizes: Sequence[int], activation: type[nn.Module] = nn.SiLU) -> nn.Sequential:
    """Linear layers through ``sizes`` with the activation between them, none after the last: (n, sizes[0]) to (n, sizes[-1])."""
    layers: list[nn.Module] = []
    for a, b in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(a, b), activation()]
    return nn.Sequential(*layers[:-1])


def pyramid(size: int) -> list[int]:
    """Sides from full size down by halves, while even and above 4: 28 → [28, 14, 7], 64 → [64, 32, 16, 8, 4]."""
    sides = [size]
    while sides[-1] % 2 == 0 and sides[-1] > 4:
        sides.append(sides[-1] // 2)
    if len(sides) < 3:
        raise ValueError(f"images of side {size} cannot be halved twice; use 28, 32 or 64.")
    return sides


class Residual(nn.Module):
    """x + f(x) with two 3×3 convolutions, group-normalised (He et al. 2016, pre-activation). Keeps the shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        groups = max(1, channels // 8)
        self.body = nn.Sequential(nn.GroupNorm(groups, channels), nn.SiLU(), nn.Conv2d(channels, channels, 3, padding=1),
                                  nn.GroupNorm(groups, channels), nn.SiLU(), nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class ConvEncoder(nn.Module):
    """Strided convolutions down to 4 or 7 pixels, one residual block, then a dense layer: (n, C, H, W) to (n, out)."""

    def __init__(self, shape: Sequence[int], channels: int, out: int) -> None:
        super().__init__()
        sides = pyramid(shape[1])
        widths = [shape[0]] + [channels * min(2**i, 4) for i in range(len(sides) - 1)]
        layers: list[nn.Module] = []
        for a, b in zip(widths[:-1], widths[1:], strict=True):
            layers += [nn.Conv2d(a, b, 4, stride=2, padding=1), nn.SiLU()]
        self.body = nn.Sequential(*layers, Residual(widths[-1]), nn.SiLU(), nn.Flatten())
        self.head = nn.Linear(widths[-1] * sides[-1] ** 2, out)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))


class ConvDecoder(nn.Module):
    """The encoder's mirror: a dense layer, a residual block, transposed convolutions up, a 3×3 at full size: (n, d) to (n, C, H, W)."""

    def __init__(self, shape: Sequence[int], channels: int, d: int) -> None:
        super().__init__()
        sides = pyramid(shape[1])[::-1]
        widths = [channels * min(2**i, 4) for i in range(len(sides) - 1)][::-1]
        widths.append(max(16, channels // 2))
        self.start = (widths[0], sides[0], sides[0])
        layers: list[nn.Module] = [Residual(widths[0])]
        for a, b in zip(widths[:-1], widths[1:], strict=True):
            layers += [nn.ConvTranspose2d(a, b, 4, stride=2, padding=1), nn.SiLU()]
        self.head = nn.Linear(d, widths[0] * sides[0] ** 2)
        self.body = nn.Sequential(*layers, nn.Conv2d(widths[-1], shape[0], 3, padding=1))

    def forward(self, z: Tensor) -> Tensor:
        return self.body(self.head(z).view(-1, *self.start))
