"""Another site cannot act as the owner, nor read: foreign hosts, foreign origins, foreign frames. On every route of the real app."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio.routes import App
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from explorer import page
from explorer.runs.session import Session
from explorer.server import origin
from explorer.server.access import Access
from explorer.server.origin import FOREIGN_HOST, FOREIGN_SITE, Hosts
from tests.explorer.conftest import data, make

HERE = "http://127.0.0.1:7860"


@pytest.mark.parametrize("host, answered", [
    ("127.0.0.1:7860", True), ("localhost", True), ("LOCALHOST.:9", True), ("[::1]:7860", True), ("127.8.9.1", True),
    ("example.org", False), ("192.168.1.2:7860", False), ("127.0.0.1.example.org", False), ("localhost.example.org", False), ("", False),
    ("x@localhost", False), ("localhost/x", False), ("localhost:x", False), ("[::1", False)])
def test_on_loopback_only_this_machines_names(host, answered):
    assert Hosts("127.0.0.1").answers(host) is answered


@pytest.mark.parametrize("host, answered", [
    ("192.168.1.2:7860", True), ("[fe80::1]:7860", True), ("localhost:1", True), ("lab-pc", True), ("lab-pc.local:7860", True),
    ("page.example.org", True), ("page.example.org:9000", True), ("other.example.org:8000", True),
    ("other.example.org:9000", False), ("evil.example.org", False), ("page.example.org.evil.org", False)])
def test_elsewhere_addresses_the_machines_own_name_and_what_was_named(host, answered, monkeypatch):
    monkeypatch.setattr(origin.socket, "gethostname", lambda: "Lab-PC")
    assert Hosts("0.0.0.0", ["page.example.org", "other.example.org:8000"]).answers(host) is answered


def test_a_public_link_is_answered_once_it_is_known():
    hosts = Hosts("127.0.0.1")
    assert not hosts.answers("abc.example.live")
    hosts.allow("abc.example.live")
    assert hosts.answers("abc.example.live")
    with pytest.raises(ValueError, match="no host's name"):
        hosts.allow("http://example.org")


@pytest.mark.parametrize("sent, own", [
    ({}, True),                                                                             # a program
    ({"origin": HERE}, True), ({"origin": "http://127.0.0.1:8888"}, False),                 # another server of this machine
    ({"origin": "https://127.0.0.1:7860"}, True),                                           # TLS ends at a proxy in front
    ({"origin": "http://localhost:7860"}, False), ({"origin": "https://127.0.0.1"}, False), ({"origin": "https://example.org"}, False),
    ({"origin": "null"}, False), ({"origin": ""}, False), ({"origin": "x://127.0.0.1:7860"}, False),
    ({"sec-fetch-site": "same-origin", "origin": "https://example.org"}, True),             # a proxy that does not pass the name on
    ({"sec-fetch-site": "same-site"}, False), ({"sec-fetch-site": "cross-site"}, False), ({"sec-fetch-site": "x"}, False),
    ({"sec-fetch-site": "cross-site", "origin": HERE}, False)])
def test_who_sent_it(sent, own):
    assert Hosts("127.0.0.1").own(Headers({"host": "127.0.0.1:7860"} | sent), "http") is own


def test_a_port_is_the_schemes_where_none_is_given_and_a_named_host_is_our_own_on_both():
    hosts = Hosts("127.0.0.1", ["example.org"])
    assert hosts.own(Headers({"host": "127.0.0.1", "origin": "http://127.0.0.1:80"}), "http")
    for seen in ("https://example.org", "http://example.org:8443"):                         # nginx: Host is ours, or the name that it has
        assert hosts.own(Headers({"host": "127.0.0.1:7860", "origin": seen}), "http")
        assert hosts.own(Headers({"host": "example.org", "origin": seen}), "http")


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    make(folder, "tiny", data(), z_dim=4)
    return folder


@pytest.fixture(scope="module")
def app(root) -> App:
    """The page's app as it is served, trainings allowed."""
    session, access = Session(root), Access(True)
    demo = page.build(session, access)
    return App.create_app(demo, app_kwargs=page.app_arguments(session, access))


@pytest.fixture
def http(app) -> TestClient:
    return TestClient(app, base_url=HERE, raise_server_exceptions=False)


def routes(routes_: Any) -> Iterator[tuple[str, str]]:
    """Method and path of each route, gradio's own router included; path parameters filled in."""
    for route in routes_:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes(inner.routes)
        else:
            path = "/".join("0" if part.startswith("{") else part for part in route.path.split("/"))
            yield from ((method, path) for method in sorted(route.methods or ()))


def contents(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_no_route_that_changes_something_hears_another_site(app, http, root):
    before = contents(root)
    changing = [(m, p) for m, p in routes(app.routes) if m not in ("GET", "HEAD") or p == "/logout"]
    named = {p for _, p in changing}
    assert {"/login", "/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/component_server", "/gradio_api/explorer/live",
            "/gradio_api/explorer/render", "/gradio_api/explorer/fit/0/stop", "/gradio_api/run/0"} <= named
    for method, path in changing:
        for foreign, sentence in (({"origin": "https://example.org"}, FOREIGN_SITE), ({"origin": "null"}, FOREIGN_SITE),
                                  ({"sec-fetch-site": "cross-site"}, FOREIGN_SITE), ({"host": "example.org"}, FOREIGN_HOST),
                                  ({"host": "example.org", "origin": "http://example.org"}, FOREIGN_HOST)):
            answer = http.request(method, path, headers=foreign, content=b"{}", follow_redirects=False)
            assert (answer.status_code, answer.json()) == (403, {"error": sentence}), (method, path, foreign)
    assert contents(root) == before


def begin_upload(http: TestClient, app: App, **headers: str):
    component = next(c for c in app.blocks.blocks.values() if getattr(c, "elem_id", "") == "lx-train")
    return http.post("/gradio_api/component_server", headers=headers, json={
        "data": {"title": "x"}, "component_id": component._id, "session_hash": "s", "fn_name": "job_begin_upload"})


def test_what_the_owner_may_do_she_and_her_programs_do(app, http, root):
    before = contents(root), sorted(p.name for p in root.rglob("*"))
    assert begin_upload(http, app, origin="https://example.org").status_code == 403
    assert (contents(root), sorted(p.name for p in root.rglob("*"))) == before
    for ours in ({}, {"origin": HERE}, {"origin": HERE, "sec-fetch-site": "same-origin"},
                 {"origin": "https://example.org", "sec-fetch-site": "same-origin", "x-forwarded-host": "example.org"}):
        assert begin_upload(http, app, **ours).json()["value"], ours


def test_nothing_is_read_through_another_name_or_by_another_sites_script(http):
    path = "/gradio_api/explorer/runs"
    assert http.get(path, headers={"host": "example.org"}).status_code == 403
    assert http.get(path, headers={"origin": "https://example.org"}).status_code == 403
    assert http.get(path, headers={"sec-fetch-site": "cross-site"}).status_code == 200      # a link from another site
    assert http.get(path).json()["runs"]


@pytest.mark.parametrize("frames", [False, True])
def test_only_ours_may_frame_the_page(frames):
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse, Response
    from starlette.routing import Route

    app = Starlette(routes=[Route("/", lambda r: HTMLResponse("page")), Route("/image", lambda r: Response(b"", media_type="image/png"))])
    http = TestClient(origin.OwnSite(app, Hosts(), frames), base_url=HERE)
    headers = http.get("/").headers
    assert (headers.get("content-security-policy"), headers.get("x-frame-options")) == \
        ((None, None) if frames else ("frame-ancestors 'self'", "SAMEORIGIN"))
    assert "x-frame-options" not in http.get("/image").headers


def test_a_web_socket_of_another_site_is_closed(http):
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect) as e, http.websocket_connect("/any", headers={"origin": "https://example.org"}):
        pass
    assert e.value.code == 1008
