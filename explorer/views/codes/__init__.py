"""Codes: what each code or class changes, and for models without them each strong direction; live."""

from __future__ import annotations

from training.checkpoint import Card
from training.model import LatentSpec

from .. import Context


def supports(spec: LatentSpec) -> bool:
    """Every run that draws images."""
    return len(spec.shape) == 3


def worth(card: Card) -> float:
    """Codes or classes of the model's own, the learnt ones first: of digits they read off at once."""
    return 2.0 * bool(card.spec.codes) + bool(card.spec.num_classes)


def build(context: Context) -> None:
    """The grid and the spectrum; for models with codes or classes of their own a grid over two of them, and their controls. Behind a
    switch, directions that were found after training."""
    from .codes import codes
    from .directions import directions
    from .traverse import traverse
    directions()
    traverse()
    codes()
