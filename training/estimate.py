"""What a training would cost on a data-centre GPU, from what a few of its steps do on this machine: an estimate, and it says so.

Counted are the operations of products and convolutions, as torch.utils.flop_counter knows them, and how many kernels a step starts. The
time is whichever is longer: the operations at a fair share of the card's bfloat16 speed, or the kernels one after the other, which is what
small networks wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from . import families
from .card import Card
from .distributed import World
from .loop import Trainer
from .model import DataSpec
from .shipped_runs import Run

STEPS = 5
SHAPES: dict[str, tuple[int, ...]] = {"mnist": (1, 28, 28), "fashion-mnist": (1, 28, 28), "faces": (3, 64, 64), "faces-32": (3, 32, 32),
                                       "ring": (2,), "grid": (2,)}
FLOPS = 0.2 * 990e12                              # a second: a fifth of an H100's dense bfloat16 (NVIDIA's data sheet, 2023)
KERNEL = 6e-6                                     # seconds to start one, about


class Counted(TorchDispatchMode):
    """Counts kernels and operations. (FlopCounterMode itself follows modules by hooks, which a gradient penalty's backward refuses.)"""

    def __init__(self) -> None:
        super().__init__()
        self.kernels, self.flops = 0, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        self.kernels += 1
        if known := flop_registry.get(func._overloadpacket):
            self.flops += known(*args, **(kwargs or {}), out_val=out)
        return out


@dataclass(frozen=True)
class Cost:
    """Of one training: images and batch, operations and kernels of a step, and hours on the GPU."""

    images: int
    batch: int
    flops: float
    kernels: float

    @property
    def hours(self) -> float:
        return self.images / self.batch * max(self.flops / FLOPS, self.kernels * KERNEL) / 3600


def cost(run: Run, recipe: str, steps: int = STEPS) -> Cost:
    """Counted over some steps at the end of the schedule, where networks that grow have grown, on images of noise."""
    config: Any = run.config(recipe)
    shape, random = SHAPES[run.data], np.random.default_rng(0)
    spec = DataSpec(run.data, run.data, shape, tuple("0123456789") if shape[0] == 1 else ())
    n = max(config.batch_size, 10 * 64)
    images = random.standard_normal((n, 2), np.float32) if len(shape) == 1 else random.integers(0, 256, (n, *shape), np.uint8)
    labels = np.arange(n) % spec.num_classes if spec.num_classes else None
    family = families.get(run.family)
    trainer = Trainer(family, config, Card(run.name, run.family, config.to_dict(), spec, family.build(config, spec).spec), images, labels,
                      World())
    trainer.steps = max(0, config.images // config.batch_size - 2 * steps)
    with Counted() as counted:
        for _ in range(steps):
            trainer.step()
    return Cost(config.images, config.batch_size, counted.flops / steps, counted.kernels / steps)


def table(runs: Sequence[Run], recipe: str) -> None:
    """Print a row for each, and the sum."""
    print(f"Estimated for one data-centre GPU at {FLOPS / 1e12:.0f} TFLOP/s and {KERNEL * 1e6:.0f} µs a kernel; no GPU was asked.\n")
    print("| run | images | batch | GFLOP a step | kernels a step | minutes |\n|---|---|---|---|---|---|")
    total = 0.0
    for run in runs:
        c = cost(run, recipe)
        total += c.hours
        print(f"| {run.name} | {c.images:,} | {c.batch} | {c.flops / 1e9:,.1f} | {c.kernels:,.0f} | {60 * c.hours:,.1f} |", flush=True)
    print(f"\n{total:.1f} hours in all, one after the other")
