"""The recurrent autoencoder: an image is read row by row into a vector, and written row by row out of it.

    hₜ = GRU(rowₜ, hₜ₋₁),   code = W h_H          sₜ = GRU(code, sₜ₋₁),   rowₜ = V sₜ

A sequence to a vector, a vector to a sequence. Cho et al. 2014, Learning Phrase Representations using RNN Encoder–Decoder for Statistical
Machine Translation (the unit and the scheme); Srivastava et al. 2015, Unsupervised Learning of Video Representations using LSTMs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ..autoencoders import MEASURES, Autoencoder, AutoencoderObjective, CodeConfig
from ..model import Family, setting


@dataclass(frozen=True)
class RecurrentConfig(CodeConfig):
    """Settings of the recurrent autoencoder."""

    units: int = setting(256, "units of each recurrent layer (ours)", low=4, high=1024)


class Rows(nn.Module):
    """Images (n, C, H, W) to their rows as a sequence, (n, H, C · W)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2).flatten(2)


class Reader(nn.Module):
    """A sequence (n, H, k) to a vector (n, d)."""

    def __init__(self, k: int, units: int, d: int) -> None:
        super().__init__()
        self.cell = nn.GRU(k, units, batch_first=True)
        self.out = nn.Linear(units, d)

    def steps(self, x: Tensor) -> list[Tensor]:
        """What is held after the last row, (n, units), and the vector."""
        held: Tensor = self.cell(x)[1][0]
        return [held, self.out(held)]

    def forward(self, x: Tensor) -> Tensor:
        return self.steps(x)[-1]


class Writer(nn.Module):
    """A vector (n, d), seen at every step, to images (n, *shape) in [0, 1]."""

    def __init__(self, d: int, units: int, shape: Sequence[int]) -> None:
        super().__init__()
        self.shape = tuple(shape)
        self.begin, self.cell, self.out = nn.Linear(d, units), nn.GRU(d, units, batch_first=True), nn.Linear(units, shape[0] * shape[2])

    def forward(self, w: Tensor) -> Tensor:
        c, h, width = self.shape
        rows, _ = self.cell(w[:, None].expand(-1, h, -1), self.begin(w).tanh()[None])
        return self.out(rows).sigmoid().view(-1, h, c, width).transpose(1, 2)


class Recurrent(Autoencoder):
    """seq2vec and vec2seq."""

    def networks(self, config: Any, shape: Sequence[int]) -> tuple[nn.Module, nn.Module]:
        c, _, w = shape
        return nn.Sequential(Rows(), Reader(c * w, config.units, config.z_dim)), Writer(config.z_dim, config.units, shape)

    def first_weight(self) -> Tensor | None:
        assert isinstance(self.decoder, Writer)
        return torch.cat([self.decoder.begin.weight, self.decoder.get_parameter("cell.weight_ih_l0")]).detach()

    def activations(self, x: Tensor) -> list[Tensor]:
        """What the reader holds after the last row, and the code."""
        reader: Any = self.encoder.get_submodule("1")
        steps: list[Tensor] = reader.steps(Rows()(x))
        return steps


FAMILY = Family(
    name="recurrent", title="Recurrent autoencoder",
    paper="Cho et al. 2014, Learning Phrase Representations using RNN Encoder–Decoder for Statistical Machine Translation",
    equation="hₜ = GRU(rowₜ, hₜ₋₁),   sₜ = GRU(code, sₜ₋₁),   rowₜ = V sₜ",
    summary="The image is read from top to bottom, a row at a time, into one vector, and written again from it in the same way. The two "
            "halves are the encoder and decoder that machine translation began with.",
    Config=RecurrentConfig, Model=Recurrent, Objective=AutoencoderObjective, measures=MEASURES, headline=("reconstruction_error",),
    images_only=True,
    recipes={
        "quick": {"*": dict(images=100_000)},
        "cpu": {"*": dict(images=1_000_000, batch_size=128)},
        "gpu": {"*": dict(images=12_000_000, units=512)},
    },
)
