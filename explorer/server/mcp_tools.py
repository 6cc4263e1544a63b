"""The named questions as tools of a Model Context Protocol server: ``python app.py --mcp``, at /gradio_api/explorer/mcp.

Gradio's own server of tools asks this page over the network, from this machine's own address: whoever calls a tool would share one
address's turns with all others, and a page with a login would refuse it. Here a tool is answered as any request is: behind the login, in
the turns of the address that asks, by the same questions. The protocol is the ``mcp`` package's (requirements-mcp.txt), spoken over HTTP
without sessions.
"""

from __future__ import annotations

import asyncio
import base64
import importlib.metadata
import importlib.util
import io
import json
from functools import partial
from typing import Any

import anyio
import numpy as np
from anyio.abc import TaskStatus
from PIL import Image
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .. import Refused, images
from ..runs.shares import SLOWED, Busy, Shares
from .api import Question, as_text
from .http import EACH, PREFIX, VERY_BUSY, WAITING, json_answer, require_login
from .named_questions import QUESTIONS, Answering
from .scope import address

PATH = f"{PREFIX}/mcp"
MISSING = "--mcp needs version 1 of the package mcp, which is not installed: pip install -r requirements-mcp.txt"
ABOUT = ("Trained generative models (GANs, autoencoders) whose latent spaces can be explored. Ask list_runs which there are. A code is a "
         "list of numbers that a run decodes to an image.")
SIDE = 256                                      # pixels of an image that is shown to who uses a tool
KINDS = {"iVBORw0KGgo": "image/png", "/9j/": "image/jpeg", "R0lGOD": "image/gif"}     # by how the file begins, in base64


def is_there() -> bool:
    """Whether the package mcp is installed; its version 2 has other modules."""
    return importlib.util.find_spec("mcp") is not None and importlib.metadata.version("mcp").startswith("1.")


def route(answering: Answering) -> Route:
    """What --mcp adds to the page."""
    return Route(PATH, Tools(answering), methods=["POST"])


class Tools:
    """An ASGI app: one JSON-RPC message of the protocol a request, each answered by itself."""

    def __init__(self, answering: Answering) -> None:
        self.server, self.places = server_of(answering), Shares(WAITING, EACH, VERY_BUSY)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, who = Request(scope, receive), address(scope)
        try:
            await require_login(request)
            with self.places.held(who):
                await self._speak(scope, receive, send)
        except Refused as e:
            if isinstance(e, Busy):
                await asyncio.sleep(SLOWED)
            await json_answer({"error": str(e)}, e.status)(scope, receive, send)

    async def _speak(self, scope: Scope, receive: Receive, send: Send) -> None:
        from mcp.server.streamable_http import StreamableHTTPServerTransport

        transport = StreamableHTTPServerTransport(mcp_session_id=None, is_json_response_enabled=True)

        async def serve(*, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
            async with transport.connect() as (read, write):
                task_status.started()
                await self.server.run(read, write, self.server.create_initialization_options(), stateless=True)
        async with anyio.create_task_group() as group:
            try:
                await group.start(serve)
                await transport.handle_request(scope, receive, send)
            finally:
                with anyio.CancelScope(shield=True):
                    await transport.terminate()


def server_of(answering: Answering) -> Any:
    """The ``mcp`` package's server, whose tools are the named questions."""
    from mcp import types
    from mcp.server.lowlevel import Server

    server: Server[Any, Request] = Server("Latent Explorer", instructions=ABOUT)
    kinds = {kind.title: kind for kind in QUESTIONS}

    @server.list_tools()                        # type: ignore[no-untyped-call, untyped-decorator, unused-ignore]
    async def tools() -> list[types.Tool]:
        only_reads = types.ToolAnnotations(readOnlyHint=True)
        return [types.Tool(name=name, description=kind.told(), inputSchema=kind.model_json_schema() | {"description": kind.told()},
                           annotations=only_reads) for name, kind in kinds.items()]

    @server.call_tool(validate_input=False)     # type: ignore[untyped-decorator, unused-ignore]
    async def call(name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        if name not in kinds:
            raise Refused(f"There is no tool {name[:40]!r}; there are {', '.join(kinds)}.")
        asks = server.request_context.request
        told = await answering.answer(kinds[name], arguments, address(asks.scope if asks is not None else {}), partial(shown, kinds[name]))
        return types.CallToolResult(content=told)

    def shown(kind: type[Question], answer: Any) -> list[Any]:
        """The pictures of an answer as such, the rest as JSON."""
        pictures, rest = kind.pictures(answer)
        text = [types.TextContent(type="text", text=json.dumps(rest))] if rest is not None else []
        return [*(_file(picture) for picture in pictures), *text]

    def _file(data: str) -> Any:
        kind = next((kind for begin, kind in KINDS.items() if data.startswith(begin)), None)
        if kind == "image/png":
            data = enlarged(data)
        if kind is not None:
            return types.ImageContent(type="image", data=data, mimeType=kind)
        film = types.BlobResourceContents.model_validate({"uri": "file:///film.mp4", "blob": data, "mimeType": "video/mp4"})
        return types.EmbeddedResource(type="resource", resource=film)
    return server


def enlarged(data: str) -> str:
    """A PNG in base64 whose pixels are squares, so that its longer side has up to SIDE: 28 of them are too few to be looked at."""
    pixels = np.atleast_3d(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))))
    return as_text(images.enlarge(pixels, max(1, SIDE // max(pixels.shape[:2]))))


__all__ = ["MISSING", "PATH", "is_there", "route"]
