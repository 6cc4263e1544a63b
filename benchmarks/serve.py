"""Starts the page as a person does, for measurements, screenshots and tests."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST = 240                                   # seconds that a start or an end may take, on the busiest machine


def free_port(first: int = 20_000, apart: int = 1) -> int:
    """A port that nothing listens on, one of ``first``, ``first + apart``, …, below those that a system gives to connections: none of these
    takes it before the page has it."""
    while True:
        port = random.SystemRandom().randrange(first, 32_000, apart)
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("127.0.0.1", port))
            return port


@contextmanager
def page(*arguments: str, root: Path = ROOT, port: int = 0, **environment: str) -> Iterator[tuple[str, float, int]]:
    """The address of a page of the checkout ``root``, on a free port unless one is given, the seconds it took to answer, and its process
    id; stopped afterwards."""
    inherited = {k: v for k, v in os.environ.items() if k not in ("SPACE_ID", "GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT")}
    port = port or free_port()
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "app.py", "--port", str(port), *arguments], cwd=root, stdout=subprocess.DEVNULL,
                               env={**inherited, "PYTHONUNBUFFERED": "1", **environment})
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                with urllib.request.urlopen(address, timeout=LONGEST) as answer:
                    answer.read()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - start > LONGEST:
                    raise RuntimeError("the page did not start") from None
                time.sleep(0.05)
        yield address, time.perf_counter() - start, process.pid
    finally:
        process.terminate()
        process.wait(LONGEST)
