"""Memory of the page that has shown every run, and how long a run takes to open again: ``python -m benchmarks memory [--against DIR]``."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import psutil

from .live import Visitor
from .serve import ROOT
from .serve import page as served

EXPLORER = "/gradio_api/explorer"
MiB = 2**20


def visit(visitor: Visitor, row: dict[str, Any]) -> float:
    """Ask for what the page asks when it opens a run and its views are gone through; the seconds until its map and image were there."""
    name, start = row["name"], time.perf_counter()
    info = json.loads(visitor.ask(f"{EXPLORER}/run/{name}"))
    image = len(row["shape"]) == 3
    code = info["default"]["w"]
    labelled = {"label": 0} if row["num_classes"] else {}
    if info["projections"]:
        visitor.ask(f"{EXPLORER}/map/{name}?projection={info['projections'][0]}")
    if image:
        visitor.ask(f"{EXPLORER}/render", {"run": name, "op": "image", "w": code, **labelled})
    opened = time.perf_counter() - start
    visitor.ask(f"{EXPLORER}/codes/{name}")
    visitor.ask(f"{EXPLORER}/plot/{name}/spectrum")
    if info["dataset"]:
        visitor.ask(f"{EXPLORER}/sheet/{info['dataset']['name']}/0")
    if info["points"]:
        visitor.ask(f"{EXPLORER}/code", {"run": name, "op": "neighbours", "w": code, "k": 8, **labelled})
    if image:
        visitor.ask(f"{EXPLORER}/render", {"run": name, "op": "samples", "seed": 0, "n": 64, "columns": 8})
    if "microscope" in row["views"]:
        visitor.ask(f"{EXPLORER}/microscope", {"run": name, "op": "facts"})
        while not json.loads(visitor.ask(f"{EXPLORER}/microscope", {"run": name, "op": "units", "layer": 0}))["ready"]:
            time.sleep(0.2)
    return opened


def measure(root: Path) -> str:
    """A row of the table."""
    with served(root=root) as (address, _, pid):
        visitor, process = Visitor(address), psutil.Process(pid)
        rows = json.loads(visitor.ask(f"{EXPLORER}/runs"))["runs"]
        bare = process.memory_info().rss
        first = [visit(visitor, row) for row in rows]
        again = [visit(visitor, row) for row in rows]
        held = process.memory_info().rss
    return f"{bare / MiB:.0f} | {held / MiB:.0f} | {max(first):.2f} | {max(again):.2f} |"


def main(argv: list[str] | None = None) -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory")
    parser.add_argument("--against", type=Path, help="another checkout, measured too")
    args = parser.parse_args(argv or [])
    print("| checkout | MiB before | MiB after all runs, twice | slowest opening, s | slowest second opening, s |\n|---|---|---|---|---|")
    for name, root in {"here": ROOT, **({"against": args.against.resolve()} if args.against else {})}.items():
        print(f"| {name} | {measure(root)}", flush=True)


if __name__ == "__main__":
    main()
