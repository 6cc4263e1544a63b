"""Pyramid: a model's resolutions one by one; where each level draws a residual, what it was given, what it adds and the sum."""

from __future__ import annotations

from training.checkpoint import Card
from training.model import LatentSpec

from .. import Context


def supports(spec: LatentSpec) -> bool:
    """Runs whose resolutions can be shown one by one."""
    return bool(spec.levels) and len(spec.shape) == 3


def worth(card: Card) -> float:
    """Levels that draw a residual each, in colour."""
    return 2.0 * (not card.spec.encodes and card.spec.num_layers == 1) + (card.spec.shape[0] == 3)


def build(context: Context) -> None:
    """Levels from coarse to full; a second sample; a real image taken apart."""
    from .pyramid import pyramid
    pyramid()
