"""What all workers share: one process that has imported the page and the training once. It forks the page for each folder that a test
wants to see, and a training for each command that a test, or such a page, starts (forked.py).

The process that owns the suite starts it (conftest.py), the workers find it by their environment, and it ends with all its pages when that
process ends, however it ends. It imports nothing before somebody asks.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import json
import os
import runpy
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import serve

ROOT = Path(__file__).parent.parent
PORT, KEY = "LATENT_EXPLORER_TESTS_PORT", "LATENT_EXPLORER_TESTS_KEY"
FORKS = sys.platform == "linux"                      # elsewhere what has used its system's libraries may not fork
GIVEN: set[int] = set()                              # by free_port, to tests of this process
LINE = 4096                                          # bytes of the host's command line, which a fork writes its own over


def begin() -> subprocess.Popen[str]:
    """Start the host, and put where it listens into the environment of this process and of those it starts."""
    os.environ[KEY] = secrets.token_hex(16)
    host = subprocess.Popen([sys.executable, "-m", "tests.host", " " * LINE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
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
    """A port that nothing listens on, below those that a system gives to connections, and that no other test has had: it stays free between
    two pages. Each worker has ports of its own, so that none takes one that another has found and not opened yet."""
    worker, workers = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
    while (port := serve.free_port(20_000 + worker, workers)) in GIVEN:
        pass
    GIVEN.add(port)
    return port


@contextmanager
def page(*arguments: str, port: int = 0, **environment: str) -> Iterator[str]:
    """The address of a page with these arguments of ``python app.py``, on a free port unless one is given; stopped afterwards."""
    if not FORKS:
        with serve.page(*arguments, port=port or free_port(), OMP_NUM_THREADS="1", **environment) as (address, _, _):
            yield address
        return
    port = port or free_port()
    address, pid = f"http://127.0.0.1:{port}", ask("page", ["--port", str(port), *arguments], environment)
    try:
        answers(address, lambda: ask("alive", pid))
        yield address
    finally:
        ask("stop", pid)


def called(words: list[str]) -> None:
    """Show ``words`` as this process's command line: a training is known by it."""
    start, end = (int(n) for n in Path("/proc/self/stat").read_text().rpartition(")")[2].split()[45:47])
    line = b"".join(os.fsencode(word) + b"\0" for word in words)
    assert len(line) < end - start, "a longer command line than the host's own"
    ctypes.memmove(start, line.ljust(end - start, b"\0"), end - start)


class Host:
    """The other side of ``ask``: one request after the other in one thread, as what forks may have no other."""

    def __init__(self) -> None:
        self.watched, self.held = os.pipe()          # what waits for the one sees the end of who holds the other
        self.listening = socket.create_server(("127.0.0.1", 0))
        os.environ[PORT] = str(self.listening.getsockname()[1])    # for what its forks ask of it
        self.forked: set[int] = set()

    def fork(self, become: Callable[[], int]) -> int:
        """The process id of a fork that ends with ``become``'s status, or with this process, and does nothing after it."""
        pid = os.fork()
        if pid:
            self.forked.add(pid)
            return pid
        status = 1
        try:
            os.close(self.held)
            self.listening.close()
            threading.Thread(target=lambda: os._exit(len(os.read(self.watched, 1))), daemon=True).start()
            status = become()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)

    def page(self, arguments: list[str], environment: dict[str, str]) -> int:
        """Serve a page; its process id."""
        import app
        from explorer import page  # noqa: F401
        from explorer.runs import session  # noqa: F401
        from explorer.server import plotly
        from tests import forked
        plotly.packed()                                # kept: else packed by every fork

        def serve() -> int:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            for name in ("SPACE_ID", "GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT"):
                os.environ.pop(name, None)
            os.environ.update(environment)
            forked.install()
            return app.main(arguments)
        return self.fork(serve)

    def run(self, words: list[str], cwd: str, environment: dict[str, str], asks: int, files: list[int], own_session: bool) -> int:
        """Be ``python words`` for the process ``asks``, whose ``files`` become the standard ones; its process id."""
        import torch._dynamo  # noqa: F401           what the first optimizer of a process imports

        if words[0] != "-m":
            import app  # noqa: F401
            from explorer import page  # noqa: F401
        from explorer import __main__  # noqa: F401
        from tests import forked
        from training import cli, families, live, train  # noqa: F401
        families.families()
        modes = (os.O_RDONLY, os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_APPEND)
        standard = [os.open(f"/proc/{asks}/fd/{file}", mode) for file, mode in zip(files, modes, strict=True)]
        watched, ready = os.pipe()

        def become() -> int:
            if own_session:
                os.setsid()
            for file, there in enumerate(standard):
                os.dup2(there, file)
            called([sys.executable, *words])
            signal.signal(signal.SIGINT, signal.default_int_handler)      # ignored in all of a suite that a shell started in the background
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(environment)
            forked.install()
            os.write(ready, b"!")
            for file in (watched, ready, *standard):
                os.close(file)
            return command(words)
        pid = self.fork(become)
        os.close(ready)
        os.read(watched, 1)
        for file in (watched, *standard):
            os.close(file)
        return pid

    def ended(self, pid: int) -> int | None:
        """The status, as of os.waitpid, of a fork that has ended, for who asks first; None before."""
        if pid not in self.forked:
            return 0
        found, status = os.waitpid(pid, os.WNOHANG)
        if not found:
            return None
        self.forked.remove(pid)
        return status

    def alive(self, pid: int) -> bool:
        """Whether a page still runs."""
        return self.ended(pid) is None

    def stop(self, pid: int) -> None:
        """Return when a page has ended."""
        if self.alive(pid):
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
            self.forked.remove(pid)


def command(words: list[str]) -> int:
    """What ``python words`` does, up to its exit status."""
    what, *sys.argv = words[1:] if words[0] == "-m" else words
    sys.argv.insert(0, what)
    for file, (name, mode, buffered) in enumerate((("stdin", "r", -1), ("stdout", "w", -1), ("stderr", "w", 1))):
        setattr(sys, name, os.fdopen(file, mode, buffered, "utf-8", closefd=False))
    try:
        if words[0] == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(what, run_name="__main__")
        status = 0
    except SystemExit as e:
        status = e.code if isinstance(e.code, int) else 0 if e.code is None else 1
    threading._shutdown()                            # as an interpreter does at its end
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def main() -> None:
    """Print the port, then answer until whoever started it closes stdin, or ends."""
    host = Host()
    print(os.environ[PORT], flush=True)
    while sys.stdin not in select.select([sys.stdin, host.listening], [], [])[0]:
        line, _ = host.listening.accept()
        with contextlib.suppress(ConnectionError), line, line.makefile("rw", encoding="utf-8") as words:    # of one who went away meanwhile
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
