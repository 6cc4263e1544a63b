"""Starts the page as a person does, for measurements, screenshots and tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


@contextmanager
def page(*arguments: str, root: Path = ROOT, **environment: str) -> Iterator[tuple[str, float, int]]:
    """The address of a page of the checkout ``root`` on a free port, the seconds it took to answer, and its process id; stopped
    afterwards."""
    inherited = {k: v for k, v in os.environ.items() if k not in ("SPACE_ID", "GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT")}
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "app.py", "--port", str(port), *arguments], cwd=root, stdout=subprocess.DEVNULL,
                               env={**inherited, "PYTHONUNBUFFERED": "1", **environment})
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                with urllib.request.urlopen(address, timeout=2) as answer:
                    answer.read()
                break
            except OSError:
                if process.poll() is not None or time.perf_counter() - start > 90:
                    raise RuntimeError("the page did not start") from None
                time.sleep(0.05)
        yield address, time.perf_counter() - start, process.pid
    finally:
        process.terminate()
        process.wait(20)
