"""The raw image route under load: one client, then sixteen that ask again as soon as they are answered."""

from __future__ import annotations

import base64
import json
import statistics
import threading
import time
import urllib.request

import numpy as np

from .serve import page

SECONDS = 6.0


def client(address: str, run: str, dimension: int, seconds: float, seed: int, times: list[float], errors: list[str]) -> None:
    """Ask for images of random codes for some seconds; collects milliseconds and errors."""
    random, end = np.random.default_rng(seed), time.perf_counter() + seconds
    while time.perf_counter() < end:
        code = base64.b64encode(random.normal(size=dimension).astype("<f4").tobytes()).decode()
        body = json.dumps({"run": run, "op": "image", "w": code}).encode()
        start = time.perf_counter()
        try:
            request = urllib.request.Request(f"{address}/gradio_api/explorer/render", body, {"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                answer.read()
        except OSError as e:
            errors.append(str(e))
        times.append((time.perf_counter() - start) * 1000)


def main() -> None:
    """Print p50 and p95 for each run and number of users."""
    with page() as (address, seconds, pid):
        print(f"first answer after {seconds:.1f} s")
        with urllib.request.urlopen(f"{address}/gradio_api/explorer/runs") as answer:
            runs = json.load(answer)["runs"]
        for run in runs:
            dimension = run["num_layers"] * run["w_dim"]
            for users in (1, 16):
                times: list[float] = []
                errors: list[str] = []
                client(address, run["name"], dimension, 0.5, 99, [], errors)
                threads = [threading.Thread(target=client, args=(address, run["name"], dimension, SECONDS, k, times, errors))
                           for k in range(users)]
                for t in threads:
                    t.start()
                for t in threads:
                    t.join()
                cuts = statistics.quantiles(times, n=20)
                print(f"{run['name']:18} {users:2} users: {len(times) / SECONDS:5.0f} images/s, p50 {cuts[9]:.1f} ms, "
                      f"p95 {cuts[18]:.1f} ms, {len(errors)} errors", flush=True)
        with open(f"/proc/{pid}/status") as f:
            print("memory of the page:", next(line for line in f if line.startswith("VmRSS")).split(":")[1].strip())


if __name__ == "__main__":
    main()
