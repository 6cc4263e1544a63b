"""Reconstruct: an image in, its code, and what the model draws from it."""

from __future__ import annotations

from training.checkpoint import Card
from training.model import LatentSpec

from .. import Context, figure


def supports(spec: LatentSpec) -> bool:
    """Runs with an encoder for images."""
    return spec.encodes and len(spec.shape) == 3


def worth(card: Card) -> float:
    """Images that come back near to what they were, and are read as the same: as digits are, which a hand can draw."""
    return figure(card, "code_accuracy") * figure(card, "psnr")


def build(context: Context) -> None:
    """Input, reconstruction and error map; the code under them."""
    from .reconstruct import reconstruct
    reconstruct()
