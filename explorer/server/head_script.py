"""Scripts that run before all of Gradio's: what ``head`` of ``launch`` gives comes after its modules are loaded."""

from __future__ import annotations

import json
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..i18n import LANGUAGES, words
from .buffered_answer import whole
from .gradio_internals import ASKS_LOGIN, HEAD
from .scope import route_path
from .scripts import scripts

LOOK = Path(__file__).with_name("login.css")
SCRIPT, LOGIN, MOUNT = (Path(__file__).with_name(f"{name}.js") for name in ("loading_timers", "login", "mount"))


def first() -> bytes:
    """loading_timers.js, and login.js with its sentences: the login page comes without the page's own head."""
    said = {lang: {k: words(lang)[f"login.{k}"] for k in ("wait", "framed", "open")} for lang in LANGUAGES}
    told = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
    sentences = f'<script type="application/json" id="lx-login-words">{told}</script>'
    return f"{sentences}<script>{SCRIPT.read_text('utf-8')}{LOGIN.read_text('utf-8')}</script>".encode()


def modules() -> bytes:
    """mount.js, and the page's modules: fetched while Gradio's are, and the store begun. Addresses are relative, as Gradio's own are."""
    path = scripts().path.removeprefix("/")
    ahead = "".join(f'<link rel="modulepreload" href="{path}{name}.js">' for name in scripts().names)
    return (f"<script data-scripts={json.dumps(path)}>{MOUNT.read_text('utf-8')}</script>"
            f'{ahead}<script type="module" src="{path}shell/store.js"></script>').encode()


class Early:
    """ASGI middleware that puts the scripts first in the ``<head>`` of the page itself, and leaves all else as it is. ``colours``: the
    tokens that the theme names. The page has them in its own head, which the login page comes without."""

    def __init__(self, app: ASGIApp, colours: str = "") -> None:
        self.app, self.first, self.modules = app, first(), modules()
        self.look = f"<style>{colours}{LOOK.read_text('utf-8')}</style>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or route_path(scope) != "/":
            await self.app(scope, receive, send)
            return

        async def answer(held: list[Message], body: bytes) -> None:
            ours = self.first + (self.look if ASKS_LOGIN in body else self.modules)
            body = body.replace(HEAD, HEAD + ours, 1)
            MutableHeaders(raw=held[0]["headers"])["content-length"] = str(len(body))
            await send(held[0])
            await send({"type": "http.response.body", "body": body})
        await self.app(scope, receive, whole(send, readable, answer))


def readable(start: Message) -> bool:
    """Whether an answer that starts so is a page whose text can be changed."""
    headers = Headers(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers


__all__ = ["Early", "first", "modules"]
