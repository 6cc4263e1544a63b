"""Raw routes of a view's own, as the view says them: the server gives them their address, the login and the bounds (server/http.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response
from typing_extensions import TypedDict

NO_STORE = {"cache-control": "no-store"}


class Started(TypedDict):
    """The name, known to whoever started it alone, by which what was started is asked for."""

    id: str


class Nothing(TypedDict):
    """Nothing is told but that it was done."""


@dataclass(frozen=True)
class Call:
    """What was asked: the parts of the path that have a name, what stands after its "?", the body, and the address that asks."""

    path: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    who: str = ""


@dataclass(frozen=True)
class Endpoint:
    """One route, answered where all requests wait: work of more than a moment is awaited on a thread. ``limit``: bytes of its body."""

    path: str
    method: str
    answer: Callable[[Call], Awaitable[Response]]
    limit: int = 0


def fresh(value: object) -> Response:
    """JSON that no browser keeps."""
    return JSONResponse(value, headers=NO_STORE)


__all__ = ["NO_STORE", "Call", "Endpoint", "Nothing", "Started", "fresh"]
