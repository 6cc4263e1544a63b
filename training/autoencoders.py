"""What all autoencoders share: dense, tied and convolutional networks, a Gaussian over the codes, the squared error.

    min ‖x − g(f(x̃))‖²        x̃ = x, or x with noise

Families say what their code passes through, what is done to the input and what else the loss asks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import corruption, networks
from .code_prior import GaussianCodes
from .layers import mlp, trace
from .model import Batch, Config, DataSpec, LatentModel, LatentSpec, Objective, Phase, setting
from .optimizers import adam
from .pixel_errors import psnr_of, squared_error


@dataclass(frozen=True)
class CodeConfig(Config):
    """Settings of every autoencoder."""

    batch_size: int = setting(256, "images per step, over all processes", low=2, high=4096)
    decay: str = setting("cosine", "how the learning rate falls over the run: none, or cosine to zero (Loshchilov & Hutter 2017)",
                         choices=("none", "cosine"), advanced=True)
    z_dim: int = setting(30, "dimensions of the code (Hinton & Salakhutdinov 2006: 30)", low=1, high=2048)


@dataclass(frozen=True)
class AutoencoderConfig(CodeConfig):
    """Settings of those that are stacked or convolutional."""

    network: str = setting("dense", "dense layers (paper), or conv: convolutions with pooling down, transposed ones up (Masci et al. 2011)",
                           choices=("dense", "conv"))
    hidden: tuple = setting((784, 392, 196), "dense: units of the encoder's layers, mirrored by the decoder (paper: 1000, 500, 250; "
                            "narrower here so that a run stays under 5 MB)", low=4, high=4096)
    channels: int = setting(16, "conv: channels after the first convolution, doubled at each pooling", low=4, high=128)
    tied: bool = setting(False, "dense: each layer of the decoder has its mirror's weights, transposed (Vincent et al. 2010)")


class Tied(nn.Module):
    """A linear layer's mirror: (n, b) to (n, a) by the transposed weight of a layer from a to b, with a bias of its own."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = (layer,)                     # not a submodule: its weight is the encoder's
        self.bias = nn.Parameter(torch.zeros(layer.in_features))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.layer[0].weight.T, self.bias)


class Code(nn.Module):
    """What a code passes through before it is decoded. ``kind``: identity, or sigmoid for units that are on (1) or off (0)."""

    def __init__(self, kind: str = "identity") -> None:
        super().__init__()
        self.kind = kind

    def forward(self, x: Tensor) -> Tensor:
        return x.sigmoid() if self.kind == "sigmoid" else x


def dense(shape: Sequence[int], hidden: Sequence[int], d: int, tied: bool, kind: str = "identity") -> tuple[nn.Sequential, nn.Sequential]:
    """Encoder (n, *shape) to (n, d) and the decoder that mirrors it, to (n, *shape) in [0, 1]."""
    pixels = math.prod(shape)
    down = mlp([pixels, *hidden, d])
    up = mlp([d, *hidden[::-1], pixels])
    if tied:
        mirrored = iter([m for m in down if isinstance(m, nn.Linear)][::-1])
        up = nn.Sequential(*(Tied(next(mirrored)) if isinstance(m, nn.Linear) else m for m in up))
    return (nn.Sequential(nn.Flatten(), down, *([Code(kind)] if kind == "sigmoid" else [])),
            nn.Sequential(up, nn.Sigmoid(), nn.Unflatten(1, tuple(shape))))


def convolutional(shape: Sequence[int], channels: int, d: int, kind: str = "identity") -> tuple[nn.Sequential, nn.Sequential]:
    """The same of convolutions: 3 × 3 and max pooling until at most 8 pixels a side are left, transposed ones back."""
    c, side = shape[0], shape[1]
    halvings = next(k for k in range(8) if side / 2**k <= 8)
    widths = [channels * 2**k for k in range(halvings)]
    small = side // 2**halvings
    down: list[nn.Module] = []
    for a, b in zip([c, *widths[:-1]], widths, strict=True):
        down += [nn.Conv2d(a, b, 3, padding=1), nn.SiLU(), nn.MaxPool2d(2)]
    up: list[nn.Module] = [nn.Linear(d, widths[-1] * small**2), nn.SiLU(), nn.Unflatten(1, (widths[-1], small, small))]
    for k, (a, b) in enumerate(zip(widths[::-1], [*widths[-2::-1], c], strict=True)):
        up += [nn.ConvTranspose2d(a, b, 4, stride=2, padding=1), nn.SiLU() if k < halvings - 1 else nn.Sigmoid()]
    return (nn.Sequential(*down, nn.Flatten(), nn.Linear(widths[-1] * small**2, d), *([Code(kind)] if kind == "sigmoid" else [])),
            nn.Sequential(*up))


class Autoencoder(GaussianCodes):
    """Encoder, decoder and the Gaussian fitted to the training codes. ``w`` is the code: (n, 1, z_dim)."""

    kind = "identity"                             # what the code passes through

    def __init__(self, config: Any, data: DataSpec) -> None:
        super().__init__()
        d = config.z_dim
        self.spec = LatentSpec(shape=data.shape, z_dim=d, w_dim=d, encodes=True, prior="fitted")
        self.encoder, self.decoder = self.networks(config, data.shape)
        self.keep_prior(d)

    def networks(self, config: Any, shape: Sequence[int]) -> tuple[nn.Module, nn.Module]:
        """Encoder to (n, z_dim) and decoder to (n, *shape) in [0, 1]."""
        if config.network == "conv":
            if len(shape) != 3:
                raise ValueError("convolutions take images, not points in the plane; choose network dense.")
            return convolutional(shape, config.channels, config.z_dim, self.kind)
        return dense(shape, config.hidden, config.z_dim, config.tied, self.kind)

    def prior(self, drawn: Tensor) -> Tensor:
        z = super().prior(drawn)
        return z.clamp(0, 1) if self.kind == "sigmoid" else z

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)[:, None]

    def unclamped(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.decoder(w[:, 0]) * 2 - 1

    def synthesize(self, w: Tensor, label: Tensor | None = None) -> Tensor:
        return self.unclamped(w)

    def first_weight(self) -> Tensor | None:
        tied = next((m for m in self.decoder.modules() if isinstance(m, Tied)), None)
        return networks.first_weight(self.decoder, self.spec.w_dim) if tied is None else tied.layer[0].weight.detach().T

    def activations(self, x: Tensor) -> list[Tensor]:
        return trace(self.encoder, x)

    def filters(self) -> tuple[Tensor, Tensor] | None:
        pairs = self.pairs()
        if not pairs:
            return None
        down, up = (next(part.children()) for part in pairs[0])
        assert isinstance(down, nn.Linear) and isinstance(up, nn.Linear | Tied)
        mirror = up.layer[0].weight if isinstance(up, Tied) else up.weight.T
        return down.weight.detach(), mirror.detach()

    def threshold(self) -> float | None:
        return 0.5 if self.kind == "sigmoid" else None

    def pairs(self) -> list[tuple[nn.Sequential, nn.Sequential]]:
        """Dense networks: each layer of the encoder, outermost first, and the layer of the decoder that mirrors it."""
        down, up = (_by_layer(network) for network in (self.encoder, self.decoder))
        return list(zip(down, up[::-1], strict=True)) if down and len(down) == len(up) else []

    def mirrors(self) -> int:
        return len(self.pairs())

    def through(self, x: Tensor, layers: int) -> Tensor:
        pairs, h = self.pairs()[:layers], x.flatten(1)
        if not 1 <= layers <= self.mirrors():
            raise ValueError(f"it can turn back after 1 to {self.mirrors()} layers, not {layers}.")
        for down, _ in pairs:
            h = down(h)
        for _, up in reversed(pairs):
            h = up(h)
        return (h.view_as(x) * 2 - 1).clamp(-1, 1)


def _by_layer(network: nn.Module) -> list[nn.Sequential]:
    """The layers of a dense network, each with the nonlinearity after it; none where there is a layer of another kind."""
    out: list[list[nn.Module]] = []
    for m in network.modules():
        if isinstance(m, nn.Linear | Tied):
            out.append([m])
        elif isinstance(m, nn.SiLU | nn.Sigmoid | Code) and out:
            out[-1].append(m)
        elif not isinstance(m, nn.Sequential | nn.Flatten | nn.Unflatten):
            return []
    return [nn.Sequential(*part) for part in out]


class AutoencoderObjective(Objective):
    """Squared error per image, on the [0, 1] scale."""

    model: Any
    config: Any

    def phases(self) -> list[Phase]:
        parameters = list(self.model.parameters())
        return [Phase("reconstruction", parameters, self.loss, adam(parameters, lr=self.config.learning_rate))]

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": squared_error(self.model.unclamped(self.model.encode(batch.images)), batch.images).mean()}

    @torch.no_grad()
    def measure(self, batch: Batch) -> dict[str, Tensor]:
        """What becomes of images with noise: PSNR of the reconstruction less that of the noisy image, both against the clean one."""
        if batch.images.dim() != 4:
            return {}
        out = {}
        for kind, amount in corruption.STANDARD.items():
            noisy = corruption.corrupt(batch.images, kind, amount)
            again = self.model.synthesize(self.model.encode(noisy))
            out[f"gain_{kind}"] = psnr_of(again, batch.images) - psnr_of(noisy, batch.images)
        return out

    @torch.no_grad()
    def finish(self, model: LatentModel, batches: Iterable[Batch]) -> None:
        assert isinstance(model, Autoencoder)
        model.fit_prior(torch.cat([model.encode(b.images)[:, 0] for b in batches]))


MEASURES = {f"gain_{kind}": ("dB", f"PSNR of decode(encode(x̃)) less PSNR of x̃, both against x, mean over images; x̃: {said}")
            for kind, said in corruption.SAID.items()}

__all__ = ["MEASURES", "Autoencoder", "AutoencoderConfig", "AutoencoderObjective", "Code", "CodeConfig", "Tied", "convolutional", "dense"]
