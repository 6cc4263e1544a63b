"""The threads that models run on, and who has them when.

No layer is split over cores: its threads wait for each other at its end, so that each layer waits for whatever else has a core, a training
or another program. One image of 64 × 64 pixels takes 2 to 5 ms on one core, 2 to 4 on two, and 200 to 800 on two that others use. What is
shared out is images: of several asked for at once by the hand that moves one, each core draws some, and none waits before the end.

Whoever asks has her turn: work of one address waits in a line of its own, lines are served in turn, and one address never has the last
thread of a lane. Work that nobody waits for any more ends: not begun, it never begins; under way, at its next ``check``.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch

from .cpu_threads import Slots, number

A = TypeVar("A")
T = TypeVar("T")
CORES = torch.get_num_threads()                 # that images are shared out over: as OMP_NUM_THREADS says, or all
BEHIND = 10                                     # how far long work stands behind live images on a core: its niceness


def behind_this(by: int) -> int:
    """The niceness so far behind this process's own, which whoever started it may have chosen; 19 is the last."""
    return min(os.getpriority(os.PRIO_PROCESS, os.getpid()) + by, 19)


def stand_behind(pid: int, by: int = BEHIND) -> None:
    """Have a process yield to the page wherever both want a core. In a session of its own half as far, as a whole: where Linux shares the
    cores out among sessions first (autogroups, sched(7)), the niceness of a process counts for nothing beside other sessions'."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, behind_this(by))
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
    number: int = field(default_factory=number)   # in the order of all that was asked for
    unready: list[Future[Any]] = field(default_factory=list)   # background work that it asked for and did not wait for

    def abandon(self) -> None:
        """Nobody waits for it any more."""
        self.gone = True
        self.done.cancel()


_here = threading.local()                       # .job: what this thread works on; .cores: that it may share images over; .held: its slot


def job() -> Job[Any] | None:
    """What this thread works on, where it is one of a lane's."""
    return getattr(_here, "job", None)


def who() -> str:
    """The address that this thread works for."""
    mine = job()
    return mine.who if mine is not None else ""


def require_wanted() -> None:
    """Raise Abandoned where nobody waits for this thread's work any more."""
    mine = job()
    if mine is not None and mine.gone:
        raise Abandoned


def check() -> None:
    """Raise Abandoned where nobody waits for this thread's work any more; let others compute first. Long work calls it at each step."""
    require_wanted()
    held = getattr(_here, "held", None)
    if held is not None:
        held.step()


@contextlib.contextmanager
def working_on(asked: Job[Any]) -> Iterator[None]:
    """This thread works on it for as long as the block lasts."""
    _here.job = asked
    try:
        yield
    finally:
        _here.job = None


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
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), behind_this(behind))


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


@dataclass(frozen=True)
class Turns:
    """How a lane's threads take turns with those of others: slots that they share, and how many seconds one waits at most."""

    slots: Slots
    patience: float

    @contextlib.contextmanager
    def one(self, asked: Job[Any]) -> Iterator[None]:
        """A slot for this work, on this thread."""
        with self.slots.one(asked.number, self.patience) as held:
            _here.held = held
            try:
                yield
            finally:
                _here.held = None


class Lane:
    """Threads for one kind of work. ``each``: how many of them one address has at most. May be used by several threads."""

    def __init__(self, name: str, threads: int, each: int | None = None, cores: int = 1, behind: int = 0,
                 turns: Turns | None = None) -> None:
        self.threads, self.each, self.turns = threads, each or threads, turns
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

    def _next(self) -> list[list[Job[Any]]]:
        """What can begin now, each in a group that other work may join, their threads counted; the lock is held."""
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
                begun.append([asked])
        return begun

    def _begin(self, groups: list[list[Job[Any]]]) -> None:
        for group in groups:
            try:
                inner = self._pool.submit(self._do, group)
            except RuntimeError as e:           # the process ends
                for asked in group:
                    asked.done.set_exception(e)
                return
            inner.add_done_callback(partial(self._ended, group))

    def _do(self, group: list[Job[Any]]) -> Any:
        """What the first of a group gives."""
        with working_on(group[0]), self.turn(group[0]):
            require_wanted()
            return group[0].work()

    def turn(self, asked: Job[Any]) -> AbstractContextManager[None]:
        """A time to compute."""
        return contextlib.nullcontext() if self.turns is None else self.turns.one(asked)

    def _ended(self, group: list[Job[Any]], inner: Future[Any]) -> None:
        first = group[0].who
        with self._lock:
            self._working[first] -= 1
            if not self._working[first]:
                del self._working[first]
            begun = self._next()
        self._begin(begun)
        error = inner.exception()
        for asked in group:
            if asked.done.done():
                continue
            if error is not None:
                asked.done.set_exception(error)
            else:
                asked.done.set_result(inner.result())
