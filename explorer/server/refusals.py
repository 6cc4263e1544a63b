"""Refusals by gradio and its framework, told in a sentence as our own are: ``{"error": sentence, "detail": sentence}``."""

from __future__ import annotations

import json

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .buffered_answer import whole

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


class Refusals:
    """ASGI middleware behind which no refusal of a program's request is a bare word or a list of a framework's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return

        async def answer(held: list[Message], body: bytes) -> None:
            if is_ours(body):
                for kept in held:
                    await send(kept)
                return
            status = held[0]["status"]
            said = {"error": SENTENCES[status], "detail": SENTENCES[status]}
            await JSONResponse(said, status, headers={"cache-control": "no-store"})(scope, receive, send)
        await self.app(scope, receive, whole(send, refuses, answer))


def refuses(start: Message) -> bool:
    """Whether an answer that starts so is a refusal in words."""
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] in SENTENCES and kind.startswith(("application/json", "text/plain"))


def is_ours(body: bytes) -> bool:
    """Whether it is an object with a sentence under ``error``."""
    try:
        said = json.loads(body) if len(body) <= MOST else None
    except ValueError:
        return False
    return isinstance(said, dict) and isinstance(said.get("error"), str)


__all__ = ["Refusals"]
