"""One training at a time in a run's folder: a lock that the operating system takes back when its process ends, however it ends."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import filelock

from . import status
from .files import Outside, inside

FILE = Path("resume") / "lock"                    # where nothing of a checkpoint lies, and git does not look
PATIENCE = 3.0                                    # seconds that a start waits: the page looks by taking the lock for a moment


class Taken(ValueError):
    """Another process trains this run; the sentence names it."""


class Gone(ValueError):
    """The folder that is trained in was removed, or is another's by now; one sentence."""


class Lock:
    """The right to write into a run's folder, from ``take`` to ``release``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: filelock.BaseFileLock | None = None
        self._file = (0, 0)

    def take(self, patience: float | None = None) -> Lock:
        """Raises Taken when another process has it, or one that is named in the status and is just starting; OSError when nothing can be
        written there."""
        path = inside(self.folder, FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        found = filelock.FileLock(path)
        while not found.is_locked:
            try:
                found.acquire(timeout=PATIENCE if patience is None else patience, poll_interval=0.05)
            except filelock.Timeout as e:
                if not self._starts():
                    raise Taken(self._sentence()) from e
                time.sleep(0.05)
        self._lock, self._file = found, _identity(path)
        there = status.read(self.folder)
        if there is not None and there.pid != os.getpid() and status.process(self.folder, there) is not None:
            self.release()
            raise Taken(self._sentence())
        return self

    def _starts(self) -> bool:
        """Whether the page has the lock, which is starting a training (this one, perhaps) and gives it back at once; on a busy machine at
        once may be seconds."""
        there = status.read(self.folder)
        return there is not None and there.state == "running" and there.message == status.STARTING

    def _sentence(self) -> str:
        there = status.read(self.folder)
        who = f"process {there.pid}" if there is not None and there.pid else "another process"
        return f"{self.folder.name} is being trained by {who}; stop that one first, or give another --name."

    def check(self) -> None:
        """Raise Gone unless the folder is still the one that was locked."""
        if _identity(self.folder / FILE) != self._file:
            raise Gone(f"The folder of the run {self.folder.name} was removed or replaced while it was trained; the training has ended.")

    def __enter__(self) -> Lock:
        return self.take()

    def __exit__(self, *problem: object) -> None:
        self.release()

    def release(self) -> None:
        """Give it back, and leave no file of it."""
        if self._lock is not None:
            with suppress(OSError, Gone):           # Windows removes no open file: it stays, and does not matter
                self.check()
                (self.folder / FILE).unlink()
                (self.folder / FILE.parent).rmdir()
            self._lock.release()
            self._lock = None


def held(folder: Path) -> bool:
    """Whether a process has this folder's lock now. It is asked by taking it for a moment."""
    try:
        path = inside(folder, FILE)
        if not path.is_file():
            return False
        with filelock.FileLock(path).acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True
    except (OSError, Outside):                      # a folder that cannot be written is not trained in
        return False


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)
