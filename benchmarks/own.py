"""A large set of a person's own images: seconds and memory to read it, to read it again from the cache, and to train on it.

``python -m benchmarks own [--images N] [--kinds npz folder tar]``. The images are made here, 64 × 64 in colour, and removed.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from training import memory_map

from .serve import ROOT

SIDE, AT_ONCE, CLASSES = 64, 1000, 10
MiB = 2**20
KINDS = ("npz", "folder", "tar")


def images(n: int) -> Iterator[np.ndarray]:
    """(1000, 64, 64, 3) uint8 at a time, blocks of colour with noise, no two alike."""
    for k in range(0, n, AT_ONCE):
        random = np.random.default_rng(k)
        blocks = random.integers(0, 200, (min(AT_ONCE, n - k), 8, 8, 3)).astype(np.uint8)
        yield blocks.repeat(8, 1).repeat(8, 2) + random.integers(0, 40, (len(blocks), SIDE, SIDE, 3)).astype(np.uint8)


def encoded(n: int, kind: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of an image file each, in folders by class."""
    k = 0
    for part in images(n):
        for image in part:
            out = io.BytesIO()
            Image.fromarray(image).save(out, kind, **(dict(compress_level=1) if kind == "PNG" else dict(quality=90)))
            yield f"{k % CLASSES}/{k:06d}.{'png' if kind == 'PNG' else 'jpg'}", out.getvalue()
            k += 1


def make(kind: str, n: int, where: Path) -> Path:
    """A source of ``n`` images: arrays as they are, a folder of PNG files, or a tar of JPEG files."""
    if kind == "npz":
        rows = memory_map.Rows((SIDE, SIDE, 3), np.uint8, where)
        for part in images(n):
            rows.append(part)
        memory_map.write_npz(where / "own.npz", dict(images=rows.array(), labels=np.arange(n) % CLASSES))
        return where / "own.npz"
    if kind == "folder":
        for name, data in encoded(n, "PNG"):
            (where / "own" / name).parent.mkdir(parents=True, exist_ok=True)
            (where / "own" / name).write_bytes(data)
        return where / "own"
    with tarfile.open(where / "own.tar", "w") as tar:
        for name, data in encoded(n, "JPEG"):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return where / "own.tar"


def measured(arguments: list[str]) -> str:
    """Seconds, seconds of processors and MiB at most of ``python -m training …``, as cells of the table."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "training", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"python -m training {' '.join(arguments)} ended with {process.returncode}.")
    return f"{time.perf_counter() - began:.0f} | {used.ru_utime + used.ru_stime:.0f} | {used.ru_maxrss * 1024 / MiB:.0f}"


def main(argv: list[str] | None = None) -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks own")
    parser.add_argument("--images", type=int, default=200_000)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--steps", type=int, default=1000, help="of the training, in batches of 64")
    parser.add_argument("--folder", type=Path, help="where the images lie meanwhile [default: where the system keeps such]")
    args = parser.parse_args(argv or [])
    print(f"{args.images:,} images\n\n| what | s | s of processors | MiB at most |\n|---|---|---|---|")
    for kind in args.kinds:
        with tempfile.TemporaryDirectory(dir=args.folder) as scratch:
            where = Path(scratch)
            own = ["--source", str(make(kind, args.images, where)), "--size", str(SIDE), "--cache", str(where / "cache")]
            reads = ["data", "folder", *own]
            print(f"| {kind}, read | {measured(reads)} |\n| {kind}, from the cache | {measured(reads)} |", flush=True)
            trains = ["train", "vae", "--data", "folder", *own, "--trained", str(where / "trained"), "--network", "conv", "--images",
                      str(64 * args.steps), "--batch-size", "64", "--threads", "1", "--no-evaluate", "--device", "cpu"]
            print(f"| {kind}, trained on ({args.steps:,} steps) | {measured(trains)} |", flush=True)


if __name__ == "__main__":
    main()
