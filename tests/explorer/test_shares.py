"""One greedy visitor of each kind beside a polite one, who is answered while the greedy one's work is still held."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response

from explorer.latent import moves
from explorer.runs import background, lanes
from explorer.runs.background import Later
from explorer.runs.lanes import Abandoned, Lane
from explorer.runs.shares import Busy, Shares
from explorer.server import thread_pools
from explorer.server.access import Access
from explorer.server.http import PREFIX, Limiter
from explorer.server.routes import make_routes
from explorer.server.thread_pools import AT_ONCE, Threads
from explorer.views import films
from explorer.views.collapse import process
from explorer.views.collapse.process import Start, Trainings
from explorer.views.reconstruct import searches
from tests.explorer.test_live import Still

GREEDY, POLITE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def held():
    """Work that lasts until the test lets it go."""
    go = threading.Event()
    yield go
    go.set()


def answered(question):
    """On a thread of its own: this one may have a loop that runs (the browser tests')."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, question).result(60)


def test_a_share_is_less_than_all_and_comes_back():
    shares = Shares(3, 2, "All are taken.", "Yours are taken.")
    shares.take(GREEDY, 2)
    with pytest.raises(Busy, match="Yours"):
        shares.take(GREEDY)
    with shares.held(POLITE):
        assert len(shares) == 3
        with pytest.raises(Busy, match="All"):
            shares.take("10.0.0.3")
    shares.give(GREEDY, 2)
    shares.take("10.0.0.3", 2)


def test_a_lane_keeps_a_thread_for_others_and_serves_lines_in_turn(held):
    lane, order, busy = Lane("test", 3, 2), [], threading.Semaphore(0)

    def hold():
        busy.release()
        assert held.wait(30)
    greedy = [lane.submit(hold, GREEDY) for _ in range(5)]
    for _ in range(2):
        assert busy.acquire(timeout=30)
    assert lane.submit(lambda: "polite", POLITE).done.result(30) == "polite"        # while the greedy one holds all she may
    assert not any(job.done.done() for job in greedy)
    one = Lane("test", 1)
    first = one.submit(hold, GREEDY)
    rest = [one.submit(lambda k=k: order.append(k), GREEDY) for k in range(3)] + [one.submit(lambda: order.append("polite"), POLITE)]
    held.set()
    for job in (first, *rest):
        job.done.result(30)
    assert order.index("polite") <= 1, "behind at most one of the other's"


def test_work_that_nobody_waits_for_ends(held):
    """Not begun: it never begins. Under way: it ends at its next look."""
    lane, begun, steps = Lane("test", 1), threading.Event(), []

    def step_by_step():
        while True:
            lanes.check()
            steps.append(1)
            begun.set()
            held.wait(0.01)
    under_way = lane.submit(step_by_step)
    assert begun.wait(30)
    waiting = lane.submit(lambda: steps.append("never"))
    waiting.abandon()
    under_way.abandon()
    with pytest.raises(Abandoned):
        under_way.done.result(30)
    lane.submit(lambda: None).done.result(30)
    assert "never" not in steps


def test_a_client_that_leaves_ends_its_work(monkeypatch):
    monkeypatch.setattr(thread_pools, "LONG", 0.0)
    ended = threading.Event()

    def work():
        try:
            while True:
                lanes.check()
                time.sleep(0.005)
        finally:
            ended.set()

    async def gone():
        return None
    with pytest.raises(Abandoned):
        answered(Threads().run(work, left=gone))
    assert ended.wait(30)


def test_background_work_is_awaited_off_the_threads(held):
    """All threads of an address may ask for work that is not ready: they are free again at once, and the answer comes when it is."""
    pools, kept, asked = Threads(), Later(), threading.Semaphore(0)

    def make(progress):
        assert held.wait(30)
        return "value"

    def ask():
        found = kept.get("key", make)
        asked.release()
        return found

    async def all_of_it():
        several = [asyncio.create_task(pools.run(ask, who=GREEDY)) for _ in range(AT_ONCE + 1)]
        while not asked.acquire(blocking=False):
            await asyncio.sleep(0)
        other = await pools.run(lambda: "at once", who=GREEDY)
        held.set()
        return other, await several[0]
    other, first = answered(all_of_it())
    assert other == "at once" and first in (("value", 1.0), (None, 0.0))            # the second look comes in time, or the page asks again


def test_background_work_of_one_leaves_a_thread_for_another(held):
    kept = Later()

    def hold(progress):
        assert held.wait(30)
    for k in range(4):
        threads_of_greedy(kept, k, hold)
    assert polite(lambda: kept.wait("polite", lambda progress: "there", most=30)) == "there"


def threads_of_greedy(kept, k, make):
    """Ask for background work as a request of the greedy one does."""
    assert Lane("ask", 1).submit(lambda: kept.get(("greedy", k), make), GREEDY).done.result(30)[0] is None


def polite(work):
    return Lane("ask", 1).submit(work, POLITE).done.result(30)


def test_too_much_background_work_of_one_address_is_refused(held, monkeypatch):
    monkeypatch.setattr(background, "_places", Shares(4, 2, "Later."))
    kept = Later()

    def hold(progress):
        assert held.wait(30)
    for k in range(2):
        threads_of_greedy(kept, k, hold)
    with pytest.raises(Busy):
        threads_of_greedy(kept, 2, hold)
    assert polite(lambda: kept.get("polite", lambda progress: 1, patience=30)) == (1, 1.0)


def page_of(session, limiter=None):
    app = Starlette(routes=make_routes(session, Access(True)))
    return lambda who: httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(who, 1)), base_url=f"http://page{PREFIX}")


def test_images_of_one_beside_films_of_another(session, monkeypatch, held):
    """The greedy one's films are held; the polite one opens a run, sees an image and saves a film of her own."""
    real, busy = films.film, threading.Semaphore(0)

    def slow(run, request):
        if request.seconds == 9:
            busy.release()
            assert held.wait(30)
        return real(run, request)
    monkeypatch.setattr(films, "film", slow)
    film = {"run": "tiny", "op": "walk", "keys": moves.to_text([0.0] * 8), "fps": 2, "size": 28}

    async def ask():
        at = page_of(session)
        async with at(GREEDY) as greedy, at(POLITE) as polite_:
            films = [asyncio.create_task(greedy.post("/film", json=film | {"seconds": 9})) for _ in range(8)]
            while not busy.acquire(blocking=False):
                await asyncio.sleep(0)
            image = await polite_.post("/render", json={"run": "tiny", "op": "image", "w": moves.to_text([0.0] * 4)})
            opened, own = await polite_.get("/run/tiny"), await polite_.post("/film", json=film | {"seconds": 1})
            while sum(f.done() for f in films) < 2:                          # a refusal takes a moment
                await asyncio.sleep(0)
            begun = [f.done() and f.result().status_code for f in films]
            seeds = await greedy.post("/seeds", json={"run": "tiny", "first": 0})
            held.set()
            return image, opened, own, seeds, begun, [f.status_code for f in await asyncio.gather(*films)]
    image, opened, own, seeds, begun, ended = answered(ask())
    assert seeds.status_code == 503 and "Your other files" in seeds.json()["error"], "a batch of seeds is a file, too"
    assert (image.status_code, opened.status_code, own.status_code) == (200, 200, 200)
    assert begun.count(503) == 2 and begun.count(False) == 6, "six films of one address, no more"
    assert ended.count(200) == 6


def test_places_are_counted_after_the_body(session):
    """Bodies that never end hold no place; whoever has sent one is answered."""
    limiter = Limiter()
    limiter.places = Shares(1, 1, "No place.")

    async def ask():
        never, begun = asyncio.Event(), asyncio.Event()

        async def waits():
            begun.set()
            await never.wait()

        async def at_once():
            return lambda: Response(b"here")

        request = type("Asked", (), {"scope": {"client": (GREEDY, 1)}, "app": None})()
        slow = asyncio.create_task(limiter.run(request, waits, "quick"))
        await begun.wait()
        found = await limiter.run(request, at_once, "quick")
        slow.cancel()
        return found.body
    assert answered(ask()) == b"here"


def test_searches_of_one_leave_room_for_another(session, monkeypatch, held):
    monkeypatch.setattr(searches.inversion, "search", lambda *_: held.wait(30))
    all_, run = searches.Searches(patience=60), session.run("tiny")

    def ask(k):
        return all_.answer(run, searches.AskSearch(run="tiny", image=searches.HeldOutImage(index=k)))
    lane = Lane("ask", 1)
    for k in range(searches.EACH):
        assert lane.submit(lambda k=k: ask(k), GREEDY).done.result(30)["ready"] is False
    with pytest.raises(Busy, match="under way"):
        lane.submit(lambda: ask(9), GREEDY).done.result(30)
    assert lane.submit(lambda: ask(9), POLITE).done.result(30)["ready"] is False


def test_one_visitor_never_holds_both_live_places(monkeypatch):
    monkeypatch.setattr(process, "Training", Still)
    trainings = Trainings(each=lambda: 1)
    try:
        first = trainings.start(Start(data="ring"), GREEDY)
        with pytest.raises(Busy, match="of yours"):
            trainings.start(Start(data="ring"), GREEDY)
        trainings.start(Start(data="ring"), POLITE)
        again = trainings.start(Start(data="grid", replaces=first), GREEDY)
        assert len(trainings) == 2 and trainings.get(again)
    finally:
        trainings.close()
