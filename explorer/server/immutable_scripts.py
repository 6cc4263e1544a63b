"""Scripts that a browser fetches once: packed by gzip, at an address that changes with what they hold."""

from __future__ import annotations

import gzip
import hashlib

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

FOREVER = "public, max-age=31536000, immutable"


def digest(body: bytes) -> str:
    """What an address has of its contents: 16 hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()[:16]


def pack(body: bytes) -> bytes:
    """The same bytes for the same ``body``, whenever it is packed."""
    return gzip.compress(body, 6, mtime=0)


def script(request: Request, packed: bytes | None) -> Response:
    """A script to be kept for ever, unpacked where the browser cannot do that itself. None, for an address that has none: 404."""
    if packed is None:
        return PlainTextResponse("There is no such script; load the page anew.", 404)
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="text/javascript", headers=headers | {"content-encoding": "gzip"})
    return Response(gzip.decompress(packed), media_type="text/javascript", headers=headers)


__all__ = ["FOREVER", "digest", "pack", "script"]
