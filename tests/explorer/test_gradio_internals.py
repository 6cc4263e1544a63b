"""What the page uses of Gradio that Gradio promises nobody, held against the installed Gradio: explorer/server/gradio_internals.py."""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
import uvicorn
from fastapi import FastAPI
from gradio import http_server
from gradio.routes import App
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import app as program
from explorer import shell
from explorer.assets import EXPLORER
from explorer.server import gradio_internals as internals
from tests import host
from tests.waiting import HANGS

ASSETS = Path(gr.__file__).parent / "templates" / "frontend" / "assets"
WHO = "10.0.0.1"


def blocks() -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as demo:
        box = gr.Textbox(elem_id="box")
        box.change(lambda text: text, box, box, api_name="same")
    return demo.queue()


def arguments() -> dict[str, Any]:
    async def asks(request: Request) -> JSONResponse:
        return JSONResponse(await internals.logged_in(request))
    return {"routes": [Route(f"{internals.API}/explorer/asks", asks)]}


def served(demo: gr.Blocks) -> App:
    return App.create_app(demo, app_kwargs=arguments())


def whole(auth: list[tuple[str, str]] | None = None) -> FastAPI:
    """With all that a launched page has."""
    return gr.mount_gradio_app(FastAPI(), blocks(), "/", auth=auth, app_kwargs=arguments(), ssr_mode=False)


def paths(routes: Any) -> Iterator[tuple[str, str]]:
    for route in routes:
        if (inner := getattr(route, "original_router", None)) is not None:
            yield from paths(inner.routes)
        else:
            yield from ((method, route.path) for method in route.methods or ())


@cache
def known() -> list[tuple[str, str]]:
    """The paths of an app; made once."""
    return [*paths(served(blocks()).routes)]


@pytest.mark.parametrize("method, path", [
    ("POST", internals.LOGIN), ("GET", internals.LOGOUT), ("POST", internals.JOIN), ("GET", internals.LISTEN), ("POST", internals.RUN),
    ("POST", internals.OLD_RUN), ("POST", internals.CALL), ("GET", internals.CALL), ("POST", internals.COMPONENT),
    ("POST", internals.CANCEL), ("POST", internals.RESET), ("GET", internals.DEEP_LINK), ("GET", f"{internals.API}/login_check")])
def test_paths(method, path):
    assert any(m == method and p.startswith(path) for m, p in known())


def test_ours_come_before_gradio_s_own_paths():
    with TestClient(served(blocks())) as http:
        assert http.get(f"{internals.API}/explorer/asks").json() is True
        assert http.get(f"{internals.API}/explorer/other").status_code == 404


def test_who_waits_in_the_queue_and_what_is_forgotten():
    """Questions are put into a queue that nothing takes them out of: the app is not started."""
    app = served(blocks())
    queue, http = internals.queue_of(app), TestClient(app, client=(WHO, 1))
    assert not [*internals.events(queue)] and not internals.sessions(queue)
    for session in ("one", "two"):
        asked = {"data": ["x"], "fn_index": 0, "session_hash": session}
        assert http.post(internals.JOIN, json=asked).status_code == 200
    assert [e.request.scope["client"][0] for e in internals.events(queue)] == [WHO, WHO]
    assert sorted(internals.sessions(queue)) == ["one", "two"] and set(queue.pending_event_ids_session) == {"one", "two"}
    with ThreadPoolExecutor(1) as one:              # this thread may have a loop that runs (the browser tests')
        one.submit(asyncio.run, internals.forget(queue, "one")).result(HANGS)
    assert internals.sessions(queue) == ["two"] and set(queue.pending_event_ids_session) == {"two"}
    assert [e.session_hash for e in internals.events(queue)] == ["two"]


def test_what_is_worked_on_is_counted_too():
    queue = internals.queue_of(served(blocks()))
    queue.start()
    assert queue.active_jobs and set(queue.active_jobs) == {None}
    queue.active_jobs[0] = ["a", "b"]
    assert [*internals.events(queue)] == ["a", "b"]


def test_the_queue_looks_more_often_than_it_is_told_to():
    demo = blocks()
    before = internals.queue_of(served(demo)).sleep_when_free
    internals.look_every(demo, program.QUEUE_LOOKS)
    assert 0 < before < program.QUEUE_LOOKS == internals.queue_of(served(demo)).sleep_when_free


def test_the_login_is_gradio_s():
    app, asks = whole([("ada", "secret")]), f"{internals.API}/explorer/asks"
    for base in ("http://testserver", "https://testserver"):
        with TestClient(app, base_url=base) as http:
            assert http.get(asks).json() is False
            assert http.post(internals.LOGIN, data={"username": "ada", "password": "wrong"}).status_code == 400
            assert http.get(asks).json() is False
            assert http.post(internals.LOGIN, data={"username": "ada", "password": "secret"}).status_code == 200
            assert http.get(asks).json() is True and http.get(f"{internals.API}/login_check").status_code == 200
            http.get(internals.LOGOUT)
            assert http.get(asks).json() is False


def test_a_login_of_another_program_s():
    async def nobody(request: Request) -> None:
        return None
    for dependency, there in ((nobody, False), (lambda request: None, False), (lambda request: "ada", True)):
        app = served(blocks())
        app.auth_dependency = dependency
        assert TestClient(app).get(f"{internals.API}/explorer/asks").json() is there


def test_the_page_has_one_head_and_says_when_it_asks_for_a_login():
    for auth, asks in ((None, 0), ([("ada", "secret")], 1)):
        with TestClient(whole(auth)) as http:
            answer = http.get("/")
        assert answer.headers["content-type"].startswith("text/html") and "content-encoding" not in answer.headers
        body = answer.content
        assert body.count(internals.HEAD) == 1 and body.count(internals.ASKS_LOGIN) == asks
        assert b"window.gradio_config" in body and b"window.gradio_config.root" in body


def test_events_of_a_component_are_read_off_its_script():
    """explorer/shell/__init__.py ``script`` names them in a comment."""
    with gr.Blocks():
        html = shell.piece("header", "<p></p>", "language")
        assert callable(html.language)
        with pytest.raises(AttributeError):
            _ = html.nothing


def test_an_update_is_an_object_that_javascript_can_make():
    assert gr.update(label="a", visible=True) == {"label": "a", "visible": True, "__type__": "update"}
    assert "__type__: 'update'" in (EXPLORER / "shell" / "sliders.js").read_text("utf-8")


@cache
def frontend() -> str:
    """Gradio's own modules and styles; those of the libraries that it brings are larger."""
    named = [p for pattern in ("[Ii]ndex-*.js", "statustracker-*.js", "*.css") for p in ASSETS.glob(pattern)]
    return "\n".join(p.read_text("utf-8", "replace") for p in named)


def test_the_loading_timers_are_the_loops_that_early_js_slows_down():
    counting, = re.findall(r"counting = /\^(.*)/;", (EXPLORER / "server" / "loading_timers.js").read_text("utf-8"))
    assert re.search(counting.replace(r"\/", "/"), frontend())


def test_a_page_is_launched_without_asking_whether_it_comes(monkeypatch):
    monkeypatch.setattr("gradio.networking.url_ok", lambda url: False)          # as of a page that takes more than three seconds
    demo = blocks()
    try:
        demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False, **internals.UNASKED)
        assert demo.is_running
    finally:
        demo.close()


def test_a_page_is_launched_however_long_its_server_takes_to_start(monkeypatch):
    hours = itertools.count(0, 3600)
    monkeypatch.setattr(http_server, "time", SimpleNamespace(time=lambda: next(hours), sleep=time.sleep))
    monkeypatch.setattr(http_server.Server, "run_in_thread", http_server.Server.run_in_thread)     # put back afterwards
    internals.start_patiently(http_server.Server)
    demo = blocks()
    try:
        demo.launch(server_port=host.free_port(), prevent_thread_lock=True, quiet=True, ssr_mode=False, **internals.UNASKED)
        assert demo.is_running
    finally:
        demo.close()


def test_a_server_that_ends_before_it_has_started_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(http_server.Server, "run_in_thread", http_server.Server.run_in_thread)
    internals.start_patiently(http_server.Server)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError):
        http_server.Server(uvicorn.Config(FastAPI(), port=taken.getsockname()[1], log_level="critical")).run_in_thread()


@pytest.mark.parametrize("name", ["gradio-container", "html-container", "slider_input_container", "tab-like-container", "reset-button",
                                  "min_value", "max_value", "range_progress"])
def test_theme_css_names_what_gradio_draws(name):
    assert name in (EXPLORER / "theme.css").read_text("utf-8") and name in frontend()


def test_nothing_private_is_used_anywhere_else():
    private = re.compile(r"\b_queue\b|get_blocks|sleep_when_free|cookie_id|auth_dependency|active_jobs|per_session|[\"']/gradio_api")
    for path in (*EXPLORER.rglob("*.py"), EXPLORER.parent / "app.py"):
        if path.name != "gradio_internals.py":
            assert not private.findall(path.read_text("utf-8")), path
