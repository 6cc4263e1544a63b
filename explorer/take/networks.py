"""The networks of a run that can be taken along: those that make codes, draw them, and read images."""

from __future__ import annotations

from dataclasses import dataclass

from training.model import Draws, LatentModel

from .. import Refused
from ..runs.run import Run
from ..site import networks, tracing
from ..site.networks import Net

NAMES = {"prior": "prior", "map": "mapping", "draw": "decode", "encode": "encode", "read": "read"}     # by key: files and functions
TOLD = {"prior": "what a seed draws, as noise", "map": "noise as codes", "draw": "codes as images", "encode": "images as codes",
        "read": "what the model's own head reads from images"}
RANGES = {"x": "[-1, 1]", "z": "noise", "w": "codes", "sigma": "standard deviations of codes, above 0", "label": "classes from 0",
          "drawn": "what a seed draws"}


@dataclass(frozen=True)
class Networks:
    """``model``: a copy that can be traced, to which the ``nets`` belong; ``draws``: what a seed draws."""

    model: LatentModel
    nets: tuple[Net, ...]
    draws: Draws

    def has(self, key: str) -> bool:
        """Whether there is a network of this key."""
        return any(net.key == key for net in self.nets)


def networks_of(run: Run) -> Networks:
    """Of a model of points in the plane those that make points, not the page's tiles of them. Raises Refused for a family whose noise
    nobody else could draw."""
    if networks.own_sampling(run.model):
        raise Refused(f"{run.card.name}: its family draws noise in a way of its own, which no other program knows.")
    model = tracing.settled(getattr(run.model, "inner", run.model))
    nets = tuple(net for net in networks.networks(run, model) if net.key in NAMES)
    return Networks(model, nets, model.draws())


def shape(sizes: tuple[int, ...]) -> str:
    """Of a batch, in words: (n, 1, 28, 28)."""
    return "(" + ", ".join(["n", *map(str, sizes)]) + ("" if sizes else ",") + ")"


__all__ = ["NAMES", "RANGES", "TOLD", "Networks", "networks_of", "shape"]
