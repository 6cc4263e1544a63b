"""The stacked autoencoder: a deep encoder squeezes an image through a narrow code, a deep decoder unfolds it again.

    min ‖x − g(f(x))‖²

Hinton & Salakhutdinov 2006, Reducing the Dimensionality of Data with Neural Networks. Layers can be trained one at a time, each on the
codes of the one before (Bengio et al. 2007, Greedy Layer-Wise Training of Deep Networks); weights can be tied (Vincent et al. 2010) or
shared by all places of the image (Masci et al. 2011). It has no prior of its own: after training a Gaussian is fitted to the training
codes, and samples are drawn from that.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..autoencoders import MEASURES, Autoencoder, AutoencoderConfig, AutoencoderObjective
from ..losses import squared_error
from ..model import Batch, Family, LatentModel, Published, SettingError, half_cosine, setting


@dataclass(frozen=True)
class StackedConfig(AutoencoderConfig):
    """Settings of the stacked autoencoder."""

    greedy: float = setting(0.0, "dense: share of the run that trains the layers one after another, each on the codes of the one before; "
                            "the rest trains all together (0: all together from the start, 1: never)", low=0.0, high=1.0)


class StackedObjective(AutoencoderObjective):
    """All layers at once, or the ones in turn."""

    def __init__(self, model: LatentModel, config: StackedConfig) -> None:
        super().__init__(model, config)
        if config.greedy and not model.mirrors():
            raise SettingError("only dense layers can be trained greedily, one at a time; choose network dense or greedy 0.")
        self.layer: int | None = None

    def turn(self, images_seen: int) -> tuple[int | None, float]:
        """Which layer is trained (None: all), and how much of its time is over, in [0, 1]."""
        c, layers = self.config, self.model.mirrors()
        alone = c.greedy * c.images
        if images_seen < alone:
            at = layers * images_seen / alone
            return int(at), at % 1
        return None, (images_seen - alone) / max(c.images - alone, 1)

    def set_progress(self, images_seen: int) -> None:
        self.layer = self.turn(images_seen)[0]

    def whole(self, images_seen: int) -> bool:
        """Once all layers are trained together, or all have been."""
        return self.turn(images_seen)[0] is None

    def rate(self, images_seen: int) -> float:
        """The decay begins anew with each layer."""
        return 1.0 if self.config.decay == "none" else half_cosine(self.turn(images_seen)[1])

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        if self.layer is None:
            return super().loss(batch)
        pairs, h = self.model.pairs(), batch.images.flatten(1)
        with torch.no_grad():
            for down, _ in pairs[:self.layer]:
                h = down(h)
        down, up = pairs[self.layer]
        again = up(down(h))
        error = squared_error(again * 2 - 1, h) if self.layer == 0 else (again - h).square().sum(1)
        return {"loss": error.mean()}


FAMILY = Family(
    name="autoencoder", title="Stacked autoencoder",
    paper="Hinton & Salakhutdinov 2006, Reducing the Dimensionality of Data with Neural Networks",
    variants=("greedy: Bengio et al. 2007", "tied: Vincent et al. 2010", "convolutional: Masci et al. 2011"),
    published=(Published("reconstruction_error", "mnist", 3.0, "Hinton & Salakhutdinov 2006", {"z_dim": 30}),),
    equation="min ‖x − g(f(x))‖²",
    summary="A deep encoder squeezes an image through a few numbers, and a deep decoder unfolds them into the image again. "
            "Nothing orders the codes: between two of them may lie anything, and random ones need a Gaussian fitted afterwards.",
    Config=StackedConfig, Model=Autoencoder, Objective=StackedObjective, measures=MEASURES, headline=("reconstruction_error",),
    recipes={
        "quick": {"*": dict(images=300_000)},
        "cpu": {"*": dict(images=2_500_000, batch_size=128), "faces": dict(images=1_000_000, network="conv", z_dim=64)},
        "gpu": {"*": dict(images=18_000_000, hidden=(1000, 500, 250)),
                "faces": dict(images=3_000_000, network="conv", z_dim=64, channels=32)},
    },
)
