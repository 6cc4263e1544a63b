"""plotly.js of the installed plotly, from our own server, without telling where it lies on the disk."""

from __future__ import annotations

import importlib.resources
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .http import PREFIX
from .immutable_scripts import digest, pack, script


def _plain() -> bytes:
    return importlib.resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()


@cache
def packed() -> bytes:
    """Packed once; it takes a third of a second."""
    return pack(_plain())


@cache
def path() -> str:
    """Its address below ``PREFIX``, which changes with the installed plotly."""
    return f"plotly/{digest(_plain())}.js"


def route() -> Route:
    """GET of it."""
    def answer(request: Request) -> Response:
        return script(request, packed() if f"plotly/{request.path_params['digest']}.js" == path() else None)
    return Route(f"{PREFIX}/plotly/{{digest}}.js", answer, methods=["GET"])


__all__ = ["packed", "path", "route"]
