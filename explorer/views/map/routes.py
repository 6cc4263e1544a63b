"""The raw routes of maps fitted anew: start, news, stop, and the owner's maps."""

from __future__ import annotations

import time

import anyio
import anyio.to_thread
from starlette.responses import Response

from .. import base
from ..endpoints import NO_STORE, Call, Endpoint, Nothing, Started, fresh
from .umap_fits import FIT, Fits, OwnMaps

WAIT = 2.0                                      # seconds that a question waits for news
BODY = 4096                                     # bytes


def fit_routes(fits: Fits) -> list[Endpoint]:
    """POST fit; GET fit/{name}; POST fit/{name}/stop; GET own-maps/{run} and own-maps/{run}/{key}."""
    async def start(call: Call) -> Response:
        asked = base.parse(FIT, call.body)
        return fresh(Started(id=await anyio.to_thread.run_sync(fits.start, asked, call.who)))

    async def news(call: Call) -> Response:
        name, until = call.path["name"], time.monotonic() + WAIT
        first = told = fits.news(name)
        while told == first and told["state"] != "done" and time.monotonic() < until:
            await anyio.sleep(0.05)
            told = fits.news(name)
        return fresh(told)

    async def stop(call: Call) -> Response:
        fits.stop(call.path["name"])
        return fresh(Nothing())

    async def own(call: Call) -> Response:
        return fresh(OwnMaps(maps=await anyio.to_thread.run_sync(fits.own, call.path["run"])))

    async def points(call: Call) -> Response:
        data = await anyio.to_thread.run_sync(fits.points, call.path["run"], call.path["key"])
        return Response(data, media_type="application/octet-stream", headers=NO_STORE)

    return [Endpoint("fit", "POST", start, BODY), Endpoint("fit/{name}", "GET", news), Endpoint("fit/{name}/stop", "POST", stop),
            Endpoint("own-maps/{run}", "GET", own), Endpoint("own-maps/{run}/{key}", "GET", points)]
