"""What all workers share: one process that has imported the page once, and forks it for each folder that a test wants to see.

The process that owns the suite starts it (conftest.py), the workers find it by their environment, and it ends with all its pages when that
process ends, however it ends. It imports nothing before somebody asks.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import serve

ROOT = Path(__file__).parent.parent
PORT, KEY = "LATENT_EXPLORER_TESTS_PORT", "LATENT_EXPLORER_TESTS_KEY"
FORKS = sys.platform == "linux"                      # elsewhere what has used its system's libraries may not fork


def begin() -> subprocess.Popen[str]:
    """Start the host, and put where it listens into the environment of this process and of those it starts."""
    os.environ[KEY] = secrets.token_hex(16)
    host = subprocess.Popen([sys.executable, "-m", "tests.host"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert host.stdout
    os.environ[PORT] = host.stdout.readline().strip()
    return host


def end(host: subprocess.Popen[str]) -> None:
    """End what ``begin`` started, and all its pages."""
    assert host.stdin
    host.stdin.close()
    host.wait()


def ask(what: str, *details: Any) -> Any:
    """The host's answer; RuntimeError says what went wrong there."""
    with socket.create_connection(("127.0.0.1", int(os.environ[PORT]))) as line, line.makefile("rw", encoding="utf-8") as words:
        words.write(json.dumps([os.environ[KEY], what, *details]) + "\n")
        words.flush()
        fine, answer = json.loads(words.readline())
    if not fine:
        raise RuntimeError(answer)
    return answer


def answers(address: str, alive: Callable[[], bool]) -> None:
    """Return when the page is there; RuntimeError when it ended before."""
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(address) as answer:
            answer.read()
            return
        if not alive():
            raise RuntimeError("the page did not start")
        time.sleep(0.02)


def free_port() -> int:
    """A port that nothing listens on, below those that a system gives to connections: it stays free between two pages."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as s:
            s.bind(("127.0.0.1", port))
            return port


@contextmanager
def page(*arguments: str, port: int = 0, **environment: str) -> Iterator[str]:
    """The address of a page with these arguments of ``python app.py``, on a free port unless one is given; stopped afterwards."""
    if not FORKS:
        with serve.page(*arguments, OMP_NUM_THREADS="1", **environment) as (address, _, _):
            yield address
        return
    port = port or free_port()
    address, pid = f"http://127.0.0.1:{port}", ask("page", ["--port", str(port), *arguments], environment)
    try:
        answers(address, lambda: ask("alive", pid))
        yield address
    finally:
        ask("stop", pid)


class Host:
    """The other side of ``ask``: one request after the other in one thread, as what forks may have no other."""

    def __init__(self) -> None:
        self.watched, self.held = os.pipe()          # what waits for the one sees the end of who holds the other
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.pages: set[int] = set()

    def page(self, arguments: list[str], environment: dict[str, str]) -> int:
        """Fork, and serve the page there; its process id."""
        import app  # noqa: F401
        from explorer import session, ui  # noqa: F401
        ui._plotly()                                 # kept: else packed by every fork
        pid = os.fork()
        if not pid:
            self.serve(arguments, environment)
        self.pages.add(pid)
        return pid

    def serve(self, arguments: list[str], environment: dict[str, str]) -> None:
        """In a fork: be ``python app.py`` for as long as the host lives, and nothing after it."""
        status = 1
        try:
            os.close(self.held)
            self.listening.close()
            threading.Thread(target=lambda: os._exit(len(os.read(self.watched, 1))), daemon=True).start()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            for name in ("SPACE_ID", "GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT"):
                os.environ.pop(name, None)
            os.environ.update(environment)
            import app
            status = app.main(arguments)
        finally:
            os._exit(status)

    def alive(self, pid: int) -> bool:
        """Whether a page still runs."""
        if pid in self.pages and os.waitpid(pid, os.WNOHANG)[0]:
            self.pages.remove(pid)
        return pid in self.pages

    def stop(self, pid: int) -> None:
        """Return when a page has ended."""
        if self.alive(pid):
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
            self.pages.remove(pid)


def main() -> None:
    """Print the port, then answer until whoever started it closes stdin, or ends."""
    host = Host()
    print(host.listening.getsockname()[1], flush=True)
    while sys.stdin not in select.select([sys.stdin, host.listening], [], [])[0]:
        line, _ = host.listening.accept()
        with line, line.makefile("rw", encoding="utf-8") as words:
            key, what, *details = json.loads(words.readline() or "[0, 0]")
            if key != os.environ[KEY]:               # somebody else, or one who went away
                continue
            try:
                answer = [True, getattr(host, what)(*details)]
            except (OSError, ImportError) as e:
                answer = [False, f"{type(e).__name__}: {e}"]
            words.write(json.dumps(answer) + "\n")
            words.flush()


if __name__ == "__main__":
    main()
