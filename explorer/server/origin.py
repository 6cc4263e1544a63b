"""Whose requests are answered: those of our own pages and of programs, never those that another site has a visitor's browser send.

A browser says where a request comes from (``Sec-Fetch-Site``, ``Origin``) and no page can change what it says; a program such as
``gradio_client`` or ``curl`` says nothing and is answered. The name in ``Host`` must be this page's, so that no other name can be pointed
at this machine ("DNS rebinding") and count as our own.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import is_loopback
from .gradio_internals import LOGOUT
from .scope import route_path, within

SAFE = ("GET", "HEAD", "OPTIONS")
CHANGING = (LOGOUT,)                            # asked for by GET
FRAMES = {"content-security-policy": "frame-ancestors 'self'", "x-frame-options": "SAMEORIGIN"}
FOREIGN_HOST = "This page does not answer to that name; its owner can start it with --allowed-host NAME."
FOREIGN_SITE = "Another site asked for this; only this page itself, or a program, may."


@lru_cache(256)
def split(authority: str) -> tuple[str, int | None]:
    """``name:port`` as (name in lower case without brackets or a last dot, port or None). ("", None) for what is none."""
    try:
        parts = urlsplit(f"//{authority.strip()}")
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return "", None
    return ("", None) if parts.path or parts.query or parts.fragment or "@" in authority else (name.rstrip("."), port)


@lru_cache(256)
def is_address(name: str) -> bool:
    """Whether it is an IP address: nobody else can point such a "name" at this machine."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


class Hosts:
    """The names that a page answers to. On loopback: this machine's loopback names; elsewhere any address of it, its own host name, and
    what was named. May be used by several threads."""

    def __init__(self, bound: str | None = None, allowed: Iterable[str] = ()) -> None:
        self.loopback = is_loopback(bound)
        self._lock, self._named = threading.Lock(), set[tuple[str, int | None]]()
        self._own = frozenset[str]()
        if not self.loopback:
            own = socket.gethostname().lower().rstrip(".")
            self._own = frozenset({own, f"{own}.local", split(bound or "")[0] or own} - {""})
        for name in allowed:
            self.allow(name)

    def allow(self, authority: str) -> None:
        """Answer to ``name`` (on every port) or ``name:port`` too. Raises ValueError for what is no host's name."""
        name, port = split(authority)
        if not name:
            raise ValueError(f"{authority!r} is no host's name.")
        with self._lock:
            self._named = self._named | {(name, port)}

    def named(self, authority: str) -> bool:
        """Whether the owner named it."""
        name, port = split(authority)
        return (name, None) in self._named or (name, port) in self._named

    def answers(self, authority: str) -> bool:
        """Whether the page answers to what a request's ``Host`` says."""
        name, _ = split(authority)
        if not name:
            return False
        return is_loopback(name) or self.named(authority) or not self.loopback and (is_address(name) or name in self._own)

    def own(self, headers: Headers, scheme: str) -> bool:
        """Whether the page itself, or a program, sent this: by ``Sec-Fetch-Site`` where the browser gives it, else by ``Origin``."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site in ("same-origin", "none")
        if origin is None:
            return True
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https"):
            return False                        # "null": a file, or a frame that was locked in
        if self.named(parts.netloc):
            return True
        usual = 443 if parts.scheme == "https" else 80
        name, port = split(parts.netloc)
        host, there = split(headers.get("host", ""))
        return bool(name) and (name, port or usual) == (host, there or (443 if scheme in ("https", "wss") else usual))


class OwnSite:
    """ASGI middleware that comes before everything: 403 for a foreign host name or a foreign site, and no foreign frame around the page.

    A foreign site may still link here (a GET that carries no ``Origin``); what it may not is read, or change anything.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts, frames: bool = False) -> None:
        self.app, self.hosts, self.frames = app, hosts, frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope = within(scope)
        headers = Headers(scope=scope)
        refused = self.refusal(scope, headers)
        if refused is None:
            await self.app(scope, receive, send if self.frames or scope["type"] != "http" else framed(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refused})
        else:
            await JSONResponse({"error": refused}, 403, headers={"cache-control": "no-store"})(scope, receive, send)

    def refusal(self, scope: Scope, headers: Headers) -> str | None:
        """Why a request is not answered, in one sentence; None when it is."""
        if not self.hosts.answers(headers.get("host", "")):
            return FOREIGN_HOST
        safe = scope["type"] == "http" and scope["method"] in SAFE and not route_path(scope).startswith(CHANGING)
        if safe and (scope["method"] == "OPTIONS" or headers.get("origin") is None):
            return None
        return None if self.hosts.own(headers, scope["scheme"]) else FOREIGN_SITE


def framed(send: Send) -> Send:
    """``send`` that tells the browser to show our pages in no other site's frame."""
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            if headers.get("content-type", "").startswith("text/html"):
                for name, value in FRAMES.items():
                    headers.setdefault(name, value)
        await send(message)
    return with_headers


__all__ = ["Hosts", "OwnSite"]
