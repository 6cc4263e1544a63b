"""What waits at the same moment for the same network goes through it as one batch, and is told apart afterwards.

A layer's weights are read once for eight images rather than eight times: of the runs with 64 × 64 pixels one core draws 1.3 to 2 times as
many images in batches of eight as one by one, of StyleGAN's with 32 × 32 3.6 times (benchmarks/RESULTS.md). Nobody waits for company: where
a thread is free, work begins at once, alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from . import lanes
from .lanes import Job, Lane

Q = TypeVar("Q")
A = TypeVar("A")
T = TypeVar("T")
MOST = 16                                       # that go along together


@dataclass(frozen=True)
class Joint(Generic[Q, A, T]):
    """Work whose ``middle`` can be done for several at once: those with the same ``key``. Called, it is done alone."""

    key: Hashable
    begin: Callable[[], Q]
    middle: Callable[[Sequence[Q]], Sequence[A]]
    end: Callable[[A], T]

    def __call__(self) -> T:
        return self.end(self.middle([self.begin()])[0])


class Joining(Lane):
    """A lane whose threads take along what waits with the same key when they begin, MOST at most, of each address one, then another.

    An error, or a client that has gone, is one's own: where a batch fails, each is tried alone.
    """

    def _along(self, asked: Job[Any]) -> list[Job[Any]]:
        """What waits and goes along with this work: taken out of its lines, begun; the lock is held."""
        if not isinstance(asked.work, Joint):
            return []
        key, taken = asked.work.key, list[Job[Any]]()
        lines = [deque(job for job in line if isinstance(job.work, Joint) and job.work.key == key) for line in self._waiting.values()]
        while (lines := [line for line in lines if line]) and len(taken) < MOST - 1:
            taken += [line.popleft() for line in lines][:MOST - 1 - len(taken)]
        gone = {id(job) for job in taken}
        for who in [job.who for job in taken]:
            line = deque(job for job in self._waiting.get(who, ()) if id(job) not in gone)
            if line:
                self._waiting[who] = line
            else:
                self._waiting.pop(who, None)
        return [job for job in taken if job.done.set_running_or_notify_cancel()]

    def _do(self, group: list[Job[Any]]) -> Any:
        with self.turn(group[0]):
            with self._lock:
                group += self._along(group[0])
            if len(group) > 1:
                self._together(group)
                return None
            with lanes.working_on(group[0]):
                lanes.require_wanted()
                return group[0].work()

    @staticmethod
    def _together(group: list[Job[Any]]) -> None:
        asked = list[tuple[Job[Any], Joint[Any, Any, Any], Any]]()
        for job in group:
            work = cast(Joint[Any, Any, Any], job.work)
            if not (begun := _Step.of(job, work.begin)).failed:
                asked.append((job, work, begun.value))
        middle = _Step()
        with middle:
            middle.value = asked[0][1].middle([question for _, _, question in asked]) if asked else []
        for k, (job, work, question) in enumerate(asked):
            if middle.failed:                   # whose fault it was, each alone will tell
                _Step.of(job, partial(_alone, work, question), last=True)
            else:
                _Step.of(job, partial(work.end, middle.value[k]), last=True)


def _alone(work: Joint[Q, A, T], question: Q) -> T:
    return work.end(work.middle([question])[0])


class _Step:
    """A step whose error is kept from the others: it is its own job's answer."""

    def __init__(self, job: Job[Any] | None = None) -> None:
        self.job, self.failed = job, False
        self.value: Any = None

    def __enter__(self) -> _Step:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.failed = error is not None
        if error is not None and self.job is not None:
            self.job.done.set_exception(error)
        return error is None or isinstance(error, Exception)

    @classmethod
    def of(cls, job: Job[Any], do: Callable[[], Any], last: bool = False) -> _Step:
        """What ``do`` gives is the job's answer where it is the ``last`` step. Where nobody waits any more it is not done."""
        step = cls(job)
        with step, lanes.working_on(job):
            lanes.require_wanted()
            step.value = do()
            if last:
                job.done.set_result(step.value)
        return step


__all__ = ["MOST", "Joining", "Joint"]
