"""What a training step costs: for each family's ``cpu`` recipe the three operations that take most of a step's processor time.

    python -m benchmarks profile [--families FAMILY …]

As torch's profiler counts them, on one thread, in the precision that ``auto`` takes here (bf16 where the processor has it); what an
operation calls is counted as the called one's own. "Python" is what is no operation: the loop, the optimiser's bookkeeping, dispatch.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

import torch
from torch.profiler import ProfilerActivity, profile

from training import families, memory, precision

from .steps import BEFORE, trainer
from .training import DATA

SECONDS = 3.0                                     # that are profiled of a family, about


def row(name: str) -> str:
    """Of the table."""
    t = trainer(name, DATA.get(name, "mnist"))
    t.steps = max(0, t.config.images // t.config.batch_size - BEFORE)
    t.precision = precision.BF16
    for _ in range(2):
        t.step()
    began = time.perf_counter()
    t.step()
    steps = max(1, round(SECONDS / (time.perf_counter() - began)))
    began = time.process_time()
    for _ in range(steps):
        t.step()
    plain = (time.process_time() - began) / steps
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        for _ in range(steps):
            t.step()
    costs = {e.key.removeprefix("aten::").strip("_"): 0.0 for e in seen.key_averages()}
    for e in seen.key_averages():
        costs[e.key.removeprefix("aten::").strip("_")] += e.self_cpu_time_total / 1e6 / steps
    total = sum(costs.values())
    most = sorted(costs.items(), key=lambda cost: -cost[1])[:3]
    told = [f"{key} {cost / total:.0%}" for key, cost in most]
    return f"| {name} | {plain * 1e3:,.1f} | {t.config.batch_size} | " + " | ".join(told) + " |"


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks profile")
    parser.add_argument("--families", nargs="+", default=families.names(), choices=families.names(), metavar="FAMILY")
    args = parser.parse_args(list(arguments))
    torch.set_num_threads(1)
    memory.keep()
    print("| family | ms a step | batch | most | second | third |\n|---|---|---|---|---|---|", flush=True)
    for name in args.families:
        print(row(name), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
