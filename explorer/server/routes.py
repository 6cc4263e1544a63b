"""The page's raw routes, under ``/gradio_api/explorer/``: what must be quick does not go through gradio's queue.

Each obeys the page's login, bounds what it reads, and works on a thread behind a limit (http.py). An error is ``{"error": sentence}``.
"""

from __future__ import annotations

from collections.abc import Callable

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from training import checkpoint

from .. import Refused, plots
from ..latent import code_slices, run_directions
from ..runs.run import Run
from ..runs.session import Session
from ..runs.shares import Shares
from ..views import base, batch, films, operations
from ..views.compare import table
from ..views.map import lasso_mean
from ..views.reconstruct import all_runs, searches
from .access import Access
from .cached_files import colours, fields, points, sheet_file, thumb
from .http import NO_STORE, PREFIX, Limiter, json_answer, read_body
from .run_info import Views, describe, list_runs
from .run_labels import NAMED, name_run
from .run_requests import OfRun, drawn, placed
from .thread_pools import Placed

MAKING, EACH_MAKES = 12, 6                      # files being made and waiting for it, over all and of one address
MAX_RENDER, MAX_CODE, MAX_FILM, MAX_NAME = 2 * 2**20, 6 * 2**20, 2**18, 2**13   # bytes; a code request may hold an image file


def make_routes(session: Session, access: Access, views: Views = lambda spec: []) -> list[Route]:
    """All routes. ``views``: names of the views that fit a run, from its spec as a dict."""
    limiter, search = Limiter(), searches.Searches()
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

    async def render(request: Request) -> Response:
        async def ready() -> Placed:
            return drawn(session, await read_body(request, MAX_RENDER))
        return await limiter.run(request, ready, "wide")

    def ask(path: str, limit: int, questions: TypeAdapter[OfRun], answer: Callable[[Run, OfRun], object]) -> Route:
        async def endpoint(request: Request) -> Response:
            async def ready() -> Placed:
                return placed(session, questions, await read_body(request, limit), lambda run, asked: json_answer(answer(run, asked)))
            return await limiter.run(request, ready, "quick")
        return Route(f"{PREFIX}/{path}", endpoint, methods=["POST"])

    return [                                # what a dragging hand asks for first: they are looked through in this order
        Route(f"{PREFIX}/render", render, methods=["POST"]),
        ask("code", MAX_CODE, operations.CODE, lambda run, asked: asked.answer(run)),
        get("runs", lambda r: json_answer(list_runs(session, access, views))),
        get("thumb/{run}", lambda r: thumb(session, r)),
        get("run/{run}", lambda r: json_answer(describe(session, r.path_params["run"], views)), "opening"),
        get("codes/{run}", lambda r: json_answer(_codes(session, r.path_params["run"])), "opening"),
        get("compare", lambda r: json_answer(_compared(session, r.query_params.get("runs", "")))),
        get("map/{run}", lambda r: points(session, r)),
        get("colours/{dataset}", lambda r: colours(session, r)),
        get("fields/{dataset}", lambda r: fields(session, r)),
        get("sheet/{dataset}/{k:int}", lambda r: sheet_file(session, r)),
        get("plot/{run}/curves", lambda r: json_answer(_curves(session, r.path_params["run"]))),
        get("plot/{run}/spectrum", lambda r: json_answer(_spectrum(session, r.path_params["run"]))),
        post("name", MAX_NAME, lambda body: json_answer(name_run(session, access, base.parse(NAMED, body)))),
        post("beside", MAX_CODE, lambda body: json_answer(all_runs.answer(session, base.parse(all_runs.BESIDE, body)))),
        post("mix", lasso_mean.MAX, lambda body: json_answer(lasso_mean.mean_code(session, base.parse(lasso_mean.MEAN, body)))),
        ask("microscope", MAX_CODE, operations.MICROSCOPE, lambda run, asked: asked.answer(run)),
        ask("search", MAX_CODE, searches.SEARCH, search.answer),
        post("film", MAX_FILM, lambda body: _film(session, body), "making", files),
        post("seeds", MAX_NAME, lambda body: _batch(session, body), "making", files),
    ]


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(data, media_type=kind, headers=NO_STORE | {"content-disposition": f'attachment; filename="{name}"'})


def _film(session: Session, body: bytes) -> Response:
    request = base.parse(operations.FILM, body)
    data, kind = films.film(session.run(request.run), request)
    return _file(data, kind, f"{request.run}-film.{request.format}")


def _batch(session: Session, body: bytes) -> Response:
    request = base.parse(batch.BATCH, body)
    return _file(*batch.batch(session.run(request.run), request))


def _codes(session: Session, name: str) -> list[code_slices.MeasuredTold]:
    return [m.to_dict() for m in code_slices.measured(session.run(name))]


def _spectrum(session: Session, name: str) -> plots.Figure:
    return plots.spectrum(run_directions.basis(session.run(name)).spectrum)


def _compared(session: Session, names: str) -> table.CompareAnswer:
    asked = [n for n in names.split(",") if n]
    if len(asked) > table.MOST:             # before any is looked up
        raise Refused(f"1 to {table.MOST} runs can stand side by side; these are {len(asked)}.")
    return table.compare([session.card(n) for n in asked], session.titles())


def _curves(session: Session, name: str) -> plots.Figure:
    card = session.card(name)
    return session.file(session.place(card.name) / checkpoint.LOG, lambda p: plots.curves(plots.read_log(p)))
