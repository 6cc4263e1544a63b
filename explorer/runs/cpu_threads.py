"""How many threads compute at the same time: as many as there are cores. More would each be slower, and all together, too.

Two threads that draw on two cores take 2.2 ms of a core for an image of 64 × 64, six of them 4.5: each operation of a network gives the
interpreter up and waits to have it back. So threads of several lanes take turns. Whose work was asked for first is first; long work lets
others go first at each of its steps, PASS of those who asked after it: it never holds up short work, and is done all the same, however
much of that there is. Nobody waits for long behind work that has no steps: after a while one computes all the same.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

PASS = 3                                        # that go first at each step
_numbers, _turns = count(), count()


def number() -> int:
    """One more than the last: the order in which work was asked for."""
    return next(_numbers)


@dataclass(order=True)
class _Turn:
    rank: int
    own: int
    come: threading.Event = field(default_factory=threading.Event, compare=False)


@dataclass
class Held:
    """A slot, for the thread that computes in it: as the how manieth its work counts, and how many seconds it waits at most."""

    slots: Slots
    rank: int
    patience: float

    def step(self) -> None:
        """Where others come first by now, let them; then go on."""
        self.rank += PASS
        self.slots.let_pass(self.rank, self.patience)


class Slots:
    """``most`` slots. May be used by several threads."""

    def __init__(self, most: int) -> None:
        self._lock, self._free, self._waiting = threading.Lock(), most, list[_Turn]()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for one."""
        return bool(self._waiting)

    @contextmanager
    def one(self, rank: int, patience: float) -> Iterator[Held]:
        """A slot for as long as the block lasts: the lowest rank first; after ``patience`` seconds without one."""
        self.take(rank, patience)
        try:
            yield Held(self, rank, patience)
        finally:
            self.give()

    def give(self) -> None:
        """A slot is free again."""
        with self._lock:
            self._give()

    def take(self, rank: int, patience: float) -> None:
        """Wait for a slot, so long at most."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            turn = self._stand(rank)
        self._await(turn, patience)

    def let_pass(self, rank: int, patience: float) -> None:
        """Where somebody waits whose work comes before ``rank``, give her the slot and wait for the next: in one, so that those who come
        after it find whoever gave the slot in the line, however late her thread goes on."""
        with self._lock:
            if not self._waiting or self._waiting[0].rank >= rank:
                return
            turn = self._stand(rank)
            self._give()
        self._await(turn, patience)

    def _stand(self, rank: int) -> _Turn:
        """Stand in the line; the lock is held."""
        turn = _Turn(rank, next(_turns))
        heapq.heappush(self._waiting, turn)
        return turn

    def _give(self) -> None:
        """Hand a slot to whoever comes first; the lock is held."""
        self._free += 1
        if self._free > 0 and self._waiting:
            self._free -= 1
            heapq.heappop(self._waiting).come.set()

    def _await(self, turn: _Turn, patience: float) -> None:
        """Until a turn has come, or ``patience`` is over."""
        if turn.come.wait(patience):
            return
        with self._lock:
            if not turn.come.is_set():
                self._waiting.remove(turn)
                heapq.heapify(self._waiting)
                self._free -= 1                 # below nought: more compute than there are slots, until as many have ended


__all__ = ["PASS", "Held", "Slots", "number"]
