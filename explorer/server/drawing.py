"""POST render: how a request for pixels is answered, and on which threads. A run that is not loaded yet holds up no live image."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from starlette.responses import Response

from .. import images
from ..runs.run import Run
from ..runs.session import Session
from ..runs.together import Joint
from ..views import base, operations
from ..views.base import Draw, DrawOne
from ..views.endpoints import NO_STORE
from .thread_pools import Placed

SMALL = 2**16                                   # bytes of a request that is looked at before it has a thread: some 50 µs at most
Question = tuple[Run, np.ndarray, int | None]   # a code (1, d), and its class where the run has classes


def placed(session: Session, body: bytes) -> Placed:
    """The work that a request asks for, and where it is done. Raises Refused."""
    if len(body) > SMALL:
        return Placed(lambda: _drawn(session, base.parse(operations.DRAW, body)), "wide")
    request = base.parse(operations.DRAW, body)
    if not session.loaded(request.run):
        return Placed(lambda: _drawn(session, request), "opening")
    if isinstance(request, DrawOne) and request.plain:
        return Placed(_joint(session, request), "live")
    return Placed(lambda: _drawn(session, request), "wide")


def _drawn(session: Session, request: Draw) -> Response:
    began = time.perf_counter()
    return _answer(request.draw(session.run(request.run)), began)


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


def _answer(pixels: np.ndarray, began: float) -> Response:
    """The pixels as a file, and how long the server itself took for them (Server-Timing); not the wait for a turn, which others cause."""
    data, kind = images.encode(pixels)
    return Response(data, media_type=kind, headers=NO_STORE | {"server-timing": f"draw;dur={1000 * (time.perf_counter() - began):.1f}"})


__all__ = ["decoded", "placed"]
