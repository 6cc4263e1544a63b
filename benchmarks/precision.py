"""Does bfloat16 train as well? One dense, one convolutional and one penalised family, three seeds or others each way, the same images.

    python -m benchmarks precision [--families vae dcgan wgan-gp] [--seeds 0 1 2] [--threads 1]

Each training is the shipped command with the ``quick`` recipe on MNIST; the figure is what ``evaluate`` writes into its card. The seeds of
float32 spread by themselves: bf16 trains as well where its median lies within them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SEEDS = (0, 1, 2)
FIGURES = {"vae": "negative_elbo", "dcgan": "frechet_ratio", "wgan-gp": "frechet_ratio"}
TRAINED = Path(__file__).parents[1] / "trained"


def train(family: str, precision: str, seed: int, threads: int, root: Path) -> float:
    """The figure of one training. Raises CalledProcessError where it fails."""
    name = f"{family}-{precision}-{seed}"
    command = [sys.executable, "-m", "training", "train", family, "--recipe", "quick", "--data", "mnist", "--name", name, "--trained",
               str(root), "--threads", str(threads), "--seed", str(seed), "--precision", precision, "--no-map"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=TRAINED.parent)
    card = json.loads((root / name / "card.json").read_text("utf-8"))
    return float(card["metrics"][FIGURES[family]]["value"])


def main(arguments: Sequence[str] = ()) -> None:
    """Print a row for each family."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks precision")
    parser.add_argument("--families", nargs="+", default=list(FIGURES), choices=FIGURES, metavar="FAMILY")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS), metavar="SEED")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args(list(arguments))
    seeds = ", ".join(map(str, args.seeds))
    heads = ["family", "figure", f"float32, seeds {seeds}", f"bf16, seeds {seeds}", "median of bf16 within float32's"]
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "_features").symlink_to(TRAINED / "_features")
        for family in args.families:
            found: dict[str, list[float]] = {"float32": [], "bf16": []}
            for seed in args.seeds:                                                 # in turns
                for precision, values in found.items():
                    values.append(train(family, precision, seed, args.threads, root))
            low, high, median = min(found["float32"]), max(found["float32"]), statistics.median(found["bf16"])
            within = "yes" if low <= median <= high else "better" if median < low else "no"
            cells = [family, FIGURES[family], *(", ".join(f"{v:.4g}" for v in values) for values in found.values()), within]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
