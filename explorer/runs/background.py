"""Work that takes longer than a request may: done on threads of its own, asked about until it is there, and kept."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, MutableMapping
from concurrent.futures import Future, wait
from typing import Any, TypeVar, cast

from .. import Refused
from . import lanes
from .lanes import BEHIND, Lane
from .shares import Busy, Shares

K = TypeVar("K")
T = TypeVar("T")
W = TypeVar("W", bound="Wanted")
Progress = Callable[[float], None]
PATIENCE = 0.6                                  # seconds that a caller who is no request waits for work that may be nearly done
UNASKED = 60.0                                  # seconds without a question after which work that has not begun never begins
MOST, EACH = 64, 24                             # under way and waiting, over all and for one address
_lane = Lane("later", 3, 2, behind=BEHIND)      # for the whole page: long work leaves time for live images
_places = Shares(MOST, EACH, "Too much is being worked out at the moment; try again in a minute.")
log = logging.getLogger(__name__)


def refusal(error: BaseException) -> Refused:
    """What a person is told of work that failed: its own sentence, or that the server's log says more, and then it does."""
    if isinstance(error, Refused):
        return error
    log.error("background work failed", exc_info=error)
    return Refused(f"The server could not work that out ({type(error).__name__}); its log says more.")


def quietly(share: float) -> None:
    """Progress that nobody waits for."""


class Wanted:
    """Work that is given up once nobody has asked for it for ``patience`` seconds. ``who`` began it; whoever submits it sets ``done``."""

    done: Future[Any]

    def __init__(self, who: str, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.who, self.patience, self.clock = who, patience, clock
        self.asked, self.cancelled = clock(), False

    def ask(self) -> None:
        """Somebody still waits for it."""
        self.asked = self.clock()

    def wanted(self) -> bool:
        """Whether somebody does; the work itself looks every so often."""
        return not self.cancelled and self.clock() - self.asked < self.patience

    def cancel(self) -> None:
        """Give it up now."""
        self.cancelled = True
        self.done.cancel()


def make_room(works: MutableMapping[K, W], who: str, most: int, each: int, kept: int, sentence: str) -> None:
    """Before another one of ``who``'s joins ``works``, the oldest first: of those that are done, all but the youngest ``kept`` go.

    Raises Busy with the sentence, in which ``{n}`` is how many are under way, where these are ``most`` over all, or ``each`` of hers.
    """
    live = [work.who for work in works.values() if not work.done.done() and work.wanted()]
    if len(live) >= most or live.count(who) >= each:
        raise Busy(sentence.format(n=len(live)))
    for key in [key for key, work in works.items() if work.done.done()][:-kept]:
        del works[key]


class Unasked(Exception):
    """Its turn came, and nobody had asked for it for long."""


class _Work:
    """One value on its way."""

    def __init__(self, make: Callable[[Progress], object]) -> None:
        self.make, self.share, self.asked = make, 0.0, time.monotonic()
        who, places = lanes.who(), _places
        places.take(who)
        self.done: Future[Any] = _lane.submit(self._run, who).done
        self.done.add_done_callback(lambda _: places.give(who))

    def _run(self) -> object:
        if time.monotonic() - self.asked > UNASKED:
            raise Unasked
        return self.make(self._tell)

    def _tell(self, share: float) -> None:
        self.share = share


class Later:
    """Values by key, each worked out once. An error is told to whoever asks first after it, and forgotten: asking again tries again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[Hashable, _Work] = {}

    def get(self, key: Hashable, make: Callable[[Progress], T], patience: float | None = None) -> tuple[T | None, float]:
        """(value, 1.0), or (None, how much is done in [0, 1)) while ``make`` still works; it is given a function to tell its progress to.

        On a thread that answers a request it never waits: whoever awaits the answer may look again a moment later (runs/lanes.py), and
        ``patience`` 0 says that nobody need. Raises Refused when the work could not be done, Busy when there is too much of it.
        """
        with self._lock:
            work = self._jobs.get(key)
            if work is None or work.done.done() and isinstance(work.done.exception(), Unasked):
                work = self._jobs[key] = _Work(make)
            mine = lanes.job()
            waits = (PATIENCE if mine is None else 0.0) if patience is None else patience
            work.asked = max(work.asked, time.monotonic() + waits)      # whoever waits asks all the while
        if mine is not None and patience is None:
            if not work.done.done():
                mine.unready.append(work.done)
        else:
            wait([work.done], waits)
        if not work.done.done():
            return None, min(max(work.share, 0.0), 0.99)
        error = work.done.exception()
        if error is None:
            return work.done.result(), 1.0
        if isinstance(error, Unasked):          # just as this was asked: the next question begins it anew
            return None, 0.0
        with self._lock:
            if self._jobs.get(key) is work:
                del self._jobs[key]
        raise refusal(error)

    def trim(self, kind: str, most: int) -> None:
        """Forget all but the ``most`` youngest values that are there, of keys that are tuples beginning with ``kind``."""
        with self._lock:
            there = [k for k, work in self._jobs.items() if isinstance(k, tuple) and k[0] == kind and work.done.done()]
            for key in there[:max(len(there) - most, 0)]:
                del self._jobs[key]

    def wait(self, key: Hashable, make: Callable[[Progress], T], most: float = 600.0) -> T:
        """The value, however long it takes. Raises Refused as ``get`` does, or after ``most`` seconds."""
        value, done = self.get(key, make, most)
        if done < 1.0:
            raise Refused("That takes too long on this machine.")
        return cast(T, value)
