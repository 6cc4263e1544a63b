"""Work that takes longer than a request may: done on threads of its own, asked about until it is there, and kept."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

from . import Refused
from .threads import pool

Progress = Callable[[float], None]
PATIENCE = 0.6                                  # seconds that a request waits for work that may be nearly done
_threads = pool("later", 2)                     # for the whole page: long work leaves time for live images
log = logging.getLogger(__name__)


def refusal(error: BaseException) -> Refused:
    """What a person is told of work that failed: its own sentence, or that the server's log says more, and then it does."""
    if isinstance(error, Refused):
        return error
    log.error("background work failed", exc_info=error)
    return Refused(f"The server could not work that out ({type(error).__name__}); its log says more.")


class Later:
    """Values by key, each worked out once. An error is told to whoever asks first after it, and forgotten: asking again tries again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[Hashable, tuple[Future[Any], list[float]]] = {}

    def get(self, key: Hashable, make: Callable[[Progress], Any], patience: float = PATIENCE) -> tuple[Any, float]:
        """(value, 1.0), or (None, how much is done in [0, 1)) while ``make`` still works; it is given a function to tell its progress to.

        Raises Refused when the work could not be done.
        """
        with self._lock:
            if key not in self._jobs:
                done = [0.0]
                self._jobs[key] = _threads.submit(make, lambda share: done.__setitem__(0, share)), done
            job, done = self._jobs[key]
        end = time.monotonic() + patience
        while not job.done() and time.monotonic() < end:
            time.sleep(0.01)
        if not job.done():
            return None, min(max(done[0], 0.0), 0.99)
        error = job.exception()
        if error is None:
            return job.result(), 1.0
        with self._lock:
            self._jobs.pop(key, None)
        raise refusal(error)

    def trim(self, kind: str, most: int) -> None:
        """Forget all but the ``most`` youngest values that are there, of keys that are tuples beginning with ``kind``."""
        with self._lock:
            there = [k for k, (job, _) in self._jobs.items() if isinstance(k, tuple) and k[0] == kind and job.done()]
            for key in there[:max(len(there) - most, 0)]:
                del self._jobs[key]

    def wait(self, key: Hashable, make: Callable[[Progress], Any], most: float = 600.0) -> Any:
        """The value, however long it takes. Raises Refused as ``get`` does, or after ``most`` seconds."""
        value, done = self.get(key, make, most)
        if done < 1.0:
            raise Refused("That takes too long on this machine.")
        return value
