"""The threads that models run on.

A layer split over cores costs half as much again where threads of several such groups come to more than there are cores: libgomp then
lets a waiting thread sleep at once, and it has to be woken for each layer. So one thread of the process has all cores, for the image that
a hand is moving; all others have one each.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

A = TypeVar("A")
T = TypeVar("T")
CORES = torch.get_num_threads()                 # as OMP_NUM_THREADS says, or all
AT_ONCE = max(2, min(4, os.cpu_count() or 2))   # quick requests worked on at the same time
SLOW_AT_ONCE = 2                                # opening a run, exporting: the quick ones do not wait for these


def pool(name: str, threads: int, cores: int = 1) -> ThreadPoolExecutor:
    """``threads`` threads on which a layer of a network is split over ``cores``."""
    return ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=_split, initargs=(cores,))


def _split(cores: int) -> None:
    """Over how many cores this thread splits a layer."""
    torch.get_num_threads()                     # the first look takes over what was set last anywhere, not what this thread was told
    torch.set_num_threads(cores)


_parts = pool("part", CORES)


def cores() -> int:
    """How many this thread may use."""
    return torch.get_num_threads()


def side_by_side(work: Callable[[A], T], parts: Sequence[A]) -> list[T]:
    """``work`` of each part, in order; on one core each where this thread has several. Images drawn so come 1.3 times as fast as with each
    of their layers split over the cores: nobody waits for a core at the end of a layer."""
    return list(_parts.map(work, parts)) if cores() > 1 and len(parts) > 1 else [work(part) for part in parts]


class Threads:
    """Those that answer requests."""

    def __init__(self) -> None:
        torch.set_num_threads(1)                # of this thread, and of threads that others begin
        self.wide, self.quick, self.slow = pool("wide", 1, CORES), pool("quick", AT_ONCE), pool("slow", SLOW_AT_ONCE)
        self.drawing = False

    async def run(self, work: Callable[[], T], slow: bool = False, draws: bool = False) -> T:
        """What ``work`` returns. ``draws``: on all cores, unless they draw already."""
        loop = asyncio.get_running_loop()
        if slow or not draws or self.drawing:
            return await loop.run_in_executor(self.slow if slow else self.quick, work)
        self.drawing = True
        try:
            return await loop.run_in_executor(self.wide, work)
        finally:
            self.drawing = False
