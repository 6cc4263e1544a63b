"""The raw routes of live training: start, order, stop, and the frames as they come."""

from __future__ import annotations

import time

import anyio
import anyio.to_thread
from starlette.responses import Response
from typing_extensions import TypedDict

from training import points

from ... import Refused
from ...runs.shares import Busy
from .. import base
from ..endpoints import NO_STORE, Call, Endpoint, Nothing, Started, fresh
from .process import COMMAND, START, Trainings

WAIT = 5.0                                      # seconds that a request for frames waits for one
BODY = 16_384                                   # bytes


class MixtureTold(TypedDict):
    """The modes of a data set of points in the plane: their centres, and the deviation of each."""

    centres: list[list[float]]
    sigma: float


class LiveAnswer(TypedDict):
    """The data sets that there are."""

    data: dict[str, MixtureTold]


def known() -> LiveAnswer:
    """What a viewer can choose, before anything is started: the data sets with their modes."""
    return {"data": {name: {"centres": m.centres.tolist(), "sigma": m.sigma} for name, m in points.MIXTURES.items()}}


def live_routes(trainings: Trainings) -> list[Endpoint]:
    """GET live; POST live, live/{name}/order, live/{name}/stop; GET live/{name}/hello and live/{name}/frames?after=index.

    Frames come one after another, as they were written; the header x-live says whether more can come (on) or not (over).
    """
    async def there(call: Call) -> Response:
        return fresh(known())

    async def start(call: Call) -> Response:
        asked = base.parse(START, call.body)
        try:
            name = await anyio.to_thread.run_sync(trainings.start, asked, call.who)
        except OSError as e:
            raise Busy("The server could not start another process; try again in a moment.") from e
        return fresh(Started(id=name))

    async def hello(call: Call) -> Response:
        one = trainings.get(call.path["name"])
        one.asked = time.monotonic()
        until = one.asked + WAIT
        while one.hello is None and not one.over and time.monotonic() < until:
            await anyio.sleep(0.05)
        if one.hello is None and one.over:
            raise Refused("The live training could not start; the server may be short of memory.")
        return fresh(one.hello)

    async def frames(call: Call) -> Response:
        one, text = trainings.get(call.path["name"]), call.query.get("after", "-1")
        if not text.removeprefix("-").isdecimal() or len(text) > 9:
            raise Refused("after is the index of the last frame that was received, or -1.")
        until, ended = time.monotonic() + WAIT, one.over
        while not (found := one.frames(int(text))) and not ended and time.monotonic() < until:
            await anyio.sleep(0.01)
            ended = one.over                    # before the last look, so that no frame is missed
        return Response(b"".join(found), media_type="application/octet-stream", headers=NO_STORE | {"x-live": "over" if ended else "on"})

    async def order(call: Call) -> Response:
        command = base.parse(COMMAND, call.body)
        await anyio.to_thread.run_sync(trainings.get(call.path["name"]).order, command)
        return fresh(Nothing())

    async def stop(call: Call) -> Response:
        await anyio.to_thread.run_sync(trainings.stop, call.path["name"])
        return fresh(Nothing())

    return [Endpoint("live", "GET", there), Endpoint("live", "POST", start, BODY),
            Endpoint("live/{name}/hello", "GET", hello), Endpoint("live/{name}/frames", "GET", frames),
            Endpoint("live/{name}/order", "POST", order, BODY), Endpoint("live/{name}/stop", "POST", stop)]
