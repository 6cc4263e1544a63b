"""The page: header, runs on the left, the views' stages, the inspector on the right. It asks a run what it can do, never what it is called.

The state lives in the browser (shell/store.js); the server answers raw routes (server/routes.py). Gradio carries sliders, buttons,
forms and the named API. ``build`` makes the Blocks, ``launch_arguments`` what ``launch`` needs beside them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from . import Refused, api_endpoints, shell, theme
from .i18n import words
from .latent import neighbours, run_directions
from .runs.session import Session
from .server import mcp_tools, plotly
from .server.access import Access
from .server.gradio_internals import UNASKED
from .server.gradio_queue import GradioQueue
from .server.head_script import Early
from .server.health import health_route
from .server.http import plain_routes
from .server.login_brake import Brake
from .server.named_questions import Answering
from .server.origin import Hosts, OwnSite
from .server.question_check import QuestionCheck
from .server.refusals import Refusals
from .server.request_bodies import Bodies
from .server.routes import make_routes
from .server.scripts import scripts
from .shell.about import about
from .shell.classes import classes
from .shell.frame_rate import pace
from .shell.header import header
from .shell.hero import hero
from .shell.nearest_images import near
from .shell.open_run import here, now
from .shell.picker import picker
from .shell.seeds import seeds
from .shell.unsupported_view import cannot
from .shell.welcome import welcome
from .views import Context, modules, supported
from .views.collapse.process import MOST, Trainings
from .views.collapse.routes import live_routes
from .views.map.routes import fit_routes
from .views.map.umap_fits import Fits
from .views.styles.styles import style_dials

SLIDERS = 8
SESSIONS = 32                                   # of gradio's, each some 130 KB of settings; nothing of ours is kept in them


def build(session: Session, access: Access, names: Sequence[str] | None = None) -> gr.Blocks:
    """The whole page for a ``Session`` and the ``Access`` of whoever opens it. ``names``: of the views of a page that has no server; all
    views, and what only a server can do, where there are none."""
    views = {name: module for name, module in modules().items() if names is None or name in names}
    with gr.Blocks(title="Latent Explorer", analytics_enabled=False, fill_height=True, delete_cache=(3600, 3600)) as demo:
        context = Context(session=session, access=access, server=names is None)
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
        if names is None:
            api_endpoints.expose(Answering(session))
    demo.head = _head(views, context)
    return demo


def _inspector() -> None:
    """Hero, sliders, neighbours. The sliders talk to the store in the browser only: hero.js hears the hand on them, and has them follow
    the code (store.js ``slide`` and ``sliderUpdates``)."""
    top = hero()
    seeds()
    classes()
    near()
    style_dials()
    gr.HTML('<h2 class="lx-h" data-t="directions" data-t-title="directions.help"></h2>', apply_default_css=False)
    with gr.Column(elem_id="lx-sliders"):
        sliders = [gr.Slider(-4, 4, value=0, step=0.01, label=f"{k + 1}", elem_id=f"lx-slider-{k}", buttons=[], interactive=True)
                   for k in range(SLIDERS)]
    top.follow(None, None, sliders, js=f"() => window.lx.sliderUpdates({SLIDERS})", trigger_mode="multiple", show_progress="hidden",
                 api_visibility="private")


def shown(views: Iterable[str]) -> str:
    """The rule that shows the view that is open, and no other."""
    return ",".join(f"body:not(.lx-cannot,.lx-empty)[data-view={n}] #lx-main>#view-{n},body.lx-empty[data-view=train] #lx-main>#view-train"
                    for n in views) + "{display:flex!important}"


def _head(views: Mapping[str, ModuleType], context: Context) -> str:
    """Styles, and what of Gradio's follows the language, in the document's head: they are there before any component."""
    relabel = json.dumps([[key, prop] for _, key, prop in context.labels])
    told = f'<script type="application/json" id="lx-relabel">{relabel}</script>'
    return f"<style>{theme.styles()}\n{shell.stylesheets()}\n{shown(views)}</style>{told}"


def app_arguments(session: Session, access: Access, hosts: Hosts | None = None, frames: bool = False,
                  mcp: bool = False) -> dict[str, Any]:
    """For ``demo.launch(app_kwargs=…)``: the routes of explorer.routes and the page's own, and what comes before them.

    ``hosts``: the names that the page answers to (loopback's where none are given); ``frames``: whether other sites may frame it;
    ``mcp``: whether the named questions are tools of an MCP server, too (server/mcp_tools.py).
    """
    trainings = Trainings(each=lambda: 1 if access.shared else MOST)
    own = plain_routes([*live_routes(trainings), *fit_routes(Fits(session, access))])
    if mcp:
        own.append(mcp_tools.route(Answering(session)))
    return dict(routes=[*make_routes(session, access, supported), *own, health_route(), plotly.route(), scripts().route()],
                openapi_url=None,           # gradio's own asks for the login; FastAPI's would not
                telemetry=dict(tracing=False, metrics=False, logs=False),   # it looks at every request whether somebody measures it
                middleware=[Middleware(OwnSite, hosts=hosts or Hosts(), frames=frames), Middleware(Refusals), Middleware(Bodies),
                            Middleware(Brake), Middleware(QuestionCheck), Middleware(GradioQueue),
                            Middleware(Early, colours=theme.tokens())])


def launch_arguments(demo: gr.Blocks) -> dict[str, Any]:
    """Look and behaviour, for ``demo.launch(**launch_arguments(demo), …)``; ``app_kwargs`` is the caller's."""
    return dict(theme=theme.theme(), head=demo.head, footer_links=[], ssr_mode=False, run_history=False, show_error=True, quiet=True,
                max_file_size="4mb", strict_cors=True, state_session_capacity=SESSIONS,
                mcp_server=False,               # server/mcp_tools.py is ours; gradio's, which a variable may ask for, knows no login
                **UNASKED)


def prefetch(session: Session) -> None:
    """Load the first run, so that the first visitor does not wait for it; one that cannot be loaded says so when it is opened."""
    first = session.first()
    if first:
        with contextlib.suppress(Refused):
            run = session.run(first)
            neighbours.first_code(run)
            run_directions.effects(run)         # worked out once and kept
