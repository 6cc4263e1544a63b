"""The live image at rest, beside a training started from the page, and beside two busy processes; and what the page costs that training.

``python -m benchmarks live [--against DIR]``: DIR is another checkout, which takes turns with this one, so that both see the same machine.
The training is a DCGAN on 64 × 64 faces from the held-out sheets, started as the page starts it, on a copy of ``trained/``.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import http.client
import io
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from training import log
from training.heldout import open_heldout

from .page import browser, slides
from .serve import ROOT
from .serve import page as served

RUNS = ("vae-mnist", "dcgan-faces", "progan-faces", "stylegan-faces-32")   # whose single images are asked for
SLID = "dcgan-faces"                                # the run of the slider in Chromium
GRIDS = (("codes", "infogan-mnist", "#lx-codes .lx-code input[type=range]", "#lx-codes .lx-code-cells"),
         ("styles", "stylegan-faces-32", "#lx-style-dials [data-dial=psi] input", "#lx-styles .lx-mixing"))
CONDITIONS = ("idle", "training", "busy")
PAUSE = 0.016                                       # seconds from an answer to the next question: a screen's frame
PICTURES = 1000                                     # that the training has
PIECE = 2**19                                       # bytes of an upload at once
BUSY = "while True: pass"
DRAG = """async ([input, grid, ms]) => {
  const dial = document.querySelector(input), of = (e) => +e?.dataset.n || 0, start = performance.now();
  const hero = document.querySelector('#lx-hero canvas').parentElement, host = document.querySelector(grid);
  const before = [of(hero), of(host)], [low, high] = [+dial.min, +dial.max];
  while (performance.now() - start < ms) {
    dial.value = (low + high) / 2 + (high - low) / 3 * Math.sin((performance.now() - start) / 400);
    dial.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(requestAnimationFrame);           /* Chromium tells a hand's moves once a frame */
  }
  const seconds = (performance.now() - start) / 1000;
  return [(of(hero) - before[0]) / seconds, (of(host) - before[1]) / seconds];
}"""


class Visitor:
    """Asks on one connection, as a browser does."""

    def __init__(self, address: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
        self.asked = 0.0

    def ask(self, path: str, body: Any = None) -> bytes:
        """The answer. Raises RuntimeError with the page's sentence where it refuses."""
        if time.monotonic() - self.asked > 2:       # the server ends a connection that rests for long
            self.connection.close()
        data = None if body is None else json.dumps(body)
        self.connection.request("GET" if body is None else "POST", path, data, {"content-type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        self.asked = time.monotonic()
        if answer.status != 200:
            raise RuntimeError(text.decode(errors="replace"))
        return text

    def call(self, function: str, **asked: Any) -> Any:
        """What a function of the Train view answers."""
        config = json.loads(self.ask("/config"))
        view = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "lx-train")
        body = {"session_hash": "benchmark", "component_id": view, "fn_name": function, "data": asked}
        said = json.loads(self.ask("/gradio_api/component_server/", body))
        if "error" in said:
            raise RuntimeError(said["error"])
        return said.get("value")


def images(visitor: Visitor, run: dict[str, Any], seconds: float) -> list[float]:
    """Milliseconds of each single image of random codes, asked for one after another."""
    random, times, end = np.random.default_rng(0), [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 20:
        code = base64.b64encode(random.normal(size=run["num_layers"] * run["w_dim"]).astype("<f4").tobytes()).decode()
        start = time.perf_counter()
        visitor.ask("/gradio_api/explorer/render", {"run": run["name"], "op": "image", "w": code})
        times.append((time.perf_counter() - start) * 1000)
        time.sleep(PAUSE)
    return times


def pictures(trained: Path) -> bytes:
    """A zip of PICTURES faces."""
    out, held = io.BytesIO(), open_heldout(trained / "_data" / "faces")
    with zipfile.ZipFile(out, "w") as packed:
        for k, x in enumerate(held.images(range(min(held.n, PICTURES)))):
            png = io.BytesIO()
            Image.fromarray(x.transpose(1, 2, 0)).save(png, "PNG")
            packed.writestr(f"{k:04}.png", png.getvalue())
    return out.getvalue()


@contextmanager
def training(visitor: Visitor, trained: Path, name: str) -> Iterator[Path]:
    """A training started from the page, under way: the path of its log. Stopped afterwards."""
    token, data = visitor.call("job_begin_upload", title="faces"), pictures(trained)
    for at in range(0, len(data), PIECE):
        piece = base64.b64encode(data[at:at + PIECE]).decode()
        visitor.call("job_add_upload", token=token, path="faces.zip", piece=piece, first=at == 0)
    visitor.call("job_start", family="dcgan", data="folder", recipe="cpu", settings={"images": 10**8}, name=name, upload=token, size=64)
    path = trained / name / "log.jsonl"
    try:
        while not path.is_file() or len(log.read(path)) < 3:
            if visitor.call("job_snapshot", name=name)["state"] not in ("starting", "running"):
                raise RuntimeError((trained / name / "process.log").read_text())
            time.sleep(0.5)
        yield path
    finally:
        visitor.call("job_stop", name=name)
        while visitor.call("job_snapshot", name=name)["running"]:
            time.sleep(0.5)


@contextmanager
def busy(count: int = 2) -> Iterator[None]:
    """So many processes that do nothing but compute."""
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for p in processes:
            p.kill()
            p.wait()


def speed(path: Path, seconds: float) -> float:
    """Images per second of a training, from now on, by its own log."""
    def last() -> tuple[float, float]:
        rows = log.read(path)
        return rows[-1]["images"], rows[-1]["seconds"]
    images, begun = last()
    while True:
        time.sleep(0.2)
        now, at = last()
        if at - begun >= seconds:
            return (now - images) / (at - begun)


def lost(path: Path, pid: int, seconds: float) -> list[float]:
    """The training's speed with the page at rest as a share of its speed with the page's process stopped, in turns."""
    shares = []
    for _ in range(3):
        with_page = speed(path, seconds)
        os.kill(pid, signal.SIGSTOP)
        try:
            shares.append(with_page / speed(path, seconds))
        finally:
            os.kill(pid, signal.SIGCONT)
    return shares


def in_browser(page: Page, address: str, found: dict[str, list[float]], milliseconds: int) -> None:
    """Slider to pixels, and frames a second while dragging in the views with grids."""
    page.goto(f"{address}/?run={SLID}&view=walk&lang=en")
    page.wait_for_selector(".lx-hero[data-n]", timeout=120_000)
    page.wait_for_timeout(1500)
    found[f"{SLID}: slider to pixel"] += slides(page)[5:]
    for view, run, dial, grid in GRIDS:
        page.goto(f"{address}/?run={run}&view={view}&lang=en")
        page.wait_for_selector(f"{grid}[data-n]", timeout=120_000)
        page.wait_for_selector(dial, timeout=120_000)
        page.wait_for_timeout(2500)
        hero, cells = page.evaluate(DRAG, [dial, grid, milliseconds])
        found[f"{view}: frames of the image"].append(hero)
        found[f"{view}: frames of the grid"].append(cells)


def measure(root: Path, trained: Path, conditions: list[str], seconds: float, found: dict[str, dict[str, list[float]]]) -> None:
    """One turn of a checkout: all conditions after one another, beside one page."""
    with served("--trained", str(trained), root=root, LATENT_EXPLORER_DATA=str(trained / "_cache")) as (address, _, pid), browser() as page:
        visitor = Visitor(address)
        rows = {r["name"]: r for r in json.loads(visitor.ask("/gradio_api/explorer/runs"))["runs"]}
        for name in RUNS:
            images(visitor, rows[name], 0.0)
        for condition in conditions:
            with ExitStack() as beside:
                if condition == "busy":
                    beside.enter_context(busy())
                path = beside.enter_context(training(visitor, trained, "beside")) if condition == "training" else None
                time.sleep(2)
                for name in RUNS:
                    found[condition][f"{name}: single image"] += images(visitor, rows[name], seconds)
                in_browser(page, address, found[condition], int(1000 * seconds))
                if path is not None:
                    page.wait_for_timeout(3000)
                    found[condition]["training beside the page at rest"] += lost(path, pid, 3 * seconds)
            if condition == "training":
                visitor.call("job_delete", name="beside")


def told(name: str, values: list[float]) -> str:
    """What was measured, in words."""
    if "frames" in name or "training" in name:
        return f"{statistics.median(values):.2f}" if "training" in name else f"{statistics.median(values):.0f}/s"
    cuts = statistics.quantiles(values, n=20)
    return f"p50 {cuts[9]:.1f}, p95 {cuts[18]:.1f} ms"


def main(argv: list[str] | None = None) -> None:
    """Print a Markdown table: a row for each condition and measurement, a column for each checkout."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks live")
    parser.add_argument("--against", type=Path, help="another checkout, which takes turns with this one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=CONDITIONS)
    args = parser.parse_args(argv or [])
    roots = {"here": ROOT} | ({"against": args.against.resolve()} if args.against else {})
    found: dict[str, dict[str, dict[str, list[float]]]] = {n: defaultdict(lambda: defaultdict(list)) for n in roots}
    with tempfile.TemporaryDirectory() as folder:
        for name, root in roots.items():
            shutil.copytree(root / "trained", Path(folder) / name)
        for k in range(args.rounds):
            for name, root in roots.items():
                print(f"round {k + 1} of {args.rounds}: {name}", file=sys.stderr, flush=True)
                measure(root, Path(folder) / name, args.conditions, args.seconds, found[name])
    print(f"| | {' | '.join(roots)} |\n|---|{'---|' * len(roots)}")
    for condition in args.conditions:
        for row in found["here"][condition]:
            print(f"| {condition}, {row} | {' | '.join(told(row, found[n][condition][row]) for n in roots)} |", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(sys.argv[1:])
