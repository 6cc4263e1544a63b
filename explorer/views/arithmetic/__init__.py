"""Arithmetic: A − B + C with averaged exemplars, live."""

from __future__ import annotations

from training.checkpoint import Card
from training.model import LatentSpec

from .. import Context, figure


def supports(spec: LatentSpec) -> bool:
    """Every run that draws images."""
    return len(spec.shape) == 3


def worth(card: Card) -> float:
    """Images that are labelled in many ways, where the sum was measured to change what it should."""
    return 1 + figure(card, "arithmetic_changed") if card.data.attributes else 0.0


def build(context: Context) -> None:
    """The sum, its check, and the gallery of exemplars."""
    from .arithmetic import arithmetic
    arithmetic()
