"""The threads that answer requests: a lane (runs/lanes.py) for each kind, and what becomes of a request whose client has gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import torch

from ..runs import lanes
from ..runs.batching import Joining
from ..runs.cpu_threads import Slots
from ..runs.lanes import BEHIND, Abandoned, Lane, Turns

T = TypeVar("T")
AT_ONCE = max(2, min(4, os.cpu_count() or 2))   # quick requests of one address worked on at the same time
LIVE = max(1, lanes.CORES // 2)                 # threads that draw single images, several of a run together; the other cores speak HTTP
LIVE_WAITS, OTHERS_WAIT = 0.03, 0.25            # seconds that work waits at most while other work computes
LONG = 0.25                                     # seconds after which it is looked whether anybody still waits
SOON = 0.6                                      # seconds that an answer waits for background work that may be nearly done


@dataclass(frozen=True)
class Placed:
    """Work, and the lane that is right for it."""

    work: Callable[[], Any]
    lane: str


class Threads:
    """Those that answer requests: ``live`` for the image that a hand is moving, ``wide`` and ``grids`` for many images at once, ``quick``
    for what is told, ``opening`` of runs, ``making`` of files. No lane waits for another's threads."""

    def __init__(self) -> None:
        torch.set_num_threads(1)                # of this thread, and of threads that others begin
        self.slots = Slots(lanes.CORES)
        live, others = Turns(self.slots, LIVE_WAITS), Turns(self.slots, OTHERS_WAIT)
        self.lanes = {"live": Joining("live", LIVE, turns=live), "wide": Lane("wide", 1, cores=lanes.CORES, turns=others),
                      "grids": Lane("grids", 2, 1, turns=others), "quick": Lane("quick", AT_ONCE + 1, AT_ONCE, turns=others),
                      "opening": Lane("opening", 3, 2), "making": Lane("making", 2, 1, behind=BEHIND)}

    async def run(self, work: Callable[[], T], lane: str = "quick", who: str = "",
                  left: Callable[[], Awaitable[None]] | None = None) -> T:
        """What ``work`` returns. ``lane`` "wide": its images shared out over the cores, unless another's are.
        ``left`` returns when the client has gone.

        Background work that it found not ready is waited for a moment, off the threads; where that comes in time, ``work`` is done again.
        Raises Abandoned when the client has gone.
        """
        value, unready = await self._once(work, lane, who, left)
        if unready and await _any_done(unready, SOON):
            value, _ = await self._once(work, lane, who, left)
        return value

    async def _once(self, work: Callable[[], T], lane: str, who: str,
                    left: Callable[[], Awaitable[None]] | None) -> tuple[T, list[Future[Any]]]:
        if lane == "wide" and (self.slots.wanted or not self.lanes["wide"].free):
            lane = "grids"
        asked = self.lanes[lane].submit(work, who)
        answer = asyncio.wrap_future(asked.done)
        try:
            done, _ = await asyncio.wait([answer], timeout=LONG)
            if not done and left is not None:
                await _first(answer, left)
            if not answer.done() and left is not None:
                raise Abandoned
            return await answer, asked.unready
        finally:
            if not answer.done():
                asked.abandon()
                answer.cancel()


async def _any_done(futures: Sequence[Future[Any]], seconds: float) -> bool:
    """Whether one of them is done within so many seconds."""
    loop, some = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: Future[Any]) -> None:
        with contextlib.suppress(RuntimeError):     # the loop has ended
            loop.call_soon_threadsafe(some.set)
    for one in futures:
        one.add_done_callback(tell)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(some.wait(), seconds)
    return some.is_set()


async def _first(answer: asyncio.Future[Any], left: Callable[[], Awaitable[None]]) -> None:
    """Wait until the answer is there, or the client has gone."""
    watch = asyncio.ensure_future(left())
    try:
        await asyncio.wait([answer, watch], return_when=asyncio.FIRST_COMPLETED)
    finally:
        watch.cancel()


@cache
def shared() -> Threads:
    """The process's own: raw routes and named functions take turns on them."""
    return Threads()
