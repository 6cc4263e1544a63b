"""One process against two that train one network together (README's line for several), one thread each, the same images and batch.

    python -m benchmarks processes [--families FAMILY …]

Images per second as the run's card tells them, saving included; three rounds in turns, medians. Two processes use two cores: 2.0 is all
that they can give.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from training import families
from training.card import read_card

from .training import DATA, HERE

ROUNDS, SECONDS = 3, 12.0
FIRST = 2_560                                     # images of the run by which the others' length is chosen


def trained(name: str, images: int, processes: int) -> float:
    """Images per second of a training of so many images."""
    with tempfile.TemporaryDirectory() as root:
        words = ["-m", "training", "train", name, "--data", DATA.get(name, "mnist"), "--trained", root, "--name", "timed", "--threads", "1",
                 "--images", str(images), "--no-evaluate", "--recipe", "cpu", "--device", "cpu"]
        torchrun = [str(Path(sys.executable).parent / "torchrun"), "--standalone", "--nproc_per_node", str(processes)]
        command = [*torchrun, *words] if processes > 1 else [sys.executable, *words]
        done = subprocess.run(command, cwd=HERE, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        card = read_card(Path(root) / "timed")
        return card.images_seen / card.seconds


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks processes")
    parser.add_argument("--families", nargs="+", default=["vae", "autoencoder", "bigan", "dcgan", "wgan-gp"], choices=families.names(),
                        metavar="FAMILY")
    args = parser.parse_args(list(arguments))
    print("| family | images/s, one process | two | ratio |\n|---|---|---|---|", flush=True)
    for name in args.families:
        images = max(FIRST, round(trained(name, FIRST, 1) * SECONDS))
        rates: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(ROUNDS):
            for k, seen in rates.items():
                seen.append(trained(name, images, k))
        one, two = (statistics.median(rates[k]) for k in (1, 2))
        print(f"| {name} | {one:,.0f} | {two:,.0f} | {two / one:.2f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
