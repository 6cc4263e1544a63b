"""Gradio's queue, shared: an address has a part of it, and what nobody listens to is taken out of it and forgotten."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..runs.shares import SLOWED
from . import gradio_internals as internals
from .scope import address, route_path

EACH = 24                                       # events, or other questions, of one address that wait or are worked on
AT_ONCE = 2                                     # of one address that gradio works on at the same time: it works on the loop of all
PATIENCE = 30.0                                 # seconds after which an event that nobody listens to is taken out
ASK = (internals.RUN, internals.OLD_RUN, internals.CALL, internals.JOIN, internals.COMPONENT)
JOIN, LISTEN = (internals.JOIN, internals.CALL), (internals.LISTEN, internals.CALL)
FULL = "Your other questions are still being answered; ask fewer at once."


class GradioQueue:
    """ASGI middleware in front of gradio's queue."""

    def __init__(self, app: ASGIApp, each: int = EACH, patience: float = PATIENCE) -> None:
        self.app, self.each, self.patience = app, each, patience
        self.listening, self.quiet = Counter[str](), dict[str, float]()
        self.asking, self.gates = Counter[str](), dict[str, asyncio.Semaphore]()
        self._sweep: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = route_path(scope) if scope["type"] == "http" else "", scope.get("method")
        if method == "POST" and path.startswith(ASK):
            who = address(scope)
            queue = internals.queue_of(scope["app"]) if path.startswith(JOIN) else None
            if self.asking[who] >= self.each or \
                    queue is not None and sum(address(e.request.scope) == who for e in internals.events(queue)) >= self.each:
                await asyncio.sleep(SLOWED)
                await JSONResponse({"error": FULL, "detail": FULL}, 503, headers={"cache-control": "no-store"})(scope, receive, send)
                return
            async with self.turn(who):
                await self.app(scope, receive, send)
            if queue is not None and (self._sweep is None or self._sweep.done()):
                self._sweep = asyncio.create_task(self.sweep(queue))
        elif method == "GET" and path.startswith(LISTEN):
            session = path.rsplit("/", 1)[1] if path.startswith(JOIN) else \
                parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0]
            self.listening[session] += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.listening[session] -= 1
                if self.listening[session] <= 0:
                    del self.listening[session]
        else:
            await self.app(scope, receive, send)

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """One of the AT_ONCE questions of an address that gradio works on; the others wait here, where they cost nothing."""
        gate = self.gates.setdefault(who, asyncio.Semaphore(AT_ONCE))
        self.asking[who] += 1
        try:
            async with gate:
                yield
        finally:
            self.asking[who] -= 1
            if not self.asking[who]:
                del self.asking[who], self.gates[who]

    async def sweep(self, queue: internals.Queue) -> None:
        """Forget sessions that nobody has listened to for ``patience`` seconds, for as long as there are sessions."""
        while internals.sessions(queue):
            await asyncio.sleep(self.patience / 2)
            await self.forget(queue, time.monotonic())

    async def forget(self, queue: internals.Queue, now: float) -> None:
        """One look at all sessions."""
        self.quiet = {s: self.quiet.get(s, now) for s in internals.sessions(queue) if not self.listening[s]}
        for session in [s for s, since in self.quiet.items() if now - since >= self.patience]:
            await internals.forget(queue, session)
            del self.quiet[session]


__all__ = ["GradioQueue"]
