"""Reconstruct: an image in, its code, and what the model draws from it."""

from __future__ import annotations

from typing import Any

from training.checkpoint import Card

from .. import Context, figure


def supports(spec: dict[str, Any]) -> bool:
    """Runs with an encoder for images."""
    return bool(spec["encodes"]) and len(spec["shape"]) == 3


def worth(card: Card) -> float:
    """Images that come back near to what they were, and are read as the same: as digits are, which a hand can draw."""
    return figure(card, "code_accuracy") * figure(card, "psnr")


def build(context: Context) -> None:
    """Input, reconstruction and error map; the code under them."""
    from .reconstruct import reconstruct
    reconstruct()
