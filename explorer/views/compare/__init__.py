"""Compare: runs side by side: the same seed or the same class, their training, their figures and the settings that differ."""

from __future__ import annotations

from training.model import LatentSpec

from .. import Context

INSPECTOR = False


def supports(spec: LatentSpec) -> bool:
    """Every run: those of different data sets, too."""
    return True


def build(context: Context) -> None:
    """Samples, curves, table."""
    from .compare import compare
    compare()
