"""What the loop sees of a model's samples while it trains: how many kinds of things it draws, and whether they are all alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from . import features, figures, metrics, points
from .alarms import alikeness
from .model import DataSpec, LatentModel

SAMPLES = 400
LEAST = {"modes": 0.75, "class": 0.5, "combinations": 1 / 3}   # share that a model should draw of all


class Watch:
    """Draws a few samples of a fixed seed and has them judged by modes, or by the feature net that lies beside the runs."""

    def __init__(self, root: Path, data: DataSpec) -> None:
        self.data, self.net = data, None
        if len(data.shape) == 3:
            try:
                self.net = features.load(root, data)
            except features.FeatureError:
                self.net = None                # a damaged net must not stop a training; `evaluate` will name it

    @torch.no_grad()
    def look(self, model: LatentModel) -> dict[str, Any]:
        """``alikeness`` of samples, and ``coverage``, ``k`` and ``least`` where kinds can be told apart; {} where they are not numbers.

        A model that learnt no prior need not draw every kind: a Gaussian fitted to its codes may miss some. Its ``least`` is 0."""
        x = torch.cat([x for _, x, _ in figures.draw(model, SAMPLES)])
        if not torch.isfinite(x).all():
            return {}
        if self.data.name in points.MIXTURES:
            k = len(points.centres(self.data.name))
            return {"coverage": float(points.modes_covered(self.data.name, x.cpu().numpy())), "k": k, "least": LEAST["modes"]}
        out: dict[str, Any] = {"alikeness": alikeness(x)}
        if self.net is not None:
            self.net.to(x.device)
            kind, k, _ = figures.kinds(self.net, self.net.classify(x.split(figures.CHUNK))[1])
            least = 0.0 if model.spec.prior == "fitted" else LEAST["class" if len(self.net.fields) == 1 else "combinations"]
            out |= {"coverage": metrics.coverage(kind, k), "k": k, "least": least}
        return out
