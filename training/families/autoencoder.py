"""The stacked autoencoder: a deep encoder squeezes an image through a narrow code, a deep decoder unfolds it again.

    min ‖x − g(f(x))‖²

Hinton & Salakhutdinov 2006, Reducing the Dimensionality of Data with Neural Networks. It has no prior of its own:
after training a Gaussian is fitted to the training codes, and samples are drawn from that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .. import networks
from ..layers import mlp
from ..losses import squared_error
from ..model import Batch, Config, DataSpec, Family, LatentModel, LatentSpec, Objective, Phase, setting


@dataclass(frozen=True)
class AutoencoderConfig(Config):
    """Settings of the stacked autoencoder."""

    decay: str = setting("cosine", "how the learning rate falls over the run: none, or cosine to zero (Loshchilov & Hutter 2017)",
                         choices=("none", "cosine"), advanced=True)
    z_dim: int = setting(30, "numbers in the code (paper: 30)", low=1, high=512)
    hidden: tuple = setting((784, 392, 196), "units of the encoder's layers, mirrored by the decoder (paper: 1000, 500, 250; "
                            "narrower here so that a run stays under 5 MB)", low=4, high=4096)


class Autoencoder(LatentModel):
    """Encoder, decoder and the Gaussian fitted to the training codes. ``w`` is the code: (n, 1, z_dim)."""

    code_mean: Tensor
    code_factor: Tensor

    def __init__(self, config: AutoencoderConfig, data: DataSpec) -> None:
        super().__init__()
        d, pixels = config.z_dim, math.prod(data.shape)
        self.spec = LatentSpec(shape=data.shape, z_dim=d, w_dim=d, encodes=True, prior="fitted")
        self.encoder = nn.Sequential(nn.Flatten(), mlp([pixels, *config.hidden, d]))
        self.decoder = nn.Sequential(mlp([d, *config.hidden[::-1], pixels]), nn.Sigmoid(), nn.Unflatten(1, data.shape))
        self.register_buffer("code_mean", torch.zeros(d))
        self.register_buffer("code_factor", torch.eye(d))

    def sample_z(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        unit = torch.randn(n, self.spec.z_dim, generator=generator).to(self.code_mean)
        return self.code_mean + unit @ self.code_factor.T

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)[:, None]

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.decoder(w[:, 0]) * 2 - 1

    def first_weight(self) -> Tensor | None:
        return networks.first_weight(self.decoder, self.spec.w_dim)

    @torch.no_grad()
    def fit_prior(self, codes: Tensor) -> None:
        """Fit N(mean, covariance) to codes (n, z_dim), n >= 2, and keep it in the buffers as mean and Cholesky factor."""
        if codes.dim() != 2 or len(codes) < 2:
            raise ValueError(f"codes must be (n, d) with n at least 2, not {tuple(codes.shape)}.")
        codes = codes.double()
        covariance = torch.cov(codes.T).reshape(codes.shape[1], -1)
        jitter = 1e-6 * covariance.diagonal().mean().clamp_min(1e-6) * torch.eye(len(covariance), dtype=torch.double, device=codes.device)
        self.code_mean.copy_(codes.mean(0))
        self.code_factor.copy_(torch.linalg.cholesky(covariance + jitter))


class AutoencoderObjective(Objective):
    """Squared error per image, on the [0, 1] scale."""

    model: Autoencoder
    config: AutoencoderConfig

    def phases(self) -> list[Phase]:
        parameters = list(self.model.parameters())
        return [Phase("reconstruction", parameters, self.loss, torch.optim.Adam(parameters, lr=self.config.learning_rate))]

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": squared_error(self.model.synthesize(self.model.encode(batch.images)), batch.images).mean()}

    @torch.no_grad()
    def finish(self, model: LatentModel, batches: Iterable[Batch]) -> None:
        assert isinstance(model, Autoencoder)
        model.fit_prior(torch.cat([model.encode(b.images)[:, 0] for b in batches]))


FAMILY = Family(
    name="autoencoder", title="Stacked autoencoder",
    paper="Hinton & Salakhutdinov 2006, Reducing the Dimensionality of Data with Neural Networks",
    equation="min ‖x − g(f(x))‖²",
    summary="A deep encoder squeezes an image through a few numbers, and a deep decoder unfolds them into the image again. "
            "Nothing orders the codes: between two of them may lie anything, and random ones need a Gaussian fitted afterwards.",
    Config=AutoencoderConfig, Model=Autoencoder, Objective=AutoencoderObjective, headline=("reconstruction_error",),
    recipes={
        "quick": {"*": dict(images=300_000)},
        "cpu": {"*": dict(images=5_000_000)},
        "gpu": {"*": dict(images=18_000_000, hidden=(1000, 500, 250))},
    },
)
