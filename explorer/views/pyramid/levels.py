"""What the Pyramid view shows: for each level the enlarged image before it, what is added, and the sum; of a code, or of a real image
some of whose residuals a model draws. Models whose levels share their code show the levels' images alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training import pyramid
from training.model import LatentModel

from ... import Refused, images


@dataclass(frozen=True)
class Level:
    """``image`` (1, C, r, r) in [-1, 1] is ``low`` + ``residual``; the first level, and levels without residuals, have the image alone."""

    image: Tensor
    low: Tensor | None = None
    residual: Tensor | None = None


def of_code(model: LatentModel, w: Tensor, label: Tensor | None, blend: Sequence[float] | Tensor) -> list[Level]:
    """The levels of a code (1, num_layers, w_dim), each residual times its ``blend``. What is shown is clamped, so that low and residual
    add up to the image exactly; a finer level draws on the blended image, as it would on any other."""
    if not model.spec.noise:
        return [Level(x) for x in model.synthesize_levels(w, label)]
    out = [Level(model.synthesize_levels(w, label)[0])]
    for k, share in enumerate(blend, start=1):
        low = pyramid.up(out[-1].image)
        out.append(_added(low, model.residual(k, low, w, label), share))
    return out


def of_image(model: LatentModel, image: Tensor, w: Tensor, label: Tensor | None, blend: Sequence[float] | Tensor,
             drawn: Sequence[bool] | Tensor) -> list[Level]:
    """The levels of a real image (1, C, H, W) in [-1, 1]: its own residuals, or where ``drawn`` the model's for the image so far. As a
    tensor of 0 and 1 both are worked out: what a network is exported with."""
    first, *own = pyramid.decompose(image, model.spec.levels)
    out = [Level(first)]
    for k, (real, share, by_model) in enumerate(zip(own, blend, drawn, strict=True), start=1):
        low = pyramid.up(out[-1].image)
        if isinstance(by_model, Tensor):
            residual = torch.where(by_model > 0, model.residual(k, low, w, label), real)
        else:
            residual = model.residual(k, low, w, label) if by_model else real
        out.append(_added(low, residual, share))
    return out


def _added(low: Tensor, residual: Tensor, share: float | Tensor) -> Level:
    """The sum, clamped; its residual is what was really added."""
    image = (low + share * residual).clamp(-1, 1)
    return Level(image, low, image - low)


def scale(residual: Tensor) -> float:
    """The largest of |residual|, in units of the [-1, 1] scale, two digits, rounded up; what the ends of the colours stand for."""
    top = float(residual.abs().max())
    if top < 1e-6:
        return 0.0
    step = 10.0 ** (np.floor(np.log10(top)) - 1)
    return float(f"{np.ceil(top / step - 1e-4) * step:.2g}")


def signed(residual: Tensor, top: float) -> np.ndarray:
    """A residual (1, C, r, r) as pixels (r, r, 3). Grey images: black where nothing is added, red where it is brighter, blue where it is
    darker. Colour: mid-grey where nothing is added, each channel lighter or darker by what it gains. ``top``: what the ends stand for."""
    r = (residual[0] / max(top, 1e-6)).clamp(-1, 1).permute(1, 2, 0).float().cpu().numpy()
    if r.shape[-1] == 3:
        return (128 + 127 * r).round().astype(np.uint8)
    return images.diverging(255 * r[..., 0])


def picture(levels: Sequence[Level]) -> tuple[np.ndarray, list[float]]:
    """All tiles in one image: a row each of low-pass images, residuals and sums (sums alone where there are no residuals), a column for
    each level, every tile enlarged to the full side. Absent tiles are black. (rows · S, levels · S, 3) uint8, and each residual's scale."""
    side, plain = levels[-1].image.shape[-1], all(x.residual is None for x in levels)
    scales = [0.0 if x.residual is None else scale(x.residual) for x in levels]
    columns = []
    for level, top in zip(levels, scales, strict=True):
        tiles = [_rgb(level.image)]
        if level.low is not None and level.residual is not None:
            tiles = [_rgb(level.low), signed(level.residual, top), *tiles]
        elif not plain:
            tiles = [np.zeros_like(tiles[0])] * 2 + tiles
        columns.append(images.enlarge(np.concatenate(tiles), side // level.image.shape[-1]))
    return np.concatenate(columns, 1), scales


def _rgb(x: Tensor) -> np.ndarray:
    pixels = images.to_uint8(x)[0]
    return pixels if pixels.shape[-1] == 3 else pixels.repeat(3, -1)


def require(model: LatentModel, blend: Sequence[float], drawn: Sequence[bool] | None) -> None:
    """Raise Refused unless the model has levels, and shares and choices as many as there are residuals."""
    spec = model.spec
    if not spec.levels or len(spec.shape) != 3:
        raise Refused("This run has no levels that could be shown one by one.")
    most = len(spec.levels) - 1 if spec.noise else 0
    for given in (blend, drawn):
        if given is not None and len(given) != most:
            raise Refused(f"This run has {most} residuals; these are {len(given)}.")
    if drawn is not None and not spec.noise:
        raise Refused("This run's levels have no residuals, so a real image cannot be taken apart into them.")


__all__ = ["Level", "of_code", "of_image", "picture", "require", "scale", "signed"]
