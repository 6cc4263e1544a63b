"""How a raw route is answered: login, a bounded body, work on a few threads at a time shared by addresses, an error as a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .. import Refused, VisitorError
from ..runs.lanes import Abandoned
from ..runs.shares import SLOWED, Busy, Shares
from ..views.endpoints import NO_STORE, Call, Endpoint
from . import thread_pools
from .gradio_internals import API, logged_in
from .request_bodies import parts
from .scope import address
from .thread_pools import Placed

PREFIX = f"{API}/explorer"
WAITING, EACH = 256, 192                        # more than that many at once, or of one address, are turned away
EACH_STAYS = 24                                 # of one address on routes that wait for news: they share some 40 threads with files
VERY_BUSY = "The page is very busy; try again in a moment."
log = logging.getLogger(__name__)


class LoggedOut(Refused):
    """The page has a login, and this request none."""

    status = 401


class Limiter:
    """Login, errors as sentences, and work on a few threads at a time, shared by addresses."""

    def __init__(self) -> None:
        self.threads, self.places = thread_pools.shared(), Shares(WAITING, EACH, VERY_BUSY)

    async def run(self, request: Request, ready: Callable[[], Awaitable[Callable[[], Response] | Placed]], lane: str,
                  shares: Shares | None = None) -> Response:
        """The response of the work that ``ready`` (once logged in) gives, done on a thread of ``lane``, or where ``ready`` says. A place is
        held once the body is there."""
        who = address(request.scope)
        try:
            await require_login(request)
            work = await ready()
            work, lane = (work.work, work.lane) if isinstance(work, Placed) else (work, lane)
            with self.places.held(who), shares.held(who) if shares is not None else contextlib.nullcontext():
                return await self.threads.run(work, lane, who, lambda: left(request))
        except (Refused, VisitorError) as e:
            if isinstance(e, Busy):
                await asyncio.sleep(SLOWED)
            return json_answer({"error": str(e)}, e.status)
        except (ClientDisconnect, Abandoned):
            return Response(status_code=499)
        except MemoryError:
            return json_answer({"error": "That needs more memory than this machine has; ask for less at once."}, 503)
        except (RuntimeError, OSError) as e:    # torch out of memory, a file that vanished: tell the owner in the log, the visitor briefly
            log.exception("request failed")
            return json_answer({"error": f"The server could not do that ({type(e).__name__}); its log says more."}, 500)


async def left(request: Request) -> None:
    """Returns when the client of a request, whose body was read, has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def plain_routes(endpoints: Iterable[Endpoint]) -> list[Route]:
    """Routes that wait on the loop itself rather than for a thread: login, places, and refusals as sentences, as all others."""
    places = Shares(WAITING, EACH_STAYS, VERY_BUSY)

    def route(one: Endpoint) -> Route:
        async def endpoint(request: Request) -> Response:
            who = address(request.scope)
            try:
                await require_login(request)
                body = await read_body(request, one.limit) if one.limit else b""
                with places.held(who):
                    return await one.answer(Call(request.path_params, request.query_params, body, who))
            except (Refused, VisitorError) as e:
                if isinstance(e, Busy):
                    await asyncio.sleep(SLOWED)
                return json_answer({"error": str(e)}, e.status)
        return Route(f"{PREFIX}/{one.path}", endpoint, methods=[one.method])
    return [route(one) for one in endpoints]


async def require_login(request: Request) -> None:
    """Raise LoggedOut unless the page has no login or the request carries its cookie."""
    if not await logged_in(request):
        raise LoggedOut("Please log in to this page first.")


async def read_body(request: Request, limit: int) -> bytes:
    """The body of a request. Raises TooLarge beyond ``limit`` bytes."""
    return b"".join([part async for part in parts(request.receive, request.headers, limit)])


def json_answer(value: object, status: int = 200) -> Response:
    return JSONResponse(value, status, headers=NO_STORE)


def cached(request: Request, data: bytes, kind: str) -> Response:
    """A file that the browser keeps and asks about: unchanged costs no transfer."""
    return tagged(request, hashlib.sha256(data).hexdigest(), kind, lambda: data)


def tagged(request: Request, digest: str, kind: str, read: Callable[[], bytes]) -> Response:
    """The same for a file whose digest is known before it is ``read``."""
    etag = f'"{digest[:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(read(), media_type=kind, headers=headers)
