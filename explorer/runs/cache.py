"""Values that are worked out once and kept: all of them, or as many as fit. May be used by several threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """Values that are computed at most once each, whichever thread asks first; the others wait for it. An error is not kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of ``key``, from ``make`` the first time."""
        if key in self._values:
            return self._values[key]
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._values:
                self._values[key] = make()
            return self._values[key]


class Recent:
    """As Once, but only values that weigh ``most`` together are kept, and the one used last in any case; a value whose ``stamp`` has
    changed is made anew. ``weigh``: a value's weight, looked at again whenever another is made; without it each is 1.

    What was used longest ago goes first, heavy values before light ones: of those that are kept as many as can be are quick to have
    (GreedyDual-Size; Cao & Irani 1997, Cost-Aware WWW Proxy Caching Algorithms).
    """

    def __init__(self, most: int, weigh: Callable[[Any], int] = lambda value: 1) -> None:
        self.most, self.weigh = most, weigh
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._values: OrderedDict[str, tuple[Hashable, Any]] = OrderedDict()
        self._used: dict[str, float] = {}       # the rank of what had gone when a value was used last
        self._gone = 0.0

    def get(self, key: str, stamp: Hashable, make: Callable[[], T]) -> T:
        """The value of ``key``, made by ``make`` unless one of that stamp is at hand."""
        with self._lock:
            kept = self._values.get(key)
            if kept is not None and kept[0] == stamp:
                self._use(key)
                return kept[1]
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            with self._lock:
                kept = self._values.get(key)
            if kept is not None and kept[0] == stamp:
                return kept[1]
            value = make()
            with self._lock:
                self._values[key] = (stamp, value)
                self._use(key)
                self._fit(key)
            return value

    def __contains__(self, key: str) -> bool:
        """Whether there is a value, of whatever stamp."""
        return key in self._values

    def _use(self, key: str) -> None:
        self._values.move_to_end(key)
        self._used[key] = self._gone

    def _fit(self, last: str) -> None:
        """Let go of what is too much; the lock is held."""
        weights = {key: max(self.weigh(value), 1) for key, (_, value) in self._values.items()}
        ranks = {key: self._used[key] + 1 / weights[key] for key in self._values if key != last}
        while ranks and sum(weights.values()) > self.most:
            key = min(ranks, key=ranks.__getitem__)
            self._gone = ranks.pop(key)
            for known in (self._values, self._used, self._locks, weights):
                known.pop(key, None)
