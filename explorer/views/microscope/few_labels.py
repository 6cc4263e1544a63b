"""Few labels: what a run's encoder does for a classifier, measured here for small numbers of labels, from the card for the rest."""

from __future__ import annotations

import re

import numpy as np

from training import checkpoint, pretraining

from ... import Refused
from ...runs.background import Progress
from ...runs.run import Run
from .answers import LabelsFigure

SIZES = (10, 20, 50, 100, 200)                    # labels that are measured here
ASKED = 2000                                      # held-out images whose class is asked, at most
NAME = re.compile(r"labels_(\d+)_(\w+)")


def require(run: Run) -> None:
    """Raise Refused unless the run encodes images without being told their class, by a network of ours, and there are held-out ones
    with classes."""
    if not run.spec.encodes or len(run.spec.shape) != 3:
        raise Refused("This run has no encoder whose features could be reused.")
    if run.spec.num_classes:
        raise Refused("This run is told the class of its images, so its encoder cannot be judged by it.")
    if not run.model.ours:
        raise Refused("This run was trained elsewhere, so that its network cannot be made anew and trained on.")
    if run.held is None or run.held.labels is None or len(run.card.data.classes) < 2:
        raise Refused("The images of this run's data set have no classes here.")


def known(run: Run) -> dict[str, dict[str, LabelsFigure]]:
    """What the card tells: number of labels to accuracy and protocol by way."""
    out: dict[str, dict[str, LabelsFigure]] = {}
    for name, figure in run.card.metrics.items():
        if found := NAME.fullmatch(name):
            out.setdefault(found[1], {})[found[2].replace("_", "-")] = {"accuracy": figure["value"], "protocol": figure["protocol"]}
    return out


def possible(run: Run) -> list[int]:
    """The sizes that half of the held-out images suffice for."""
    return [] if run.held is None else [n for n in SIZES if len(run.card.data.classes) <= n <= run.held.n // 2]


def measured(run: Run, n: int, way: str) -> tuple[float | None, float]:
    """(accuracy, 1.0), or (None, share done). ``n`` labels of the first half of the held-out images, asked of the second half.

    Raises Refused for another number or way, or where ``require`` does.
    """
    require(run)
    if n not in possible(run) or way not in pretraining.WAYS:
        raise Refused(f"It can be measured with {', '.join(map(str, possible(run)))} labels, {', '.join(pretraining.WAYS)}.")

    def make(progress: Progress) -> float:
        assert run.held is not None and run.held.labels is not None
        half, labels = run.held.n // 2, run.held.labels.astype(np.int64)
        rows = pretraining.balanced(labels[:half], n, 0)
        asked = np.arange(half, min(run.held.n, half + ASKED))
        few, many = ((pretraining.scaled(run.real(r)), pretraining.targets(labels[r])) for r in (rows, asked))
        return pretraining.accuracy(run.model, lambda: checkpoint.build(run.card), pretraining.Labelled(*few, *many), way,
                                    progress=progress)
    return run.later.get(("labels", n, way), make)


__all__ = ["SIZES", "known", "measured", "possible", "require"]
