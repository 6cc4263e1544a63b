"""Maps that are fitted anew: beside the shipped one, one at a time, with a share, ended at once when nobody wants them."""

from __future__ import annotations

import os
import threading
import time

import numpy as np
import psutil
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.latent import moves
from explorer.runs.session import Session
from explorer.runs.shares import Busy
from explorer.server.access import Access
from explorer.server.http import PREFIX, plain_routes
from explorer.views.map import own_maps, umap_fits, umap_process
from explorer.views.map.routes import fit_routes
from explorer.views.map.umap_fits import AskFit, Fits
from tests.explorer.conftest import N, data, make
from tests.waiting import HANGS
from training import checkpoint, maps

PLACES = np.random.default_rng(3).normal(size=(N, 2)).astype(np.float32)
EVEN = np.ptp(PLACES, 0).max() / 65000             # what a file's places are rounded to
ASKED = {"run": "tiny", "n_neighbors": 15, "min_dist": 0.1, "metric": "cosine"}


class Slow:
    """In place of UMAP: tells a third, waits until it is let go or given up, and lays out PLACES."""

    def __init__(self) -> None:
        self.go, self.under_way, self.ended = threading.Event(), 0, threading.Event()

    def __call__(self, codes, wanted, **settings):
        self.under_way += 1
        assert self.under_way == 1, "one at a time"
        try:
            yield "share", 0.33
            while not self.go.wait(0.01):
                if not wanted():
                    raise umap_process.Cancelled
            yield "done", PLACES
        finally:
            self.under_way -= 1
            self.ended.set()


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """No fit is given up unless a test says so, however long it takes."""
    monkeypatch.setattr(umap_fits, "PATIENCE", 1e9)


@pytest.fixture
def slow(monkeypatch):
    made = Slow()
    monkeypatch.setattr(umap_fits, "fit", made)
    yield made
    made.go.set()


@pytest.fixture
def root(tmp_path):
    make(tmp_path, "tiny", data(), z_dim=4)
    return tmp_path


class Page:
    def __init__(self, root, training: bool) -> None:
        self.fits = Fits(Session(root), Access(training))
        self.http = TestClient(Starlette(routes=plain_routes(fit_routes(self.fits))))

    def get(self, path):
        return self.http.get(f"{PREFIX}/{path}")

    def start(self, **more):
        return self.http.post(f"{PREFIX}/fit", json=ASKED | more)

    def until(self, name, state, share=0.0):
        while (told := self.get(f"fit/{name}").json())["state"] != state or told.get("share", 1.0) < share:
            assert told["state"] in ("waiting", "fitting"), told
        return told

    def until_refused(self, name):
        while (answer := self.get(f"fit/{name}")).status_code == 200:
            assert answer.json()["state"] in ("waiting", "fitting"), answer.text
        return answer


def test_the_owner_s_map_lies_beside_the_shipped_one(root, slow):
    page, shipped = Page(root, True), (root / "tiny" / checkpoint.MAP).read_bytes()
    name = page.start().json()["id"]
    assert page.until(name, "fitting", 0.33) == {"state": "fitting", "share": 0.33}
    slow.go.set()
    told = page.until(name, "done")
    assert (told["key"], told["kept"]) == ("15-0.1-cosine", True)
    assert np.array_equal(moves.from_text(told["xy"]).reshape(-1, 2), PLACES)
    assert (root / "tiny" / checkpoint.MAP).read_bytes() == shipped, "nothing shipped is written over"
    again = Page(root, True)
    assert again.get("own-maps/tiny").json() == {"maps": ["15-0.1-cosine"]}
    assert np.allclose(np.frombuffer(again.get("own-maps/tiny/15-0.1-cosine").content, "<f4").reshape(-1, 2), PLACES, atol=EVEN)
    assert again.get("own-maps/tiny/16-0.1-cosine").status_code == 404


def test_a_visitor_s_map_is_hers_alone(root, slow):
    own_maps.write(root / "tiny", checkpoint.read_card(root / "tiny").weights_sha256, maps.Map(None, PLACES, 9, 0.1, "euclidean"))
    page, before = Page(root, False), sorted(p.name for p in (root / "tiny").iterdir())
    slow.go.set()
    told = page.until(page.start().json()["id"], "done")
    assert not told["kept"] and np.array_equal(moves.from_text(told["xy"]).reshape(-1, 2), PLACES)
    assert sorted(p.name for p in (root / "tiny").iterdir()) == before
    assert page.get("own-maps/tiny").json() == {"maps": []} and page.get("own-maps/tiny/9-0.1-euclidean").status_code == 404


def test_one_at_a_time_a_short_queue_and_a_browser_s_new_fit_in_place_of_its_old_one(root, slow):
    page = Page(root, True)
    names = [page.start(n_neighbors=5 + k).json()["id"] for k in range(umap_fits.EACH)]
    assert page.start().status_code == 503, "no more for this address, and one place for another"
    names += [page.fits.start(AskFit(**ASKED | {"n_neighbors": 5 + k}), "10.0.0.2") for k in range(umap_fits.EACH, umap_fits.MOST)]
    page.until(names[0], "fitting")
    assert [page.fits.news(n) for n in names[1:]] == [{"state": "waiting", "ahead": k} for k in range(1, umap_fits.MOST)]
    with pytest.raises(Busy):
        page.fits.start(AskFit(**ASKED), "10.0.0.3")
    assert page.start().status_code == 503 and "try again" in page.start().json()["error"]
    other = page.start(replaces=names[1]).json()["id"]
    assert page.get(f"fit/{names[1]}").status_code == 404
    assert page.http.post(f"{PREFIX}/fit/{names[0]}/stop").status_code == 200
    assert slow.ended.wait(HANGS)
    page.until(names[-1], "fitting")                                     # addresses are served in turn
    slow.go.set()
    assert page.until(other, "done")["key"] == "15-0.1-cosine"


def test_one_that_nobody_asks_about_is_given_up(root, slow):
    page = Page(root, True)
    name = page.start().json()["id"]
    page.until(name, "fitting")
    page.fits.get(name).asked = float("-inf")
    assert slow.ended.wait(HANGS)
    assert page.until_refused(name).status_code == 404
    assert own_maps.keys(root / "tiny", checkpoint.read_card(root / "tiny").weights_sha256) == []


def test_one_that_is_asked_about_while_it_is_given_up_stays_so(root, monkeypatch):
    """And is not said to have taken too long."""
    given_up, on = threading.Event(), threading.Event()

    def fit(codes, wanted, **settings):
        yield "share", 0.1
        while wanted():
            time.sleep(0.01)
        given_up.set()
        assert on.wait(HANGS)
        raise umap_process.Cancelled
    monkeypatch.setattr(umap_fits, "fit", fit)
    page = Page(root, True)
    name = page.start().json()["id"]
    page.until(name, "fitting")
    page.fits.get(name).asked = float("-inf")
    assert given_up.wait(HANGS)
    assert page.fits.news(name)["state"] == "fitting"
    on.set()
    assert page.until_refused(name).status_code == 404


def test_one_that_takes_longer_than_the_page_allows_is_ended_and_told_of(root, slow, monkeypatch):
    monkeypatch.setattr(umap_fits, "LONGEST", 0.0)
    page = Page(root, True)
    answer = page.until_refused(page.start().json()["id"])
    assert answer.status_code == 422 and "longer to lay out than the page allows" in answer.json()["error"] and slow.ended.is_set()


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"n_neighbors": N}, "more than"), ({"n_neighbors": 1}, "n_neighbors"), ({"run": "no"}, "no run"), ({"metric": "os.system"}, "metric"),
    ({"min_dist": 2}, "min_dist")])
def test_what_cannot_be_fitted_is_refused_at_once(root, slow, wrong, sentence):
    answer = Page(root, True).start(**wrong)
    assert answer.status_code in (404, 422) and sentence in answer.json()["error"]


def test_own_maps_are_few_and_of_these_weights(root):
    folder, weights = root / "tiny", "ab" * 32
    own_maps.write(folder, "cd" * 32, maps.Map(None, PLACES, 5, 0.1, "cosine"))
    for n in range(2, 4 + own_maps.MOST):
        key = own_maps.write(folder, weights, maps.Map(None, PLACES + n, n, 0.25, "euclidean"))
        os.utime(folder / f"map-own-{key}-{weights[:own_maps.DIGITS]}.npz", (n, n))       # one after the other, on any file system
    assert own_maps.keys(folder, weights) == [f"{n}-0.25-euclidean" for n in range(4, 4 + own_maps.MOST)]
    assert len(list(folder.glob("map-own-*"))) == own_maps.MOST
    assert np.allclose(own_maps.read(folder, weights, "5-0.25-euclidean"), PLACES + 5, atol=EVEN)
    assert own_maps.read(folder, weights, "../map") is None and own_maps.read(folder, "cd" * 32, "5-0.1-cosine") is None


@pytest.mark.training
def test_the_process_ends_as_soon_as_nobody_wants_the_map():
    codes, before = np.random.default_rng(0).normal(size=(5000, 8)).astype(np.float32), set(psutil.Process().children())
    told, wanted = [], [True]
    with pytest.raises(umap_process.Cancelled):
        for kind, value in umap_process.fit(codes, lambda: wanted[0], n_neighbors=5):
            told.append((kind, value))
            wanted[0] = False
    assert [kind for kind, _ in told] == ["share"] and told[0][1] < 0.6
    assert not [p for p in set(psutil.Process().children()) - before if "resource_tracker" not in " ".join(p.cmdline())]


def test_nobody_wants_a_map_of_which_there_is_always_more_to_tell(monkeypatch):
    """As when this process was stopped for a while and the other was not."""
    class Full:
        def poll(self, seconds):
            return True

        def recv(self):
            return "share", 0.1

        def close(self): ...

    class Other:
        def start(self): ...
        kill = join = start

    class Context:
        def Pipe(self, duplex):
            return Full(), Full()

        def Process(self, **more):
            return Other()
    monkeypatch.setattr(umap_process.multiprocessing, "get_context", lambda how: Context())
    told, wanted = [], [True]
    with pytest.raises(umap_process.Cancelled):
        for kind, _ in umap_process.fit(np.zeros((5, 2)), lambda: wanted[0]):
            told.append(kind)
            wanted[0] = False
            assert len(told) == 1, "it goes on"
