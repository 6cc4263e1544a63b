"""For ASGI middlewares that change an answer: it is held until it is whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.types import Message, Send


def whole(send: Send, wanted: Callable[[Message], bool], answer: Callable[[list[Message], bytes], Awaitable[None]]) -> Send:
    """``send`` that passes messages on, but for an answer whose start is ``wanted``: its messages are held, and ``answer`` is given them
    all with the body once it is complete, and sends what is to be sent."""
    held: list[Message] = []

    async def look(message: Message) -> None:
        if message["type"] == "http.response.start" and wanted(message):
            held.append(message)
        elif not held:
            await send(message)
        else:
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await answer(held, b"".join(m.get("body", b"") for m in held[1:]))
    return look


__all__ = ["whole"]
