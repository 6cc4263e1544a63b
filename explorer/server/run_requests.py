"""How a request about a run is answered, with pixels (POST render) or with words, and on which threads: opening a run holds up none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter
from starlette.responses import Response

from .. import images
from ..runs.batching import Joint
from ..runs.run import Run
from ..runs.session import Session
from ..views import base, operations
from ..views.base import Draw, DrawOne, Request
from ..views.endpoints import NO_STORE
from .thread_pools import Placed

SMALL = 2**16                                   # bytes of a request that is looked at before it has a thread: some 50 µs at most
Question = tuple[Run, np.ndarray, int | None]   # a code (1, d), and its class where the run has classes

OfRun = TypeVar("OfRun", bound=Request)


def placed(session: Session, kinds: TypeAdapter[OfRun], body: bytes, answer: Callable[[Run, OfRun], Response],
           lane: str = "quick") -> Placed:
    """A request about a run, for a thread of ``lane``; where the run must be loaded first, one of those that open runs. Raises Refused."""
    if len(body) > SMALL:
        return Placed(lambda: _answered(session, base.parse(kinds, body), answer), lane)
    asked = base.parse(kinds, body)
    return Placed(lambda: _answered(session, asked, answer), lane if session.loaded(asked.run) else "opening")


def _answered(session: Session, asked: OfRun, answer: Callable[[Run, OfRun], Response]) -> Response:
    return answer(session.run(asked.run), asked)


def drawn(session: Session, body: bytes) -> Placed:
    """A request for pixels: of a single image with others', where its run is loaded. Raises Refused."""
    request = base.parse(operations.DRAW, body) if len(body) <= SMALL else None
    if isinstance(request, DrawOne) and request.plain and session.loaded(request.run):
        return Placed(_joint(session, request), "live")
    return placed(session, operations.DRAW, body, _drawn, "wide")


def _drawn(run: Run, request: Draw) -> Response:
    began = time.perf_counter()
    return _answer(request.draw(run), began, request.lossless)


def _joint(session: Session, request: DrawOne) -> Joint[Question, np.ndarray, Response]:
    """A single image, which others of the same run may go along with."""
    began = 0.0

    def begin() -> Question:
        nonlocal began
        began, run = time.perf_counter(), session.run(request.run)
        run.require_images()
        return run, request.code(run), run.label(request.label)

    def end(pixels: np.ndarray) -> Response:
        return _answer(pixels, began)
    return Joint(request.run, begin, decoded, end)


def decoded(asked: Sequence[Question]) -> Sequence[np.ndarray]:
    """Pixels (H, W, C) for each, through the network together; where the run was loaded anew in between, for either apart."""
    run = asked[0][0]
    if any(other is not run for other, _, _ in asked):
        return [other.decode(w, label)[0] for other, w, label in asked]
    labels = np.array([label for _, _, label in asked]) if run.spec.num_classes else None
    return list(run.decode(np.concatenate([w for _, w, _ in asked]), labels))


def _answer(pixels: np.ndarray, began: float, lossless: bool = False) -> Response:
    """The pixels as a file, and how long the server itself took for them (Server-Timing); not the wait for a turn, which others cause."""
    data, kind = images.encode(pixels, lossless)
    return Response(data, media_type=kind, headers=NO_STORE | {"server-timing": f"draw;dur={1000 * (time.perf_counter() - began):.1f}"})


__all__ = ["decoded", "drawn", "placed"]
