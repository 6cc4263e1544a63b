"""A proxy as people put one in front of the page: it hands each request to one of several processes, in turn or by who asks, as nginx does
with the settings that HOSTING.md gives (headers, no buffering, the prefix taken away or kept).
"""

from __future__ import annotations

import socket
import threading
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Literal

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer"}       # of one connection, never handed on


class Proxy:
    """``share``: "turns", one request after the other (nginx's default), or "address", as its ip_hash. ``asked``: how many requests each
    process had; ``paths``: by process, those below the prefix."""

    def __init__(self, addresses: Sequence[str], share: Literal["turns", "address"], prefix: str = "", strip: bool = True) -> None:
        self.addresses, self.share, self.prefix, self.strip = addresses, share, prefix, strip
        self.asked, self.paths, self.turn = Counter[int](), [Counter[str]() for _ in addresses], count()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)   # one kept may end while it is asked
        self.client = httpx.AsyncClient(timeout=None, trust_env=False, limits=limits)
        self.address = ""

    def chosen(self, request: Request) -> int:
        """Which process answers this one."""
        if self.share == "turns":
            return next(self.turn) % len(self.addresses)
        return self.place(request.client.host if request.client else "")

    def place(self, who: str) -> int:
        """Which process an address always has."""
        return zlib.crc32(who.encode()) % len(self.addresses)

    async def answer(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode("latin-1")
        if not path.startswith(f"{self.prefix}/"):
            return PlainTextResponse("no such place behind this proxy", 404)
        k = self.chosen(request)
        below = path[len(self.prefix):]
        self.asked[k] += 1
        self.paths[k][below] += 1
        where = self.addresses[k] + (below if self.strip else path) + (f"?{request.url.query}" if request.url.query else "")
        name = request.headers["host"]
        told = {"x-forwarded-for": request.client.host if request.client else "", "x-forwarded-host": name, "x-forwarded-proto": "http",
                "host": name.rpartition(":")[0] or name}
        headers = [(n, v) for n, v in request.headers.items() if n not in HOP and n not in told] + list(told.items())
        asked = self.client.build_request(request.method, where, headers=headers, content=await request.body())
        got = await self.client.send(asked, stream=True)
        answer = StreamingResponse(self.passed_on(got), got.status_code, background=BackgroundTask(got.aclose))
        answer.raw_headers = [(n.lower(), v) for n, v in got.headers.raw if n.decode().lower() not in HOP]
        return answer

    @staticmethod
    async def passed_on(got: httpx.Response) -> AsyncIterator[bytes]:
        try:
            async for part in got.aiter_raw():
                yield part
        except httpx.HTTPError:                 # the page has ended
            return


@contextmanager
def proxied(addresses: Sequence[str], share: Literal["turns", "address"], prefix: str = "", strip: bool = True) -> Iterator[Proxy]:
    """A proxy on a free port, in a thread of its own; ``.address`` is where it shows the page."""
    proxy = Proxy(addresses, share, prefix, strip)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        app = Starlette(routes=[Route("/{path:path}", proxy.answer, methods=METHODS)])
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        proxy.address = f"http://127.0.0.1:{listening.getsockname()[1]}{prefix}"
        try:
            yield proxy
        finally:
            server.should_exit = True
            thread.join()
