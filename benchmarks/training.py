"""Images per second of the training loop: each family's ``cpu`` recipe in float32 and in bfloat16, in turns in one run, and against an
older checkout; and the loop as a ratio to the usual PyTorch script on the same network.

    python -m benchmarks training                          families in float32 and bf16, and the usual script
    python -m benchmarks training --against DIR            and against another checkout of this project (git worktree add DIR COMMIT)
    python -m benchmarks training --compile                and with each phase's loss compiled by torch.compile

The figure is a step's processor time, which other work on the machine moves less than the clock (of several threads their time by the
clock, since one that waits uses the processor too); medians of five rounds. The reference
script does what the well-known examples do: a torchvision-style data set of PIL images turned to tensors one by one, a DataLoader that
shuffles them in batches of 128, Adam, and ``loss.item()`` at each step.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from training import families, precision
from training.checkpoint import Card
from training.distributed import World
from training.loop import Trainer
from training.model import Batch, DataSpec

IMAGES, ROUNDS, STEPS = 12_800, 5, 100
ROUND = 1.0                                       # seconds that a round takes in the slowest of those compared, about
DATA = {"stylegan": "faces-32", "stylealae": "faces-32", "progan": "faces", "dcgan": "faces", "lapgan": "faces"}      # others: MNIST
HERE = Path(__file__).parents[1]


class Worker:
    """One family in one precision of one checkout."""

    def __init__(self, name: str, threads: int, kind: str, checkout: Path = HERE, compiled: bool = False) -> None:
        words = [sys.executable, "-P", str(HERE / "benchmarks" / "steps.py"), name, DATA.get(name, "mnist"), str(threads), kind,
                 *(["compile"] if compiled else [])]
        self.clock = "cpu" if threads == 1 else "wall"
        environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(words, cwd=checkout, env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        first = self._answer()
        if failed := first.get("failed"):
            raise RuntimeError(failed)
        self.batch, self.first, self.cost, self.peak = first["batch"], first["wall"], list[float](), 0.0

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self.process.args[2:])} ended early.")  # type: ignore[index]
        answer: dict[str, Any] = json.loads(line)
        return answer

    def step(self, steps: int) -> float:
        """Seconds of a step, of so many steps; kept."""
        assert self.process.stdin
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        answer = self._answer()
        self.cost.append(answer[self.clock] / steps)
        self.peak = answer["peak"]
        return self.cost[-1]

    def end(self) -> None:
        """It takes no more."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def compare(name: str, threads: int, against: Path | None, compiled: bool = False) -> str:
    """A row of the table."""
    workers = {k: Worker(name, threads, k) for k in (precision.FLOAT32, precision.BF16)}
    if against:
        workers["before"] = Worker(name, threads, "as it was", against)
    told = ""
    if compiled:
        try:
            workers["compiled"] = Worker(name, threads, precision.BF16, compiled=True)
        except RuntimeError as e:
            told = str(e)
    slowest = max(w.step(1) for w in workers.values())
    for w in workers.values():
        w.cost.clear()
    steps = min(STEPS, max(1, round(ROUND / slowest)))
    for _ in range(ROUNDS):
        for w in workers.values():
            w.step(steps)
    for w in workers.values():
        w.end()
    speed = {k: w.batch / statistics.median(w.cost) for k, w in workers.items()}
    best = max(precision.FLOAT32, precision.BF16, key=lambda k: speed[k])
    ratio = speed[precision.BF16] / speed[precision.FLOAT32]
    cells = [name, DATA.get(name, "mnist"), f"{speed[precision.FLOAT32]:,.0f}", f"{speed[precision.BF16]:,.0f}", f"{ratio:.2f}", best]
    if against:
        cells += [f"{speed['before']:,.0f}", f"{speed[best] / speed['before']:.2f}"]
    if told:
        cells += [told, "–", "–"]
    elif compiled:
        w = workers["compiled"]
        cells += [f"{speed['compiled']:,.0f}", f"{speed['compiled'] / speed[precision.BF16]:.2f}", f"{w.first:.0f}"]
    return "| " + " | ".join([*cells, f"{workers[best].peak:,.0f}"]) + " |"


class Pictures(Dataset):
    """Images as torchvision's data sets give them: PIL, then ToTensor's arithmetic."""

    def __init__(self, images: np.ndarray) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> torch.Tensor:
        picture = Image.fromarray(self.images[i, 0])
        return torch.from_numpy(np.array(picture, np.uint8, copy=True))[None].contiguous().to(torch.float32).div(255)


def reference(images: np.ndarray, trainer: Trainer) -> Iterator[float]:
    """Processor seconds for each further STEPS steps of the example scripts' loop on the trainer's own network and loss."""
    optimizer = torch.optim.Adam(trainer.model.parameters(), lr=1e-3)
    loader = DataLoader(Pictures(images), batch_size=128, shuffle=True)
    while True:
        start, steps, total = time.process_time(), 0, 0.0
        while steps < STEPS:
            for x in loader:
                optimizer.zero_grad()
                loss = trainer.objective.loss(Batch(x * 2 - 1))["loss"]  # type: ignore[operator]
                loss.backward()
                total += loss.item()
                optimizer.step()
                steps += 1
                if steps == STEPS:
                    break
        yield time.process_time() - start


def make(images: np.ndarray, kind: str, **settings: object) -> Trainer:
    """A trainer of the VAE on grey images."""
    family, data = families.get("vae"), DataSpec("noise", "Noise", (1, 28, 28))
    config = family.Config.from_dict(settings)
    card = Card("bench", "vae", config.to_dict(), data, family.build(config, data).spec, trained_in=kind)
    return Trainer(family, config, card, images, None, World())


def against_the_usual_script() -> None:
    """Print a line per network."""
    images = np.random.default_rng(0).integers(0, 256, (IMAGES, 1, 28, 28), np.uint8)
    for title, settings in (("dense VAE, 400 wide, 20-D (the example's)", {"network": "dense", "width": 400, "z_dim": 20}),
                            ("convolutional VAE, 16-D", {"channels": 16, "z_dim": 16})):
        theirs = reference(images, make(images, precision.FLOAT32, **settings))
        ours = {kind: make(images, kind, **settings) for kind in (precision.FLOAT32, precision.BF16)}
        ratios: dict[str, list[float]] = {kind: [] for kind in ours}
        for _ in range(ROUNDS):
            usual = next(theirs)
            for kind, t in ours.items():
                start = time.process_time()
                for _ in range(STEPS):
                    t.step()
                ratios[kind].append(usual / (time.process_time() - start))
        said = ", ".join(f"{statistics.median(r):.2f} × in {kind} (from {min(r):.2f} to {max(r):.2f})" for kind, r in ratios.items())
        print(f"{title}: {said} of the usual script's loop, {ROUNDS} rounds", flush=True)


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table, then a line per network against the usual script."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks training")
    parser.add_argument("--against", type=Path, metavar="DIR", help="another checkout of this project")
    parser.add_argument("--compile", action="store_true", help="with torch.compile too, in bf16")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--families", nargs="+", default=families.names(), choices=families.names(), metavar="FAMILY")
    args = parser.parse_args(list(arguments))
    torch.set_num_threads(args.threads)
    more = [*(["before", "ratio"] if args.against else []), *(["compiled", "÷ bf16", "compiling, s"] if args.compile else [])]
    heads = ["family", "data", "float32", "bf16", "bf16 ÷ float32", "auto", *more, "peak MB"]
    by = "processor time" if args.threads == 1 else "the clock"
    print(f"images per second of {by}, {args.threads} thread{'s' * (args.threads > 1)}, median of {ROUNDS} rounds in turns\n")
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)
    for name in args.families:
        print(compare(name, args.threads, args.against and args.against.resolve(), args.compile), flush=True)
    print()
    against_the_usual_script()


if __name__ == "__main__":
    main(sys.argv[1:])
