"""One family in training on points of the plane, and what a frame of it tells: see live.py, which holds several together."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from . import data, families, points
from .checkpoint import Card
from .distributed import World
from .loop import Trainer

POINTS, SIDE, ARROWS = 512, 40, 14
VIEW = 1.15                                       # half the side of the square that critic and arrows cover
UNIT = 16384                                      # points are kept to 1 / UNIT, up to ±2
PANEL = struct.Struct("<fffffIfffII")
SIDES = ("critic", "generator")
STEPS = 4_000                                     # of training, at most


@dataclass(frozen=True)
class Preset:
    """A panel: a family, its settings on points, and what its critic's number means ("probability": its sigmoid is one; "score")."""

    name: str
    family: str
    output: str
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)     # data set ("*": any) → settings


# Found by trial, seed 0, 2,500 samples. Ring: GAN 3 of 8 modes at step 1,000, 4 at 2,000 (Lin et al. 2018: 6.3 in the end); WGAN 8, high
# quality 2 % and 12 %; WGAN-GP 8, high quality 89 % at step 4,000. Grid: GAN 1 and 3 of 25; WGAN 17 and 20. At the ring's rates the GAN
# finds none of the grid, and at the grid's none of the ring.
SHARED: dict[str, Any] = dict(batch_size=128, z_dim=8, width=64, ema_images=0)
PRESETS = (
    Preset("gan", "gan", "probability", {"*": dict(learning_rate=1e-3, beta1=0.0), "ring": dict(learning_rate=5e-4, generator_rate=3.0)}),
    Preset("wgan", "wgan", "score", {"*": dict(learning_rate=5e-4, clip=0.1)}),
    Preset("wgan-gp", "wgan-gp", "score", {"*": dict(learning_rate=2e-3, beta1=0.5, penalty=0.1, decay="cosine")}),
)


class Panel:
    """One family in training, with random numbers of its own, so that it goes the same way whatever trains beside it."""

    def __init__(self, preset: Preset, dataset: data.Dataset, seed: int) -> None:
        family = families.get(preset.family)
        settings = {**SHARED, **preset.settings.get("*", {}), **preset.settings.get(dataset.spec.name, {})}
        config = family.Config.from_dict({"images": STEPS * settings["batch_size"], **settings})
        card = Card(preset.name, preset.family, config.to_dict(), dataset.spec, family.build(config, dataset.spec).spec, seed=seed)
        self.preset, self.family, self.config = preset, family, config
        self.trainer = Trainer(family, config, card, dataset.train.images, dataset.train.labels, World())
        self._random = torch.get_rng_state()
        self.z = self.trainer.model.sample_z(POINTS, torch.Generator().manual_seed(seed))
        self.real = self.trainer.stream.take(torch.arange(POINTS)).images
        self.updates = dict.fromkeys(SIDES, 0)

    def step(self) -> None:
        """One generator step, with the critic steps that belong to it."""
        self._own(self.trainer.step)
        for k, phase in enumerate(self.trainer.phases):
            self.updates[SIDES[self.trainer.trains_model(k)]] += phase.repeats

    def alone(self, side: str) -> None:
        """One update of the critic or of the generator by its own loss, while the other stays as it is."""
        self._own(lambda: self.trainer.update(model=side == "generator"))
        self.updates[side] += 1

    def _own(self, move: Callable[[], None]) -> None:
        """Move with this panel's random numbers."""
        torch.set_rng_state(self._random)
        self.trainer.terms()                     # a frame tells of its own step alone, whenever the one before it was drawn
        move()
        self._random = torch.get_rng_state()

    def says(self, xy: Tensor) -> tuple[Tensor, Tensor]:
        """Of points (n, 2): the critic's value (n,), a probability or a score, and what the generator's loss would raise there (n,)."""
        critic = self.trainer.objective.get_submodule("discriminator")
        value = critic(xy)
        return (value.sigmoid(), F.logsigmoid(value)) if self.preset.output == "probability" else (value, value)

    @torch.no_grad()
    def points(self) -> np.ndarray:
        """(POINTS, 2) int16: where the same noise is sent now, in units of 1 / UNIT."""
        model = self.trainer.model
        xy = model.synthesize(model.map(self.z)).numpy()
        return (np.nan_to_num(xy).clip(-1.999, 1.999) * UNIT).round().astype("<i2")

    def frame(self, name: str) -> bytes:
        """This panel's part of a frame."""
        xy = self.points()
        at = xy.astype(np.float64) / UNIT
        with torch.no_grad():
            value = self.says(_lattice(SIDE))[0].numpy()
            real, fake = (float(self.says(x)[0].mean()) for x in (self.real, torch.from_numpy(at).float()))
        place = _lattice(ARROWS).requires_grad_()
        pull, = torch.autograd.grad(self.says(place)[1].sum(), place)
        lo, hi, longest = float(value.min()), float(value.max()), float(pull.norm(dim=1).max())
        shade = (value - lo) * (255 / max(hi - lo, 1e-12))
        arrows = pull.numpy() * (32767 / max(longest, 1e-12))
        terms = self.trainer.terms()
        distance = next((v for k, v in terms.items() if k.endswith("/wasserstein")), math.nan)
        head = PANEL.pack(lo, hi, longest, points.reverse_kl(name, at), points.high_quality_share(name, at), points.modes_covered(name, at),
                          distance, real, fake, self.updates["critic"], self.updates["generator"])
        return b"".join((head, xy.tobytes(), shade.round().astype(np.uint8).tobytes(), arrows.round().astype("<i2").tobytes()))


def _lattice(side: int) -> Tensor:
    """(side², 2) middles of the squares that cut the view, row by row from the top."""
    middle = (torch.arange(side) + 0.5) / side * 2 * VIEW - VIEW
    y, x = torch.meshgrid(-middle, middle, indexing="ij")
    return torch.stack([x, y], -1).reshape(-1, 2)
