"""A process that trains one family, some steps each time a line comes in: what ``benchmarks training`` starts in two checkouts.

    PYTHONPATH=CHECKOUT python -P benchmarks/steps.py FAMILY DATA THREADS PRECISION [compile]

It uses of a checkout only what all of them have, so that an older one can be timed. At each line "N" on standard input N steps are taken at
the end of the recipe's schedule, where networks that grow have grown, and a line of JSON says what they cost.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import resource
import sys
import time

import numpy as np
import torch

from training import families, loop
from training.checkpoint import Card
from training.model import DataSpec

SIDES = {"mnist": 28, "fashion-mnist": 28, "faces-32": 32, "faces": 64}
IMAGES = 12_800
BEFORE = 200                                      # steps before the end at which the schedule is


def trainer(name: str, data: str) -> loop.Trainer:
    """Of the family's ``cpu`` recipe, on images of noise in the sizes of a data set."""
    side, colours = SIDES[data], 3 if data.startswith("faces") else 1
    spec = DataSpec(data, data, (colours, side, side), () if colours == 3 else tuple("0123456789"))
    family, random = families.get(name), np.random.default_rng(0)
    config = family.Config.from_dict(family.recipe("cpu", data))
    images = random.integers(0, 256, (IMAGES, *spec.shape), np.uint8)
    labels = random.integers(0, 10, IMAGES) if spec.classes else None
    build = getattr(family, "build", family.Model)                     # an older checkout has Model alone
    card = Card("bench", name, config.to_dict(), spec, build(config, spec).spec)
    return loop.Trainer(family, config, card, images, labels)


def main() -> None:
    """Say what is trained, then answer."""
    name, data, threads, precision, *compiled = sys.argv[1:]
    torch.set_num_threads(int(threads))
    if importlib.util.find_spec("training.memory"):
        importlib.import_module("training.memory").keep()
    t = trainer(name, data)
    t.steps = max(0, t.config.images // t.config.batch_size - BEFORE)
    if precision != "as it was":
        t.precision = precision                   # type: ignore[attr-defined]
    if compiled:
        t.phases = [dataclasses.replace(p, loss=torch.compile(p.loss)) for p in t.phases]
    began = time.perf_counter()
    try:
        for _ in range(2):
            t.step()
    except RuntimeError as e:                     # what a network does may be more than the compiler knows
        print(json.dumps({"failed": str(e).partition("\n")[0]}), flush=True)
        return
    print(json.dumps({"batch": t.config.batch_size, "wall": time.perf_counter() - began}), flush=True)
    for line in sys.stdin:
        began, wall = time.process_time(), time.perf_counter()
        for _ in range(int(line)):
            t.step()
        print(json.dumps({"cpu": time.process_time() - began, "wall": time.perf_counter() - wall,
                          "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)


if __name__ == "__main__":
    main()
