"""A greedy visitor of each kind beside a polite one: her live images (95 of 100 within 250 ms) and the runs that she opens (2 s).

Both come through a proxy's word, X-Forwarded-For, which the page believes of this machine.
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import statistics
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np

from .serve import page

SECONDS, PAUSE = 6.0, 0.03                      # of live images beside each kind, and between two of them
GREEDY, POLITE = "10.9.0.1", "10.9.0.2"
WORKERS = 48


class Visitor:
    """Asks from one address."""

    def __init__(self, address: str, who: str) -> None:
        self.address, self.who = address, who

    def ask(self, path: str, body: Any = None) -> bytes:
        """The answer; of a refusal too."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/gradio_api/{path}", data,
                                         {"content-type": "application/json", "x-forwarded-for": self.who})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.read()
        except urllib.error.HTTPError as e:
            return e.read()


def code(dimension: int) -> str:
    return base64.b64encode(np.random.default_rng().normal(size=dimension).astype("<f4").tobytes()).decode()


def kinds(greedy: Visitor, rows: list[dict[str, Any]]) -> dict[str, Callable[[], Any]]:
    """What one of her workers does again and again, by name. The rows: a run that encodes, one that does not."""
    taker, maker = (next(r for r in rows if r["encodes"] is encodes and len(r["shape"]) == 3) for encodes in (True, False))
    name, d = taker["name"], taker["num_layers"] * taker["w_dim"]
    picture = base64.b64encode(np.random.default_rng(0).bytes(2**19)).decode()

    def body_without_end() -> None:
        host, port = greedy.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 30) as s:
            s.sendall(b"POST /gradio_api/explorer/render HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.9.0.1\r\n"
                      b"Content-Length: 1000\r\n\r\n{")
            s.settimeout(15)
            s.recv(1000)
    return {
        "nothing": lambda: time.sleep(1),
        "bodies without end": body_without_end,
        "images": lambda: greedy.ask("explorer/render", {"run": name, "op": "strip", "keys": code(2 * d), "frames": 64}),
        "films": lambda: greedy.ask("explorer/film", {"run": name, "op": "walk", "keys": code(4 * d), "seconds": 10, "fps": 24,
                                                            "size": 512}),
        "searches": lambda: greedy.ask("explorer/search", {"run": maker["name"], "image": {"index": int(time.time() * 1000) % 500}}),
        "the microscope": lambda: greedy.ask("explorer/microscope", {"run": name, "op": "units"}),
        "named questions": lambda: greedy.ask("run/sample", {"data": [name, 1, None], "session_hash": code(2)}),
        "a queue nobody hears": lambda: greedy.ask("call/sample", {"data": [name, 1, None]}),
        "large bodies": lambda: greedy.ask("explorer/code", {"run": name, "op": "encode", "image": picture}),
        "live trainings": lambda: greedy.ask("explorer/live", {"data": "ring"}),
        "maps": lambda: greedy.ask("explorer/fit", {"run": name, "n_neighbors": 50, "min_dist": 0.1, "metric": "cosine"}),
    }


def beside(work: Callable[[], Any], polite: Visitor, live: dict[str, Any], opened: str) -> tuple[list[float], float]:
    """Milliseconds of the polite one's live images, and the seconds in which her run opened, while all workers do ``work``."""
    over = threading.Event()

    def again() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                work()
    workers = [threading.Thread(target=again, daemon=True) for _ in range(WORKERS)]
    for w in workers:
        w.start()
    time.sleep(1)
    times, took, end = [], 0.0, time.perf_counter() + SECONDS
    name, d = live["name"], live["num_layers"] * live["w_dim"]
    while time.perf_counter() < end:
        start = time.perf_counter()
        polite.ask("explorer/render", {"run": name, "op": "image", "w": code(d)})
        times.append((time.perf_counter() - start) * 1000)
        time.sleep(PAUSE)
    start = time.perf_counter()
    polite.ask(f"explorer/run/{opened}")
    took = time.perf_counter() - start
    over.set()
    return times, took


def main() -> None:
    """Print p50, p95 and the opening beside each kind."""
    with page("--host", "0.0.0.0") as (address, _, _):
        greedy, polite = Visitor(address, GREEDY), Visitor(address, POLITE)
        rows = json.loads(polite.ask("explorer/runs"))["runs"]
        live = next(r for r in rows if r["name"] == "vae-mnist")
        others = [r["name"] for r in rows if r is not live]
        polite.ask(f"explorer/run/{live['name']}")
        for k, (kind, work) in enumerate(kinds(greedy, rows).items()):
            times, took = beside(work, polite, live, others[k % len(others)])
            cuts = statistics.quantiles([*times, max(times)], n=20)
            images = f"{len(times):4} images, p50 {cuts[9]:6.1f} ms, p95 {cuts[18]:6.1f} ms"
            print(f"{kind:20} {images}; a run opens in {took:.2f} s", flush=True)
            time.sleep(2)


if __name__ == "__main__":
    main()
