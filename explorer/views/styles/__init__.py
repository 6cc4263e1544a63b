"""Styles: mixing between samples layer by layer, truncation, noise, directions of W, and the same way through Z and through W."""

from __future__ import annotations

from training.checkpoint import Card
from training.model import LatentSpec

from .. import Context, figure


def supports(spec: LatentSpec) -> bool:
    """Runs that take a style for each of several layers."""
    return spec.num_layers > 1 and len(spec.shape) == 3


def worth(card: Card) -> float:
    """Real images to mix, and colours that are carried over."""
    return bool(card.spec.encodes) + figure(card, "mixing_colours")


def build(context: Context) -> None:
    """The mixing grid, and below it truncation, noise, directions and paths."""
    from .styles import styles
    styles()
