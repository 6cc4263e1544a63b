"""What a page has of something, shared by those who ask: all together may hold so many, and one address never all of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from .. import Refused

SLOWED = 0.3                                    # seconds that a refusal for want of room takes: asking again at once does not help


class Busy(Refused):
    """Too many at once."""

    status = 503


class Shares:
    """``most`` of something over all, ``each`` of it for one address. May be used by several threads.

    ``sentence`` is what one is told who asks for more than is left, ``own`` who asks for more than her share.
    """

    def __init__(self, most: int, each: int, sentence: str, own: str = "") -> None:
        self.most, self.each, self.sentence, self.own = most, each, sentence, own or sentence
        self._lock, self._held = threading.Lock(), Counter[str]()

    def take(self, who: str, n: int = 1) -> None:
        """Hold n more. Raises Busy where that is more than there is, or more than ``who`` may have."""
        with self._lock:
            if self._held[who] + n > self.each:
                raise Busy(self.own)
            if self._held.total() + n > self.most:
                raise Busy(self.sentence)
            self._held[who] += n

    def give(self, who: str, n: int = 1) -> None:
        """Give n back."""
        with self._lock:
            self._held[who] -= n
            if self._held[who] <= 0:
                del self._held[who]

    @contextmanager
    def held(self, who: str, n: int = 1) -> Iterator[None]:
        """n of it for as long as the block lasts."""
        self.take(who, n)
        try:
            yield
        finally:
            self.give(who, n)

    def __len__(self) -> int:
        with self._lock:
            return self._held.total()


__all__ = ["Busy", "Shares"]
