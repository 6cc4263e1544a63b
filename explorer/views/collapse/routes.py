"""The raw routes of live training: start, order, stop, and the frames as they come."""

from __future__ import annotations

import time
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from training import points

from ... import Refused
from ...server.routes import NO_STORE, Busy, plain_route, read_body
from ...server.scope import address
from .. import base
from .process import COMMAND, START, Trainings

WAIT = 5.0                                      # seconds that a request for frames waits for one


def known() -> dict[str, Any]:
    """What a viewer can choose, before anything is started: the data sets with their modes."""
    return {"data": {name: {"centres": m.centres.tolist(), "sigma": m.sigma} for name, m in points.MIXTURES.items()}}


def live_routes(trainings: Trainings) -> list[Route]:
    """GET live; POST live, live/{name}/order, live/{name}/stop; GET live/{name}/hello and live/{name}/frames?after=index.

    Frames come one after another, as they were written; the header x-live says whether more can come (on) or not (over).
    """
    async def there(request: Request) -> Response:
        return JSONResponse(known(), headers=NO_STORE)

    async def start(request: Request) -> Response:
        asked = base.parse(START, await read_body(request, 4096))
        try:
            name = await anyio.to_thread.run_sync(trainings.start, asked, address(request.scope))
        except OSError as e:
            raise Busy("The server could not start another process; try again in a moment.") from e
        return JSONResponse({"id": name}, headers=NO_STORE)

    async def hello(request: Request) -> Response:
        one = trainings.get(request.path_params["name"])
        one.asked = time.monotonic()
        until = one.asked + WAIT
        while one.hello is None and not one.over and time.monotonic() < until:
            await anyio.sleep(0.05)
        if one.hello is None and one.over:
            raise Refused("The live training could not start; the server may be short of memory.")
        return JSONResponse(one.hello, headers=NO_STORE)

    async def frames(request: Request) -> Response:
        one, text = trainings.get(request.path_params["name"]), request.query_params.get("after", "-1")
        if not text.removeprefix("-").isdecimal() or len(text) > 9:
            raise Refused("after is the index of the last frame that was received, or -1.")
        until, ended = time.monotonic() + WAIT, one.over
        while not (found := one.frames(int(text))) and not ended and time.monotonic() < until:
            await anyio.sleep(0.01)
            ended = one.over                    # before the last look, so that no frame is missed
        return Response(b"".join(found), media_type="application/octet-stream", headers=NO_STORE | {"x-live": "over" if ended else "on"})

    async def order(request: Request) -> Response:
        command = base.parse(COMMAND, await read_body(request, 4096))
        await anyio.to_thread.run_sync(trainings.get(request.path_params["name"]).order, command)
        return JSONResponse({}, headers=NO_STORE)

    async def stop(request: Request) -> Response:
        await anyio.to_thread.run_sync(trainings.stop, request.path_params["name"])
        return JSONResponse({}, headers=NO_STORE)

    return [plain_route("live", "GET", there), plain_route("live", "POST", start),
            plain_route("live/{name}/hello", "GET", hello), plain_route("live/{name}/frames", "GET", frames),
            plain_route("live/{name}/order", "POST", order), plain_route("live/{name}/stop", "POST", stop)]
