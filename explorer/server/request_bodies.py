"""Every body that a request may carry, on our routes and on gradio's: bounded in bytes and in time, a share of them for each address.

The whole body is read here, before anything is counted, begun or held for it. Routes of gradio's that this page does not use are closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import Refused, TooLarge
from ..runs.shares import Busy, Shares
from . import gradio_internals as internals
from .scope import address, route_path

SAFE = ("GET", "HEAD", "OPTIONS")
SECONDS, PACE = 10.0, 2**16                     # for a body; and one second more for so many bytes that have come
HELD, EACH_HOLDS = 96 * 2**20, 32 * 2**20       # bytes of bodies in memory, over all and of one address
READ, EACH_READS = 512, 224                     # requests with a body under way, over all and of one address
LARGE, SMALL = 6 * 2**20, 2**14
LIMITS: Mapping[str, int] = {                   # by the beginning of the path; what is not here is closed
    f"{internals.API}/explorer/": LARGE,        # each of them has a smaller one of its own (server/routes.py)
    **dict.fromkeys((internals.COMPONENT, internals.JOIN, internals.RUN, internals.OLD_RUN, internals.CALL), LARGE),
    **dict.fromkeys((internals.CANCEL, internals.RESET, internals.LOGIN), SMALL)}
CLOSED = (internals.DEEP_LINK,)                 # of those that are asked for by GET
UNUSED = "This page has no use for that."


class TooSlow(Refused):
    """A body that does not come."""

    status = 408


class Closed(Refused):
    """A route of gradio's that nothing here uses."""

    status = 404


class Bodies:
    """ASGI middleware that reads a request's body, then hands it on in one piece."""

    def __init__(self, app: ASGIApp, seconds: float = SECONDS) -> None:
        self.app, self.seconds = app, seconds
        busy = "The page is taking in too much at the moment; try again in a moment."
        self.bytes, self.requests = Shares(HELD, EACH_HOLDS, busy), Shares(READ, EACH_READS, busy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, who = route_path(scope), address(scope)
        if scope["method"] in SAFE and not path.startswith(CLOSED):
            await self.app(scope, receive, send)
            return
        body = _Held(self.bytes, who)
        try:
            limit = next((n for start, n in LIMITS.items() if path.startswith(start)), None)
            if limit is None:
                raise Closed(UNUSED)
            self.requests.take(who)
        except (Closed, Busy) as e:
            await _refuse(e, scope, receive, send)
            return
        try:
            if await self._read(body, limit, scope, receive, send):
                await self.app(scope, again(b"".join(body.parts), receive), send)
        finally:
            self.requests.give(who)
            body.drop()

    async def _read(self, body: _Held, limit: int, scope: Scope, receive: Receive, send: Send) -> bool:
        """Take the body in. Whether it is there; where it is not, that was answered."""
        try:
            async with asyncio.timeout(self.seconds) as patience:
                async for part in parts(receive, Headers(scope=scope), limit):
                    body.add(part)
                    if (until := patience.when()) is not None:
                        patience.reschedule(until + len(part) / PACE)
        except ClientDisconnect:
            return False
        except TimeoutError:
            await _refuse(TooSlow("The request did not come in time; try again."), scope, receive, send)
        except (TooLarge, Busy) as e:
            await _refuse(e, scope, receive, send)
        else:
            return True
        return False


class _Held:
    """The parts of one body, counted for its address."""

    def __init__(self, shares: Shares, who: str) -> None:
        self.shares, self.who, self.size, self.parts = shares, who, 0, list[bytes]()

    def add(self, part: bytes) -> None:
        """Raises Busy where it is more than this address may have in memory."""
        self.shares.take(self.who, len(part))
        self.size += len(part)
        self.parts.append(part)

    def drop(self) -> None:
        """All of it was answered."""
        self.shares.give(self.who, self.size)


async def parts(receive: Receive, headers: Headers, limit: int) -> AsyncIterator[bytes]:
    """A body as it comes. Raises TooLarge once it is known to have more than ``limit`` bytes, ClientDisconnect where it ends early."""
    sentence = f"The request is larger than {limit // 1024:,} KiB."
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLarge(sentence)
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size > limit:
            raise TooLarge(sentence)
        yield part


def again(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body at once, and then what comes after it."""
    given = False

    async def give() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}
    return give


async def _refuse(error: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {"cache-control": "no-store", "connection": "close"}
    await JSONResponse({"error": str(error), "detail": str(error)}, error.status, headers=headers)(scope, receive, send)


__all__ = ["Bodies", "again", "parts"]
