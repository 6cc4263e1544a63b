"""The page: header, runs on the left, the views' stages, the inspector on the right. It asks a run what it can do, never what it is called.

The state lives in the browser (shell/store.js); the server answers raw routes (server/routes.py). Gradio carries sliders, buttons,
forms and the named API. ``build`` makes the Blocks, ``launch_arguments`` what ``launch`` needs beside them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from . import Refused, shell, theme
from .i18n import words
from .latent import neighbours, run_directions
from .runs.session import Session
from .server import api, plotly, thread_pools
from .server.access import Access
from .server.asked import Asked
from .server.bodies import Bodies
from .server.brake import Brake
from .server.head_script import Early
from .server.health import health_route
from .server.heard import Heard
from .server.http import plain_routes
from .server.origin import Hosts, OwnSite
from .server.routes import make_routes
from .server.scope import address
from .server.scripts import scripts
from .server.told import Told
from .shell.about import about
from .shell.cannot import cannot
from .shell.classes import classes
from .shell.header import header
from .shell.hero import hero
from .shell.near import near
from .shell.now import here, now
from .shell.pace import pace
from .shell.picker import picker
from .shell.seeds import seeds
from .shell.welcome import welcome
from .views import Context, modules, supported
from .views.collapse.process import MOST, Trainings
from .views.collapse.routes import live_routes
from .views.map.fits import Fits
from .views.map.routes import fit_routes
from .views.styles.styles import style_dials

SLIDERS = 8
SESSIONS = 32                                   # of gradio's, each some 130 KB of settings; nothing of ours is kept in them


def build(session: Session, access: Access) -> gr.Blocks:
    """The whole page for a ``Session`` and the ``Access`` of whoever opens it."""
    views = modules()
    with gr.Blocks(title="Latent Explorer", analytics_enabled=False, fill_height=True, delete_cache=(3600, 3600)) as demo:
        context = Context(session=session, access=access)
        with gr.Column(elem_id="lx"):
            head = header()
            pace()
            with gr.Column(elem_id="lx-left"):
                now()
                picker()
            with gr.Column(elem_id="lx-main"):
                welcome()
                cannot()
                for name, module in views.items():
                    with gr.Column(elem_id=f"view-{name}", elem_classes=["lx-view"]):
                        module.build(context)
                        if f"about.{name}" in words("en"):
                            about(name)
            with gr.Column(elem_id="lx-right"):
                _inspector()
            here()
        if context.labels:
            head.language(None, None, [c for c, _, _ in context.labels], js="() => window.lx.relabels()",
                          show_progress="hidden", trigger_mode="multiple", api_visibility="private")
        _named_api(session)
    demo.head = _head(views, context)
    return demo


def _inspector() -> None:
    """Hero, sliders, neighbours. The sliders talk to the store in the browser only; see store.js ``slide`` and ``sliderUpdates``."""
    top = hero()
    seeds()
    classes()
    near()
    style_dials()
    gr.HTML('<h2 class="lx-h" data-t="directions" data-t-title="directions.help"></h2>', apply_default_css=False)
    with gr.Column(elem_id="lx-sliders"):
        sliders = [gr.Slider(-4, 4, value=0, step=0.01, label=f"{k + 1}", elem_id=f"lx-slider-{k}", buttons=[]) for k in range(SLIDERS)]
    for k, slider in enumerate(sliders):
        slider.input(None, [slider], None, js=f"(v) => {{ window.lx.slide({k}, v); }}", trigger_mode="multiple", show_progress="hidden",
                 api_visibility="private")
    top.follow(None, None, sliders, js=f"() => window.lx.sliderUpdates({SLIDERS})", trigger_mode="multiple", show_progress="hidden",
                 api_visibility="private")


def _head(views: dict[str, Any], context: Context) -> str:
    """Styles, and what of Gradio's follows the language, in the document's head: they are there before any component."""
    relabel = json.dumps([[key, prop] for _, key, prop in context.labels])
    shown = ",".join(f"body:not(.lx-cannot,.lx-empty)[data-view={n}] #lx-main>#view-{n},body.lx-empty[data-view=train] #lx-main>#view-train"
                     for n in views) + "{display:flex!important}"
    told = f'<script type="application/json" id="lx-relabel">{relabel}</script>'
    return f"<style>{theme.styles()}\n{shell.stylesheets()}\n{shown}</style>{told}"


def app_arguments(session: Session, access: Access, hosts: Hosts | None = None, frames: bool = False) -> dict[str, Any]:
    """For ``demo.launch(app_kwargs=…)``: the routes of explorer.routes and the page's own, and what comes before them.

    ``hosts``: the names that the page answers to (loopback's where none are given); ``frames``: whether other sites may frame it.
    """
    trainings = Trainings(each=lambda: 1 if access.shared else MOST)
    own = plain_routes([*live_routes(trainings), *fit_routes(Fits(session, access))])
    return dict(routes=[*make_routes(session, access, supported), *own, health_route(), plotly.route(), scripts().route()],
                openapi_url=None,           # gradio's own asks for the login; FastAPI's would not
                middleware=[Middleware(OwnSite, hosts=hosts or Hosts(), frames=frames), Middleware(Told), Middleware(Bodies),
                            Middleware(Brake), Middleware(Asked), Middleware(Heard), Middleware(Early)])


def launch_arguments(demo: gr.Blocks) -> dict[str, Any]:
    """Look and behaviour, for ``demo.launch(**launch_arguments(demo), …)``; ``app_kwargs`` is the caller's."""
    return dict(theme=theme.theme(), head=demo.head, footer_links=[], ssr_mode=False, run_history=False, show_error=True, quiet=True,
                max_file_size="4mb", strict_cors=True, state_session_capacity=SESSIONS)


def prefetch(session: Session) -> None:
    """Load the first run, so that the first visitor does not wait for it; one that cannot be loaded says so when it is opened."""
    first = session.first()
    if first:
        with contextlib.suppress(Refused):
            run = session.run(first)
            neighbours.first_code(run)
            run_directions.effects(run)         # worked out once and kept


def _named_api(session: Session) -> None:
    """What a program can ask by name (``gradio_client``): server/api.py, on the threads and in the turns of the raw routes."""

    async def answered(request: gr.Request, work: Callable[[], Any]) -> Any:
        try:
            return await thread_pools.shared().run(work, who=address(request.request.scope if request.request is not None else {}))
        except Refused as e:
            raise gr.Error(str(e), print_exception=False) from e
        except MemoryError as e:
            raise gr.Error("That needs more memory than this machine has; ask for less at once.", print_exception=False) from e

    def about(kind: type[api.Question], request: gr.Request, **values: Any) -> Any:
        return answered(request, lambda: api.asked(kind, **values).answer(session))

    async def list_runs(request: gr.Request) -> list[dict]:
        """All trained runs: their cards, with name, family, data set, spec, metrics and settings."""
        return await answered(request, lambda: api.list_runs(session))

    async def sample(request: gr.Request, run: str, seed: int, label: int | None = None) -> list[float]:
        """A code drawn from the run's prior: num_layers * w_dim numbers. The same seed gives the same code everywhere.

        label: the class, from 0, for runs that have classes (the first one where none is given).
        """
        return await about(api.Sample, request, run=run, seed=seed, label=label)

    async def decode(request: gr.Request, run: str, code: list[float], label: int | None = None) -> str:
        """The image of a code of num_layers * w_dim numbers, as a base64 PNG or JPEG; label as in sample."""
        return await about(api.Decode, request, run=run, code=code, label=label)

    async def encode(request: gr.Request, run: str, image_base64: str | list[str]) -> list[float] | list[list[float]]:
        """The code of an image file (PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF, at most 4 MiB), for runs that encode.

        image_base64: the file in base64, in one line or many, or as a data: URL; or a list of up to 16 files, for a list of codes.
        """
        return await about(api.Encode, request, run=run, image_base64=image_base64)

    async def nearest(request: gr.Request, run: str, code: list[float], k: int) -> list[dict]:
        """The k (1 to 24) held-out images whose codes are nearest to a code: index, distance, label."""
        return await about(api.Nearest, request, run=run, code=code, k=k)

    for function in (list_runs, sample, decode, encode, nearest):
        gr.api(function, api_name=function.__name__, concurrency_limit=4)
