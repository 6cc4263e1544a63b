"""The denoising autoencoder: it sees an image with noise and is asked for the one without.

    min ‖x − g(f(x̃))‖²,      x̃ = x + N(0, σ²),  or x with some pixels black

Vincent, Larochelle, Lajoie, Bengio & Manzagol 2010, Stacked Denoising Autoencoders: Learning Useful Representations in a Deep Network with
a Local Denoising Criterion. A code may then be longer than the image: copying would not take the noise off.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from .. import corruption
from ..autoencoders import MEASURES, Autoencoder, AutoencoderConfig, AutoencoderObjective
from ..losses import squared_error
from ..model import Batch, Family, setting


@dataclass(frozen=True)
class DenoisingConfig(AutoencoderConfig):
    """Settings of the denoising autoencoder."""

    corruption: str = setting("gaussian", "what is put on each training image: gaussian noise, or dropout: black pixels (paper: both)",
                         choices=("gaussian", "dropout"))
    amount: float = setting(0.4, "gaussian: its std on the [0, 1] scale; dropout: the share of pixels (paper: 0.1 to 0.5)", low=0.0,
                            high=2.0)


class DenoisingObjective(AutoencoderObjective):
    """Squared error of what is made of the noisy image against the clean one."""

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        noisy = corruption.corrupt(batch.images, self.config.corruption, self.config.amount)
        return {"loss": squared_error(self.model.unclamped(self.model.encode(noisy)), batch.images).mean()}


FAMILY = Family(
    name="denoising", title="Denoising autoencoder",
    paper="Vincent, Larochelle, Lajoie, Bengio & Manzagol 2010, Stacked Denoising Autoencoders: Learning Useful Representations in a Deep "
          "Network with a Local Denoising Criterion",
    equation="min ‖x − g(f(x̃))‖²,   x̃ = x + N(0, σ²)",
    summary="It is shown images with noise and asked for the clean ones, so it must learn what images look like. Its features are the "
            "better for it, and it can take noise off images it never saw.",
    Config=DenoisingConfig, Model=Autoencoder, Objective=DenoisingObjective, measures=MEASURES,
    headline=("gain_gaussian", "reconstruction_error"),
    images_only=True,
    recipes={
        "quick": {"*": dict(images=300_000, hidden=(500,), z_dim=128)},
        "cpu": {"*": dict(images=2_500_000, hidden=(500,), z_dim=128),
                "faces": dict(images=1_000_000, network="conv", z_dim=64)},
        "gpu": {"*": dict(images=18_000_000, hidden=(1000, 500), z_dim=128),
                "faces": dict(images=3_000_000, network="conv", z_dim=128, channels=32)},
    },
)
