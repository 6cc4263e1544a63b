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
