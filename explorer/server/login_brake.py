"""A brake on wrong passwords: after a few from one address, each further one makes it wait longer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from cachetools import LRUCache
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .gradio_internals import LOGIN
from .scope import address, route_path

FREE = 5                                        # wrong ones that cost nothing
LONGEST = 300.0                                 # seconds
KNOWN = 10_000                                  # addresses that are remembered, those seen last


class Brake:
    """ASGI middleware in front of gradio's /login."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = time.monotonic) -> None:
        self.app, self.clock = app, clock
        self.wrong: LRUCache[str, tuple[int, float]] = LRUCache(KNOWN)     # by address: how many, and when the next may come

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or route_path(scope).rstrip("/") != LOGIN:
            await self.app(scope, receive, send)
            return
        who, now = address(scope), self.clock()
        count, then = self.wrong.get(who, (0, 0.0))
        if now < then:
            seconds = math.ceil(then - now)
            told = f"Too many wrong passwords came from here; the next can be tried in {seconds} seconds."
            await JSONResponse({"error": told, "detail": told}, 429, headers={"retry-after": str(seconds)})(scope, receive, send)
            return
        self.note(who, count + 1)               # before the answer, so that many at once are many

        async def look(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self.wrong.pop(who, None)
            await send(message)
        await self.app(scope, receive, look)

    def note(self, who: str, count: int) -> None:
        """So many wrong ones so far."""
        wait = min(2.0 ** (count - FREE), LONGEST) if count >= FREE else 0.0
        self.wrong[who] = (count, self.clock() + wait)


__all__ = ["Brake"]
