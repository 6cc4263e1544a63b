"""The page's raw routes, under ``/gradio_api/explorer/``: what must be quick does not go through gradio's queue.

Each obeys the page's login, bounds what it reads, and works on a thread behind a limit. An error is ``{"error": sentence}``.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import inspect
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from training import checkpoint

from .. import NotThere, Refused, TooLarge, images, plots
from ..latent import code_slices, moves, neighbours, run_directions
from ..runs import point_tiles
from ..runs.lanes import Abandoned
from ..runs.run import Run
from ..runs.session import Session
from ..runs.shares import SLOWED, Busy, Shares
from ..views import base, operations
from ..views.compare import table
from ..views.map import mix
from ..views.reconstruct import beside, searches
from ..views.walk import export
from . import thread_pools
from .access import Access, VisitorError
from .scope import address

PREFIX = "/gradio_api/explorer"
NO_STORE = {"cache-control": "no-store"}
MOST_SIDE = 8192                                # pixels of a sheet of samples
WAITING, EACH = 256, 192                        # more than that many at once, or of one address, are turned away
MAKING, EACH_MAKES = 12, 6                      # files being made and waiting for it, over all and of one address
VERY_BUSY = "The page is very busy; try again in a moment."
MAX_RENDER, MAX_CODE, MAX_EXPORT = 2 * 2**20, 6 * 2**20, 2**18   # bytes; a code request may hold an image file

Views = Callable[[dict[str, Any]], list[str]]
log = logging.getLogger(__name__)


class LoggedOut(Refused):
    """The page has a login, and this request none."""

    status = 401


def make_routes(session: Session, access: Access, views: Views = lambda spec: []) -> list[Route]:
    """All routes. ``views``: names of the views that fit a run, from its spec as a dict."""
    limiter, search = _Limiter(), searches.Searches()
    files = Shares(MAKING, EACH_MAKES, "Other files are being made; try again in a minute.", "Your other files are still being made.")

    def get(path: str, work: Callable[[Request], Response], lane: str = "quick") -> Route:
        async def endpoint(request: Request) -> Response:
            async def ready() -> Callable[[], Response]:
                return lambda: work(request)
            return await limiter.run(request, ready, lane)
        return Route(f"{PREFIX}/{path}", endpoint, methods=["GET"])

    def post(path: str, limit: int, work: Callable[[bytes], Response], lane: str = "quick", shares: Shares | None = None) -> Route:
        async def endpoint(request: Request) -> Response:
            async def ready() -> Callable[[], Response]:
                body = await read_body(request, limit)
                return lambda: work(body)
            return await limiter.run(request, ready, lane, shares)
        return Route(f"{PREFIX}/{path}", endpoint, methods=["POST"])

    def do_render(body: bytes) -> Response:
        request = base.parse(operations.DRAW, body)
        data, kind = base.draw(session.run(request.run), request)
        return Response(data, media_type=kind, headers=NO_STORE)

    def do_code(body: bytes) -> Response:
        request = base.parse(operations.CODE, body)
        return _json(request.answer(session.run(request.run)))

    def do_microscope(body: bytes) -> Response:
        request = base.parse(operations.MICROSCOPE, body)
        return _json(request.answer(session.run(request.run)))

    def do_search(body: bytes) -> Response:
        request = base.parse(searches.SEARCH, body)
        return _json(search.answer(session.run(request.run), request))

    def do_export(body: bytes) -> Response:
        request = base.parse(export.EXPORT, body)
        data, kind = export.export(session.run(request.run), request)
        name = f'attachment; filename="{request.run}-walk.{request.format}"'
        return Response(data, media_type=kind, headers=NO_STORE | {"content-disposition": name})

    return [
        get("runs", lambda r: _json(list_runs(session, access, views))),
        get("thumb/{run}", lambda r: _thumb(session, r)),
        get("run/{run}", lambda r: _json(describe(session, r.path_params["run"], views)), "opening"),
        get("codes/{run}", lambda r: _json([m.to_dict() for m in code_slices.measured(session.run(r.path_params["run"]))]), "opening"),
        get("compare", lambda r: _json(_compared(session, r.query_params.get("runs", "")))),
        get("map/{run}", lambda r: _map(session, r)),
        get("colours/{dataset}", lambda r: _colours(session, r)),
        get("sheet/{dataset}/{k:int}", lambda r: _sheet(session, r)),
        get("plot/{run}/curves", lambda r: _json(_curves(session, r.path_params["run"]))),
        get("plot/{run}/spectrum", lambda r: _json(plots.spectrum(run_directions.basis(session.run(r.path_params["run"])).spectrum))),
        post("render", MAX_RENDER, do_render, "wide"),
        post("code", MAX_CODE, do_code),
        post("beside", MAX_CODE, lambda body: _json(beside.answer(session, base.parse(beside.BESIDE, body)))),
        post("mix", mix.MAX, lambda body: _json(mix.mixed(session, base.parse(mix.MIX, body)))),
        post("microscope", MAX_CODE, do_microscope),
        post("search", MAX_CODE, do_search),
        post("walk/export", MAX_EXPORT, do_export, "making", files),
    ]


class _Limiter:
    """Login, errors as sentences, and work on a few threads at a time, shared by addresses."""

    def __init__(self) -> None:
        self.threads, self.places = thread_pools.shared(), Shares(WAITING, EACH, VERY_BUSY)

    async def run(self, request: Request, ready: Callable[[], Awaitable[Callable[[], Response]]], lane: str,
                  shares: Shares | None = None) -> Response:
        """The response of the work that ``ready`` (once logged in) gives, done on a thread. A place is held once the body is there."""
        who = address(request.scope)
        try:
            await require_login(request)
            work = await ready()
            with self.places.held(who), shares.held(who) if shares is not None else contextlib.nullcontext():
                return await self.threads.run(work, lane, who, lambda: left(request))
        except (Refused, VisitorError) as e:
            if isinstance(e, Busy):
                await asyncio.sleep(SLOWED)
            return _json({"error": str(e)}, e.status)
        except (ClientDisconnect, Abandoned):
            return Response(status_code=499)
        except MemoryError:
            return _json({"error": "That needs more memory than this machine has; ask for less at once."}, 503)
        except (RuntimeError, OSError) as e:    # torch out of memory, a file that vanished: tell the owner in the log, the visitor briefly
            log.exception("request failed")
            return _json({"error": f"The server could not do that ({type(e).__name__}); its log says more."}, 500)


async def left(request: Request) -> None:
    """Returns when the client of a request, whose body was read, has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def plain_route(path: str, method: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    """A route that waits on the loop itself rather than for a thread: login, and refusals as sentences, as all others."""
    async def endpoint(request: Request) -> Response:
        try:
            await require_login(request)
            return await answer(request)
        except (Refused, VisitorError) as e:
            return _json({"error": str(e)}, e.status)
    return Route(f"{PREFIX}/{path}", endpoint, methods=[method])


async def require_login(request: Request) -> None:
    """Raise LoggedOut unless the page has no login or the request carries its cookie, as gradio itself checks it."""
    app = request.app
    dependency = getattr(app, "auth_dependency", None)
    if dependency is not None:
        user = dependency(request)
        user = await user if inspect.isawaitable(user) else user
    elif getattr(app, "auth", None) is not None:
        token = request.cookies.get(f"access-token-{app.cookie_id}") or request.cookies.get(f"access-token-unsecure-{app.cookie_id}")
        user = app.tokens.get(token)
    else:
        return
    if user is None:
        raise LoggedOut("Please log in to this page first.")


async def read_body(request: Request, limit: int) -> bytes:
    """The body of a request. Raises TooLarge beyond ``limit`` bytes."""
    sentence = f"The request is larger than {limit // 1024:,} KiB."
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLarge(sentence)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(sentence)
        parts.append(part)
    return b"".join(parts)


def _json(value: Any, status: int = 200) -> Response:
    return JSONResponse(value, status, headers=NO_STORE)


def _cached(request: Request, data: bytes, kind: str) -> Response:
    """A file that the browser keeps and asks about: unchanged costs no transfer."""
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=kind, headers=headers)


def list_runs(session: Session, access: Access, views: Views) -> dict[str, Any]:
    """What the picker shows: a row for each run, a sentence for each folder that is none, and whether training is allowed."""
    cards, problems = session.runs()
    titles, rows = session.titles(), []
    for card in cards.values():
        can = point_tiles.shown(card.spec)
        spec = can.to_dict()
        kept = card.metrics.get(card.headline)
        headline = {"name": card.headline, "value": kept.get("value"), "unit": kept.get("unit", "")} if kept else None
        family_title = session.about(card)["family_title"]
        rows.append(dict(name=card.name, title=card.title or family_title, family=card.family, family_title=family_title,
                         dataset=card.data.key, dataset_title=titles[card.data.key], shape=list(spec["shape"]), w_dim=can.w_dim,
                         num_layers=can.num_layers, encodes=can.encodes, stochastic=can.stochastic,
                         num_classes=can.num_classes, levels=list(can.levels), headline=headline, attributes=len(card.data.attributes),
                         changed=card.metrics.get("arithmetic_changed", {}).get("value"),
                         images_seen=card.images_seen, finished=card.finished, parameters=card.parameters, views=views(spec)))
    return {"runs": rows, "first": session.first(), "problems": problems, "training": access.training}


def describe(session: Session, name: str, views: Views) -> dict[str, Any]:
    """All that the page needs to open a run; ``views``: names of the views that fit it, from its spec."""
    run = session.run(name)
    basis, effects = run_directions.sliders(run), run_directions.effects(run)
    directions = [dict(vector=moves.to_text(v), sigma=float(s), share=round(float(share), 5), label=e.label, effect=round(e.change, 3),
                       low=e.low, high=e.high)
                  for v, s, share, e in zip(basis.vectors, basis.sigmas, basis.shares, effects, strict=True)]
    return {"card": checkpoint.to_dict(run.card), **session.about(name), "spec": run.spec.to_dict(), "views": views(run.spec.to_dict()),
            "mean": moves.to_text(basis.mean), "scale": basis.scale, "directions": directions,
            "points": run.coded,
            "projections": neighbours.projections(run), "umap": None if run.map is None else {"n_neighbors": run.map.n_neighbors},
            "dataset": _dataset(session, run), "other_images": session.others_images(run.card.data), "default": neighbours.first_code(run)}


def _dataset(session: Session, run: Run) -> dict[str, Any] | None:
    held = run.held
    if held is None:
        return None
    spec = held.spec
    return dict(name=held.folder.name, title=session.titles().get(spec.key, spec.title), classes=list(spec.classes),
                attributes=[[n, list(c)] for n, c in spec.attributes], attribution=spec.attribution, n=held.n, tile=list(spec.shape[1:]),
                columns=held.columns, per_sheet=held.per_sheet, sheets=held.num_sheets, channels=spec.shape[0])


def _thumb(session: Session, request: Request) -> Response:
    card = session.card(request.path_params["run"])
    c, h, w = point_tiles.shown(card.spec).shape

    def cut(path: Path) -> bytes:
        with Image.open(path, formats=("WEBP",)) as sheet:
            if max(sheet.size) > MOST_SIDE:
                raise NotThere("There is no sheet of samples of that size.")
            whole = sheet.convert("RGB" if c == 3 else "L")
            tile = whole.crop((0, 0, w, h)) if len(card.spec.shape) == 3 else whole.resize((w, h), Image.Resampling.BOX)
            return images.encode(np.asarray(tile).reshape(h, w, -1))[0]
    try:
        data = session.file(session.trained / card.name / checkpoint.SAMPLES, cut)
    except (OSError, NotThere, ValueError, Image.DecompressionBombError):    # no samples yet, or damaged: draw one
        run = session.run(card.name)
        data = images.encode(run.decode(run.map_z(run.sample_z(1, 0)))[0])[0]
    return _cached(request, data, "image/png")


def _map(session: Session, request: Request) -> Response:
    run = session.run(request.path_params["run"])
    name = request.query_params.get("projection") or (neighbours.projections(run) or ["umap"])[0]
    if name not in ("umap", "pca", "code"):
        raise NotThere("There is no such map; there are umap, pca and code.")
    return _cached(request, neighbours.points(run, name).astype("<f4").tobytes(), "application/octet-stream")


def _colours(session: Session, request: Request) -> Response:
    held, by = session.held(request.path_params["dataset"]), request.query_params.get("by", "class")
    names = [n for n, _ in held.spec.attributes]
    if by == "class" and held.labels is not None:
        values = held.labels
    elif by in names and held.attributes is not None:
        values = held.attributes[:, names.index(by)]
    else:
        raise NotThere("This data set has no such labels.")
    return _cached(request, values.clip(0, 255).astype(np.uint8).tobytes(), "application/octet-stream")


def _sheet(session: Session, request: Request) -> Response:
    held, k = session.held(request.path_params["dataset"]), request.path_params["k"]
    if k >= held.num_sheets:
        raise NotThere(f"There are sheets 0 to {held.num_sheets - 1}.")
    path = held.sheet_path(k)
    etag = f'"{held.sheet["files"][path.name][:32]}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(path.read_bytes(), media_type="image/webp", headers=headers)


def _compared(session: Session, names: str) -> dict[str, Any]:
    asked = [n for n in names.split(",") if n]
    if len(asked) > table.MOST:             # before any is looked up
        raise Refused(f"1 to {table.MOST} runs can stand side by side; these are {len(asked)}.")
    return table.compare([session.card(n) for n in asked], session.titles())


def _curves(session: Session, name: str) -> dict[str, Any]:
    card = session.card(name)
    return session.file(session.trained / card.name / checkpoint.LOG, lambda p: plots.curves(plots.read_log(p)))


__all__ = ["NO_STORE", "PREFIX", "Busy", "describe", "list_runs", "make_routes", "plain_route", "read_body", "require_login"]
