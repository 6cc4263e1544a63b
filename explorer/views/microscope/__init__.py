"""Microscope: what an encoder's units look for, its code, how deep and long it must be, codes drawn at random, PCA, and what the
encoder is worth to a classifier with few labels; what a generator's layers draw, and two generators of one shape mixed."""

from __future__ import annotations

from training.checkpoint import Card
from training.model import LatentSpec

from .. import Context, figure


def supports(spec: LatentSpec) -> bool:
    """Runs that draw images: their generator's layers, and where there is an encoder its units."""
    return len(spec.shape) == 3


def worth(card: Card) -> float:
    """A sparse code: of many units few are lit, and each is a stroke that can be seen. A generator has no units to click."""
    return card.spec.encodes * (1.0 + (card.spec.w_dim if figure(card, "lit") else figure(card, "code_accuracy")))


def build(context: Context) -> None:
    """The bar that chooses an image and a panel, and the panels; few labels beside them."""
    from .labels import labels
    from .microscope import microscope
    microscope()
    labels()
