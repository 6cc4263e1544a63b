"""How many threads compute at the same time: as many as there are cores. More would each be slower, and all together, too.

Two threads that draw on two cores take 2.2 ms of a core for an image of 64 × 64, six of them 4.5: each operation of a network gives the
interpreter up and waits to have it back. So threads of several lanes take turns, in the order in which their work was asked for; long
work lets others go first at each of its steps. Nobody waits for long behind work that has none: after a while one computes all the same.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

_numbers = count()


def number() -> int:
    """One more than the last: the order in which work was asked for."""
    return next(_numbers)


@dataclass(order=True)
class _Turn:
    rank: int
    own: int
    come: threading.Event = field(default_factory=threading.Event, compare=False)


class Slots:
    """``most`` slots. May be used by several threads."""

    def __init__(self, most: int) -> None:
        self._lock, self._free, self._waiting = threading.Lock(), most, list[_Turn]()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for one."""
        return bool(self._waiting)

    @contextmanager
    def one(self, rank: int, patience: float) -> Iterator[None]:
        """A slot for as long as the block lasts: the lowest rank first; after ``patience`` seconds without one."""
        self._take(rank, patience)
        try:
            yield
        finally:
            self._give()

    def again(self, patience: float) -> None:
        """Within ``one``: where others wait, let them go first, all who have asked so far."""
        if self._waiting:
            self._give()
            self._take(number(), patience)

    def _give(self) -> None:
        with self._lock:
            self._free += 1
            if self._free > 0 and self._waiting:
                self._free -= 1
                heapq.heappop(self._waiting).come.set()

    def _take(self, rank: int, patience: float) -> None:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            turn = _Turn(rank, number())
            heapq.heappush(self._waiting, turn)
        if turn.come.wait(patience):
            return
        with self._lock:
            if not turn.come.is_set():
                self._waiting.remove(turn)
                heapq.heapify(self._waiting)
                self._free -= 1                 # below nought: more compute than there are slots, until as many have ended


__all__ = ["Slots", "number"]
