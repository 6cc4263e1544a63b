"""Collapse: several families beside each other on points in the plane, trained live from one seed."""

from __future__ import annotations

from training.model import LatentSpec

from .. import Context

INSPECTOR = False


def supports(spec: LatentSpec) -> bool:
    """Every run: the view does not look at the current one."""
    return True


def build(context: Context) -> None:
    """Panels and transport."""
    from .collapse import collapse
    collapse()
