"""Live training over the raw routes: frames in order, bounds that hold for visitors, and no process left behind."""

from __future__ import annotations

import os
import sys
import time
from collections import deque

import psutil
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.runs.shares import Busy
from explorer.server.http import PREFIX, plain_routes
from explorer.views.collapse import process
from explorer.views.collapse.process import Command, Start, Trainings
from explorer.views.collapse.routes import live_routes
from tests.waiting import HANGS, until
from training.live import HEAD, OVER


def split(data: bytes) -> list[tuple]:
    """Heads of the frames in an answer: (bytes, index, step, seconds, state)."""
    found = []
    while data:
        found.append(HEAD.unpack_from(data))
        data = data[found[-1][0]:]
    return found


class Page:
    def __init__(self, trainings: Trainings, app: Starlette | None = None) -> None:
        self.http = TestClient(app or Starlette(routes=plain_routes(live_routes(trainings))))

    def get(self, path: str):
        return self.http.get(f"{PREFIX}/live{path}")

    def post(self, path: str, body):
        return self.http.post(f"{PREFIX}/live{path}", json=body)

    def start(self, **body) -> str:
        name = self.post("", {"data": "ring", **body}).json()["id"]
        until(lambda: self.get(f"/{name}/hello").json())
        return name

    def until(self, name: str, enough, after: int = -1) -> list[tuple]:
        """Frames, asked for as the browser does, until ``enough`` says so of the last, or none come any more."""
        found: list[tuple] = []
        while True:
            answer = self.get(f"/{name}/frames?after={found[-1][1] if found else after}")
            more = split(answer.content)
            found += more
            if found and enough(found[-1]) or answer.headers["x-live"] == "over" and not more:
                return found


@pytest.fixture
def short(unhurried):
    """Trainings of six steps."""
    made = Trainings(options=("--steps=6",))
    yield made
    made.close()


class Still(process.Training):
    """A training whose process only waits: for the bounds, which do not look at frames."""

    @staticmethod
    def command(data: str, seed: int, options: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]


class Endless(process.Training):
    """A training whose process writes frames as fast as they are taken."""

    @staticmethod
    def command(data: str, seed: int, options: tuple[str, ...]) -> list[str]:
        script = ("import struct, sys; out = sys.stdout.buffer; out.write(b'{}' + chr(10).encode())\n"
                  "for k in range(10**6): out.write(struct.pack('<IIIfIII', 28, k, k, 0.0, 1, 0, 0)); out.flush()")
        return [sys.executable, "-S", "-c", script]


@pytest.fixture
def unhurried(monkeypatch):
    """No training rests for too long or is forgotten, however long a test takes."""
    for name in ("IDLE", "LONGEST", "YIELDS"):
        monkeypatch.setattr(process, name, 1e6)


@pytest.fixture
def still(monkeypatch, unhurried):
    monkeypatch.setattr(process, "Training", Still)
    made = Trainings()
    yield made
    made.close()


def test_from_start_to_end(interpreters, short):
    page = Page(short)
    assert set(page.get("").json()["data"]) == {"ring", "grid"}
    name = page.start(seed=7)
    hello = page.get(f"/{name}/hello").json()
    assert hello["seed"] == 7 and hello["steps"] == 6
    process = short.get(name).process
    first = page.until(name, lambda f: True)
    assert [f[1:3] for f in first] == [(0, 0)]
    page.post(f"/{name}/order", {"step": 1})
    assert [f[1:3] for f in page.until(name, lambda f: f[1] == 1, 0)] == [(1, 1)]          # one step, one frame
    again = split(page.get(f"/{name}/frames?after=0").content)
    assert [f[1] for f in again] == [1]                                                    # asked for again, it is still there
    page.post(f"/{name}/order", {"alone": "critic", "updates": 2})
    assert [f[2:3] + f[5:7] for f in page.until(name, lambda f: f[5] == 2, 1)] == [(1, 1, 0), (1, 2, 0)]
    page.post(f"/{name}/order", {"speed": 2, "play": True})
    rest = page.until(name, lambda f: False, 3)
    assert [f[1] for f in rest] == [4, 5] and [f[2] for f in rest] == [3, 4] and rest[-1][4] == OVER         # two of six were the critic's
    process.wait(HANGS)
    assert process.returncode == 0


def test_a_process_waits_for_its_viewer_and_dies_when_stopped(monkeypatch, unhurried):
    most = 0

    class Counted(deque):
        def append(self, frame):
            nonlocal most
            super().append(frame)
            most = max(most, len(self))
    monkeypatch.setattr(process, "deque", Counted)
    monkeypatch.setattr(process, "Training", Endless)
    trainings = Trainings()
    page = Page(trainings)
    name = page.post("", {"data": "ring"}).json()["id"]
    one = trainings.get(name)
    until(lambda: len(one._frames) == process.BACKLOG)
    some = split(page.get(f"/{name}/frames?after=9").content)
    assert [f[1] for f in some] == list(range(10, 10 + len(some))) and len(some) >= process.BACKLOG - 10
    until(lambda: len(one._frames) == process.BACKLOG)                                        # there was room for ten more
    assert most == process.BACKLOG
    started = psutil.Process(one.process.pid)
    if hasattr(os, "setpriority"):
        assert started.nice() == min(os.getpriority(os.PRIO_PROCESS, 0) + 5, 19)         # the last there is
    page.post(f"/{name}/stop", {})
    assert not started.is_running() and len(trainings) == 0
    gone = page.get(f"/{name}/frames")
    assert gone.status_code == 404 and "ended" in gone.json()["error"]


def test_two_places_and_who_may_have_one(still):
    first, second = still.start(Start(data="ring")), still.start(Start(data="grid"))
    with pytest.raises(Busy, match="in use"):
        still.start(Start(data="ring"))
    third = still.start(Start(data="ring", replaces=second))                               # the same viewer, once more
    assert len(still) == 2
    with pytest.raises(process.NotThere):
        still.get(second)
    still.get(third).order(Command(play=True))
    still.get(first).paused_since = time.monotonic() - process.YIELDS - 1                     # rests, so another may have its place
    fourth = still.start(Start(data="ring"))
    assert {third, fourth} == {n for n in (first, second, third, fourth) if n in still._all}


def test_what_nobody_asks_for_is_ended(still, monkeypatch):
    made: list[process.Training] = []

    class Kept(Still):                                     # known here, however soon it is ended
        def __init__(self, *given: str) -> None:
            super().__init__(*given)
            made.append(self)
    monkeypatch.setattr(process, "Training", Kept)
    monkeypatch.setattr(process, "IDLE", 0.3)
    still.start(Start(data="ring"))
    until(lambda: len(still) == 0)
    assert made[0].process.poll() is not None


def test_none_lasts_for_ever(still, monkeypatch):
    one = still.get(still.start(Start(data="ring")))
    one.order(Command(play=True))
    assert not one.forgotten and not one.yields
    monkeypatch.setattr(process, "LONGEST", 0.0)
    assert one.forgotten


@pytest.mark.parametrize("path, body, status", [
    ("", {"data": "mnist"}, 422), ("", {"data": "ring", "seed": -1}, 422), ("", {"data": "ring", "more": 1}, 422),
    ("/none/order", {"play": True}, 404), ("/none/order", {"step": 10**6}, 422), ("/none/order", {"alone": "critic", "updates": 501}, 422),
    ("/none/order", {"alone": "both"}, 422),
    ("/none/order", {"until": 3, "plan": [[1, "critic", 0]]}, 422), ("/none/order", {"until": 3, "plan": [[1, "critic", 9]] * 201}, 422),
    ("", {"data": "ring", "replaces": "x" * 20_000}, 413)])
def test_wrong_requests_get_a_sentence(path, body, status):
    answer = Page(Trainings()).post(path, body)
    assert answer.status_code == status and answer.json()["error"].endswith(".")


def test_an_index_that_is_no_number_is_refused(still):
    name = still.start(Start(data="ring"))
    for text in ("x", "1.5", "9" * 40):
        assert Page(still).get(f"/{name}/frames?after={text}").status_code == 422


def test_a_page_with_a_login_asks_for_it():
    trainings = Trainings()
    app = Starlette(routes=plain_routes(live_routes(trainings)))
    app.auth_dependency = lambda request: request.headers.get("x-user")
    page = Page(trainings, app)
    assert page.get("").status_code == page.post("", {"data": "ring"}).status_code == page.get("/a/frames").status_code == 401
    assert page.http.get(f"{PREFIX}/live", headers={"x-user": "me"}).status_code == 200 and len(trainings) == 0
