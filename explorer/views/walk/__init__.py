"""Walk: a film through keyframes."""

from __future__ import annotations

from training.checkpoint import Card
from training.model import LatentSpec

from .. import Context, figure


def supports(spec: LatentSpec) -> bool:
    """Every run that draws images."""
    return len(spec.shape) == 3


def worth(card: Card) -> float:
    """Colour, and samples near to real images."""
    return (card.spec.shape[0] == 3) + 1 / (1 + (figure(card, "frechet_ratio") or 1e9))


def build(context: Context) -> None:
    """Screen, transport, keyframes, contact strip."""
    from .film import film
    film()
