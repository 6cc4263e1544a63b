"""How a network from elsewhere wants its images and gives them: (n, C, H, W) or otherwise, and in which range of values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from . import ImportFailed

LAYOUTS = ("nchw", "nhwc", "flat")
VALUES = {"-1..1": (-1.0, 1.0), "0..1": (0.0, 1.0), "0..255": (0.0, 255.0)}
LARGEST = 512                                     # pixels along a side: what a card may name
SLACK = 0.35                                      # of a linear last layer's values beyond the range it was trained for


@dataclass(frozen=True)
class Form:
    """``shape`` (C, H, W) of one image; ``layout`` of a batch, one of LAYOUTS; ``values``, one of VALUES."""

    shape: tuple[int, int, int]
    layout: str = "nchw"
    values: str = "-1..1"

    def ours(self, x: Tensor) -> Tensor:
        """A network's images to (n, C, H, W) float32 in [-1, 1]; what lies beyond its range is cut off."""
        c, h, w = self.shape
        if self.layout == "nhwc":
            x = x.reshape(-1, h, w, c).permute(0, 3, 1, 2)
        low, high = VALUES[self.values]
        return ((x.reshape(-1, c, h, w).float() - low) * (2 / (high - low)) - 1).clamp(-1, 1)

    def theirs(self, x: Tensor) -> Tensor:
        """(n, C, H, W) float32 in [-1, 1] as the network takes it."""
        low, high = VALUES[self.values]
        x = (x + 1) * ((high - low) / 2) + low
        return x.flatten(1) if self.layout == "flat" else x.permute(0, 2, 3, 1).contiguous() if self.layout == "nhwc" else x


def shape_of(text: Any) -> tuple[int, int, int]:
    """(C, H, W) from what a person says: three numbers, two for grey images. Raises ImportFailed."""
    try:
        found = tuple(int(v) for v in text)
    except (TypeError, ValueError) as e:
        raise ImportFailed(f"shape is to be (channels, height, width), such as (1, 28, 28), not {text!r}.") from e
    found = (1, *found) if len(found) == 2 else found
    if len(found) != 3 or found[0] not in (1, 3) or not all(1 <= v <= LARGEST for v in found):
        raise ImportFailed(f"images are of 1 or 3 channels and up to {LARGEST} pixels a side, (channels, height, width), not {text!r}.")
    return found


def layout_of(size: tuple[int, ...], shape: tuple[int, int, int] | None = None) -> tuple[str, tuple[int, int, int]]:
    """The layout and shape of images of which a batch, without its first axis, has this ``size``; ``shape``: where it is known. Raises
    ImportFailed where that cannot be told."""
    if shape is not None:
        c, h, w = shape
        for layout, expected in (("nchw", (c, h, w)), ("nhwc", (h, w, c)), ("nchw", (h, w) if c == 1 else ())):
            if size == expected:
                return layout, shape
        if len(size) == 1 and size[0] == math.prod(shape):
            return "flat", shape
        raise ImportFailed(f"its images are {_times(size)}, where {_times(shape)} (channels, height, width) are expected.")
    if len(size) == 3 and size[0] in (1, 3):
        return "nchw", shape_of(size)
    if len(size) == 3 and size[2] in (1, 3):
        return "nhwc", shape_of((size[2], *size[:2]))
    if len(size) == 2:
        return "nchw", shape_of(size)
    if len(size) == 1:
        for channels in (1, 3):
            side = math.isqrt(size[0] // channels)
            if side and channels * side * side == size[0]:
                return "flat", shape_of((channels, side, side))
    raise ImportFailed(f"it gives {_times(size)} numbers for an image, which is no image of 1 or 3 channels that is known here; say its "
                       "shape (channels, height, width).")


def values_of(x: Tensor) -> str:
    """The range that values of images (any shape) fill, one of VALUES. Raises ImportFailed where they fill none of them."""
    if not torch.isfinite(x).all():
        raise ImportFailed("it gives NaN or infinite numbers.")
    low, high = (float(v) for v in torch.quantile(x.flatten().float()[:2**22], torch.tensor([0.005, 0.995]).to(x.device)))
    if low < -SLACK:
        fits = "-1..1" if low >= -1 - SLACK and high <= 1 + SLACK else ""
    else:
        fits = "0..1" if high <= 1 + SLACK else "0..255" if 2 < high <= 255 * (1 + SLACK) else ""
    if not fits:
        raise ImportFailed(f"its images have values from {low:.3g} to {high:.3g}, which is none of {', '.join(VALUES)}. If they are "
                           "logits, apply the sigmoid in decode; else say which of these ranges they have.")
    return fits


def check_choice(name: str, value: str, choices: Iterable[str]) -> str:
    """The value itself; raises ImportFailed for one that is no choice."""
    if value not in choices:
        raise ImportFailed(f"{name} is to be one of {', '.join(choices)}, not {value!r}.")
    return value


def _times(size: tuple[int, ...]) -> str:
    return " × ".join(map(str, size))


__all__ = ["LAYOUTS", "VALUES", "Form", "check_choice", "layout_of", "shape_of", "values_of"]
