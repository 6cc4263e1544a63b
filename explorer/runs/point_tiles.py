"""Models of points in the plane, shown as images: a bright dot where the point lies, over a faint cloud of all that the model makes."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import Tensor

from training import points
from training.model import Draws, LatentModel, LatentSpec

SIDE, CLOUD = 64, 2048                          # pixels along a side; samples behind
DOT, FAINT = 1.6, 0.4                           # the dot's standard deviation in pixels; the cloud's brightness


def shown(spec: LatentSpec) -> LatentSpec:
    """The spec that the page works with: of a model of points that of its tiles, which it cannot take in; any other unchanged."""
    if len(spec.shape) == 3:
        return spec
    return dataclasses.replace(spec, shape=(1, SIDE, SIDE), encodes=False, stochastic=False, reads=False)


def drawn(model: LatentModel) -> LatentModel:
    """The model itself, or for one of points a model of tiles around it."""
    return model if len(model.spec.shape) == 3 else Drawn(model).eval().requires_grad_(False)


class Drawn(LatentModel):
    """Codes to tiles (n, 1, SIDE, SIDE) in [-1, 1] of the square [-1, 1]², y upwards. A gradient passes from the tile to the code."""

    cloud: Tensor

    def __init__(self, model: LatentModel) -> None:
        super().__init__()
        self.inner, self.spec = model, shown(model.spec)
        with torch.no_grad():
            device = model.device
            z = model.sample_z(CLOUD, torch.Generator().manual_seed(0)).to(device)
            label = torch.arange(CLOUD, device=device) % model.spec.num_classes if model.spec.num_classes else None
            xy = model.synthesize(model.map(z, label), label).float().cpu().numpy()
        light = torch.from_numpy(points.raster(xy, SIDE).astype(np.float32)).to(device)
        self.register_buffer("cloud", FAINT * light)

    def sample_z(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        return self.inner.sample_z(n, generator)

    def draws(self) -> Draws:
        return self.inner.draws()

    def prior(self, drawn: Tensor) -> Tensor:
        return self.inner.prior(drawn)

    def settle(self) -> None:
        self.inner.settle()

    def map(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        return self.inner.map(z, label)

    def first_weight(self) -> Tensor | None:
        return self.inner.first_weight()

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        xy = torch.nan_to_num(self.inner.synthesize(w, label)).clamp(-1.2, 1.2)
        middle = (torch.arange(SIDE, device=xy.device) + 0.5) / SIDE * 2 - 1
        sigma = DOT * 2 / SIDE
        across = torch.exp(-((middle - xy[:, :1]) / sigma).square() / 2)
        down = torch.exp(-((-middle - xy[:, 1:]) / sigma).square() / 2)
        dot = down[:, :, None] * across[:, None, :]
        return (self.cloud + (1 - self.cloud) * dot)[:, None] * 2 - 1


__all__ = ["drawn", "shown"]
