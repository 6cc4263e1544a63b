"""Train: choose a family and data, watch it learn, open what came out of it."""

from __future__ import annotations

from training.model import LatentSpec

from .. import Context

INSPECTOR = False


def supports(spec: LatentSpec) -> bool:
    """Every run: the view does not look at the current one."""
    return True


def build(context: Context) -> None:
    """Form and monitor."""
    from .jobs import Jobs
    from .train import train
    first, *others = context.session.folders
    train(Jobs(first, context.access, others=others))
