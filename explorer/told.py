"""Refusals by gradio and its framework, told in a sentence as our own are: ``{"error": sentence, "detail": sentence}``."""

from __future__ import annotations

import json

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SENTENCES = {
    401: "Please log in to this page first.",
    404: "There is nothing of that name here.",
    405: "That is asked for in another way: the method is wrong.",
    413: "The request is larger than this page takes.",
    415: "The request is to be JSON.",
    422: "The request does not fit what is asked for here; /gradio_api/info describes it.",
    503: "The page is very busy; try again in a moment.",
}
MOST = 2**16                                    # bytes of an answer that are looked at


class Told:
    """ASGI middleware behind which no refusal of a program's request is a bare word or a list of a framework's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        held: list[Message] = []

        async def look(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in SENTENCES:
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if kind.startswith(("application/json", "text/plain")):
                    held.append(message)
                    return
            if not held:
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                body = b"".join(m.get("body", b"") for m in held[1:])
                if is_ours(body):
                    for kept in held:
                        await send(kept)
                else:
                    sentence = SENTENCES[held[0]["status"]]
                    headers = {"cache-control": "no-store"}
                    answer = JSONResponse({"error": sentence, "detail": sentence}, held[0]["status"], headers=headers)
                    await answer(scope, receive, send)
        await self.app(scope, receive, look)


def is_ours(body: bytes) -> bool:
    """Whether it is an object with a sentence under ``error``."""
    try:
        said = json.loads(body) if len(body) <= MOST else None
    except ValueError:
        return False
    return isinstance(said, dict) and isinstance(said.get("error"), str)


__all__ = ["Told"]
