"""How long the server itself took for an answer, told in a header that browsers know (Server-Timing), and never used for anything else."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.responses import Response


def timed(work: Callable[[bytes], Response]) -> Callable[[bytes], Response]:
    """``work`` with its own milliseconds in the answer; not the wait for a turn, which others cause."""
    def told(body: bytes) -> Response:
        began = time.perf_counter()
        answer = work(body)
        answer.headers["server-timing"] = f"draw;dur={1000 * (time.perf_counter() - began):.1f}"
        return answer
    return told


__all__ = ["timed"]
