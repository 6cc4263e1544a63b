"""One greedy visitor of each kind beside a polite one, who is answered while the greedy one's work is still held."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from explorer import NotThere
from explorer.latent import moves
from explorer.runs import background, lanes
from explorer.runs import cpu_threads as slots_
from explorer.runs.background import Later
from explorer.runs.batching import Joint
from explorer.runs.cpu_threads import Slots
from explorer.runs.lanes import Abandoned, Lane, Turns
from explorer.runs.shares import Busy, Shares
from explorer.server import http, thread_pools
from explorer.server.access import Access
from explorer.server.http import PREFIX, Limiter
from explorer.server.routes import make_routes
from explorer.server.thread_pools import AT_ONCE, Threads
from explorer.views import films
from explorer.views.collapse import process
from explorer.views.collapse.process import Start, Trainings
from explorer.views.endpoints import Endpoint
from explorer.views.map import umap_fits
from explorer.views.reconstruct import searches
from tests.explorer.test_live import Still, unhurried
from tests.waiting import HANGS

__all__ = ["unhurried"]
GREEDY, POLITE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def held():
    """Work that lasts until the test lets it go."""
    go = threading.Event()
    yield go
    go.set()


def holding(held):
    """Work that is held, and what counts how often it was begun."""
    busy = threading.Semaphore(0)

    def hold():
        busy.release()
        assert held.wait(HANGS)
    return hold, busy


def answered(question):
    """On a thread of its own: this one may have a loop that runs (the browser tests')."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, question).result(HANGS)


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
        assert held.wait(HANGS)
    greedy = [lane.submit(hold, GREEDY) for _ in range(5)]
    for _ in range(2):
        assert busy.acquire(timeout=HANGS)
    assert lane.submit(lambda: "polite", POLITE).done.result(HANGS) == "polite"        # while the greedy one holds all she may
    assert not any(job.done.done() for job in greedy)
    one = Lane("test", 1)
    first = one.submit(hold, GREEDY)
    rest = [one.submit(lambda k=k: order.append(k), GREEDY) for k in range(3)] + [one.submit(lambda: order.append("polite"), POLITE)]
    held.set()
    for job in (first, *rest):
        job.done.result(HANGS)
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
    assert begun.wait(HANGS)
    waiting = lane.submit(lambda: steps.append("never"))
    waiting.abandon()
    under_way.abandon()
    with pytest.raises(Abandoned):
        under_way.done.result(HANGS)
    lane.submit(lambda: None).done.result(HANGS)
    assert "never" not in steps


def test_a_client_that_leaves_ends_its_work(monkeypatch):
    monkeypatch.setattr(thread_pools, "LONG", 0.0)
    begun, ended = threading.Event(), threading.Event()

    def work():
        begun.set()
        try:
            while True:
                lanes.check()
                time.sleep(0.005)
        finally:
            ended.set()

    async def gone():
        while not begun.is_set():                               # left earlier, it would never begin: the test above
            await asyncio.sleep(0.001)
    with pytest.raises(Abandoned):
        answered(Threads().run(work, left=gone))
    assert ended.wait(HANGS)


def test_background_work_is_awaited_off_the_threads(held):
    """All threads of an address may ask for work that is not ready: they are free again at once, and the answer comes when it is."""
    pools, kept, asked = Threads(), Later(), threading.Semaphore(0)

    def make(progress):
        assert held.wait(HANGS)
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
        assert held.wait(HANGS)
    for k in range(4):
        threads_of_greedy(kept, k, hold)
    assert polite(lambda: kept.wait("polite", lambda progress: "there", most=HANGS)) == "there"


def threads_of_greedy(kept, k, make):
    """Ask for background work as a request of the greedy one does."""
    assert Lane("ask", 1).submit(lambda: kept.get(("greedy", k), make), GREEDY).done.result(HANGS)[0] is None


def polite(work):
    return Lane("ask", 1).submit(work, POLITE).done.result(HANGS)


def test_too_much_background_work_of_one_address_is_refused(held, monkeypatch):
    monkeypatch.setattr(background, "_places", Shares(4, 2, "Later."))
    kept = Later()

    def hold(progress):
        assert held.wait(HANGS)
    for k in range(2):
        threads_of_greedy(kept, k, hold)
    with pytest.raises(Busy):
        threads_of_greedy(kept, 2, hold)
    assert polite(lambda: kept.get("polite", lambda progress: 1, patience=HANGS)) == (1, 1.0)


def page_of(session, limiter=None):
    app = Starlette(routes=make_routes(session, Access(True)))
    return lambda who: httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(who, 1)), base_url=f"http://page{PREFIX}")


def test_images_of_one_beside_films_of_another(session, monkeypatch, held):
    """The greedy one's films are held; the polite one opens a run, sees an image and saves a film of her own."""
    real, busy = films.film, threading.Semaphore(0)

    def slow(run, request):
        if request.seconds == 9:
            busy.release()
            assert held.wait(HANGS)
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

        async def stays():                                          # and never leaves, however long her answer takes
            await never.wait()
        request = Request({"type": "http", "client": (GREEDY, 1), "app": None}, stays)
        slow = asyncio.create_task(limiter.run(request, waits, "quick"))
        await begun.wait()
        found = await limiter.run(request, at_once, "quick")
        slow.cancel()
        return found.body
    assert answered(ask()) == b"here"


def test_searches_of_one_leave_room_for_another(session, monkeypatch, held):
    monkeypatch.setattr(searches.inversion, "search", lambda *_: held.wait(HANGS))
    all_, run = searches.Searches(patience=float("inf")), session.run("tiny")

    def ask(k):
        return all_.answer(run, searches.AskSearch(run="tiny", image=searches.HeldOutImage(index=k)))
    lane = Lane("ask", 1)
    for k in range(searches.EACH):
        assert lane.submit(lambda k=k: ask(k), GREEDY).done.result(HANGS)["ready"] is False
    with pytest.raises(Busy, match="under way"):
        lane.submit(lambda: ask(9), GREEDY).done.result(HANGS)
    assert lane.submit(lambda: ask(9), POLITE).done.result(HANGS)["ready"] is False
    held.set()
    for job in all_._jobs.values():                 # none is left to search in earnest, for the next test to wait behind
        job.done.result(HANGS)


def test_runs_that_one_opens_leave_a_thread_for_another(held):
    """Each of the greedy one's runs takes long to load; the polite one's is opened, and her image drawn, while they are held."""
    pools, (hold, busy) = Threads(), holding(held)

    async def ask():
        greedy = [asyncio.create_task(pools.run(hold, "opening", GREEDY)) for _ in range(6)]
        for _ in range(2):
            while not busy.acquire(blocking=False):
                await asyncio.sleep(0)
        opened = await pools.run(lambda: "opened", "opening", POLITE)
        begun = sum(not task.done() for task in greedy), busy.acquire(blocking=False)
        held.set()
        await asyncio.gather(*greedy)
        return opened, begun
    assert answered(ask()) == ("opened", (6, False)), "two at once, of one address"


def test_slow_work_never_takes_a_live_image_s_thread(held):
    """Slow work of several visitors in all other lanes, on every thread that it may have: a third one's image is drawn meanwhile."""
    pools, (hold, busy) = Threads(), holding(held)

    async def ask():
        slow = [asyncio.create_task(pools.run(hold, lane, f"10.0.{k}.1")) for lane in ("wide", "quick", "opening", "making")
                for k in range(9)]
        while len(begun) < sum(pools.lanes[lane].threads for lane in pools.lanes if lane != "live"):
            begun.extend([1] * busy.acquire(blocking=False))
            await asyncio.sleep(0)
        image = await pools.run(Joint("run", lambda: 3, lambda asked: [2 * n for n in asked], str), "live", POLITE)
        still = not any(task.done() for task in slow)
        held.set()
        await asyncio.gather(*slow)
        return image, still
    begun: list[int] = []
    assert answered(ask()) == ("6", True)


def test_long_work_lets_those_who_asked_meanwhile_compute_first(held):
    """With one slot: who asks while it is taken has it at the long work's next step, and the long work goes on after her."""
    slots, order, asked = Slots(1), [], threading.Event()
    turns = Turns(slots, HANGS)
    long, short = Lane("long", 1, turns=turns), Lane("short", 1, turns=turns)

    def in_steps():
        asked.set()
        assert held.wait(HANGS)
        order.append("first step")
        lanes.check()
        order.append("second step")
    whole = long.submit(in_steps, GREEDY)
    assert asked.wait(HANGS)
    other = short.submit(lambda: order.append("other"), POLITE)
    while not slots.wanted:
        time.sleep(0.001)
    held.set()
    whole.done.result(HANGS)
    other.done.result(HANGS)
    assert order == ["first step", "other", "second step"]


class Stopped:
    """A lock after each release of which the thread ``whose`` has no core for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.lock, self.seconds, self.whose = threading.Lock(), seconds, 0

    def __enter__(self) -> None:
        self.lock.acquire()

    def __exit__(self, *problem: object) -> None:
        self.lock.release()
        if threading.get_ident() == self.whose:
            time.sleep(self.seconds)


@pytest.mark.parametrize("seconds", [0, 0.1])
def test_long_work_is_done_however_much_short_work_there_is(held, seconds):
    """With one slot, and short work that waits at each of the long one's steps: PASS of it goes first each time, no more; also where the
    thread that does the long work is stopped as soon as it has let others go first."""
    slots, order, asked = Slots(1), [], threading.Event()
    slots._lock = stopped = Stopped(seconds)
    turns = Turns(slots, HANGS)
    long, short = Lane("long", 1, turns=turns), Lane("short", 20, turns=turns)

    def in_steps():
        asked.set()
        assert held.wait(HANGS)
        stopped.whose = threading.get_ident()
        for k in range(3):
            lanes.check()
            order.append(f"step {k}")
    whole = long.submit(in_steps, GREEDY)
    assert asked.wait(HANGS)
    others = [short.submit(lambda k=k: order.append(k), POLITE) for k in range(20)]
    while len(slots._waiting) < 20:
        time.sleep(0.001)
    held.set()
    for job in (whole, *others):
        job.done.result(HANGS)
    before = [order.index(f"step {k}") - k for k in range(3)]
    assert before == [slots_.PASS * (k + 1) for k in range(3)]
    assert [k for k in order if isinstance(k, int)] == list(range(20)), "in the order in which they asked"


def test_slots_go_to_those_who_asked_first(held):
    slots, order = Slots(1), []
    lane = [Lane(f"test{k}", 1, turns=Turns(slots, HANGS)) for k in range(4)]
    began = threading.Event()
    first = lane[0].submit(lambda: began.set() or held.wait(HANGS))
    assert began.wait(HANGS)
    jobs = [lanes.Job(lambda k=k: order.append(k)) for k in range(3)]       # asked for in this order
    threads = [threading.Thread(target=lane[k + 1]._do, args=([jobs[k]],)) for k in (2, 0, 1)]
    for n, thread in enumerate(threads, 1):
        thread.start()
        while len(slots._waiting) < n:
            time.sleep(0.001)
    held.set()
    for thread in threads:
        thread.join(HANGS)
    first.done.result(HANGS)
    assert order == [0, 1, 2] and not slots.wanted


def test_routes_that_wait_for_news_have_places_for_another(monkeypatch):
    """One address holds all that it may have; another is answered, and so is the first once one of hers ended."""
    monkeypatch.setattr(http, "EACH_STAYS", 2)

    async def ask():
        go, waiting = asyncio.Event(), []

        async def news(call):
            if call.query:
                waiting.append(call.who)
                await go.wait()
            return Response(b"news")
        app = Starlette(routes=http.plain_routes([Endpoint("news", "GET", news)]))

        def at(who):
            return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(who, 1)), base_url=f"http://page{PREFIX}")
        async with at(GREEDY) as greedy, at(POLITE) as polite_:
            stays = [asyncio.create_task(greedy.get("/news?wait=1")) for _ in range(2)]
            while len(waiting) < 2:
                await asyncio.sleep(0)
            codes = [(await who.get("/news")).status_code for who in (greedy, polite_)]
            go.set()
            await asyncio.gather(*stays)
            return codes, (await greedy.get("/news")).status_code
    assert answered(ask()) == ([503, 200], 200)


def test_maps_of_one_leave_room_for_another_and_are_fitted_in_turn(session, monkeypatch, held):
    """Three of one address wait or are fitted; another's one is taken, and is fitted next."""
    order = []

    def fit(codes, wanted, n_neighbors, **settings):
        order.append(n_neighbors)
        assert held.wait(HANGS)
        yield "done", np.zeros((len(codes), 2), np.float32)
    monkeypatch.setattr(umap_fits, "fit", fit)
    monkeypatch.setattr(umap_fits, "PATIENCE", float("inf"))                  # none is given up here, however long this takes
    all_ = umap_fits.Fits(session, Access(False))

    def start(n, who):
        asked = umap_fits.AskFit(run="tiny", n_neighbors=n, min_dist=0.1, metric="euclidean")
        return all_.get(all_.start(asked, who)).done
    mine = [start(2 + k, GREEDY) for k in range(umap_fits.EACH)]
    with pytest.raises(Busy, match="being fitted"):
        start(10, GREEDY)
    hers = start(20, POLITE)
    held.set()
    for done in (*mine, hers):
        done.result(HANGS)
    assert sorted(order) == [2, 3, 4, 20] and order.index(20) <= 2, "behind at most one more of the other's"


def test_who_trains_in_all_live_places_gives_one_to_another(monkeypatch, unhurried):
    """Behind a proxy on this machine, where the page believes itself its owner's alone: both places are hers until another comes."""
    monkeypatch.setattr(process, "Training", Still)
    trainings = Trainings()
    try:
        oldest, youngest = (trainings.start(Start(data="ring", seed=k), GREEDY) for k in range(2))
        for name in (oldest, youngest):
            trainings.get(name).paused_since = None         # both play
        trainings.get(trainings.start(Start(data="ring"), POLITE)).paused_since = None
        with pytest.raises(NotThere):
            trainings.get(oldest)
        assert trainings.get(youngest) and len(trainings) == 2
        with pytest.raises(Busy, match="all are in use"):
            trainings.start(Start(data="ring"), "10.0.0.3")
    finally:
        trainings.close()


def test_one_visitor_never_holds_both_live_places(monkeypatch, unhurried):
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
