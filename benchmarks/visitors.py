"""Many visitors who drag at once, in every view; live images beside each kind of slow work; images a second of many visitors of one run.

``python -m benchmarks visitors [--visitors 32] [--seconds 60] [--parts drag slow images] [--against DIR]``. The page is a process of its
own on this machine, and so is the crowd (crowd.py), whose processor time is told: both share the cores. Each visitor has an address of
her own.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil

from . import slow
from .crowd import PACE, Answers, visit
from .drags import Hand, drags
from .live import Visitor
from .serve import ROOT
from .serve import page as served

PARTS = ("drag", "slow", "images")
RUNS = ("dcgan-faces", "progan-faces", "lapgan-faces", "vae-faces", "conv-faces", "stylegan-faces-32", "vae-mnist")
USERS = 16                                      # of one run
MiB = 2**20


class Watched:
    """Memory of the page's process, looked at every second while a crowd is there; its processor time, and the crowd's."""

    def __init__(self, pid: int) -> None:
        self.process, self.me, self.held = psutil.Process(pid), psutil.Process(), list[float]()

    def during(self, crowd: Callable[[], Answers], seconds: float) -> tuple[Answers, float, float]:
        """The crowd's answers; cores that the page and the crowd took meanwhile."""
        over = threading.Event()

        def look() -> None:
            while True:
                self.held.append(self.process.memory_info().rss / MiB)
                if over.wait(1.0):
                    return
        watch = threading.Thread(target=look)
        watch.start()
        before = [sum(p.cpu_times()[:2]) for p in (self.process, self.me)]
        try:
            answers = crowd()
        finally:
            over.set()
            watch.join()
        page, mine = (sum(p.cpu_times()[:2]) - b for p, b in zip((self.process, self.me), before, strict=True))
        return answers, page / seconds, mine / seconds


def quantiles(times: list[float]) -> list[float]:
    """At 5, 10, … 95 %, of one time as of many."""
    return statistics.quantiles(times, n=20) if len(times) > 1 else times * 19


def cuts(times: list[float]) -> str:
    """p50, p95 and the slowest, as cells of a table."""
    found = quantiles(times)
    return f"{found[9]:.0f} | {found[18]:.0f} | {max(times):.0f}"


def dragging(root: Path, n: int, seconds: float) -> None:
    """n visitors in every view: a table by operation, and how the page's memory went."""
    with served(root=root) as (address, _, pid):
        crowd = drags(Visitor(address), n)
        visit(address, crowd, 3.0, PACE)        # what is worked out once
        watched = Watched(pid)
        answers, page, mine = watched.during(lambda: visit(address, crowd, seconds, PACE), seconds)
    print(f"| {n} visitors, {seconds:.0f} s | answers/s | p50, ms | p95, ms | slowest, ms |\n|---|---|---|---|---|")
    for row in sorted(answers.times):
        print(f"| {row} | {len(answers.times[row]) / seconds:.1f} | {cuts(answers.times[row])} |")
    print(f"| all | {len(answers.every) / seconds:.0f} | {cuts(answers.every)} |\n")
    held = watched.held
    print(f"{len(answers.errors)} errors; the page took {page:.2f} cores, the crowd {mine:.2f}; its MiB: {held[0]:.0f} at the start, "
          f"{held[min(10, len(held) - 1)]:.0f} after 10 s, {held[-1]:.0f} at the end, {max(held):.0f} at most.")
    for error in answers.errors[:5]:
        print(f"  {error}")


def beside_slow_work(root: Path, seconds: float) -> None:
    """Single images of one visitor, at a dragging pace, while another's slow work goes on: of each kind."""
    print("| beside | images | p50, ms | p95, ms | slowest, ms | errors |\n|---|---|---|---|---|---|")
    for name, work in slow.KINDS.items():
        with served(root=root) as (address, _, _):
            hand = Hand(Visitor(address), "dcgan-faces")
            crowd = [[hand.image("live", k) for k in range(len(hand.codes))]]
            visit(address, crowd, 1.0, PACE)
            with work(address):
                answers = visit(address, crowd, seconds, PACE)
        print(f"| {name} | {len(answers.every)} | {cuts(answers.every)} | {len(answers.errors)} |", flush=True)


def images(roots: dict[str, Path], rounds: int, seconds: float, runs: Sequence[str] = RUNS, at_once: Sequence[int] = (1, USERS)) -> None:
    """Single images a second of one run, asked for by so many visitors as soon as they are answered; checkouts in turns."""
    print("| run | visitors | " + " | ".join(f"{n}: images/s | p50, p95 ms | ms of a core each" for n in roots) + " | ratio |")
    print("|---|---|" + "---|---|---|" * len(roots) + "---|")
    with ExitStack() as open_:
        pages = {name: open_.enter_context(served(root=root)) for name, root in roots.items()}
        for run in runs:
            for users in at_once:
                found: dict[str, list[tuple[float, ...]]] = {name: [] for name in roots}
                for k in range(rounds):
                    for name, (address, _, pid) in pages.items():
                        hand, process = Hand(Visitor(address), run), psutil.Process(pid)
                        crowd = [[hand.image("image", (k + j) % len(hand.codes)) for j in range(len(hand.codes))] for k in range(users)]
                        if k == 0:
                            visit(address, crowd, 0.5)
                        before, start = sum(process.cpu_times()[:2]), time.perf_counter()
                        times = visit(address, crowd, seconds).every
                        took, part = sum(process.cpu_times()[:2]) - before, quantiles(times)
                        found[name].append((len(times) / (time.perf_counter() - start), part[9], part[18], 1000 * took / len(times)))
                print(images_row(run, users, found), flush=True)


def images_row(run: str, users: int, found: dict[str, list[tuple[float, ...]]]) -> str:
    """A row of medians; the ratio of the first checkout to the last, of each pair of turns."""
    middle = {name: [statistics.median(values) for values in zip(*rounds, strict=True)] for name, rounds in found.items()}
    told = " | ".join(f"{rate:.0f} | {p50:.1f}, {p95:.1f} | {each:.2f}" for rate, p50, p95, each in middle.values())
    first, last = list(found.values())[0], list(found.values())[-1]
    return f"| {run} | {users} | {told} | {statistics.median(a[0] / b[0] for a, b in zip(first, last, strict=True)):.2f} |"


def main(argv: list[str] | None = None) -> None:
    """Print Markdown tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks visitors")
    parser.add_argument("--visitors", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60.0, help="of dragging; a tenth of it for each other measurement")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rounds", type=int, default=3, help="of images a second")
    parser.add_argument("--runs", nargs="+", default=RUNS, help="whose images a second are measured")
    parser.add_argument("--users", nargs="+", type=int, default=(1, USERS), help="how many visitors ask for them at once")
    parser.add_argument("--against", type=Path, help="another checkout, whose images a second take turns with this one's")
    args = parser.parse_args(argv or [])
    roots: dict[str, Any] = {"here": ROOT, **({"against": args.against.resolve()} if args.against else {})}
    if "drag" in args.parts:
        dragging(ROOT, args.visitors, args.seconds)
    if "slow" in args.parts:
        beside_slow_work(ROOT, args.seconds / 10)
    if "images" in args.parts:
        images(roots, args.rounds, args.seconds / 20, args.runs, args.users)


if __name__ == "__main__":
    main()
