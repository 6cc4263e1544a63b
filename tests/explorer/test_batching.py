"""What waits for the same network goes through it together, and each asker is answered as if she were alone."""

from __future__ import annotations

import asyncio
import base64
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette

from explorer import Refused
from explorer.latent import moves
from explorer.runs import lanes
from explorer.runs.batching import MOST, Joining, Joint
from explorer.runs.lanes import Abandoned
from explorer.runs.session import Session
from explorer.server import run_requests, thread_pools
from explorer.server.access import Access
from explorer.server.http import PREFIX
from explorer.server.routes import make_routes
from tests.waiting import HANGS


class Held:
    """A lane whose only thread is held until ``go``; batches that its joints went through, in order."""

    def __init__(self) -> None:
        self.lane, self.go, self.begun = Joining("test", 1), threading.Event(), threading.Event()
        self.batches: list[list[object]] = []
        self.first = self.lane.submit(self.hold)
        assert self.begun.wait(HANGS)

    def hold(self) -> None:
        self.begun.set()
        assert self.go.wait(HANGS)

    def doubled(self, numbers):
        """The middle: twice each number; fails for a batch with a None."""
        self.batches.append(list(numbers))
        return [2 * n for n in numbers]

    def ask(self, value, who="", key="run", begin=None, end=str):
        return self.lane.submit(Joint(key, begin or (lambda: value), self.doubled, end), who)


@pytest.fixture
def held():
    one = Held()
    yield one
    one.go.set()


def test_alone_nothing_waits():
    lane = Joining("test", 1)
    assert lane.submit(Joint("run", lambda: 4, lambda asked: [n + 1 for n in asked], str)).done.result(HANGS) == "5"


def test_what_waits_goes_together_and_other_runs_apart(held):
    jobs = [held.ask(k, who=f"10.0.0.{k}") for k in range(5)]
    other = held.ask(9, who="10.0.0.9", key="other run")
    held.go.set()
    assert [job.done.result(HANGS) for job in jobs] == ["0", "2", "4", "6", "8"] and other.done.result(HANGS) == "18"
    assert held.batches == [[0, 1, 2, 3, 4], [9]]


def test_who_comes_while_another_run_draws_goes_along(held):
    """Of two runs that wait, the one that comes second takes along who asks for it while the first is being drawn."""
    come, on = threading.Event(), threading.Event()

    def slow(number):
        come.set()
        assert on.wait(HANGS)
        return str(number)
    first, second = held.ask(1, end=slow), held.ask(2, who="10.0.0.2", key="other run")
    held.go.set()
    assert come.wait(HANGS)
    third = held.ask(3, who="10.0.0.3", key="other run")
    on.set()
    assert [job.done.result(HANGS) for job in (first, second, third)] == ["2", "4", "6"]
    assert held.batches == [[1], [2, 3]]


def test_a_greedy_visitor_takes_no_others_place_in_a_batch(held):
    greedy = [held.ask(k, who="greedy") for k in range(2 * MOST)]
    polite = [held.ask(100 + k, who=f"polite {k}") for k in range(3)]
    held.go.set()
    for job in (*greedy, *polite):
        job.done.result(HANGS)
    assert len(held.batches[0]) == MOST and {100, 101, 102} <= set(held.batches[0])
    assert sorted(sum(held.batches, [])) == [*range(2 * MOST), 100, 101, 102]
    mine = [n for batch in held.batches for n in batch if n < 100]
    assert mine == sorted(mine), "each in her own order"


def test_an_error_is_its_askers_own(held):
    def refuses():
        raise Refused("Not this one.")

    def breaks(value):
        raise OSError("no room")
    good, early, late = held.ask(1), held.ask(2, begin=refuses), held.ask(3, end=breaks)
    batch_fails = [held.ask(5), held.ask(None)]         # None cannot be doubled: the whole batch fails, and each is tried alone
    held.go.set()
    assert good.done.result(HANGS) == "2" and batch_fails[0].done.result(HANGS) == "10"
    with pytest.raises(Refused, match="Not this one"):
        early.done.result(HANGS)
    with pytest.raises(OSError, match="no room"):
        late.done.result(HANGS)
    with pytest.raises(TypeError):
        batch_fails[1].done.result(HANGS)
    assert held.batches == [[1, 3, 5, None], [1], [3], [5], [None]]


def test_who_leaves_takes_none_along(held):
    before, during, stays = held.ask(1), held.ask(2), held.ask(3)
    begin, entered, on = during.work.begin, threading.Event(), threading.Event()

    def slow():
        entered.set()
        assert on.wait(HANGS)
        return begin()
    object.__setattr__(during.work, "begin", slow)
    before.abandon()
    held.go.set()
    assert entered.wait(HANGS)
    during.gone = True                                  # her client leaves while the batch is being made
    on.set()
    assert stays.done.result(HANGS) == "6"
    with pytest.raises(Abandoned):
        during.done.result(HANGS)
    assert all(1 not in batch for batch in held.batches)


@pytest.fixture(scope="module")
def runs() -> Session:
    """Those that are shipped."""
    return Session(Path(__file__).parents[2] / "trained")


@pytest.mark.parametrize("name", ["cgan-mnist", "dcgan-faces", "progan-faces", "lapgan-faces", "stylegan-faces-32", "vae-mnist"])
def test_a_batch_draws_what_each_is_alone(runs, name):
    """Codes and classes differ within it. A convolution of a batch may round its last bit otherwise: at most 1 of 255."""
    run = runs.run(name)
    n, classes = 11, max(run.spec.num_classes, 1)
    labels = [k % classes if run.spec.num_classes else None for k in range(n)]
    codes = [run.map_z(run.sample_z(1, k), labels[k]) for k in range(n)]
    together = run_requests.decoded([(run, codes[k], labels[k]) for k in range(n)])
    alone = [run.decode(codes[k], labels[k])[0] for k in range(n)]
    off = np.abs(np.stack(together).astype(int) - np.stack(alone).astype(int))
    assert off.max() <= 1 and (off > 0).mean() < 0.01
    assert np.abs(np.diff(np.stack(alone).astype(int), axis=0)).max() > 8, "they are different images"


def test_over_http_many_at_once_are_answered_as_alone(runs, monkeypatch):
    """Twelve visitors ask while the thread is held: one call of the network, and each has her own image; a wrong one her sentence."""
    run, pools = runs.run("cgan-mnist"), thread_pools.Threads()
    monkeypatch.setattr(thread_pools, "shared", lambda: pools)
    pools.lanes["live"] = lane = Joining("live", 1)
    go, busy, sizes, synthesize = threading.Event(), threading.Event(), [], run.model.synthesize
    monkeypatch.setattr(run.model, "synthesize", lambda w, label=None: sizes.append(len(w)) or synthesize(w, label))
    lane.submit(lambda: busy.set() or go.wait(HANGS))
    assert busy.wait(HANGS)
    codes = [run.map_z(run.sample_z(1, k), k % 2) for k in range(12)]
    alone = [run.decode(codes[k], k % 2)[0] for k in range(12)]
    sizes.clear()

    async def ask():
        app = Starlette(routes=make_routes(runs, Access(True)))
        clients = [httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(f"10.0.0.{k}", 1)), base_url=f"http://page{PREFIX}")
                   for k in range(13)]
        asked = [asyncio.create_task(clients[k].post("/render", json={"run": "cgan-mnist", "op": "image", "w": moves.to_text(codes[k][0]),
                                                                      "label": k % 2})) for k in range(12)]
        asked.append(asyncio.create_task(clients[12].post("/render", json={"run": "cgan-mnist", "op": "image", "w": moves.to_text([0.0])})))
        while sum(map(len, lane._waiting.values())) < 13:
            await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(*asked)
    with ThreadPoolExecutor(1) as one:
        answers = one.submit(asyncio.run, ask()).result(HANGS)
    assert answers[12].status_code == 422 and "has 1 numbers" in answers[12].json()["error"]
    assert sizes == [12]
    for answer, expected in zip(answers, alone, strict=False):
        shown = np.asarray(Image.open(io.BytesIO(answer.content)))
        assert answer.status_code == 200 and "draw;dur=" in answer.headers["server-timing"]
        assert np.abs(shown.reshape(expected.shape).astype(int) - expected.astype(int)).max() <= 1


def test_where_a_request_is_drawn(session):
    """A single image with others'; many at once, and what needs more than its code, apart; a run that is not loaded holds neither."""
    run = session.run("tiny")
    code = moves.to_text([0.0] * run.d)

    def lane(**asked):
        return run_requests.drawn(session, httpx.Request("POST", "http://page", json={"w": code} | asked).content).lane
    assert lane(run="tiny", op="image") == "live"
    assert lane(run="tiny", op="grid", columns=1) == "wide"
    assert lane(run="tiny", op="image", noise={"strengths": [1.0]}) == "wide"
    path = httpx.Request("POST", "http://page", json={"run": "tiny", "op": "walk", "keys": code, "t": 0.5}).content
    assert run_requests.drawn(session, path).lane == "live"
    assert run_requests.drawn(session, path.replace(b"0.5", b"0.5, \"space\": \"pixels\"")).lane == "wide"
    fresh = Session(session.trained)
    assert run_requests.drawn(fresh, path).lane == "opening"
    with pytest.raises(Refused):
        run_requests.drawn(session, b"{")
    assert base64.b64decode(code) and lanes.job() is None
