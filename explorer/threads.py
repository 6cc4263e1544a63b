"""The threads that models run on, and who has them when.

No layer is split over cores: its threads wait for each other at its end, so that each layer waits for whatever else has a core, a training
or another program. One image of 64 × 64 pixels takes 2 to 5 ms on one core, 2 to 4 on two, and 200 to 800 on two that others use. What is
shared out is images: of several asked for at once by the hand that moves one, each core draws some, and none waits before the end.

Whoever asks has her turn: work of one address waits in a line of its own, lines are served in turn, and one address never has the last
thread of a lane. Work that nobody waits for any more ends: not begun, it never begins; under way, at its next ``check``.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch

A = TypeVar("A")
T = TypeVar("T")
CORES = torch.get_num_threads()                 # that images are shared out over: as OMP_NUM_THREADS says, or all
AT_ONCE = max(2, min(4, os.cpu_count() or 2))   # quick requests of one address worked on at the same time
LONG = 0.25                                     # seconds after which it is looked whether anybody still waits
SOON = 0.6                                      # seconds that an answer waits for background work that may be nearly done
BEHIND = 10                                     # how far long work stands behind live images on a core: its niceness


def stand_behind(pid: int, by: int = BEHIND) -> None:
    """Have a process yield to the page wherever both want a core. In a session of its own half as far, as a whole: where Linux shares the
    cores out among sessions first (autogroups, sched(7)), the niceness of a process counts for nothing beside other sessions'."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, by)
    with contextlib.suppress(OSError):
        if hasattr(os, "getsid") and os.getsid(pid) != os.getsid(0):
            Path(f"/proc/{pid}/autogroup").write_text(str(by // 2))


class Abandoned(Exception):
    """Nobody waits for this work any more."""


@dataclass
class Job(Generic[T]):
    """A piece of work and the address that asked for it."""

    work: Callable[[], T]
    who: str = ""
    done: Future[T] = field(default_factory=Future)
    gone: bool = False
    unready: list[Future[Any]] = field(default_factory=list)   # background work that it asked for and did not wait for

    def abandon(self) -> None:
        """Nobody waits for it any more."""
        self.gone = True
        self.done.cancel()


_here = threading.local()                       # .job: what this thread works on; .cores: over how many it may share images out


def job() -> Job[Any] | None:
    """What this thread works on, where it is one of a lane's."""
    return getattr(_here, "job", None)


def who() -> str:
    """The address that this thread works for."""
    mine = job()
    return mine.who if mine is not None else ""


def check() -> None:
    """Raise Abandoned where nobody waits for this thread's work any more. Long work calls it at each step."""
    mine = job()
    if mine is not None and mine.gone:
        raise Abandoned


def pool(name: str, threads: int, cores: int = 1, behind: int = 0) -> ThreadPoolExecutor:
    """``threads`` threads, each on one core, that share images out over ``cores``, ``behind`` others on a busy core."""
    return ThreadPoolExecutor(threads, thread_name_prefix=name, initializer=_begin, initargs=(cores, behind))


def _begin(cores: int, behind: int) -> None:
    """What this thread may use, and how far it stands behind others (Linux gives each thread its own)."""
    _here.cores = cores
    torch.get_num_threads()                     # the first look takes over what was set last anywhere, not what this thread was told
    torch.set_num_threads(1)
    if behind and sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), behind)


_parts = pool("part", CORES)


def cores() -> int:
    """Over how many this thread may share images out."""
    return getattr(_here, "cores", 1)


def side_by_side(work: Callable[[A], T], parts: Sequence[A]) -> list[T]:
    """``work`` of each part, in order, by as many threads as this one has cores. Raises Abandoned between two parts."""
    if cores() > 1 and len(parts) > 1:
        return list(_parts.map(work, parts))
    done = []
    for part in parts:
        check()
        done.append(work(part))
    return done


class Lane:
    """Threads for one kind of work. ``each``: how many of them one address has at most. May be used by several threads."""

    def __init__(self, name: str, threads: int, each: int | None = None, cores: int = 1, behind: int = 0) -> None:
        self.threads, self.each = threads, each or threads
        self._pool = pool(name, threads, cores, behind)
        self._lock, self._working = threading.Lock(), Counter[str]()
        self._waiting: OrderedDict[str, deque[Job[Any]]] = OrderedDict()

    @property
    def free(self) -> bool:
        """Whether none of its threads works."""
        return not self._working

    def submit(self, work: Callable[[], T], who: str = "") -> Job[T]:
        """Put it into ``who``'s line."""
        asked = Job(work, who)
        with self._lock:
            self._waiting.setdefault(who, deque()).append(asked)
            begun = self._next()
        self._begin(begun)
        return asked

    def _next(self) -> list[Job[Any]]:
        """What can begin now, its threads counted; the lock is held."""
        begun = []
        while self._working.total() < self.threads:
            who = next((w for w in self._waiting if self._working[w] < self.each), None)
            if who is None:
                break
            line = self._waiting[who]
            asked = line.popleft()
            if line:
                self._waiting.move_to_end(who)
            else:
                del self._waiting[who]
            if asked.done.set_running_or_notify_cancel():
                self._working[who] += 1
                begun.append(asked)
        return begun

    def _begin(self, jobs: list[Job[Any]]) -> None:
        for asked in jobs:
            try:
                inner = self._pool.submit(self._do, asked)
            except RuntimeError as e:           # the process ends
                asked.done.set_exception(e)
                return
            inner.add_done_callback(partial(self._ended, asked))

    @staticmethod
    def _do(asked: Job[T]) -> T:
        _here.job = asked
        try:
            check()
            return asked.work()
        finally:
            _here.job = None

    def _ended(self, asked: Job[T], inner: Future[T]) -> None:
        with self._lock:
            self._working[asked.who] -= 1
            if not self._working[asked.who]:
                del self._working[asked.who]
            begun = self._next()
        self._begin(begun)
        error = inner.exception()
        if error is not None:
            asked.done.set_exception(error)
        else:
            asked.done.set_result(inner.result())


class Threads:
    """Those that answer requests: ``wide`` for the image that a hand is moving, ``quick``, ``opening`` of runs, ``making`` of files."""

    def __init__(self) -> None:
        torch.set_num_threads(1)                # of this thread, and of threads that others begin
        self.lanes = {"wide": Lane("wide", 1, cores=CORES), "quick": Lane("quick", AT_ONCE + 1, AT_ONCE),
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
        if lane == "wide" and not self.lanes["wide"].free:
            lane = "quick"
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


__all__ = ["Abandoned", "Job", "Lane", "Threads", "check", "cores", "job", "pool", "shared", "side_by_side", "stand_behind", "who"]
