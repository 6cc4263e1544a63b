"""The variational autoencoder: an encoder gives a distribution over codes, and a decoder is trained to explain the data by them.

    ELBO(x) = 𝔼_q(z|x)[log p(x|z)] - β KL(q(z|x) || p(z)),   q(z|x) = N(μ(x), diag σ²(x)),   p(z) = N(0, I)

Kingma & Welling 2014, Auto-Encoding Variational Bayes; β: Higgins et al. 2017, beta-VAE.

With the best sigma for the likelihood (Rybkin et al. 2021) β alone says how much of the prior the codes fill. On the cartoon faces, after
a million images each: β 3 keeps 195 nats a face and its prior's samples are grey (Fréchet ÷ floor 240, coverage 7.9 of 16); β 40 keeps 53
nats in 22 of the 64 numbers, and they are faces (30.5, 13.4) for 0.3 dB of reconstruction (26.7 and 26.4 dB). After
the 60,000 of the recipe `quick` it is 251 and 183 times the floor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .. import networks
from ..layers import ConvDecoder, ConvEncoder, mlp, trace
from ..losses import bernoulli_nll, gaussian_kl, gaussian_nll, importance_nll, log_normal, optimal_log_sigma
from ..model import Batch, Config, DataSpec, Family, LatentModel, LatentSpec, Objective, Phase, setting
from ..optimizers import adam


@dataclass(frozen=True)
class VAEConfig(Config):
    """Settings of the VAE."""

    decay: str = setting("cosine", "how the learning rate falls over the run: none, or cosine to zero (Loshchilov & Hutter 2017)",
                         choices=("none", "cosine"), advanced=True)
    ema_images: int = setting(60_000, "half-life of the weight average in images; 0 keeps the last weights (ours)", low=0,
                              high=10**8, advanced=True)
    z_dim: int = setting(16, "dimensions of the code; 2 can be drawn as a plane (paper: 2 to 200)", low=1, high=512)
    network: str = setting("conv", "dense as in the paper, or conv (ours)", choices=("dense", "conv"))
    width: int = setting(512, "units of each dense layer (paper: 500)", low=8, high=4096)
    channels: int = setting(48, "channels of the first convolution (ours)", low=4, high=256)
    beta: float = setting(1.0, "weight of the KL term; above 1 trades detail for a tidier code (Higgins et al. 2017)", low=0.0, high=100.0)
    likelihood: str = setting("bernoulli", "pixel model: bernoulli for grey images (paper), gaussian with the best sigma for colour "
                              "(Rybkin et al. 2021)", choices=("bernoulli", "gaussian"))
    binarize: bool = setting(False, "draw each pixel as 0 or 1 anew at each step (Salakhutdinov & Murray 2008)", advanced=True)

    def suited(self, data: DataSpec, images: int) -> dict[str, Any]:
        """Colours are no probabilities: a Gaussian for them."""
        return {"likelihood": "gaussian"} if data.shape[0] == 3 and not self.binarize else {}


class VAE(LatentModel):
    """Encoder and decoder. ``w`` is the code itself: (n, 1, z_dim)."""

    def __init__(self, config: VAEConfig, data: DataSpec) -> None:
        super().__init__()
        self.spec = LatentSpec(shape=data.shape, z_dim=config.z_dim, w_dim=config.z_dim, encodes=True, stochastic=True)
        self.bernoulli = config.likelihood == "bernoulli"
        d, pixels = config.z_dim, math.prod(data.shape)
        if config.network == "dense":
            self.encoder: nn.Module = nn.Sequential(nn.Flatten(), mlp([pixels, config.width, config.width, 2 * d]))
            self.decoder: nn.Module = nn.Sequential(mlp([d, config.width, config.width, pixels]), nn.Unflatten(1, data.shape))
        else:
            self.encoder = ConvEncoder(data.shape, config.channels, config.width, 2 * d)
            self.decoder = ConvDecoder(data.shape, config.channels, config.width, d)

    def statistics(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Images in [-1, 1] to mean and log variance of q(z|x), each (n, z_dim)."""
        mean, log_variance = self.encoder(x).chunk(2, 1)
        return mean, log_variance.clamp(-12, 6)

    def encode(self, x: Tensor) -> Tensor:
        return self.statistics(x)[0][:, None]

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.statistics(x)
        return mean[:, None], (0.5 * log_variance).exp()[:, None]

    def activations(self, x: Tensor) -> list[Tensor]:
        """The last one is the mean alone."""
        *before, both = trace(self.encoder.body if isinstance(self.encoder, ConvEncoder) else self.encoder, x)
        return [*before, both[:, :self.spec.z_dim]]

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        out = self.decoder(w[:, 0])
        return out.sigmoid() * 2 - 1 if self.bernoulli else out.clamp(-1, 1)

    def filters(self) -> tuple[Tensor, Tensor] | None:
        if isinstance(self.encoder, ConvEncoder):
            return None
        down, up = ([m for m in part.modules() if isinstance(m, nn.Linear)] for part in (self.encoder, self.decoder))
        return down[0].weight.detach(), up[-1].weight.T.detach()

    def first_weight(self) -> Tensor | None:
        return networks.first_weight(self.decoder, self.spec.w_dim)


class VAEObjective(Objective):
    """The negative ELBO, by the reparameterisation z = μ + σ ε."""

    model: VAE
    config: VAEConfig

    def phases(self) -> list[Phase]:
        parameters = list(self.model.parameters())
        return [Phase("elbo", parameters, self.loss, adam(parameters, lr=self.config.learning_rate))]

    def _nll(self, z: Tensor, x: Tensor) -> Tensor:
        """-log p(x|z) in nats, (n,). Bernoulli on x in [0, 1]; Gaussian on x in [0, 1] with the batch's best sigma."""
        out, unit = self.model.decoder(z), (x + 1) / 2
        if self.config.likelihood == "bernoulli":
            return bernoulli_nll(out, unit)
        mean = (out + 1) / 2
        return gaussian_nll(mean, unit, optimal_log_sigma(mean, unit))

    def _input(self, x: Tensor) -> Tensor:
        return torch.bernoulli((x + 1) / 2) * 2 - 1 if self.config.binarize else x

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        x = self._input(batch.images)
        mean, log_variance = self.model.statistics(x)
        z = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        nll, kl = self._nll(z, x).mean(), gaussian_kl(mean, log_variance).mean()
        return {"loss": nll + self.config.beta * kl, "reconstruction": nll, "kl": kl}

    def measure(self, batch: Batch, samples: int = 64) -> dict[str, Tensor]:
        x = self._input(batch.images)
        mean, log_variance = self.model.statistics(x)
        kl = gaussian_kl(mean, log_variance)
        if self.config.likelihood == "gaussian":       # a density whose sigma is fitted to the batch: not a figure to compare
            return {"kl": kl}
        log_weights = []
        for _ in range(samples):
            z = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
            nll = self._nll(z, x)
            log_weights.append(log_normal(z, torch.zeros_like(z), torch.zeros_like(z)) - nll - log_normal(z, mean, log_variance))
            if len(log_weights) == 1:
                elbo = nll + kl
        return {"negative_elbo": elbo, "kl": kl, "nll": importance_nll(torch.stack(log_weights))}


FAMILY = Family(
    name="vae", title="VAE", paper="Kingma & Welling 2014, Auto-Encoding Variational Bayes",
    variants=("beta: Higgins et al. 2017",),
    equation="L = 𝔼_{q(z|x)}[log p(x|z)] − β KL(q(z|x) ‖ p(z))",
    summary="An encoder turns an image into a small cloud of codes, and a decoder draws the image back from any code in it. "
            "Pulling all clouds towards one Gaussian leaves no gaps, so that every place in between decodes to something.",
    Config=VAEConfig, Model=VAE, Objective=VAEObjective, headline=("negative_elbo", "psnr"),
    measures={"negative_elbo": ("nats", "one posterior sample per test image"), "kl": ("nats", "closed form, per test image"),
              "nll": ("nats", "64 importance samples per test image (Burda et al. 2016)")},
    recipes={
        "quick": {"*": dict(images=200_000, network="dense", width=256, ema_images=10_000),
                  "faces": dict(images=60_000, network="conv", width=256, z_dim=32, likelihood="gaussian", beta=40.0, ema_images=5_000)},
        "plane": {"*": dict(images=1_500_000, network="dense", z_dim=2)},
        "cpu": {"*": dict(images=4_000_000, network="dense"), "fashion-mnist": dict(images=1_500_000),
                "faces": dict(images=1_000_000, network="conv", width=256, z_dim=64, likelihood="gaussian", beta=40.0, ema_images=20_000)},
        "gpu": {"*": dict(images=12_000_000, z_dim=32, channels=96),
                "faces": dict(images=4_000_000, width=256, z_dim=64, likelihood="gaussian", beta=40.0)},
    },
)
