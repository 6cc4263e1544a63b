"""Scripts that run before all of Gradio's: what ``head`` of ``launch`` gives comes after its modules are loaded."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .i18n import LANGUAGES, words
from .scope import route_path

SCRIPT, LOGIN = Path(__file__).with_name("early.js"), Path(__file__).with_name("login.js")


def scripts() -> bytes:
    """early.js, and login.js with its sentences: the login page comes without the page's own head."""
    said = {lang: {k: words(lang)[f"login.{k}"] for k in ("wait", "framed", "open")} for lang in LANGUAGES}
    told = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
    return f"<script>{SCRIPT.read_text('utf-8')}window.lxLogin={told};\n{LOGIN.read_text('utf-8')}</script>".encode()


class Early:
    """ASGI middleware that puts the scripts first in the ``<head>`` of the page itself, and leaves all else as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.scripts = app, b"<head>" + scripts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or route_path(scope) != "/":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def put(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                    held.append(message)
                    return
            if not held:
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                body = b"".join(m.get("body", b"") for m in held[1:]).replace(b"<head>", self.scripts, 1)
                MutableHeaders(raw=held[0]["headers"])["content-length"] = str(len(body))
                await send(held[0])
                await send({"type": "http.response.body", "body": body})
        await self.app(scope, receive, put)


__all__ = ["Early", "scripts"]
