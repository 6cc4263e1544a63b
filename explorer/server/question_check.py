"""Questions that Gradio stumbles over, refused in a sentence before it does: too few values, a component that is not there, a session
whose name is none (6.31.0: its queue can end for everybody), a path that is no file's name. What is refused by a sentence of ours is no
error of the server's either: 422, where Gradio says 500.
"""

from __future__ import annotations

import json
import re

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import gradio_internals as internals
from .buffered_answer import whole
from .request_bodies import again
from .scope import route_path

SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
LONGEST = 255                                   # bytes of a part of a path: no file has a longer name
DIRECT = (internals.RUN, internals.OLD_RUN)
QUESTIONS = (*DIRECT, internals.CALL, internals.JOIN)
NO_STORE = {"cache-control": "no-store"}


class QuestionCheck:
    """ASGI middleware in front of Gradio, where a body comes in one piece (request_bodies.py)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = route_path(scope)
        if any(len(part.encode("utf-8", "surrogatepass")) > LONGEST or "\0" in part for part in path.split("/")):
            await _say(404, "There is nothing of that name here.", scope, receive, send)
            return
        if scope["method"] != "POST" or not path.startswith((*QUESTIONS, internals.COMPONENT)):
            await self.app(scope, receive, send)
            return
        message = await receive()
        body = message.get("body", b"")
        if (wrong := _wrong(scope["app"], path, body)) is not None:
            await _say(*wrong, scope, receive, send)
            return
        await self.app(scope, again(body, receive), _told(scope, receive, send) if path.startswith(DIRECT) else send)


def _wrong(app: internals.App, path: str, body: bytes) -> tuple[int, str] | None:
    """Status and sentence for a question that Gradio cannot be asked; None for one that it can, or refuses by itself."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(asked, dict):
        return None
    if (named := asked.get("session_hash")) is not None and not (isinstance(named, str) and SESSION.fullmatch(named)):
        return 422, "session_hash is to be a name of up to 64 letters, digits, - and _ that nobody else has, or left out."
    if path.startswith(internals.COMPONENT):
        there = internals.has_component(app, asked.get("component_id"))
        return None if there else (404, "There is no such part of this page; load it anew.")
    name = path.rstrip("/").rsplit("/", 1)[1]
    function = internals.function_of(app, asked.get("fn_index") if path.startswith(internals.JOIN) else name)
    data = asked.get("data")
    if function is None:
        return 404, "There is no function of that name or number here; /gradio_api/info lists them."
    wanted = internals.inputs_of(function)
    if isinstance(data, list) and len(data) < len(wanted):
        return 422, f"{internals.name_of(function)} takes {len(wanted)} values in data ({', '.join(wanted)}); these are {len(data)}."
    return None


def _told(scope: Scope, receive: Receive, send: Send) -> Send:
    """``send`` for which a refusal of ours in Gradio's clothes, a 500, is a 422."""
    async def answer(held: list[Message], body: bytes) -> None:
        said = json.loads(body)
        if isinstance(said, dict) and "visible" in said and isinstance(said.get("error"), str):     # as of gr.Error alone
            await _say(422, said["error"], scope, receive, send)
            return
        for kept in held:
            await send(kept)

    def wanted(start: Message) -> bool:
        return start["status"] == 500 and Headers(raw=start["headers"]).get("content-type", "").startswith("application/json")
    return whole(send, wanted, answer)


async def _say(status: int, sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"error": sentence, "detail": sentence}, status, headers=NO_STORE)(scope, receive, send)


__all__ = ["QuestionCheck"]
