"""Refusals by gradio and its framework are sentences; wrong passwords wait longer and longer."""

from __future__ import annotations

import pytest
from gradio.routes import App
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer import page
from explorer.runs.session import Session
from explorer.server.access import Access
from explorer.server.login_brake import FREE, LONGEST, Brake
from explorer.server.refusals import SENTENCES, Refusals


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def login(password: str):
    return {"data": {"username": "ada", "password": password}}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock):
    """A login by address, as gradio answers it, behind the brake."""
    async def check(request):
        right = b"right" in await request.body()
        return JSONResponse({}) if right else JSONResponse({"detail": "Incorrect credentials."}, 400)
    app = Brake(Starlette(routes=[Route("/login", check, methods=["POST"]), Route("/other", check, methods=["POST"])]), clock)
    return lambda who: TestClient(app, client=(who, 1))


def test_wrong_passwords_wait_longer_and_longer_and_only_theirs(door, clock):
    page, waited = door("10.0.0.1"), []
    for _ in range(FREE):
        assert page.post("/login", **login("wrong")).status_code == 400
    for _ in range(12):
        refused = page.post("/login", **login("right"))
        assert refused.status_code == 429 and refused.json()["error"].endswith("seconds.")
        waited.append(int(refused.headers["retry-after"]))
        clock.now += waited[-1]
        assert page.post("/login", **login("wrong")).status_code == 400
    assert waited == [min(2**k, LONGEST) for k in range(12)]
    assert door("10.0.0.2").post("/login", **login("wrong")).status_code == 400
    assert page.post("/other", **login("wrong")).status_code == 400
    clock.now += LONGEST
    assert page.post("/login", **login("right")).status_code == 200
    assert page.post("/login", **login("wrong")).status_code == 400, "the right one forgets the wrong ones"


def test_many_wrong_ones_at_once_are_many(door):
    """Counted before they are answered: what comes beside them waits as well."""
    brake = Brake(Starlette())
    for _ in range(FREE):
        brake.note("10.0.0.1", brake.wrong.get("10.0.0.1", (0, 0.0))[0] + 1)
    assert TestClient(brake, client=("10.0.0.1", 1)).post("/login").status_code == 429


@pytest.mark.parametrize("status", SENTENCES)
def test_what_a_framework_says_becomes_a_sentence(status):
    kinds = {"list": JSONResponse({"detail": [{"type": "missing", "msg": "Field required"}]}, status),
             "word": PlainTextResponse("No", status), "ours": JSONResponse({"error": "Ours."}, status),
             "page": Response("<p>", status, media_type="text/html")}
    http = TestClient(Refusals(Starlette(routes=[Route("/{kind}", lambda r: kinds[r.path_params["kind"]], methods=["GET", "POST"])])))
    for kind in ("list", "word"):
        answer = http.post(f"/{kind}")
        assert (answer.status_code, answer.json()) == (status, {"error": SENTENCES[status], "detail": SENTENCES[status]})
    assert http.get("/ours").json() == {"error": "Ours."} and http.get("/page").text == "<p>"


def test_of_the_real_app(tmp_path):
    session, access = Session(tmp_path), Access(True)
    app = App.create_app(page.build(session, access), app_kwargs=page.app_arguments(session, access))
    http = TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
    for path, body, status in (("/gradio_api/queue/join", b"[", 422), ("/gradio_api/call/sample", b'{"data": 5}', 422),
                               ("/gradio_api/run/sample", b"{}", 422), ("/gradio_api/upload", b"x", 404),
                               ("/gradio_api/explorer/runs", b"{}", 405), ("/login", bytes(2**15), 413)):
        answer = http.post(path, content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["error"][-1]) == (status, "."), path
    assert http.get("/openapi.json").status_code == 404
    assert any(path.endswith("/encode") for path in http.get("/gradio_api/openapi.json").json()["paths"])
